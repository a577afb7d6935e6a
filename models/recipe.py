"""How a model of some name is fitted: what it is shown, which labels count, and the fit itself. Found by name.

A recipe is the constant `RECIPE` of a file in this folder.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.base import Card, Model, ModelError, Target

#: Says which day it is, not what the payment is: a model would learn when the schemes ran
DATES = ("history_days",)


class Fit(Protocol):
    """The fit of a recipe."""

    def __call__(
        self,
        values: NDArray[np.int64],
        labels: NDArray[np.bool_],
        weights: NDArray[np.float64],
        columns: NDArray[np.int64],
        *,
        seed: int,
        threads: int,
        parameters: Mapping[str, Any],
    ) -> tuple[dict[str, NDArray[Any]], Any]:
        """Fit on rows of shape (n_rows, n_features), showing it `columns` only; the arrays and the estimator."""
        ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is fitted and loaded.

    Attributes
    ----------
    name : str
        The model's name, and its file's.
    short : str
        The word for it on the command line.
    kind : str
        `forest` or `logistic`.
    target : {"payment", "loan"}
    purpose : str
        Features that do not serve it are not shown to the fit.
    labels : tuple of str
        Labels that count as positive.
    fit : Fit
    load : callable
        A card and its arrays into a model.
    parameters : dict
        Of the fit; a caller may replace single ones.
    hidden : tuple of str
        Features that are not shown whatever they serve.
    """

    name: str
    short: str
    kind: str
    target: Target
    purpose: str
    labels: tuple[str, ...]
    fit: Fit
    load: Callable[[Card, Mapping[str, NDArray[Any]]], Model]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[str, ...] = DATES

    def with_parameters(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters with some replaced.

        Raises
        ------
        ModelError
            If a parameter does not exist.
        """
        unknown = sorted(set(changes) - set(self.parameters))
        if unknown:
            raise ModelError(
                f"model {self.name} has no parameter {', '.join(unknown)}; it has {', '.join(sorted(self.parameters))}"
            )
        return {**self.parameters, **changes}


@cache
def recipes() -> dict[str, Recipe]:
    """Every recipe of this folder, by model name.

    Examples
    --------
    >>> sorted(recipes())
    ['default_logistic', 'fraud_boosting', 'laundering_boosting']
    """
    package = importlib.import_module(__package__)
    found = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        recipe = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "RECIPE", None)
        if isinstance(recipe, Recipe):
            found[recipe.name] = recipe
    return found


def recipe_of(name: str) -> Recipe:
    """A recipe by the model's name or its short word.

    Raises
    ------
    ModelError
        If there is none; the message lists those there are.
    """
    for recipe in recipes().values():
        if name in (recipe.name, recipe.short):
            return recipe
    raise ModelError(f"unknown model {name!r}; there are {', '.join(sorted(recipes()))}")

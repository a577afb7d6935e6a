"""What a model promises, what its card says, and what one reason of a score is.

Every model of this folder answers the protocol below. Scores lie in [0, 1] and higher is riskier; contributions are in
log-odds and add up to the log-odds of the score.
"""

from typing import Any, Literal, Protocol, runtime_checkable

import msgspec
import numpy as np
from numpy.typing import NDArray

Target = Literal["payment", "loan"]
"""Whose rows a model scores: payments of the temporal graph, or loan events of the lending book."""


class ModelError(Exception):
    """A model cannot be fitted, kept, loaded or used; the message says which model and what to do."""


class FeatureMismatchError(ModelError):
    """A model was fitted on other features than it is given."""


class Reason(msgspec.Struct, frozen=True):
    """What one feature did to one score.

    Attributes
    ----------
    feature : str
        Name in the catalogue.
    value : int
        The row's value, in the feature's unit.
    contribution : float
        Log-odds that the feature added to (positive) or took from (negative) the average row's.
    """

    feature: str
    value: int
    contribution: float


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fitted model is: enough to judge it, to fit it again and to know when not to use it.

    Attributes
    ----------
    name, version : str
        The model's name and the version, made of the last day of its data and of its arrays' hash.
    kind : str
        `forest` or `logistic`: how the arrays are scored.
    target : {"payment", "loan"}
        Whose rows it scores.
    purpose : str
        The purpose of the catalogue that every feature must serve: `fraud`, `laundering` or `credit`.
    labels : tuple of str
        Labels that count as positive.
    features : tuple of str
        Columns of the rows it scores, in order.
    unused : tuple of str
        Columns the fit was not shown, because they serve another purpose or would tell the date.
    threshold : float
        A score at or above it alerts.
    calibration : tuple of float
        Slope and intercept that turn raw log-odds into calibrated ones.
    data_hash : str
        BLAKE2b of the training rows and their labels, 32 hex digits.
    period : dict
        `start`, `train_end`, `validation_end`, `end`: UTC epoch milliseconds of the clock.
    counts : dict
        Rows and positives of each slice, and how many labels matched.
    protocol : dict
        How the slices were cut, whose labels were known when, how the threshold was chosen, what the final fit used.
    metrics : dict
        Figures of the last slice, which neither fit, calibration nor threshold has seen.
    importance : dict
        Mean absolute contribution (log-odds) of the strongest features over the last slice.
    parameters : dict
        Everything the fit was called with, the seed included.
    code_version : str
        Version of the code that fitted it.
    """

    name: str
    version: str
    kind: str
    target: Target
    purpose: str
    labels: tuple[str, ...]
    features: tuple[str, ...]
    unused: tuple[str, ...] = ()
    threshold: float
    calibration: tuple[float, float] = (1.0, 0.0)
    data_hash: str
    period: dict[str, int] = {}
    counts: dict[str, int] = {}
    protocol: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    importance: dict[str, float] = {}
    parameters: dict[str, Any] = {}
    code_version: str = ""


@runtime_checkable
class Model(Protocol):
    """A fitted model as the engine uses it.

    Attributes
    ----------
    name, version : str
    card : Card
    target : {"payment", "loan"}
        Whose rows it scores.
    features : tuple of str
        Columns that `score` and `reasons` expect, in order.
    threshold : float
        A score at or above it alerts.
    """

    name: str
    version: str
    card: Card
    target: Target
    features: tuple[str, ...]
    threshold: float

    def score(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Scores of feature rows.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features), int64

        Returns
        -------
        ndarray of shape (n_rows,), float64
            In [0, 1], higher is riskier; the same for a row in any batch.

        Raises
        ------
        FeatureMismatchError
            If the rows have another number of columns.
        """
        ...

    def reasons(self, values: NDArray[np.int64], limit: int | None = None) -> list[Reason]:
        """Why one row scores what it scores, strongest first.

        Parameters
        ----------
        values : ndarray of shape (n_features,), int64
        limit : int, optional
            How many reasons at most; without it every feature that moved the score.

        Returns
        -------
        list of Reason
            Without `limit`, contributions and the average row's log-odds add up to the log-odds of the score.
        """
        ...

    def raw(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log-odds of feature rows before calibration."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The model as plain arrays, what the registry keeps."""
        ...


def check_columns(name: str, features: tuple[str, ...], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows as C-ordered int64, or an error that says how many columns were wanted.

    Raises
    ------
    FeatureMismatchError
        If the rows have another number of columns than the model's features.
    TypeError
        If the rows are not integers.
    """
    if values.ndim != 2 or values.shape[1] != len(features):
        found = values.shape[-1] if values.ndim else 0
        raise FeatureMismatchError(f"model {name} was fitted on {len(features)} features, got {found}")
    if values.dtype != np.int64:
        raise TypeError(f"model {name}: expected int64 feature rows, got {values.dtype}")
    return np.ascontiguousarray(values)


def check_features(card: Card, names: tuple[str, ...], *, others: tuple[str, ...] = ()) -> None:
    """Refuse a model whose features are not exactly those of the catalogue, in the catalogue's order.

    Parameters
    ----------
    card : Card
    names : tuple of str
        Names the engine computes, in column order.
    others : tuple of str
        Versions of the same model that would fit; named in the error.

    Raises
    ------
    FeatureMismatchError
        Says how many features, which are missing and which the model does not know.

    Examples
    --------
    >>> card = Card(name="m", version="1", kind="forest", target="payment", purpose="fraud",
    ...             labels=("fraud",), features=("a", "b"), threshold=0.5, data_hash="")
    >>> check_features(card, ("a",))
    Traceback (most recent call last):
    models.base.FeatureMismatchError: model m was fitted on 2 features, got 1; retrain (no longer computed: b)
    """
    if card.features == names:
        return
    gone = [name for name in card.features if name not in names]
    new = [name for name in names if name not in card.features]
    what = [f"no longer computed: {_some(gone)}"] if gone else []
    what += [f"unknown to it: {_some(new)}"] if new else []
    what = what or ["the same features in another order"]
    instead = f", or load card {' or '.join(others)}" if others else ""
    raise FeatureMismatchError(
        f"model {card.name} was fitted on {len(card.features)} features, got {len(names)}; retrain{instead}"
        f" ({'; '.join(what)})"
    )


def _some(names: list[str], shown: int = 5) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more

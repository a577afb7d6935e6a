"""Gradient boosting on feature rows: the fit by scikit-learn, and the model that is served.

The fraud and laundering models share it. Trees need no scaling, so the int64 columns go in as they are; the rare class
is neither copied nor weighted up, and calibration on a later slice keeps scores readable as chances.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.attribution import Explainer
from models.base import Card, ModelError, Reason, Target, check_columns
from models.forest import Forest
from models.trees import from_boosting

PARAMETERS: Mapping[str, Any] = {
    "max_iter": 120,
    "max_leaf_nodes": 31,
    "learning_rate": 0.08,
    "min_samples_leaf": 40,
    "l2_regularization": 1.0,
    "max_features": 0.5,
}
"""Of `HistGradientBoostingClassifier`: 120 small trees cost about half a microsecond a row, and more gained nothing."""


class BoostingModel:
    """A boosted forest with its card.

    Parameters
    ----------
    card : Card
    forest : Forest
    """

    def __init__(self, card: Card, forest: Forest) -> None:
        if forest.n_features != len(card.features):
            raise ModelError(
                f"model {card.name}: the card names {len(card.features)} features, the forest has {forest.n_features}"
            )
        self.card = card
        self.name = card.name
        self.version = card.version
        self.target: Target = card.target
        self.features = card.features
        self.threshold = card.threshold
        self._forest = forest
        self._slope, self._intercept = card.calibration

    def score(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Scores in [0, 1] of rows of shape (n_rows, n_features)."""
        return self._forest.score(check_columns(self.name, self.features, values), self._slope, self._intercept)

    def raw(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log-odds before calibration."""
        return self._forest.raw(check_columns(self.name, self.features, values))

    @cached_property
    def _explainer(self) -> Explainer:
        """Made at the first question: most runs of a command ask none."""
        return Explainer(self._forest)

    @property
    def base(self) -> float:
        """Calibrated log-odds of the average training row, from which the reasons lead to the score's."""
        return self._slope * self._explainer.expected + self._intercept

    def reasons(self, values: NDArray[np.int64], limit: int | None = None) -> list[Reason]:
        """Exact Shapley values of one row, in calibrated log-odds, strongest first."""
        row = check_columns(self.name, self.features, values.reshape(1, -1))[0]
        given = self._slope * self._explainer.contributions(row)
        order = np.argsort(-np.abs(given), kind="stable")
        order = order[given[order] != 0][:limit]
        return [Reason(self.features[column], int(row[column]), float(given[column])) for column in order]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The trees."""
        return self._forest.arrays()


def load(card: Card, arrays: Mapping[str, NDArray[Any]]) -> BoostingModel:
    """A model of a card and its kept arrays."""
    return BoostingModel(card, Forest.from_arrays(arrays))


def fit(
    values: NDArray[np.int64],
    labels: NDArray[np.bool_],
    weights: NDArray[np.float64],
    columns: NDArray[np.int64],
    *,
    seed: int,
    threads: int,
    parameters: Mapping[str, Any],
) -> tuple[dict[str, NDArray[Any]], Any]:
    """Fit boosted trees.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_features), int64
    labels : ndarray of shape (n_rows,), bool
    weights : ndarray of shape (n_rows,), float64
    columns : ndarray of shape (n_shown,), int64
        Columns the fit is shown; the trees speak of the whole row's columns all the same.
    seed : int
        The same seed gives the same trees.
    threads : int
        More than one pays on idle cores only: on busy ones the threads wait for each other ten times as long.
    parameters : mapping
        See `PARAMETERS`.

    Returns
    -------
    arrays : dict
        The trees.
    estimator : HistGradientBoostingClassifier
        For the analyst; never served.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    estimator = HistGradientBoostingClassifier(early_stopping=False, random_state=seed, **parameters)
    shown = values[:, columns].astype(np.float64)
    with threadpool_limits(threads):
        estimator.fit(shown, labels, sample_weight=None if (weights == 1.0).all() else weights)
    return from_boosting(estimator, columns, values.shape[1]).arrays(), estimator

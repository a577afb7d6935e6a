"""Will this loan default: a logistic regression on the borrower's loans, readable line by line.

Amounts and counts are long-tailed, so every column goes through a signed logarithm and is then centred and scaled by
the training rows. An absent value counts as the average and contributes nothing.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.base import Card, ModelError, Reason, Target, check_columns
from models.forest_kernels import logistic
from models.recipe import Recipe

ABSENT = np.iinfo(np.int64).min

_SHAPES = ("coefficient", "centre", "scale")


@njit(cache=True, nogil=True)
def _standardise(values: Any, centre: Any, scale: Any, out: Any) -> None:
    """Signed logarithm, then centred and scaled; 0 where absent."""
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            value = values[row, column]
            if value == ABSENT:
                out[row, column] = 0.0
            else:
                size = math.log1p(abs(float(value)))
                out[row, column] = ((size if value >= 0 else -size) - centre[column]) / scale[column]


@njit(cache=True, nogil=True)
def _log_odds(standard: Any, coefficient: Any, intercept: float, out: Any) -> None:
    """Intercept and terms added in the order of the columns, so that a row's sum is the same in any batch."""
    for row in range(standard.shape[0]):
        total = intercept
        for column in range(standard.shape[1]):
            total += coefficient[column] * standard[row, column]
        out[row] = total


class LogisticModel:
    """A logistic regression with its card.

    Parameters
    ----------
    card : Card
    arrays : mapping
        `coefficient`, `centre`, `scale` of shape (n_features,) and `intercept` of shape (1,), all float64. A
        feature the fit was not shown has coefficient 0.
    """

    def __init__(self, card: Card, arrays: Mapping[str, NDArray[Any]]) -> None:
        expected = dict.fromkeys(_SHAPES, (len(card.features),)) | {"intercept": (1,)}
        for name, shape in expected.items():
            found = arrays[name].shape if name in arrays else None
            if found != shape or arrays[name].dtype != np.float64:
                raise ModelError(f"model {card.name}: array {name}: expected float64 of shape {shape}, found {found}")
        self.card = card
        self.name = card.name
        self.version = card.version
        self.target: Target = card.target
        self.features = card.features
        self.threshold = card.threshold
        self._coefficient, self._centre, self._scale = (np.ascontiguousarray(arrays[name]) for name in _SHAPES)
        self._intercept = float(arrays["intercept"][0])
        self._slope, self._shift = card.calibration

    def _standard(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Standardised rows."""
        rows = check_columns(self.name, self.features, values)
        out = np.empty(rows.shape, np.float64)
        _standardise(rows, self._centre, self._scale, out)
        return out

    def raw(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log-odds before calibration."""
        out = np.empty(len(values), np.float64)
        _log_odds(self._standard(values), self._coefficient, self._intercept, out)
        return out

    def score(self, values: NDArray[np.int64]) -> NDArray[np.float64]:
        """Scores in [0, 1] of rows of shape (n_rows, n_features)."""
        out = self.raw(values)
        logistic(out, self._slope, self._shift, out)
        return out

    @property
    def base(self) -> float:
        """Calibrated log-odds of the average training row."""
        return self._slope * self._intercept + self._shift

    def reasons(self, values: NDArray[np.int64], limit: int | None = None) -> list[Reason]:
        """Each feature's term in calibrated log-odds, strongest first."""
        row = values.reshape(1, -1)
        given = self._slope * self._coefficient * self._standard(row)[0]
        order = np.argsort(-np.abs(given), kind="stable")
        order = order[given[order] != 0][:limit]
        return [Reason(self.features[column], int(row[0, column]), float(given[column])) for column in order]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Coefficients, centre, scale and intercept."""
        return {
            "coefficient": self._coefficient,
            "centre": self._centre,
            "scale": self._scale,
            "intercept": np.array([self._intercept]),
        }


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
    """Fit the standardiser and the regression; see `models.boosting.fit` for the parameters."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    chosen = values[:, columns].astype(np.float64)
    logs = np.ma.masked_array(np.sign(chosen) * np.log1p(np.abs(chosen)), mask=values[:, columns] == ABSENT)
    centre, spread = logs.mean(axis=0).filled(0.0), logs.std(axis=0).filled(0.0)
    # A column without spread tells nothing; scale 1 keeps its term at 0 on the training rows
    scale = np.where(spread > 1e-9, spread, 1.0)
    standard = ((logs - centre) / scale).filled(0.0)
    estimator = LogisticRegression(random_state=seed, max_iter=1000, **parameters)
    with threadpool_limits(threads):
        estimator.fit(standard, labels, sample_weight=weights)
    arrays = {name: np.full(values.shape[1], start) for name, start in zip(_SHAPES, (0.0, 0.0, 1.0), strict=True)}
    arrays["coefficient"][columns] = estimator.coef_[0]
    arrays["centre"][columns], arrays["scale"][columns] = centre, scale
    arrays["intercept"] = np.asarray(estimator.intercept_, np.float64)
    return arrays, estimator


RECIPE = Recipe(
    name="default_logistic",
    short="default",
    kind="logistic",
    target="loan",
    purpose="credit",
    labels=("default",),
    fit=fit,
    load=LogisticModel,
    parameters={"C": 1.0},
)

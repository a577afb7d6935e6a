"""From a model's log-odds to chances that come true: slope and intercept, fitted on a later slice (Platt scaling).

Boosting on rare labels is too sure of itself, and a fit on sampled negatives stands at another base rate; both are put
right here with two numbers, so that contributions stay additive and the order of scores stays what it is.
"""

import numpy as np
from numpy.typing import NDArray

FEWEST = 20
"""Positives and negatives below which the slope stays 1 and the intercept 0."""


def fit_calibration(raw: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of labels on log-odds.

    Parameters
    ----------
    raw : ndarray of shape (n_rows,), float64
        Log-odds of rows that the model was not fitted on.
    labels : ndarray of shape (n_rows,), bool

    Returns
    -------
    tuple of float
        Slope above 0 and intercept; (1, 0) with fewer than 20 positives or negatives, or where higher log-odds did not
        mean more positives.

    Notes
    -----
    Newton's method on targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2) instead of 1 and 0 [1]_, which keeps the slope
    finite where the classes are apart.

    References
    ----------
    .. [1] Platt, J. (1999). Probabilistic outputs for support vector machines. Advances in Large Margin Classifiers.
    """
    positives, negatives = int(labels.sum()), int((~labels).sum())
    if min(positives, negatives) < FEWEST:
        return 1.0, 0.0
    target = np.where(labels, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    centre, spread = float(raw.mean()), float(raw.std()) or 1.0
    x = (raw - centre) / spread
    slope, intercept = spread, centre  # the identity, in standardised log-odds
    loss = _loss(slope * x + intercept, target)
    for _ in range(100):
        chance = 1 / (1 + np.exp(-np.clip(slope * x + intercept, -500, 500)))
        residual, curve = chance - target, np.maximum(chance * (1 - chance), 1e-12)
        gradient = np.array([residual @ x, residual.sum()])
        hessian = np.array([[curve @ (x * x), curve @ x], [curve @ x, curve.sum()]]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-6:
            tried = _loss((slope - size * step[0]) * x + intercept - size * step[1], target)
            if tried < loss:
                break
            size /= 2
        else:
            break
        slope, intercept = slope - size * float(step[0]), intercept - size * float(step[1])
        improved, loss = loss - tried, tried
        if improved < 1e-12 * len(raw):
            break
    if slope <= 0:
        return 1.0, 0.0
    return slope / spread, intercept - slope * centre / spread


def _loss(logit: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Log loss of log-odds."""
    return float(np.sum(np.logaddexp(0, logit) - target * logit))

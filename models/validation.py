"""How good a model really is: slices in time with a gap for late labels, and figures of the slice nobody has seen.

A label becomes known some time after what it speaks of. Rows that are too young for their labels are therefore left out
at the end of every slice but the last, and each slice sees the labels that were known when it ended.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import ModelError

DAY_MS = 86_400_000
_SHANGHAI_MS = 8 * 3_600_000

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Three slices of a stream: fit, choose (calibration and threshold), report.

    Attributes
    ----------
    start, train_end, validation_end, end : int
        Clock, UTC ms. A slice holds what lies after the one and not after the other.
    gap_ms : int
        Youngest rows of a slice that are left out, because many of their labels were not known when it ended.
    """

    start: int
    train_end: int
    validation_end: int
    end: int
    gap_ms: int

    def train(self, clock: NDArray[np.int64]) -> Labels:
        """Rows to fit on."""
        return clock <= self.train_end - self.gap_ms

    def validation(self, clock: NDArray[np.int64]) -> Labels:
        """Rows on which calibration and threshold are chosen."""
        return (clock > self.train_end) & (clock <= self.validation_end - self.gap_ms)

    def test(self, clock: NDArray[np.int64]) -> Labels:
        """Rows that figures are reported of."""
        return clock > self.validation_end


def split_in_time(
    clock: NDArray[np.int64],
    happened: NDArray[np.int64],
    known_at: NDArray[np.int64],
    *,
    shares: tuple[float, float] = (0.6, 0.2),
    gap_ms: int | None = None,
) -> TimeSplit:
    """Cut a stream by its own clock, so that each slice holds its share of the rows.

    Parameters
    ----------
    clock : ndarray of shape (n_rows,), int64
        Clock of each row, UTC ms.
    happened, known_at : ndarray of shape (n_positives,), int64
        Clock of each positive row, and when it became known.
    shares : tuple of float, default=(0.6, 0.2)
        Of the rows, for fitting and choosing; the rest is reported.
    gap_ms : int, optional
        Without it, the span in which nine of ten labels known by `train_end` became known, but at most a third of
        the shorter of the first two slices.

    Raises
    ------
    ModelError
        If there are no rows, or the shares leave a slice empty.

    Examples
    --------
    >>> split = split_in_time(np.arange(0, 1000), np.array([3, 40, 300]), np.array([8, 45, 307]))
    >>> split.train_end, split.validation_end, split.gap_ms
    (599, 799, 7)
    """
    if not len(clock):
        raise ModelError("expected rows to split, found none")
    first, second = shares
    if not (first > 0 and second > 0 and first + second < 1):
        raise ModelError(f"shares must be above 0 and add up to less than 1, got {first} and {second}")
    ordered = np.sort(clock)
    ends = [int(ordered[max(int(np.ceil(share * len(ordered))) - 1, 0)]) for share in (first, first + second)]
    start, end = int(ordered[0]), int(ordered[-1])
    if not start < ends[0] < ends[1] < end:
        raise ModelError(
            f"the rows span too little time to split: {len(clock)} rows within {(end - start) / 1000:.0f} s"
        )
    if gap_ms is None:
        delays = (known_at - happened)[known_at <= ends[0]]
        usual = int(np.quantile(delays, 0.9, method="inverted_cdf")) if len(delays) else 0
        gap_ms = max(min(usual, (ends[0] - start) // 3, (ends[1] - ends[0]) // 3), 0)
    return TimeSplit(start, ends[0], ends[1], end, gap_ms)


def average_precision(scores: Scores, labels: Labels, weights: Scores | None = None) -> float:
    """Mean precision over the positives, highest score first; ties count together.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,), float64
    labels : ndarray of shape (n_rows,), bool
    weights : ndarray of shape (n_rows,), float64, optional

    Returns
    -------
    float
        In [0, 1]; NaN without positives.

    Examples
    --------
    >>> average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
    0.8333333333333333
    """
    hits, flagged = _running(scores, labels, weights)
    if not len(hits) or hits[-1] == 0:
        return float("nan")
    gained = np.diff(hits, prepend=0.0)
    return float(np.sum(gained[gained > 0] * hits[gained > 0] / flagged[gained > 0]) / hits[-1])


def area_under_curve(scores: Scores, labels: Labels, weights: Scores | None = None) -> float:
    """Chance that a positive scores above a negative, ties counted half; NaN with one class only.

    Examples
    --------
    >>> area_under_curve(np.array([0.9, 0.8, 0.1]), np.array([True, False, False]))
    1.0
    """
    hits, flagged = _running(scores, labels, weights)
    misses = flagged - hits
    if not len(hits) or hits[-1] == 0 or misses[-1] == 0:
        return float("nan")
    width = np.diff(misses, prepend=0.0)
    height = hits - np.diff(hits, prepend=0.0) / 2
    return float(np.sum(width * height) / (hits[-1] * misses[-1]))


def _running(scores: Scores, labels: Labels, weights: Scores | None) -> tuple[Scores, Scores]:
    """Weight of positives, and of all rows, down to each distinct score."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(ranked[1:] != ranked[:-1], True) if len(ranked) else np.zeros(0, bool)
    weight = np.ones(len(scores)) if weights is None else weights[order]
    return np.cumsum(weight * labels[order])[last], np.cumsum(weight)[last]


def brier(scores: Scores, labels: Labels) -> float:
    """Mean squared distance of score and outcome, 0 is best."""
    return float(np.mean((scores - labels) ** 2)) if len(scores) else float("nan")


def block_interval(
    measure: Callable[[Scores, Labels, Scores], float],
    scores: Scores,
    labels: Labels,
    clock: NDArray[np.int64],
    *,
    seed: int,
    rounds: int = 200,
) -> tuple[float, float]:
    """Interval of 95 % for a measure, by drawing whole blocks of time with replacement.

    Blocks are Shanghai days, or twenty spans of equal length where there are fewer than ten days: rows of one block
    hang together, so drawing single rows would promise too much.

    Returns
    -------
    tuple of float
        Low and high; NaN where fewer than half the draws can be measured.
    """
    if not len(scores):
        return float("nan"), float("nan")
    block = shanghai_days(clock)
    if len(np.unique(block)) < 10:
        block = (clock - clock.min()) * 20 // (int(clock.max() - clock.min()) + 1)
    blocks, member = np.unique(block, return_inverse=True)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(rounds):
        drawn = np.bincount(random.integers(0, len(blocks), len(blocks)), minlength=len(blocks))
        value = measure(scores, labels, drawn[member].astype(np.float64))
        if not np.isnan(value):
            found.append(value)
    if 2 * len(found) < rounds:
        return float("nan"), float("nan")
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def shanghai_days(clock: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of the Shanghai day of each time."""
    return (clock + _SHANGHAI_MS) // DAY_MS

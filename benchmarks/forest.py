"""Scoring rows with a boosted forest: our kernel beside scikit-learn, and the reasons of a row, on one core.

The forest has 300 trees of 31 leaves (and 120, the size of the models that ship) over 60 and 90 integer columns; the
two are fed the same rows in turn and their results are compared.
"""

from collections.abc import Iterator
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._machine import machine
from models.attribution import Explainer
from models.forest import Forest
from models.trees import from_boosting

_SHAPES = ((300, 60), (120, 90))
_BATCHES = (1, 64, 4096)


def run(events: int) -> Iterator[dict[str, Any]]:
    """Figures for `riskengine bench forest`: rows a second at each batch size, and the largest difference."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    yield machine()
    for n_trees, n_columns in _SHAPES:
        values = _rows(max(min(events, 40_000), 4096), n_columns)
        labels = _labels(values)
        estimator = HistGradientBoostingClassifier(max_iter=n_trees, early_stopping=False, random_state=0)
        estimator.fit(values.astype(np.float64), labels)
        forest = Forest(from_boosting(estimator, np.arange(n_columns), n_columns))
        shape = {"trees": n_trees, "leaves": 31, "columns": n_columns}
        with threadpool_limits(1):
            for batch in _BATCHES:
                rows = np.ascontiguousarray(values[:batch])
                floats = rows.astype(np.float64)  # scikit-learn is spared the conversion
                ours, theirs = forest.score(rows), estimator.predict_proba(floats)[:, 1]
                our_time, their_time = _alternate(partial(forest.score, rows), partial(estimator.predict_proba, floats))
                yield shape | {
                    "batch": batch,
                    "rows_per_second": round(batch / our_time),
                    "microseconds_a_call": round(our_time * 1e6, 2),
                    "sklearn_rows_per_second": round(batch / their_time),
                    "largest_difference": float(np.abs(ours - theirs).max()),
                }
        explainer = Explainer(forest)
        raw = forest.raw(values[:200])
        sums = [explainer.expected + explainer.contributions(row).sum() for row in values[:200]]
        seconds = _typical(partial(explainer.contributions, values[0]))
        yield shape | {
            "reasons_microseconds_a_row": round(seconds * 1e6, 1),
            "largest_gap_to_log_odds": float(np.abs(raw - sums).max()),
        }


def _rows(n: int, n_columns: int) -> NDArray[np.int64]:
    """Counts, sums, seconds and flags, as feature rows have them."""
    random = np.random.default_rng(0)
    kinds = (
        lambda: random.poisson(5, n),
        lambda: random.lognormal(12, 2.5, n),
        lambda: random.integers(-1, 2_592_000, n),
        lambda: random.geometric(0.4, n),
    )
    return np.column_stack([kinds[column % 4]().astype(np.int64) for column in range(n_columns)])


def _labels(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """One row in ten, by a score that hangs on a few columns and on their pairs."""
    ranks = values[:, :8].argsort(axis=0).argsort(axis=0) / len(values)
    score = ranks[:, 0] * ranks[:, 1] + ranks[:, 2] - ranks[:, 5] * ranks[:, 3]
    score += np.random.default_rng(1).normal(0, 0.2, len(values))
    return score > np.quantile(score, 0.9)


def _alternate(ours: Any, theirs: Any, repeats: int = 25) -> tuple[float, float]:
    """Median seconds of both, called in turn so that load hits both alike; the quick one is called often in a row."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for place, work in enumerate((ours, theirs)):
            found[place].append(_once(work, 20 if place == 0 else 1))
    return float(np.median(found[0])), float(np.median(found[1]))


def _once(work: Any, calls: int) -> float:
    """Seconds a call."""
    began = perf_counter()
    for _ in range(calls):
        work()
    return (perf_counter() - began) / calls


def _typical(work: Any) -> float:
    """Median seconds a call."""
    work()
    return float(np.median([_once(work, 5) for _ in range(50)]))

"""Why a forest scores a row as it does: exact Shapley values of the features, additive to the log-odds.

A feature that is not known is averaged over the training rows that reached each node (path-dependent TreeSHAP [1]_).
Each leaf is a box of bin ranges, one for each feature on its path. For one row a path's features fall into those whose
range holds the row's bin (inside) and those that do not (outside); all outside features of a leaf share one value, so
that a leaf costs the square of its inside features only.

References
----------
.. [1] Lundberg, S. M. et al. (2020). From local explanations to global understanding with explainable AI for trees.
   Nature Machine Intelligence 2, 56-67.
"""

from dataclasses import dataclass
from functools import cache
from math import comb
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.forest import Forest
from models.forest_layout import bin_thresholds
from models.trees import LEAF

_DEEPEST = 64  # features on one path; a tree of 64 leaves has at most 63


@dataclass(frozen=True, slots=True)
class Paths:
    """The leaves of a forest as boxes.

    Attributes
    ----------
    start : ndarray of shape (n_leaves + 1,), int64
        First element of each leaf's path.
    slot, low, high : ndarray of shape (n_elements,), uint16, uint8, uint8
        Feature (slot of the layout) and the bins, both ends included, that lead on towards the leaf.
    share : ndarray of shape (n_elements,), float64
        Share of training rows that went on towards the leaf where the feature was asked.
    value : ndarray of shape (n_leaves,), float64
    expected : float
        Log-odds of the average training row.
    """

    start: NDArray[np.int64]
    slot: NDArray[np.uint16]
    low: NDArray[np.uint8]
    high: NDArray[np.uint8]
    share: NDArray[np.float64]
    value: NDArray[np.float64]
    expected: float


def build_paths(forest: Forest) -> Paths:
    """Boxes of all leaves; a feature asked several times on a path becomes one element."""
    trees = forest.trees
    bins = bin_thresholds(trees)[2]
    start = [0]
    elements: list[tuple[int, int, int, float]] = []
    value: list[float] = []
    expected = [float(trees.baseline[0])]

    def visit(first: int, node: int, box: dict[int, tuple[int, int, float]]) -> None:
        here = first + node
        if trees.feature[here] == LEAF:
            elements.extend((slot, low, high, share) for slot, (low, high, share) in box.items())
            start.append(len(elements))
            value.append(float(trees.value[here]))
            expected.append(value[-1] * float(trees.cover[here] / trees.cover[first]))
            return
        slot, edge = int(bins[here, 0]), int(bins[here, 1])
        low, high, share = box.get(slot, (0, 255, 1.0))
        for child, ends in (
            (int(trees.left[here]), (low, min(high, edge))),
            (int(trees.right[here]), (max(low, edge + 1), high)),
        ):
            part = share * float(trees.cover[first + child] / trees.cover[here])
            visit(first, child, box | {slot: (*ends, part)})

    for tree in range(len(trees)):
        visit(int(trees.start[tree]), 0, {})
    table = np.array(elements, np.float64).reshape(-1, 4)
    return Paths(
        start=np.array(start, np.int64),
        slot=table[:, 0].astype(np.uint16),
        low=table[:, 1].astype(np.uint8),
        high=table[:, 2].astype(np.uint8),
        share=table[:, 3].copy(),
        value=np.array(value, np.float64),
        expected=float(np.sum(expected)),
    )


@cache
def _weights() -> NDArray[np.float64]:
    """Shapley weight of a coalition of t among d features: t! (d - t - 1)! / d!, at [d, t]."""
    weights = np.zeros((_DEEPEST + 1, _DEEPEST + 1))
    for d in range(1, _DEEPEST + 1):
        for t in range(d):
            weights[d, t] = 1.0 / (d * comb(d - 1, t))
    return weights


@njit(cache=True, nogil=True)
def _attribute(
    bins: Any, start: Any, slot: Any, low: Any, high: Any, share: Any, value: Any, weights: Any, out: Any
) -> None:
    """Add every leaf's Shapley values of one binned row to `out` of shape (n_used,)."""
    known = np.empty(_DEEPEST + 1, np.float64)  # coefficient t: inside features known, t of them, the others by share
    inside = np.empty(_DEEPEST + 1, np.int64)
    outside = np.empty(_DEEPEST + 1, np.int64)
    for leaf in range(value.shape[0]):
        first, end = start[leaf], start[leaf + 1]
        n_inside, n_outside = 0, 0
        for element in range(first, end):
            # Both lists are written and one grows: which is not predictable, and a branch would stall
            found = bins[slot[element]]
            held = int(low[element] <= found) & int(found <= high[element])
            inside[n_inside], outside[n_outside] = element, element
            n_inside += held
            n_outside += 1 - held
        outside_share = value[leaf]
        for place in range(n_outside):
            outside_share *= share[outside[place]]
        known[0] = 1.0
        for place in range(n_inside):
            part = share[inside[place]]
            known[place + 1] = known[place]
            for t in range(place, 0, -1):
                known[t] = known[t - 1] + part * known[t]
            known[0] *= part
        weight = weights[end - first]
        if n_outside:
            # A known outside feature rules the leaf out, whichever inside features are known
            lost = 0.0
            for t in range(n_inside + 1):
                lost += weight[t] * known[t]
            lost *= outside_share
            for place in range(n_outside):
                out[slot[outside[place]]] -= lost
        for place in range(n_inside):
            # Without this feature: divide its factor out, from the top, where the error shrinks at each step
            part = share[inside[place]]
            without, gained = known[n_inside], 0.0
            for t in range(n_inside - 1, -1, -1):
                gained += weight[t] * without
                without = known[t] - part * without
            out[slot[inside[place]]] += outside_share * (1.0 - part) * gained


class Explainer:
    """Shapley values of a forest's rows.

    Parameters
    ----------
    forest : Forest

    Attributes
    ----------
    expected : float
        Log-odds of the average training row, from which the contributions lead to the row's.
    """

    def __init__(self, forest: Forest) -> None:
        self._forest = forest
        self._columns = forest.layout.slots[:, 0]
        paths = build_paths(forest)
        self._paths = (paths.start, paths.slot, paths.low, paths.high, paths.share, paths.value)
        self.expected = paths.expected

    def contributions(self, row: NDArray[np.int64]) -> NDArray[np.float64]:
        """Shapley value of each feature of one row, in log-odds.

        Parameters
        ----------
        row : ndarray of shape (n_features,), int64

        Returns
        -------
        ndarray of shape (n_features,), float64
            `expected` plus their sum is the row's log-odds (within 1e-10).
        """
        used = np.zeros(len(self._columns), np.float64)
        _attribute(self._forest.bins(row), *self._paths, _weights(), used)
        out = np.zeros(self._forest.n_features, np.float64)
        out[self._columns] = used
        return out

"""Scoring kernels of a forest: 64 rows at once by leaf masks, one row by walks side by side.

Both sum the trees in their own order, in float64, as scikit-learn does, so that a row's log-odds are the same to the
last bit whichever kernel scored it.

In a block, each inner node asks its question of 64 binned rows at once; where the answer is no, the leaves of its left
child are struck from the row's mask, and the lowest bit that is left is the row's leaf [1]_.

References
----------
.. [1] Lucchese, C. et al. (2015). QuickScorer: a fast algorithm to rank documents with additive ensembles of
   regression trees. SIGIR; laid out over rows instead of trees.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numba.cpython.unsafe.numbers import trailing_zeros

from models.forest_layout import GROUP

BLOCK = 64
"""Rows scored at once; at 64 the compiler keeps every inner loop in vector registers."""


@njit(cache=True, nogil=True)
def _count_below(column: Any, cuts: Any, first: int, end: int, count: Any, bins: Any) -> None:
    """How many cuts lie below each of the block's values; `count` is as wide as the values, to stay in registers."""
    for row in range(BLOCK):
        count[row] = 0
    for cut in range(first, end):
        edge = cuts[cut]
        for row in range(BLOCK):
            count[row] += 1 if column[row] > edge else 0
    for row in range(BLOCK):
        bins[row] = count[row]


@njit(cache=True, nogil=True)
def _narrow(values: Any, first_row: int, column: int, low: int, high: int, out: Any) -> None:
    """The block's values of a column less the smallest cut, held between the cuts, where nothing changes a bin."""
    for row in range(BLOCK):
        out[row] = min(max(values[first_row + row, column], low), high) - low


@njit(cache=True, nogil=True)
def bin_block(
    values: Any, first_row: int, slots: Any, cuts: Any, cuts8: Any, cuts16: Any, cuts32: Any, bins: Any
) -> None:
    """Bins of 64 rows.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_features), int64
    first_row : int
        First row of the block; 64 rows must follow.
    bins : ndarray of shape (n_used, 64), uint8
        Filled.
    """
    wide, wide_count = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    x8, count8 = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8)
    x16, count16 = np.empty(BLOCK, np.uint16), np.empty(BLOCK, np.uint16)
    x32, count32 = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint32)
    for slot in range(slots.shape[0]):
        column, first, end = slots[slot, 0], slots[slot, 1], slots[slot, 2]
        low, high, width = slots[slot, 3], slots[slot, 4], slots[slot, 5]
        if width == 1:
            _narrow(values, first_row, column, low, high, x8)
            _count_below(x8, cuts8, first, end, count8, bins[slot])
        elif width == 2:
            _narrow(values, first_row, column, low, high, x16)
            _count_below(x16, cuts16, first, end, count16, bins[slot])
        elif width == 4:
            _narrow(values, first_row, column, low, high, x32)
            _count_below(x32, cuts32, first, end, count32, bins[slot])
        else:
            for row in range(BLOCK):
                wide[row] = values[first_row + row, column]
            _count_below(wide, cuts, first, end, wide_count, bins[slot])


@njit(cache=True, nogil=True)
def sum_block(
    masks: Any, questions: Any, mask_start: Any, leaf_values: Any, bins: Any, out: Any, first_row: int
) -> None:
    """Add every tree's leaf to the log-odds of 64 binned rows."""
    everything = masks.dtype.type(0) - masks.dtype.type(1)
    alive = np.empty(BLOCK, masks.dtype)
    for tree in range(mask_start.shape[0] - 1):
        for row in range(BLOCK):
            alive[row] = everything
        for node in range(mask_start[tree], mask_start[tree + 1]):
            answers, edge, mask = bins[questions[node, 0]], np.uint8(questions[node, 1]), masks[node]
            for row in range(BLOCK):
                alive[row] &= mask if answers[row] > edge else everything
        leaves = leaf_values[tree]
        for row in range(BLOCK):
            out[first_row + row] += leaves[trailing_zeros(alive[row])]


@njit(cache=True, nogil=True)
def bin_row(values: Any, row: int, slots: Any, cuts: Any, bins: Any) -> None:
    """Bins of one row.

    Parameters
    ----------
    bins : ndarray of shape (n_used,), uint8
        Filled.
    """
    for slot in range(slots.shape[0]):
        value = values[row, slots[slot, 0]]
        below = 0
        for cut in range(slots[slot, 1], slots[slot, 2]):
            below += 1 if cuts[cut] < value else 0
        bins[slot] = below


@njit(cache=True, nogil=True)
def sum_row(words: Any, roots: Any, places: Any, steps: Any, word_values: Any, bins: Any, leaves: Any) -> None:
    """Leaf of every tree for one binned row; 16 walks are in flight, so that none waits for memory.

    Parameters
    ----------
    leaves : ndarray of shape (n_trees + 1,), float64
        Filled in the order of the trees; the last place is for the walks that count nowhere.
    """
    nodes = np.empty(GROUP, np.uint32)
    for group in range(steps.shape[0]):
        first = group * GROUP
        for walker in range(GROUP):
            nodes[walker] = roots[first + walker]
        for _ in range(steps[group]):
            for walker in range(GROUP):
                word = words[nodes[walker]]
                no = np.uint32(bins[word >> np.uint32(20)]) > ((word >> np.uint32(12)) & np.uint32(0xFF))
                nodes[walker] = roots[first + walker] + (word & np.uint32(0xFFF)) + np.uint32(no)
        for walker in range(GROUP):
            leaves[places[first + walker]] = word_values[nodes[walker]]


@njit(cache=True, nogil=True)
def raw_few(
    values: Any,
    slots: Any,
    cuts: Any,
    words: Any,
    roots: Any,
    places: Any,
    steps: Any,
    word_values: Any,
    n_trees: int,
    out: Any,
) -> None:
    """Log-odds of the rows one by one; `out` holds the baseline before."""
    bins = np.empty(slots.shape[0], np.uint8)
    leaves = np.empty(n_trees + 1, np.float64)
    for row in range(values.shape[0]):
        bin_row(values, row, slots, cuts, bins)
        sum_row(words, roots, places, steps, word_values, bins, leaves)
        total = out[row]
        for tree in range(n_trees):
            total += leaves[tree]
        out[row] = total


@njit(cache=True, nogil=True)
def raw_blocks(
    values: Any,
    slots: Any,
    cuts: Any,
    cuts8: Any,
    cuts16: Any,
    cuts32: Any,
    masks: Any,
    questions: Any,
    mask_start: Any,
    leaf_values: Any,
    out: Any,
) -> None:
    """Log-odds of all rows in blocks of 64, the last one filled up; `out` holds the baseline before."""
    bins = np.empty((slots.shape[0], BLOCK), np.uint8)
    whole = values.shape[0] // BLOCK * BLOCK
    for first in range(0, whole, BLOCK):
        bin_block(values, first, slots, cuts, cuts8, cuts16, cuts32, bins)
        sum_block(masks, questions, mask_start, leaf_values, bins, out, first)
    rest = values.shape[0] - whole
    if rest:
        padded = np.zeros((BLOCK, values.shape[1]), np.int64)
        padded[:rest] = values[whole:]
        sums = np.empty(BLOCK, np.float64)
        sums[:rest] = out[whole:]
        sums[rest:] = 0.0
        bin_block(padded, 0, slots, cuts, cuts8, cuts16, cuts32, bins)
        sum_block(masks, questions, mask_start, leaf_values, bins, sums, 0)
        out[whole:] = sums[:rest]


@njit(cache=True, nogil=True)
def logistic(raw: Any, slope: float, intercept: float, out: Any) -> None:
    """Scores of log-odds: 1 / (1 + exp(-(slope * raw + intercept)))."""
    for row in range(raw.shape[0]):
        out[row] = 1.0 / (1.0 + math.exp(-(slope * raw[row] + intercept)))

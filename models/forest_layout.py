"""The layouts in which a forest is scored fast and explained: bins, leaf masks, packed nodes, leaf paths.

A row is binned once: the bin of a value is how many of the forest's own thresholds of that feature lie below it, so
that every comparison of the forest becomes an exact comparison of two bytes. All layouts are made from `Trees` at
loading and never kept.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ModelError
from models.trees import LEAF, Trees

GROUP = 16
"""Trees walked side by side for one row: enough that no walk waits for memory, few enough to stay in registers."""

MAX_LEAVES = 64  # one bit a leaf in a 64-bit word
_MAX_CUTS = 254  # a bin is a byte, and 255 marks a leaf
_MAX_SLOTS = 1 << 12  # bits of a packed node
_MAX_NODES = 1 << 12


@dataclass(frozen=True, slots=True)
class Layout:
    """Arrays derived from the trees.

    Attributes
    ----------
    slots : ndarray of shape (n_used, 6), int64
        For each column that the forest asks: column, first and last+1 cut, smallest cut, largest cut + 1, and how many
        bytes hold the difference of the last two (1, 2, 4 or 8).
    cuts : ndarray of shape (n_cuts,), int64
        Thresholds of each used column, rising.
    cuts8, cuts16, cuts32 : ndarray of shape (n_cuts,), uint8, uint16, uint32
        The same less the column's smallest cut, right where that many bytes hold it.
    masks : ndarray of shape (n_inner,), uint32 or uint64
        Leaves that remain when the node's question is answered no.
    questions : ndarray of shape (n_inner, 2), int64
        Slot and bin of each inner node, tree by tree.
    mask_start : ndarray of shape (n_trees + 1,), int64
    leaf_values : ndarray of shape (n_trees, 32 or 64), float64
        Values from left to right.
    words : ndarray of shape (n_nodes,), uint32
        Slot (12 bits), bin (8), left child from the root (12); the right child follows the left one, and a leaf points
        to itself.
    roots : ndarray of shape (n_walks,), uint32
        Root in `words` of each walk, by rising depth, filled up to whole groups of 16 with walks that count nowhere.
    places : ndarray of shape (n_walks,), int64
        Place of the walk's tree in the sum, `n_trees` for one that counts nowhere.
    steps : ndarray of shape (n_walks / 16,), int64
        Depth of the deepest tree of each group.
    word_values : ndarray of shape (n_nodes,), float64
        Value of a leaf, 0 elsewhere.
    """

    slots: NDArray[np.int64]
    cuts: NDArray[np.int64]
    cuts8: NDArray[np.uint8]
    cuts16: NDArray[np.uint16]
    cuts32: NDArray[np.uint32]
    masks: NDArray[Any]
    questions: NDArray[np.int64]
    mask_start: NDArray[np.int64]
    leaf_values: NDArray[np.float64]
    words: NDArray[np.uint32]
    roots: NDArray[np.uint32]
    places: NDArray[np.int64]
    steps: NDArray[np.int64]
    word_values: NDArray[np.float64]


def build_layout(trees: Trees) -> Layout:
    """Bins, masks and packed nodes of a forest.

    Raises
    ------
    ModelError
        If a tree has more than 64 leaves or a feature more than 254 thresholds.
    """
    slots, cuts, bins = bin_thresholds(trees)
    relative = cuts - np.repeat(slots[:, 3], slots[:, 2] - slots[:, 1])
    masks, questions, mask_start, leaf_values = _leaf_masks(trees, bins)
    words, depths, word_values = _pack(trees, bins)
    roots, places, steps = _walks(trees, depths)
    return Layout(
        slots=slots,
        cuts=cuts,
        cuts8=relative.astype(np.uint8),  # wraps where the column is wider, and is not read there
        cuts16=relative.astype(np.uint16),
        cuts32=relative.astype(np.uint32),
        masks=masks,
        questions=questions,
        mask_start=mask_start,
        leaf_values=leaf_values,
        words=words,
        roots=roots,
        places=places,
        steps=steps,
        word_values=word_values,
    )


def bin_thresholds(trees: Trees) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Slots, their cuts, and for each inner node its slot and bin (-1, -1 in a leaf)."""
    inner = np.flatnonzero(trees.feature != LEAF)
    used = np.unique(trees.feature[inner])
    slots = np.zeros((len(used), 6), np.int64)
    bins = np.full((len(trees.feature), 2), -1, np.int64)
    cuts: list[NDArray[np.int64]] = []
    first = 0
    for slot, column in enumerate(used):
        nodes = inner[trees.feature[inner] == column]
        own, places = np.unique(trees.threshold[nodes], return_inverse=True)
        if len(own) > _MAX_CUTS:
            raise ModelError(f"column {column} has {len(own)} thresholds, expected at most {_MAX_CUTS}")
        low, high = int(own[0]), min(int(own[-1]) + 1, int(np.iinfo(np.int64).max))
        width = next((size for size in (1, 2, 4) if high - low < 1 << (8 * size)), 8)
        slots[slot] = column, first, first + len(own), low, high, width
        bins[nodes, 0], bins[nodes, 1] = slot, places
        cuts.append(own)
        first += len(own)
    if len(used) >= _MAX_SLOTS:
        raise ModelError(f"the forest asks {len(used)} columns, expected fewer than {_MAX_SLOTS}")
    return slots, np.concatenate(cuts) if cuts else np.zeros(0, np.int64), bins


def leaf_ranges(trees: Trees, tree: int) -> tuple[list[int], dict[int, tuple[int, int, int]]]:
    """Leaves of a tree from left to right, and for each inner node the leaves it spans: first, middle, end.

    Returns
    -------
    leaves : list of int
        Node numbers within the tree.
    spans : dict
        Inner node to (first leaf, first leaf of the right child, leaf past the last).
    """
    first = trees.start[tree]
    leaves: list[int] = []
    spans: dict[int, tuple[int, int, int]] = {}

    def visit(node: int) -> None:
        if trees.feature[first + node] == LEAF:
            leaves.append(node)
            return
        start = len(leaves)
        visit(int(trees.left[first + node]))
        middle = len(leaves)
        visit(int(trees.right[first + node]))
        spans[node] = start, middle, len(leaves)

    visit(0)
    return leaves, spans


def _leaf_masks(
    trees: Trees, bins: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Masks, questions, first question of each tree, and leaf values."""
    ranges = [leaf_ranges(trees, tree) for tree in range(len(trees))]
    most = max((len(leaves) for leaves, _ in ranges), default=1)
    if most > MAX_LEAVES:
        raise ModelError(f"a tree has {most} leaves, expected at most {MAX_LEAVES}")
    bits = 32 if most <= 32 else 64
    everything = (1 << bits) - 1
    masks: list[int] = []
    questions: list[NDArray[np.int64]] = []
    mask_start = [0]
    leaf_values = np.zeros((len(trees), bits), np.float64)
    for tree, (leaves, spans) in enumerate(ranges):
        first = trees.start[tree]
        for node, (start, middle, _) in spans.items():
            # A no sends the row right, so no leaf of the left child can be its own
            masks.append(everything ^ ((1 << middle) - (1 << start)))
            questions.append(bins[first + node])
        mask_start.append(len(masks))
        leaf_values[tree, : len(leaves)] = trees.value[first + np.array(leaves)]
    table = np.array(questions, np.int64).reshape(-1, 2)
    kind: Any = np.uint32 if bits == 32 else np.uint64
    return np.array(masks, kind), table, np.array(mask_start, np.int64), leaf_values


def _pack(trees: Trees, bins: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.float64]]:
    """Packed nodes with adjacent children, the depth of each tree, and the value of each packed node."""
    words = np.zeros(len(trees.feature), np.uint32)
    values = np.zeros(len(trees.feature), np.float64)
    depths = np.zeros(len(trees), np.int64)
    for tree in range(len(trees)):
        first, end = int(trees.start[tree]), int(trees.start[tree + 1])
        if end - first > _MAX_NODES:
            raise ModelError(f"a tree has {end - first} nodes, expected at most {_MAX_NODES}")
        order, levels = [0], [0]  # packed place -> node of the tree, and how deep it lies
        place = 0
        while place < len(order):
            node = first + order[place]
            if trees.feature[node] == LEAF:
                words[first + place] = 255 << 12 | place
                values[first + place] = trees.value[node]
            else:
                words[first + place] = int(bins[node, 0]) << 20 | int(bins[node, 1]) << 12 | len(order)
                order += [int(trees.left[node]), int(trees.right[node])]
                levels += [levels[place] + 1] * 2
            place += 1
        depths[tree] = max(levels)
    return words, depths, values


def _walks(trees: Trees, depths: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int64]]:
    """Roots, places and steps: trees of like depth walk together."""
    order = np.argsort(depths, kind="stable")
    spare = -len(order) % GROUP
    roots = np.concatenate([trees.start[order], np.zeros(spare, np.int64)]).astype(np.uint32)
    places = np.concatenate([order, np.full(spare, len(order))]).astype(np.int64)
    deepest = np.concatenate([depths[order], np.zeros(spare, np.int64)]).reshape(-1, GROUP).max(axis=1)
    return roots, places, deepest.astype(np.int64)

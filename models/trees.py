"""Boosted trees as plain arrays: what is kept of a fitted gradient boosting, and nothing else.

A tree is a run of nodes; a node asks whether an integer feature is at most a threshold, or holds a leaf's value.
Thresholds become integers exactly, because every feature is an integer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ModelError

LEAF = -1
_LARGEST = int(np.iinfo(np.int64).max)
_SMALLEST = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True)
class Trees:
    """A sum of trees over integer features.

    Attributes
    ----------
    start : ndarray of shape (n_trees + 1,), int64
        First node of each tree; the root comes first.
    feature : ndarray of shape (n_nodes,), int32
        Column asked, -1 in a leaf.
    threshold : ndarray of shape (n_nodes,), int64
        A row goes left if its value is at most this.
    left, right : ndarray of shape (n_nodes,), int32
        Children, counted from the tree's root.
    value : ndarray of shape (n_nodes,), float64
        Log-odds of a leaf, 0 elsewhere.
    cover : ndarray of shape (n_nodes,), float64
        Training rows that reached the node.
    baseline : ndarray of shape (1,), float64
        Log-odds before the first tree.
    n_features : ndarray of shape (1,), int64
    """

    start: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: NDArray[np.int64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    cover: NDArray[np.float64]
    baseline: NDArray[np.float64]
    n_features: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start) - 1

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The fields by name, as the registry keeps them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Trees":
        """Trees of kept arrays; a wrong shape or a child outside its tree is refused.

        Raises
        ------
        ModelError
            If an array is missing, or the nodes do not form trees.
        """
        kinds = {"start": np.int64, "threshold": np.int64, "n_features": np.int64}
        kinds |= dict.fromkeys(("feature", "left", "right"), np.int32)  # type: ignore[arg-type]
        kinds |= dict.fromkeys(("value", "cover", "baseline"), np.float64)  # type: ignore[arg-type]
        for name, kind in kinds.items():
            if name not in arrays or arrays[name].dtype != kind:
                raise ModelError(f"forest array {name}: expected {np.dtype(kind)}, found {_found(arrays, name)}")
        trees = cls(**{name: np.ascontiguousarray(arrays[name]) for name in kinds})
        trees._check()
        return trees

    def _check(self) -> None:
        """Every walk ends in a leaf of its own tree, and no column lies outside the row."""
        size = np.diff(self.start)
        nodes = len(self.feature)
        lengths = {len(getattr(self, name)) for name in ("threshold", "left", "right", "value", "cover")}
        if lengths != {nodes} or self.start[0] != 0 or self.start[-1] != nodes or (size < 1).any():
            raise ModelError(f"forest arrays disagree: {nodes} nodes, tree starts end at {self.start[-1]}")
        own = np.arange(nodes) - np.repeat(self.start[:-1], size)
        inner = self.feature != LEAF
        limit = np.repeat(size, size)
        for child in (self.left, self.right):
            # A child after its parent cannot lead back, so a walk ends
            if ((child <= own) | (child >= limit))[inner].any():
                raise ModelError("forest arrays disagree: a child lies before its parent or outside its tree")
        if (self.feature[inner] < 0).any() or (self.feature >= self.n_features[0]).any():
            raise ModelError(f"forest arrays disagree: a node asks a column outside 0 to {self.n_features[0] - 1}")


def _found(arrays: Mapping[str, NDArray[Any]], name: str) -> str:
    """What stands where an array was expected."""
    return str(arrays[name].dtype) if name in arrays else "nothing"


def integer_threshold(threshold: float) -> int:
    """The largest integer whose nearest float64 is at most `threshold`.

    scikit-learn compares floats; beyond 2**53 several integers share one float, and they must go the same way here.

    Examples
    --------
    >>> integer_threshold(3.7), integer_threshold(-0.5), integer_threshold(2.0**53)
    (3, -1, 9007199254740993)
    """
    if threshold >= 2.0**63:
        return _LARGEST
    if threshold < -(2.0**63):
        return _SMALLEST
    low = int(np.floor(threshold))
    if abs(low) < 2**53:
        return low
    # Up to half a unit in the last place above `low` still rounds down to it
    high = min(low + int(np.spacing(abs(threshold))), _LARGEST)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if float(middle) <= threshold else (low, middle - 1)
    return low


def from_boosting(classifier: Any, columns: NDArray[np.int64], n_features: int) -> Trees:
    """The trees of a fitted HistGradientBoostingClassifier of two classes.

    Parameters
    ----------
    classifier : sklearn.ensemble.HistGradientBoostingClassifier
        Fitted on integer columns without missing values or categories.
    columns : ndarray of shape (n_fitted,), int64
        Column of the feature row that each fitted column came from.
    n_features : int
        Columns of a feature row.

    Raises
    ------
    ModelError
        If the classifier has more than two classes or categorical splits.
    """
    rounds = classifier._predictors  # the only place where the fitted nodes are kept
    if any(len(trees) != 1 for trees in rounds):
        raise ModelError(f"expected a classifier of two classes, found {len(rounds[0])} trees a round")
    nodes = [trees[0].nodes for trees in rounds]
    table = np.concatenate(nodes) if nodes else np.zeros(0, dtype=[])
    if nodes and table["is_categorical"].any():
        raise ModelError("expected numerical splits only, found a categorical one")
    leaf = table["is_leaf"].astype(bool)
    thresholds = np.zeros(len(table), np.int64)
    thresholds[~leaf] = [integer_threshold(float(value)) for value in table["num_threshold"][~leaf]]
    return Trees(
        start=np.concatenate([[0], np.cumsum([len(tree) for tree in nodes])]).astype(np.int64),
        feature=np.where(leaf, LEAF, columns[np.where(leaf, 0, table["feature_idx"])]).astype(np.int32),
        threshold=thresholds,
        left=np.where(leaf, 0, table["left"]).astype(np.int32),
        right=np.where(leaf, 0, table["right"]).astype(np.int32),
        value=np.where(leaf, table["value"], 0.0),
        cover=table["count"].astype(np.float64),
        baseline=np.asarray(classifier._baseline_prediction, np.float64).reshape(1),
        n_features=np.array([n_features], np.int64),
    )

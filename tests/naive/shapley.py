"""Naive twin of `models/attribution.py`: Shapley values of one tree ensemble by the definition, over all coalitions."""

from itertools import combinations
from math import factorial

from models.trees import LEAF, Trees


def known_value(trees: Trees, tree: int, node: int, row, known: set[int]) -> float:
    """What a tree answers if only the features in `known` are known: others are averaged by cover."""
    first = trees.start[tree]
    here = first + node
    if trees.feature[here] == LEAF:
        return float(trees.value[here])
    left, right = int(trees.left[here]), int(trees.right[here])
    if int(trees.feature[here]) in known:
        child = left if int(row[trees.feature[here]]) <= int(trees.threshold[here]) else right
        return known_value(trees, tree, child, row, known)
    share = trees.cover[first + left] / trees.cover[here]
    return share * known_value(trees, tree, left, row, known) + (1 - share) * known_value(
        trees, tree, right, row, known
    )


def worth(trees: Trees, row, known: set[int]) -> float:
    """What the ensemble answers if only the features in `known` are known."""
    return float(trees.baseline[0]) + sum(known_value(trees, tree, 0, row, known) for tree in range(len(trees)))


def shapley(trees: Trees, row) -> list[float]:
    """Shapley value of each feature: its mean gain over all orders in which features become known."""
    n = int(trees.n_features[0])
    values = []
    for feature in range(n):
        others = [other for other in range(n) if other != feature]
        total = 0.0
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for coalition in combinations(others, size):
                total += weight * (worth(trees, row, {*coalition, feature}) - worth(trees, row, set(coalition)))
        values.append(total)
    return values

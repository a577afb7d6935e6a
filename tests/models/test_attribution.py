"""Contributions are the Shapley values of the definition, and add up to the log-odds."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from models.attribution import Explainer
from models.forest import Forest
from models.trees import Trees, from_boosting
from tests.naive.shapley import shapley, worth


def small_forest(seed: int, n_features: int = 5, **parameters) -> tuple[np.ndarray, Forest]:
    """Rows and a forest of a few deep trees that ask the same features again and again."""
    random = np.random.default_rng(seed)
    values = random.integers(-20, 20, (400, n_features))
    labels = (values[:, 0] * values[:, 1] > 0) ^ (values[:, 2] > 5) ^ (random.random(400) < 0.1)
    defaults = {"max_iter": 5, "max_leaf_nodes": 12, "min_samples_leaf": 3, "early_stopping": False}
    classifier = HistGradientBoostingClassifier(**defaults | parameters).fit(values.astype(float), labels)
    return values, Forest(from_boosting(classifier, np.arange(n_features), n_features))


@pytest.mark.parametrize("seed", range(4))
def test_contributions_are_the_shapley_values_of_the_definition(seed):
    values, forest = small_forest(seed)
    explainer = Explainer(forest)
    for row in values[:12]:
        assert explainer.contributions(row) == pytest.approx(shapley(forest.trees, row), abs=1e-12)


def test_expected_is_the_worth_of_knowing_nothing():
    values, forest = small_forest(0)
    assert Explainer(forest).expected == pytest.approx(worth(forest.trees, values[0], set()), abs=1e-12)


def test_contributions_add_up_to_the_log_odds():
    values, forest = small_forest(7, n_features=12, max_iter=60, max_leaf_nodes=31)
    explainer = Explainer(forest)
    raw = forest.raw(values)
    for row, expected in zip(values, raw, strict=True):
        assert explainer.expected + explainer.contributions(row).sum() == pytest.approx(expected, abs=1e-10)


def test_long_path_of_distinct_features_stays_exact():
    """A chain of 20 questions, each of another feature: weights of large coalitions are tiny and must not be lost."""
    n = 20
    nodes = 2 * n + 1
    feature, left, right = np.full(nodes, -1, np.int32), np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    value, cover = np.zeros(nodes), np.ones(nodes)
    for depth in range(n):
        feature[2 * depth], left[2 * depth], right[2 * depth] = depth, 2 * depth + 1, 2 * depth + 2
        value[2 * depth + 1], cover[2 * depth] = depth - 3.0, 2.0 ** (n - depth)
        cover[2 * depth + 1] = 2.0 ** (n - depth) * 0.3
    for depth in range(1, n):
        cover[2 * depth] = cover[2 * depth - 2] - cover[2 * depth - 1]
    cover[2 * n] = cover[2 * n - 2] - cover[2 * n - 1]
    value[2 * n] = 50.0
    trees = Trees(
        start=np.array([0, nodes]), feature=feature, threshold=np.zeros(nodes, np.int64), left=left, right=right,
        value=value, cover=cover, baseline=np.array([0.5]), n_features=np.array([n]),
    )  # fmt: skip
    forest = Forest(trees)
    explainer = Explainer(forest)
    for row in (np.ones(n, np.int64), np.zeros(n, np.int64), np.arange(n) % 2):
        total = explainer.expected + explainer.contributions(row).sum()
        assert total == pytest.approx(forest.raw(row.reshape(1, -1))[0], abs=1e-10)


def test_feature_that_no_tree_asks_contributes_nothing():
    values, forest = small_forest(3, n_features=6, max_iter=1, max_leaf_nodes=3)
    asked = set(forest.layout.slots[:, 0].tolist())
    contributions = Explainer(forest).contributions(values[0])
    assert {int(column) for column in np.flatnonzero(contributions)} <= asked

"""The forest equals scikit-learn to the last bit, at any batch size and any width of values."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from models.base import ModelError
from models.forest import FEW, Forest
from models.trees import LEAF, Trees, from_boosting, integer_threshold


def fit(values: np.ndarray, seed: int = 0, **parameters) -> HistGradientBoostingClassifier:
    """A small boosting on labels that hang on every column."""
    random = np.random.default_rng(seed)
    ranks = values.argsort(axis=0).argsort(axis=0) / len(values)
    labels = ranks.mean(axis=1) + 0.1 * random.standard_normal(len(values)) > 0.5
    defaults = {"max_iter": 40, "max_leaf_nodes": 31, "min_samples_leaf": 5, "early_stopping": False, "random_state": 0}
    return HistGradientBoostingClassifier(**defaults | parameters).fit(values.astype(np.float64), labels)


def columns_of_every_width(n: int, seed: int = 0) -> np.ndarray:
    """Columns whose thresholds span one, two, four and eight bytes, with ties and negatives."""
    random = np.random.default_rng(seed)
    return np.column_stack(
        [
            random.poisson(3, n),
            random.integers(-300, 300, n),
            random.integers(-(2**31), 2**31, n),
            random.integers(-(2**62), 2**62, n),
            random.choice([2**53 + 1, 2**53 + 3, 2**54 + 2, 2**60 + 64, 2**60 + 65], n),
            random.integers(0, 2, n),
        ]
    ).astype(np.int64)


def forest_of(classifier: HistGradientBoostingClassifier, n_features: int) -> Forest:
    """The flat forest of a classifier fitted on all columns."""
    return Forest(from_boosting(classifier, np.arange(n_features), n_features))


@pytest.fixture(scope="module")
def fitted() -> tuple[np.ndarray, HistGradientBoostingClassifier, Forest]:
    """Rows, classifier and forest."""
    values = columns_of_every_width(3000)
    classifier = fit(values)
    return values, classifier, forest_of(classifier, values.shape[1])


def test_log_odds_equal_scikit_learn_to_the_last_bit(fitted):
    values, classifier, forest = fitted
    expected = classifier._raw_predict(values.astype(np.float64)).ravel()
    assert np.array_equal(forest.raw(values), expected)


def test_scores_equal_predict_proba(fitted):
    values, classifier, forest = fitted
    expected = classifier.predict_proba(values.astype(np.float64))[:, 1]
    assert np.abs(forest.score(values) - expected).max() <= 1e-15


@pytest.mark.parametrize("size", [1, 2, FEW, FEW + 1, 63, 64, 65, 200])
def test_row_scores_the_same_in_any_batch(fitted, size):
    values, _, forest = fitted
    whole = forest.raw(values[:640])
    parts = [forest.raw(np.ascontiguousarray(values[at : min(at + size, 640)])) for at in range(0, 640, size)]
    assert np.array_equal(np.concatenate(parts), whole)


def test_values_beyond_every_threshold_go_the_same_way(fitted):
    _, classifier, forest = fitted
    edge = np.iinfo(np.int64)
    values = np.array([[edge.min] * 6, [edge.max] * 6, [0] * 6, [-1] * 6, [edge.max, edge.min] * 3], np.int64)
    expected = classifier._raw_predict(values.astype(np.float64)).ravel()
    assert np.array_equal(forest.raw(values), expected)
    assert np.array_equal(forest.raw(np.repeat(values, 40, axis=0)), np.repeat(expected, 40))


def test_values_on_and_beside_thresholds_go_the_same_way(fitted):
    values, classifier, forest = fitted
    rows = []
    for column, first, end, *_ in forest.layout.slots:
        for cut in forest.layout.cuts[first:end]:
            for near in (-1, 0, 1):
                row = values[len(rows) % len(values)].copy()
                row[column] = cut + near
                rows.append(row)
    near_cuts = np.array(rows)
    expected = classifier._raw_predict(near_cuts.astype(np.float64)).ravel()
    assert np.array_equal(forest.raw(near_cuts), expected)


@pytest.mark.parametrize("leaves", [2, 31, 33, 64])
def test_trees_of_up_to_64_leaves_are_scored(leaves):
    values = columns_of_every_width(4000, seed=leaves)
    classifier = fit(values, max_leaf_nodes=leaves, max_iter=7)
    forest = forest_of(classifier, values.shape[1])
    expected = classifier._raw_predict(values.astype(np.float64)).ravel()
    assert np.array_equal(forest.raw(values), expected)
    assert np.array_equal(forest.raw(values[:3]), expected[:3])


def test_trees_of_more_than_64_leaves_are_refused():
    values = columns_of_every_width(4000)
    with pytest.raises(ModelError, match=r"a tree has \d+ leaves, expected at most 64"):
        forest_of(fit(values, max_leaf_nodes=100, max_iter=2), values.shape[1])


def test_trees_without_a_split_add_their_only_leaf():
    values = columns_of_every_width(200)
    classifier = fit(values, min_samples_leaf=150, max_iter=3)
    forest = forest_of(classifier, values.shape[1])
    assert (forest.trees.feature == LEAF).all()
    assert np.array_equal(forest.raw(values), classifier._raw_predict(values.astype(np.float64)).ravel())


def test_columns_that_were_not_shown_do_not_matter():
    values = columns_of_every_width(2000)
    shown = np.array([1, 3, 5])
    classifier = fit(values[:, shown])
    forest = Forest(from_boosting(classifier, shown, values.shape[1]))
    other = values.copy()
    other[:, [0, 2, 4]] = 7
    assert np.array_equal(forest.raw(other), classifier._raw_predict(values[:, shown].astype(np.float64)).ravel())


def test_kept_trees_score_the_same(fitted):
    values, _, forest = fitted
    assert np.array_equal(Forest.from_arrays(forest.arrays()).raw(values), forest.raw(values))


def test_three_classes_are_refused():
    values = columns_of_every_width(300)
    classifier = HistGradientBoostingClassifier(max_iter=2).fit(values.astype(float), np.arange(300) % 3)
    with pytest.raises(ModelError, match="expected a classifier of two classes, found 3 trees a round"):
        from_boosting(classifier, np.arange(6), 6)


@pytest.mark.parametrize(
    "threshold", [0.0, -0.5, 1e-300, 2.0**53 - 0.5, 2.0**53, 2.0**53 + 6, 2.0**62, -(2.0**60), 3e18]
)
def test_integer_threshold_splits_integers_as_the_float_does(threshold):
    edge = integer_threshold(threshold)
    assert float(edge) <= threshold
    assert float(edge + 1) > threshold


def test_integer_threshold_beyond_the_integers_is_their_end():
    assert integer_threshold(np.inf) == np.iinfo(np.int64).max
    assert integer_threshold(-np.inf) == np.iinfo(np.int64).min


def test_kept_tree_with_a_loop_is_refused(fitted):
    arrays = fitted[2].arrays()
    left = arrays["left"].copy()
    inner = np.flatnonzero(arrays["feature"] != LEAF)[1]
    left[inner] = 0
    with pytest.raises(ModelError, match="a child lies before its parent or outside its tree"):
        Trees.from_arrays(arrays | {"left": left})


def test_kept_tree_that_asks_a_missing_column_is_refused(fitted):
    arrays = fitted[2].arrays()
    with pytest.raises(ModelError, match="a node asks a column outside 0 to 1"):
        Trees.from_arrays(arrays | {"n_features": np.array([2])})


def test_missing_array_is_named(fitted):
    arrays = fitted[2].arrays()
    del arrays["cover"]
    with pytest.raises(ModelError, match="forest array cover: expected float64, found nothing"):
        Trees.from_arrays(arrays)

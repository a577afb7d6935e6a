"""Slices in time respect the delay of labels; figures equal scikit-learn's; intervals hold the truth."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from models.base import ModelError
from models.validation import area_under_curve, average_precision, block_interval, brier, split_in_time
from tests.models.builders import DAY_MS, START

NONE = np.zeros(0, np.int64)


def scored(n: int = 500, seed: int = 0, share: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """Scores with many ties, and labels that hang on them."""
    random = np.random.default_rng(seed)
    scores = np.round(random.random(n), 1)
    return scores, random.random(n) < share + 0.3 * scores


@pytest.mark.parametrize("seed", range(5))
def test_figures_equal_scikit_learn_with_ties_and_weights(seed):
    scores, labels = scored(seed=seed)
    weights = np.random.default_rng(seed).integers(0, 4, len(scores)).astype(float)
    assert average_precision(scores, labels) == pytest.approx(average_precision_score(labels, scores))
    assert area_under_curve(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
    weighted = average_precision_score(labels, scores, sample_weight=weights)
    assert average_precision(scores, labels, weights) == pytest.approx(weighted)
    assert area_under_curve(scores, labels, weights) == pytest.approx(
        roc_auc_score(labels, scores, sample_weight=weights)
    )


def test_figures_of_one_class_cannot_be_measured():
    scores = np.array([0.1, 0.2])
    assert np.isnan(average_precision(scores, np.zeros(2, bool)))
    assert np.isnan(area_under_curve(scores, np.ones(2, bool)))
    assert np.isnan(area_under_curve(np.zeros(0), np.zeros(0, bool)))


def test_brier_of_sure_and_right_is_zero():
    assert brier(np.array([0.0, 1.0]), np.array([False, True])) == 0.0


def test_slices_do_not_overlap_and_keep_their_order():
    clock = np.sort(START + np.random.default_rng(0).integers(0, 30 * DAY_MS, 5000))
    split = split_in_time(clock, clock[:10], clock[:10] + DAY_MS)
    train, validation, test = split.train(clock), split.validation(clock), split.test(clock)
    assert clock[train].max() < clock[validation].min() <= clock[validation].max() < clock[test].min()
    assert test.sum() == pytest.approx(1000, abs=2)


def test_gap_leaves_out_rows_too_young_for_their_labels():
    clock = START + np.arange(0, 30 * DAY_MS, DAY_MS // 24)
    split = split_in_time(clock, NONE, NONE, gap_ms=2 * DAY_MS)
    assert clock[split.train(clock)].max() <= split.train_end - 2 * DAY_MS
    assert clock[split.validation(clock)].max() <= split.validation_end - 2 * DAY_MS
    assert clock[split.test(clock)].max() == clock[-1]


def test_gap_is_the_time_in_which_nine_of_ten_labels_become_known():
    clock = START + np.arange(0, 300 * DAY_MS, DAY_MS)
    delays = np.array([1] * 9 + [90]) * DAY_MS
    assert split_in_time(clock, clock[:10], clock[:10] + delays).gap_ms == DAY_MS


def test_gap_leaves_most_of_each_slice():
    clock = START + np.arange(0, 30 * DAY_MS, DAY_MS // 2)
    split = split_in_time(clock, clock[:10], clock[:10] + 8 * DAY_MS)
    assert split.gap_ms == (split.validation_end - split.train_end) // 3


def test_gap_does_not_look_at_labels_that_became_known_later():
    clock = START + np.arange(0, 300 * DAY_MS, DAY_MS)
    known_at = clock[:20] + np.repeat([2, 290], 10) * DAY_MS
    assert split_in_time(clock, clock[:20], known_at).gap_ms == 2 * DAY_MS


def test_rows_of_one_moment_cannot_be_split():
    with pytest.raises(ModelError, match="span too little time to split: 10 rows within 0 s"):
        split_in_time(np.full(10, START), NONE, NONE)


def test_shares_that_leave_nothing_are_refused():
    with pytest.raises(ModelError, match=r"shares must be above 0 and add up to less than 1, got 0\.8 and 0\.2"):
        split_in_time(np.arange(10), NONE, NONE, shares=(0.8, 0.2))


def test_interval_holds_the_figure_and_is_the_same_for_the_same_seed():
    scores, labels = scored(3000)
    clock = np.sort(START + np.random.default_rng(1).integers(0, 20 * DAY_MS, 3000))
    low, high = block_interval(area_under_curve, scores, labels, clock, seed=3)
    assert low < area_under_curve(scores, labels) < high
    assert (low, high) == block_interval(area_under_curve, scores, labels, clock, seed=3)


def test_interval_is_wider_when_rows_of_a_day_hang_together():
    random = np.random.default_rng(2)
    day = np.repeat(np.arange(20), 100)
    clock = START + day * DAY_MS
    labels = random.random(2000) < 0.3
    alone = labels * 0.5 + random.random(2000)
    together = labels * np.repeat(random.random(20) * 3 - 1, 100) + random.random(2000)
    widths = []
    for scores in (alone, together):
        low, high = block_interval(area_under_curve, scores, labels, clock, seed=0)
        widths.append(high - low)
    assert widths[1] > 2 * widths[0]

"""The threshold keeps to the budget of alerts a day and is the best there."""

import numpy as np
import pytest

from models.threshold import choose_threshold, episodes, measure_at, measure_budget
from tests.models.builders import DAY_MS, START


def test_events_of_one_subject_on_one_day_are_one_episode():
    subject = np.array([7, 7, 7, 8], np.uint64)
    clock = np.array([START, START + 1, START + DAY_MS, START])
    own = episodes(subject, clock)
    assert len(own.day) == 3
    assert own.of_row[0] == own.of_row[1] != own.of_row[2]
    assert own.n_days == 2


def test_threshold_takes_the_best_f1_within_the_budget():
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.1])
    labels = np.array([True, True, False, False, False])
    own = episodes(np.arange(5, dtype=np.uint64), np.full(5, START))
    threshold = choose_threshold(scores, labels, own, budget=4)
    assert 0.7 < threshold.score < 0.8
    assert measure_at(scores, labels, own, threshold.score)["f1"] == 1.0
    assert threshold.rule == "best F1 within 4 alerts a day"


def test_threshold_never_breaks_the_budget_even_for_a_better_f1():
    random = np.random.default_rng(0)
    scores = random.random(2000)
    labels = scores > 0.5
    own = episodes(random.integers(0, 500, 2000).astype(np.uint64), START + random.integers(0, 5 * DAY_MS, 2000))
    threshold = choose_threshold(scores, labels, own, budget=7)
    assert 0 < measure_at(scores, labels, own, threshold.score)["alerts_per_day"] <= 7


def test_many_events_of_one_subject_are_one_alert_of_the_budget():
    scores = np.concatenate([np.full(50, 0.9), [0.5]])
    labels = np.ones(51, bool)
    own = episodes(np.array([1] * 50 + [2], np.uint64), np.full(51, START))
    assert choose_threshold(scores, labels, own, budget=2).score < 0.5


def test_budget_below_the_highest_tie_alerts_nothing():
    scores = np.full(10, 0.9)
    own = episodes(np.arange(10, dtype=np.uint64), np.full(10, START))
    threshold = choose_threshold(scores, np.ones(10, bool), own, budget=3)
    assert threshold.score > 0.9
    assert threshold.rule == "no score keeps to the budget"


def test_without_positives_the_budget_alone_decides():
    scores = np.linspace(0, 1, 11)
    own = episodes(np.arange(11, dtype=np.uint64), np.full(11, START))
    threshold = choose_threshold(scores, np.zeros(11, bool), own, budget=3)
    assert (scores >= threshold.score).sum() == 3
    assert "no positives" in threshold.rule


def test_without_positives_no_row_below_one_half_alerts():
    own = episodes(np.arange(11, dtype=np.uint64), np.full(11, START))
    threshold = choose_threshold(np.linspace(0, 0.4, 11), np.zeros(11, bool), own, budget=3)
    assert threshold.score == 0.5


def test_threshold_is_never_below_one_chance_in_a_hundred():
    own = episodes(np.arange(3, dtype=np.uint64), np.full(3, START))
    threshold = choose_threshold(np.array([0.003, 0.002, 0.001]), np.array([True, False, False]), own, budget=3)
    assert threshold.score == 0.01
    assert threshold.rule == "best F1 within 3 alerts a day, held at 0.01"


def test_budget_takes_the_highest_episodes_of_each_day():
    clock = START + np.array([0, 0, 0, DAY_MS, DAY_MS, DAY_MS])
    scores = np.array([0.9, 0.5, 0.1, 0.3, 0.2, 0.1])
    labels = np.array([True, True, False, False, False, True])
    own = episodes(np.arange(6, dtype=np.uint64), clock)
    found = measure_budget(scores, labels, own, 1)
    assert found["precision"] == 0.5
    assert found["recall"] == pytest.approx(1 / 3)


def test_figures_of_nothing_are_none():
    own = episodes(np.zeros(0, np.uint64), np.zeros(0, np.int64))
    found = measure_at(np.zeros(0), np.zeros(0, bool), own, 0.5)
    assert found["precision"] is None
    assert found["recall"] is None
    assert measure_budget(np.zeros(0), np.zeros(0, bool), own, 5)["precision"] is None

"""Calibration finds the slope and intercept that were bent, and leaves alone what it cannot judge."""

import numpy as np
import pytest

from models.calibration import FEWEST, fit_calibration


def outcomes(logit: np.ndarray, seed: int = 0) -> np.ndarray:
    """Labels that come true as often as the log-odds say."""
    return np.random.default_rng(seed).random(len(logit)) < 1 / (1 + np.exp(-logit))


def test_bent_log_odds_are_straightened():
    logit = np.random.default_rng(1).normal(-3, 2, 50_000)
    slope, intercept = fit_calibration((logit - 1.0) / 0.4, outcomes(logit))
    assert slope == pytest.approx(0.4, rel=0.05)
    assert intercept == pytest.approx(1.0, abs=0.15)


def test_mean_score_meets_the_rate_of_positives():
    logit = np.random.default_rng(2).normal(-6, 2, 50_000)
    labels = outcomes(logit)
    slope, intercept = fit_calibration(3 * logit + 5, labels)
    assert (1 / (1 + np.exp(-(slope * (3 * logit + 5) + intercept)))).mean() == pytest.approx(labels.mean(), rel=0.02)


def test_few_positives_leave_scores_as_they_are():
    raw = np.arange(1000.0)
    labels = np.zeros(1000, bool)
    labels[-FEWEST + 1 :] = True
    assert fit_calibration(raw, labels) == (1.0, 0.0)


def test_log_odds_that_mislead_are_left_as_they_are():
    logit = np.random.default_rng(3).normal(0, 2, 5000)
    assert fit_calibration(-logit, outcomes(logit)) == (1.0, 0.0)


def test_classes_that_are_apart_give_a_finite_slope():
    raw = np.concatenate([np.linspace(-9, -5, 500), np.linspace(5, 9, 500)])
    slope, intercept = fit_calibration(raw, raw > 0)
    assert 0 < slope < 10
    assert abs(intercept) < 1

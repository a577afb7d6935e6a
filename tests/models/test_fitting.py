"""The fit sees the past only, and the card says what was done."""

from dataclasses import replace

import numpy as np
import pytest

from models.base import ModelError
from models.recipe import recipe_of, recipes
from tests.models.builders import DAY_MS, fitted, rows

FRAUD = recipes()["fraud_boosting"]


def test_model_learns_what_makes_rows_risky():
    card = fitted(FRAUD).card
    assert card.metrics["auc"] > 0.8
    assert next(iter(card.importance)) in ("count_1d", "seconds_since")
    low, high = card.metrics["auc_interval"]
    assert low < card.metrics["auc"] < high


def test_scores_come_true():
    card = fitted(FRAUD, rows(20_000)).card
    assert card.metrics["mean_score"] == pytest.approx(card.metrics["positives"] / card.metrics["rows"], rel=0.15)


def test_threshold_keeps_to_the_budget():
    card = fitted(FRAUD, budget=5).card
    assert card.metrics["validation"]["at_threshold"]["alerts_per_day"] <= 5
    assert card.protocol["threshold_rule"] == "best F1 within 5 alerts a day"


def test_column_that_tells_the_date_is_not_shown():
    card = fitted(FRAUD).card
    assert card.unused == ("history_days",)


def test_labels_not_known_in_time_are_not_used():
    labelled = rows(delay_ms=0)
    late = replace(labelled, known_at=labelled.known_at + 400 * DAY_MS)
    with pytest.raises(ModelError, match=r"found 0 positive and \d+ negative; \d+ more became known only after 2025-"):
        fitted(FRAUD, late)


def test_one_class_is_refused():
    labelled = rows()
    with pytest.raises(
        ModelError, match=r"expected at least 10 rows of each class among the \d+ training rows, found 0 pos"
    ):
        fitted(FRAUD, replace(labelled, positive=np.zeros(len(labelled.clock), bool)))


def test_nine_positives_are_too_few():
    labelled = rows()
    positive = labelled.positive & (np.cumsum(labelled.positive) <= 9)
    with pytest.raises(ModelError, match="found 9 positive"):
        fitted(FRAUD, replace(labelled, positive=positive))


def test_unusable_rows_neither_train_nor_count():
    labelled = rows()
    usable = np.arange(len(labelled.clock)) % 2 == 0
    card = fitted(FRAUD, replace(labelled, usable=usable)).card
    half = rows()
    chosen = {name: getattr(half, name)[usable] for name in half.__slots__ if name != "features"}
    assert card.metrics == fitted(FRAUD, replace(half, **chosen)).card.metrics
    assert card.counts["left_out_rows"] == 2000


def test_sampled_negatives_keep_scores_at_the_rate_of_positives():
    labelled = rows(20_000)
    rare = replace(labelled, positive=labelled.positive & (np.random.default_rng(0).random(20_000) < 0.2))
    card = fitted(FRAUD, rare, max_rows=3000).card
    assert card.counts["fitted_rows"] == 3000
    assert card.metrics["mean_score"] == pytest.approx(card.metrics["positives"] / card.metrics["rows"], rel=0.25)


@pytest.mark.parametrize("weight", [1.0, 30.0])
def test_weight_of_positives_is_taken_out_of_the_log_odds_again(weight):
    from models.fitting import Plan, fit_model
    from tests.models.builders import SMALL

    labelled = rows(20_000)
    rare = replace(labelled, positive=labelled.positive & (np.random.default_rng(0).random(20_000) < 0.2))
    plan = Plan(parameters=SMALL["fraud_boosting"] | {"positive_weight": weight})
    model = fit_model(FRAUD, rare, np.ones(8, bool), plan).model
    uncalibrated = (1 / (1 + np.exp(-model.raw(rare.values)))).mean()
    assert uncalibrated == pytest.approx(rare.positive.mean(), rel=0.25)


def test_weight_that_is_not_positive_is_refused():
    from models.fitting import Plan, fit_model

    with pytest.raises(ModelError, match="positive_weight must be above 0, got 0"):
        fit_model(FRAUD, rows(), np.ones(8, bool), Plan(parameters={"positive_weight": 0}))


def test_refit_uses_all_rows_and_says_so():
    first, last = fitted(FRAUD), fitted(FRAUD, refit=True)
    assert last.card.metrics == first.card.metrics
    assert last.card.counts["fitted_rows"] > first.card.counts["fitted_rows"]
    assert last.card.protocol["final_fit"].startswith("all rows")
    assert last.card.version > first.card.version


def test_unknown_parameter_is_named():
    from models.fitting import Plan, fit_model

    with pytest.raises(ModelError, match="model fraud_boosting has no parameter trees; it has l2_regularization, "):
        fit_model(FRAUD, rows(), np.ones(8, bool), Plan(parameters={"trees": 3}))


def test_unknown_recipe_is_named():
    assert recipe_of("fraud") is FRAUD
    with pytest.raises(ModelError, match="unknown model 'frauds'; there are default_logistic, fraud_boosting, "):
        recipe_of("frauds")

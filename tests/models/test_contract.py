"""What every model promises, held against every recipe of the floor."""

from dataclasses import replace

import numpy as np
import pytest

from models.base import FeatureMismatchError, Model
from models.recipe import recipes
from models.registry import Registry, signing_key
from tests.models.builders import fitted, rows

NAMES = sorted(recipes())
FRESH = rows(300, seed=77).values


@pytest.fixture(scope="module", params=NAMES)
def model(request) -> Model:
    """A small fitted model of each recipe."""
    return fitted(recipes()[request.param]).model


def log_odds(score: float) -> float:
    """Log-odds of a score."""
    return float(np.log(score / (1 - score)))


def test_file_bears_the_models_name():
    for name, recipe in recipes().items():
        assert recipe.load.__module__.startswith("models.")
        assert __import__(f"models.{name}", fromlist=["RECIPE"]).RECIPE is recipe


def test_model_answers_the_protocol(model):
    assert isinstance(model, Model)
    assert model.name in NAMES
    assert model.card.version == model.version
    assert model.target in ("payment", "loan")
    assert 0 < model.threshold <= 1 + 1e-9


def test_scores_lie_in_0_to_1(model):
    edge = np.iinfo(np.int64)
    extreme = np.array([[edge.max] * 8, [edge.min + 1] * 8, [0] * 8, [edge.min] * 8], np.int64)
    for values in (FRESH, extreme):
        scores = model.score(values)
        assert scores.shape == (len(values),)
        assert scores.dtype == np.float64
        assert ((scores >= 0) & (scores <= 1)).all()


def test_same_seed_gives_the_same_model(model):
    again = fitted(recipes()[model.name]).model
    assert again.version == model.version
    assert np.array_equal(again.score(FRESH), model.score(FRESH))


def test_model_survives_save_and_load_bit_for_bit(model, tmp_path):
    registry = Registry(tmp_path, signing_key(b"k" * 32))
    registry.save(model)
    loaded = registry.load(model.name, features=model.features)
    assert np.array_equal(loaded.score(FRESH), model.score(FRESH))
    assert loaded.reasons(FRESH[0]) == model.reasons(FRESH[0])


def test_other_number_of_features_is_refused(model):
    with pytest.raises(FeatureMismatchError, match=f"model {model.name} was fitted on 8 features, got 7"):
        model.score(np.ascontiguousarray(FRESH[:, :7]))
    with pytest.raises(FeatureMismatchError, match="got 9"):
        model.reasons(np.zeros(9, np.int64))


def test_unknown_feature_is_refused(model, tmp_path):
    registry = Registry(tmp_path, signing_key(b"k" * 32))
    registry.save(model)
    with pytest.raises(FeatureMismatchError, match="unknown to it: dpd_day"):
        registry.load(model.name, features=(*model.features[:-1], "dpd_day"))


def test_order_of_rows_does_not_matter(model):
    order = np.random.default_rng(0).permutation(len(FRESH))
    assert np.array_equal(model.score(np.ascontiguousarray(FRESH[order])), model.score(FRESH)[order])


@pytest.mark.parametrize("size", [1, 7, 64])
def test_batch_of_one_scores_as_batch_of_many(model, size):
    parts = [model.score(np.ascontiguousarray(FRESH[at : at + size])) for at in range(0, len(FRESH), size)]
    assert np.array_equal(np.concatenate(parts), model.score(FRESH))


def test_no_rows_have_no_scores(model):
    assert model.score(np.empty((0, 8), np.int64)).shape == (0,)


def test_reasons_add_up_to_the_score(model):
    for row in FRESH[:50]:
        given = sum(reason.contribution for reason in model.reasons(row))
        expected = log_odds(float(model.score(row.reshape(1, -1))[0]))
        assert model.base + given == pytest.approx(expected, abs=1e-9)


def test_reasons_come_strongest_first_and_name_the_rows_values(model):
    reasons = model.reasons(FRESH[0], limit=3)
    sizes = [abs(reason.contribution) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert len(reasons) <= 3
    for reason in reasons:
        assert reason.value == FRESH[0][model.features.index(reason.feature)]


def test_later_events_change_nothing_of_the_fit(model):
    """Rows after the training slice are shuffled and their labels turned: the fitted arrays must stay the same."""
    labelled = rows()
    later = np.flatnonzero(labelled.clock > model.card.period["train_end"])
    random = np.random.default_rng(5)
    values, positive = labelled.values.copy(), labelled.positive.copy()
    values[later] = values[random.permutation(later)]
    positive[later] = random.random(len(later)) < 0.5
    other = fitted(recipes()[model.name], replace(labelled, values=values, positive=positive))
    assert np.array_equal(other.model.raw(FRESH), model.raw(FRESH))
    assert other.card.data_hash == model.card.data_hash


def test_last_slice_changes_neither_calibration_nor_threshold(model):
    labelled = rows()
    last = labelled.clock > model.card.period["validation_end"]
    other = fitted(recipes()[model.name], replace(labelled, positive=labelled.positive ^ last))
    assert other.card.calibration == model.card.calibration
    assert other.card.threshold == model.card.threshold
    assert np.array_equal(other.model.score(FRESH), model.score(FRESH))


def test_hidden_and_unshown_columns_do_not_move_the_score(model):
    moved = FRESH.copy()
    moved[:, model.features.index("history_days")] += 1000
    assert np.array_equal(model.score(moved), model.score(FRESH))


def test_rows_that_are_not_integers_are_refused(model):
    with pytest.raises(TypeError, match="expected int64 feature rows, got float64"):
        model.score(FRESH.astype(np.float64))

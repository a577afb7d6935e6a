"""What the registry keeps is what it serves, and nothing that was changed or signed elsewhere."""

import hashlib
import json
import pickle

import numpy as np
import pytest

from models.base import FeatureMismatchError
from models.recipe import recipes
from models.registry import Registry, RegistryError, signing_key
from tests.models.builders import fitted, rows

KEY = signing_key(b"k" * 32)


@pytest.fixture(scope="module")
def model():
    """A small fraud model."""
    return fitted(recipes()["fraud_boosting"]).model


@pytest.fixture(scope="module")
def other():
    """A second version of it."""
    return fitted(recipes()["fraud_boosting"], seed=1).model


@pytest.fixture
def registry(tmp_path, model):
    """A registry that serves the model."""
    kept = Registry(tmp_path / "models", KEY)
    kept.save(model)
    return kept


def sign_anew(registry, model, place):
    """Sign changed files with the deployment's own key."""
    sums = {name: hashlib.sha256((place / name).read_bytes()).hexdigest() for name in ("card.json", "arrays.npz")}
    signed = registry._sign(model.name, model.version, sums)
    signature = {"name": model.name, "version": model.version, "sha256": sums, "hmac_sha256": signed}
    (place / "signature.json").write_text(json.dumps(signature))


def test_loaded_model_scores_bit_for_bit(registry, model):
    values = rows(500, seed=5).values
    assert np.array_equal(registry.load("fraud_boosting").score(values), model.score(values))


def test_loaded_card_is_the_card(registry, model):
    assert registry.load("fraud_boosting").card == model.card


def test_saving_again_changes_no_byte(registry, model):
    place = registry.save(model)
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    registry.save(model)
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_newest_save_is_served_until_rolled_back(registry, model, other):
    registry.save(other)
    assert registry.load("fraud_boosting").version == other.version
    registry.set_current("fraud_boosting", model.version)
    assert registry.load("fraud_boosting").version == model.version
    assert [(entry.card.version, entry.current) for entry in registry.list()] == sorted(
        [(model.version, True), (other.version, False)]
    )


def test_challenger_is_kept_without_being_served(registry, model, other):
    registry.save(other, current=False)
    assert registry.load("fraud_boosting").version == model.version
    assert registry.load("fraud_boosting", other.version).version == other.version


@pytest.mark.parametrize("file", ["card.json", "arrays.npz"])
def test_changed_file_is_refused_by_name(registry, model, file):
    path = registry.folder / "fraud_boosting" / model.version / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(RegistryError, match=rf"{file} was changed: expected sha256 \w+, found \w+"):
        registry.load("fraud_boosting")


def test_changed_file_with_its_hash_changed_too_is_refused(registry, model):
    place = registry.folder / "fraud_boosting" / model.version
    card = (place / "card.json").read_bytes().replace(b'"threshold"', b'"threshold" ')
    (place / "card.json").write_bytes(card)
    signature = json.loads((place / "signature.json").read_text())
    signature["sha256"]["card.json"] = hashlib.sha256(card).hexdigest()
    (place / "signature.json").write_text(json.dumps(signature))
    with pytest.raises(RegistryError, match="the signature does not fit"):
        registry.load("fraud_boosting")


def test_model_signed_with_another_key_is_refused(registry):
    with pytest.raises(RegistryError, match="signed with another key"):
        Registry(registry.folder, signing_key(b"x" * 32)).load("fraud_boosting")


def test_model_put_under_another_name_is_refused(registry, model):
    home = registry.folder / "laundering_boosting"
    home.mkdir()
    (registry.folder / "fraud_boosting" / model.version).rename(home / model.version)
    (home / "current").write_text(model.version)
    with pytest.raises(RegistryError, match="the signature does not fit"):
        registry.load("laundering_boosting")


def test_pickled_arrays_are_never_loaded(registry, model, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    place = registry.folder / "fraud_boosting" / model.version
    (place / "estimator.joblib").write_bytes(pickle.dumps(Trap()))
    arrays = {**model.arrays(), "value": np.array([Trap()], dtype=object)}
    with (place / "arrays.npz").open("wb") as file:
        np.savez(file, **arrays)
    sign_anew(registry, model, place)
    with pytest.raises(RegistryError, match=r"arrays\.npz is no file of arrays"):
        registry.load("fraud_boosting")
    assert not (tmp_path / "sprung").exists()


def test_model_of_other_features_says_how_many_and_which(registry, model):
    names = (*model.features[1:], "new_one", "new_two")
    with pytest.raises(FeatureMismatchError) as refused:
        registry.load("fraud_boosting", features=names)
    assert str(refused.value) == (
        "model fraud_boosting was fitted on 8 features, got 9; retrain"
        " (no longer computed: count_1d; unknown to it: new_one, new_two)"
    )


def test_model_of_other_features_names_a_card_that_fits(registry, model):
    labelled = rows()
    labelled = type(labelled)(
        **{name: getattr(labelled, name) for name in labelled.__slots__}
        | {"features": (*labelled.features[:-1], "other")}
    )
    registry.save(fitted(recipes()["fraud_boosting"], labelled).model)
    with pytest.raises(FeatureMismatchError, match=f"retrain, or load card {model.version} "):
        registry.load("fraud_boosting", features=model.features)


def test_load_all_asks_each_model_for_the_features_of_its_target(registry, model):
    loaded = registry.load_all({"payment": model.features, "loan": ("another",)})
    assert [one.name for one in loaded] == ["fraud_boosting"]
    with pytest.raises(FeatureMismatchError):
        registry.load_all({"payment": ("another",)})


def test_empty_registry_has_no_models(tmp_path):
    empty = Registry(tmp_path / "nothing", KEY)
    assert empty.load_all() == ()
    assert empty.list() == ()


def test_unknown_model_and_version_are_named(registry):
    with pytest.raises(RegistryError, match=r"no model 'default_logistic' in .*; there are fraud_boosting"):
        registry.load("default_logistic")
    with pytest.raises(RegistryError, match="has no version '2020'; there are "):
        registry.set_current("fraud_boosting", "2020")
    with pytest.raises(RegistryError, match="is no model or version"):
        registry.load("../fraud_boosting")


def test_card_of_another_version_of_the_code_is_named(registry, model):
    place = registry.folder / "fraud_boosting" / model.version
    card = (place / "card.json").read_bytes().replace(b'"threshold"', b'"limit"')
    (place / "card.json").write_bytes(card)
    sign_anew(registry, model, place)
    with pytest.raises(RegistryError, match=r"the card was written by another version of the code: .*; retrain"):
        registry.load("fraud_boosting")


def test_missing_file_is_named(registry, model):
    (registry.folder / "fraud_boosting" / model.version / "arrays.npz").unlink()
    with pytest.raises(RegistryError, match=r"arrays\.npz cannot be read in .*: No such file or directory"):
        registry.load("fraud_boosting")


def test_estimator_is_kept_for_the_analyst(tmp_path):
    import joblib

    one = fitted(recipes()["fraud_boosting"])
    place = Registry(tmp_path, KEY).save(one.model, estimator=one.estimator)
    values = rows(50, seed=9).values
    shown = [name not in one.card.unused for name in one.card.features]
    again = joblib.load(place / "estimator.joblib")._raw_predict(values[:, shown].astype(float)).ravel()
    # The estimator's log-odds still hold the weight of positives
    assert one.model.raw(values) == pytest.approx(again - np.log(one.card.parameters["positive_weight"]), abs=1e-12)

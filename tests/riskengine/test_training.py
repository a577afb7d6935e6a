"""Training is a replay: rows as served, labels as known, nothing of what came later."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from features import catalogue
from features.engine import FeatureEngine
from features.lending import lending_features
from models.base import ModelError
from models.fitting import Plan
from models.recipe import recipes
from models.registry import Registry, signing_key
from riskengine.cli import build_app
from riskengine.labelling import ACCOUNT_DAYS, EVENT_RULE, account_rule, label_payments
from riskengine.labels import Label, read_labels
from riskengine.training import Replay, replay, train
from streams.clock import parse_time
from streams.decode import Decoder
from streams.identity import Identities
from streams.intake import Intake
from streams.sources import open_source
from tests.riskengine.training_builders import (
    DAY_MS,
    KEY,
    START,
    label,
    loans,
    payment,
    payments,
    write_events,
    write_labels,
)

RECIPES = recipes()
QUICK = Plan(budget=30, parameters={"max_iter": 15, "max_leaf_nodes": 8, "min_samples_leaf": 20})
IDENTITIES = Identities(KEY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Events and labels of a month."""
    place = tmp_path_factory.mktemp("month")
    events, labels = payments()
    lent, _ = loans()
    write_events(place / "events.ndjson", sorted([*events, *lent], key=lambda event: event["event_time"]))
    write_labels(place / "labels.csv", labels)
    return place


@pytest.fixture(scope="module")
def labels(folder) -> list[Label]:
    """The labels."""
    return read_labels(folder / "labels.csv")


@pytest.fixture(scope="module")
def replayed(folder, labels) -> Replay:
    """The events as feature rows."""
    return replayed_from(folder / "events.ndjson", labels)


def replayed_from(path: Path, labels: list[Label], **more) -> Replay:
    """A file as feature rows."""
    named = frozenset(label.target for label in labels if label.target_type == "event")
    return replay(open_source([path]), KEY, named=named, **more)


def small(tmp_path: Path, events: list[dict]) -> Replay:
    """A few events as feature rows."""
    ids = frozenset(event["event_id"] for event in events)
    return replay(open_source([write_events(tmp_path / "few.ndjson", events)]), KEY, named=ids)


def labelled(replayed: Replay, *labels: Label, words: tuple[str, ...] = ("laundering",)):
    """Rows and matches of some labels."""
    rows = replayed.payments
    return label_payments(rows, catalogue.names(), labels, words, IDENTITIES, subject=rows.payer)


def test_training_rows_are_the_rows_that_are_served(folder, replayed):
    records = (folder / "events.ndjson").read_bytes().splitlines()
    batch, letters = Decoder(KEY).decode(records, source="test", first_record=0, ingest_time=START + 99 * DAY_MS)
    assert not letters
    served = FeatureEngine().update(Intake().accept(batch).batch)
    assert np.array_equal(replayed.payments.values, served.values)


def test_rows_are_the_same_at_any_batch_size(folder, labels, replayed):
    again = replayed_from(folder / "events.ndjson", labels, batch=97)
    assert np.array_equal(again.payments.values, replayed.payments.values)
    assert np.array_equal(again.loans.values, replayed.loans.values)
    assert again.payments.named == replayed.payments.named


def test_until_cuts_the_events(folder, labels, replayed):
    until = START + 10 * DAY_MS
    cut = replayed_from(folder / "events.ndjson", labels, until=until, batch=100)
    count = int((replayed.payments.clock <= until).sum())
    assert np.array_equal(cut.payments.values, replayed.payments.values[:count])


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_planted_patterns_are_learned(replayed, labels, name):
    plan = QUICK if RECIPES[name].target == "payment" else replace(QUICK, parameters={})
    trained = train(RECIPES[name], replayed, labels, KEY, plan)
    assert trained.matched.matched == trained.matched.given > 0
    assert trained.model.card.metrics["average_precision"] > 0.8
    assert trained.model.card.metrics["average_precision_interval"][0] > 0.5


def test_models_are_shown_the_columns_of_the_catalogue_for_their_purpose(replayed, labels):
    card = train(RECIPES["fraud_boosting"], replayed, labels, KEY, QUICK).model.card
    assert card.features == catalogue.names()
    assert card.unused == ("history_days",)
    assert not {"log_position", "payer", "payee", "event_id", "platform_id"} & set(card.features)
    loan = train(RECIPES["default_logistic"], replayed, labels, KEY, Plan()).model.card
    assert loan.features == tuple(feature.name for feature in lending_features())


def test_events_after_until_change_nothing(folder, labels, replayed, tmp_path):
    """A shuffled, relabelled future gives the same model to the last byte."""
    until = START + 20 * DAY_MS
    events, _ = payments()
    random = np.random.default_rng(9)
    before = [event for event in events if event["event_time"] <= until]
    after = [event for event in events if event["event_time"] > until]
    order = random.permutation(len(after))
    mixed = [
        event | {"payer": after[other]["payer"], "payee": after[other]["payee"], "amount_minor": 7}
        for event, other in zip(after, order, strict=True)
    ]
    path = write_events(tmp_path / "other.ndjson", [*before, *mixed])
    turned = [replace(one, known_at=until + 1) if one.known_at > until else one for one in labels]
    plain = write_events(tmp_path / "plain.ndjson", events)
    versions = {
        train(
            RECIPES["fraud_boosting"], replayed_from(file, labels, until=until), given, KEY, QUICK, until=until
        ).model.version
        for file, given in ((plain, labels), (path, [*turned, Label("event", "e17", "fraud", until + 5)]))
    }
    assert len(versions) == 1


def test_label_is_not_used_before_it_is_known(replayed, labels):
    late = [replace(one, known_at=START + 400 * DAY_MS) for one in labels]
    with pytest.raises(ModelError, match=r"found 0 positive and \d+ negative; \d+ more became known only after"):
        train(RECIPES["fraud_boosting"], replayed, late, KEY, QUICK)


def test_event_label_without_platform_means_whosever_has_the_id(tmp_path):
    few = small(tmp_path, [payment("x", START, "A", "B", 5), payment("y", START + 1, "A", "B", 5)])
    rows, matched = labelled(few, Label("event", "y", "laundering", START + 9))
    assert rows.positive.tolist() == [False, True]
    assert matched.in_words() == "1 of 1 labels matched (event 1 of 1)"
    assert matched.rule == EVENT_RULE


def test_event_label_of_another_platform_matches_nothing(tmp_path):
    few = small(tmp_path, [payment("x", START, "A", "B", 5)])
    rows, matched = labelled(few, Label("event", "x", "laundering", START, "PAY-2"))
    assert not rows.positive.any()
    assert matched.matched == 0
    assert labelled(few, Label("event", "x", "laundering", START, "PAY-1"))[0].positive.tolist() == [True]


def test_account_label_marks_its_payments_up_to_its_day_and_leaves_out_later_ones(tmp_path):
    known = START + 40 * DAY_MS
    times = [0, 40 * DAY_MS - int(ACCOUNT_DAYS) * DAY_MS, 11 * DAY_MS, 40 * DAY_MS, 40 * DAY_MS + 1]
    sides = [("M", "B"), ("B", "M"), ("M", "B"), ("B", "M"), ("M", "B")]
    few = small(
        tmp_path,
        [payment(f"x{n}", START + t, *side, 5) for n, (t, side) in enumerate(zip(times, sides, strict=True))],
    )
    rows, matched = labelled(few, Label("account", "M", "laundering", known))
    assert rows.positive.tolist() == [False, False, True, True, False]
    assert rows.usable.tolist() == [True, True, True, True, False]
    assert rows.known_at[rows.positive].tolist() == [known, known]
    assert matched.rule == account_rule(30)


def test_account_known_twice_counts_from_the_first_time(tmp_path):
    few = small(tmp_path, [payment("x", START, "M", "B", 5), payment("y", START + 5, "M", "B", 5)])
    twice = (Label("account", "M", "laundering", START + 9), Label("account", "M", "laundering", START + 2))
    rows, _ = labelled(few, *twice)
    assert rows.positive.tolist() == [True, False]
    assert rows.known_at[0] == START + 2


def test_account_hashed_at_home_is_found(tmp_path):
    few = small(tmp_path, [payment("x", START, "M", "B", 5)])
    hashed = IDENTITIES.vertex["M"]
    rows, _ = labelled(few, Label("account", hashed, "laundering", START + 2))
    assert rows.positive.tolist() == [True]


def test_party_label_marks_its_payments(tmp_path):
    paid = payment("x", START, "A", "B", 5) | {"payer_person": "ID:330106199003070012"}
    few = small(tmp_path, [paid, payment("y", START + 1, "A", "B", 5)])
    rows, matched = labelled(few, Label("party", "ID:330106-19900307-0012", "laundering", START + 2))
    assert rows.positive.tolist() == [True, False]
    assert matched.of_type == {"party": (1, 1)}


def test_labels_of_events_are_used_alone_where_any_match(tmp_path):
    few = small(tmp_path, [payment("x", START, "M", "B", 5), payment("y", START + 1, "M", "B", 5)])
    both = (Label("event", "x", "laundering", START + 9), Label("account", "M", "laundering", START + 9))
    rows, matched = labelled(few, *both)
    assert rows.positive.tolist() == [True, False]
    assert rows.usable.all()
    assert matched.rule == EVENT_RULE


def test_label_events_of_the_log_are_labels(tmp_path):
    stated = {
        "event_id": "l1",
        "kind": "label",
        "event_time": START + DAY_MS,
        "platform_id": "PAY-1",
        "target_type": "event",
        "target": "x",
        "label": "fraud",
        "known_at": START,
    }
    few = small(tmp_path, [payment("x", START, "A", "B", 5), stated])
    # It says it was known at once, but the log was told a day later
    assert few.stated == [Label("event", "x", "fraud", START + DAY_MS, "PAY-1")]
    assert labelled(few, *few.stated, words=("fraud",))[0].positive.tolist() == [True]


def test_loans_are_judged_when_asked_for_and_known_by_their_default(replayed):
    defaults = [one for one in replayed.stated if one.label == "default"]
    assert len(defaults) == 300
    assert len(replayed.loans.clock) == 900  # issues only, no row of a default


def test_default_label_without_platform_finds_the_loan(replayed):
    from riskengine.labelling import label_loans

    names = tuple(feature.name for feature in lending_features())
    rows, matched = label_loans(
        replayed.loans, names, [Label("loan", "L6-1", "default", START + 99 * DAY_MS)], ("default",), IDENTITIES
    )
    assert rows.positive.sum() == 1
    assert matched.in_words() == "1 of 1 labels matched (loan 1 of 1)"


def test_labels_of_other_words_are_no_labels(replayed):
    with pytest.raises(ModelError, match="model fraud_boosting: expected labels 'fraud', found default, laundering"):
        train(RECIPES["fraud_boosting"], replayed, [Label("account", "A:1", "laundering", START)], KEY, QUICK)


def test_labels_that_match_nothing_say_how_many(replayed):
    strange = [Label("event", f"z{n}", "fraud", START) for n in range(3)]
    with pytest.raises(
        ModelError, match=r"match none of the \d+ payment rows: 0 of 3 labels matched \(event 0 of 3\); were events and"
    ):
        train(RECIPES["fraud_boosting"], replayed, strange, KEY, QUICK)


@pytest.fixture
def state(tmp_path, monkeypatch) -> Path:
    """A state folder with the key of these tests."""
    monkeypatch.setenv("RISKENGINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RISKENGINE_IDENTITY_KEY", KEY.hex())
    return tmp_path / "state"


def run(*arguments: str | Path):
    """The command line."""
    return CliRunner().invoke(build_app(), [str(argument) for argument in arguments])


def test_command_keeps_a_model_that_is_served(folder, state):
    done = run(
        "train",
        "fraud",
        folder / "events.ndjson",
        "--labels",
        folder / "labels.csv",
        "--parameter",
        "max_iter=10",
        "--json",
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["models"][0]["labels"] == {"given": 180, "matched": 180, "by_type": {"event": [180, 180]}}
    model = Registry(state / "models", signing_key(KEY)).load("fraud_boosting", features=catalogue.names())
    assert model.version == told["models"][0]["version"]
    listed = run("models", "list", "--json")
    assert json.loads(listed.stdout)["models"][0]["current"] is True
    shown = run("models", "show", "fraud_boosting")
    assert json.loads(shown.stdout)["parameters"]["max_iter"] == 10
    assert run("models", "use", "fraud_boosting", model.version).exit_code == 0


def test_all_fits_what_there_are_labels_for_and_names_the_rest(folder, state, tmp_path):
    lines = (folder / "labels.csv").read_text().splitlines(keepends=True)
    frauds = tmp_path / "frauds.csv"
    frauds.write_text("".join([lines[0], *(line for line in lines if ",fraud," in line)]))
    done = run("train", "all", folder / "events.ndjson", "--labels", frauds, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert [model["name"] for model in told["models"]] == ["default_logistic", "fraud_boosting"]
    assert "expected labels 'laundering', found default, fraud" in told["not_fitted"]["laundering_boosting"]
    assert "not fitted: model laundering_boosting" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("frauds", "EVENTS"), 2, "unknown model 'frauds'"),
        (("fraud", "nothing.ndjson"), 2, "nothing.ndjson"),
        (("fraud", "EVENTS", "--labels", "nothing.csv"), 2, "nothing.csv cannot be read"),
        (("fraud", "EVENTS", "--shares", "0.9,0.2"), 2, "add up to less than 1"),
        (("fraud", "EVENTS", "--until", "yesterday"), 2, "expected an RFC 3339 time"),
        (("fraud", "EVENTS", "--labels", "LABELS", "--parameter", "trees=3"), 1, "has no parameter trees"),
        (("fraud", "EVENTS"), 1, "expected labels 'fraud', found default"),
    ],
)
def test_wrong_calls_and_failures_are_told_apart(folder, state, arguments, code, words):
    paths = {"EVENTS": folder / "events.ndjson", "LABELS": folder / "labels.csv"}
    done = run("train", *(paths.get(argument, argument) for argument in arguments))
    assert done.exit_code == code, done.output
    assert words in done.stderr.replace("\n", " ")


def test_model_of_an_unknown_name_is_told(state):
    done = run("models", "show", "fraud_boosting")
    assert done.exit_code == 1
    assert "no model 'fraud_boosting'" in done.stderr


def test_until_takes_rfc_3339():
    assert parse_time("2025-03-03T00:00:00+08:00") == START


def test_label_builder_writes_what_is_read(tmp_path):
    path = write_labels(tmp_path / "one.csv", [label("event", "e", "fraud", START)])
    assert read_labels(path) == [Label("event", "e", "fraud", START)]

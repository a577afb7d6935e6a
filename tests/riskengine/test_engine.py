"""The engine: once, in one transaction, back after being killed, the same at any batch size."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from riskengine.engine import Engine
from riskengine.lock import StateError
from riskengine.running import run
from riskengine.settings import Settings
from riskengine.store.errors import StoreError
from streams.sources import open_source
from tests.events import KEY, busy_week, payment, records


@pytest.fixture
def week(tmp_path):
    path = tmp_path / "week.ndjson"
    path.write_bytes(b"\n".join(records(busy_week())) + b"\n")
    return path


def settings(folder, **more):
    return Settings(state_dir=folder, identity_key=KEY.hex(), **more)


def alerts_of(folder, path, **more):
    with Engine(settings(folder, **more)) as engine:
        return run(engine, open_source([path]))


@pytest.fixture
def undisturbed(tmp_path, week):
    return alerts_of(tmp_path / "undisturbed", week).alerts


def test_a_busy_week_raises_alerts_of_several_kinds(undisturbed):
    detectors = {alert.detector for alert in undisturbed}
    assert {"aml.lvt.cash", "aml.cycle", "p2p.borrower_cap.person_platform"} <= detectors


@pytest.mark.parametrize("batch", [1, 97, 4096])
def test_alerts_and_evidence_are_the_same_at_any_batch_size(tmp_path, week, undisturbed, batch):
    assert alerts_of(tmp_path / "other", week, batch=batch).alerts == undisturbed


def test_the_same_file_twice_adds_nothing_and_says_the_same_alerts(tmp_path, week, undisturbed):
    folder = tmp_path / "twice"
    first = alerts_of(folder, week)
    second = alerts_of(folder, week)
    assert (second.alerts_new, second.accepted) == (0, 0)
    assert second.duplicates == first.accepted
    assert second.alerts == first.alerts == undisturbed


def test_the_same_events_in_another_file_add_nothing(tmp_path, week, undisturbed):
    folder = tmp_path / "again"
    alerts_of(folder, week)
    other = tmp_path / "other.ndjson"
    other.write_bytes(week.read_bytes() + b"\n")
    second = alerts_of(folder, other)
    assert second.alerts_new == 0
    assert second.alerts == undisturbed


def test_a_run_goes_on_after_its_checkpoint_and_after_none(tmp_path, week, undisturbed):
    for name, every in (("with", 500), ("without", 10**6)):
        folder = tmp_path / name
        with Engine(settings(folder, batch=200, checkpoint_events=every)) as engine:
            for chunk in list(open_source([week]).chunks(200))[:9]:
                engine.submit(chunk.records, source=chunk.source, first_record=chunk.first_record)
        if name == "without":
            for checkpoint in (folder / "checkpoints").iterdir():
                (checkpoint / "manifest.json").write_text("damaged")
        assert alerts_of(folder, week).alerts == undisturbed


def test_a_killed_run_ends_with_the_alerts_of_an_undisturbed_one(tmp_path, week, undisturbed):
    folder = tmp_path / "killed"
    environment = os.environ | {
        "RISKENGINE_STATE_DIR": str(folder),
        "RISKENGINE_IDENTITY_KEY": KEY.hex(),
        "RISKENGINE_BATCH": "50",
        "RISKENGINE_CHECKPOINT_EVENTS": "400",
    }
    command = [sys.executable, "-c", "from riskengine.cli import main; main()", "run", str(week)]
    rng = np.random.default_rng(4)
    kills = 0
    for _ in range(6):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # until it works, then some moment later
        while process.poll() is None and not (folder / "archive").exists():
            time.sleep(0.02)
        time.sleep(float(rng.uniform(0.0, 0.6)))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills
    assert alerts_of(folder, week).alerts == undisturbed


def test_a_batch_that_fails_to_commit_leaves_no_trace_and_can_be_sent_again(tmp_path, week, undisturbed, monkeypatch):
    folder = tmp_path / "failing"
    with Engine(settings(folder, batch=300)) as engine:
        commit, failed = engine.store.commit, []

        def fails_once(outcome):
            if outcome.log_position > 1000 and not failed:
                failed.append(True)
                raise StoreError("disk full")
            return commit(outcome)

        monkeypatch.setattr(engine.store, "commit", fails_once)
        with pytest.raises(StoreError):
            run(engine, open_source([week]))
        assert run(engine, open_source([week])).alerts == undisturbed


def test_a_second_engine_on_one_state_folder_is_told_who_holds_it(tmp_path):
    with Engine(settings(tmp_path)), pytest.raises(StateError, match=f"held by process {os.getpid()}"):
        Engine(settings(tmp_path))


def test_a_database_of_another_deployment_is_refused(tmp_path):
    with Engine(settings(tmp_path / "one")):
        pass
    other = settings(tmp_path / "one", database_url=f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(StateError, match="belongs to deployment"):
        Engine(other)


def test_the_state_folder_is_free_after_an_engine_failed_to_open(tmp_path):
    with Engine(settings(tmp_path)):
        pass
    with pytest.raises(StateError):
        Engine(settings(tmp_path, database_url=f"sqlite:///{tmp_path / 'other.db'}"))
    with Engine(settings(tmp_path)) as engine:
        assert engine.next_position == 0


def test_a_score_is_stored_once_and_answered_the_same_again(tmp_path):
    record = records([payment(1)])[0]
    with Engine(settings(tmp_path)) as engine:
        first, second = engine.score(record), engine.score(record)
        assert (first.duplicate, second.duplicate) == (False, True)
        assert first.decision == second.decision
        assert first.decision.decision == "allow"
        assert engine.next_position == 1
    with Engine(settings(tmp_path)) as engine:
        assert engine.score(record).decision == first.decision


def test_an_event_that_came_unasked_can_be_asked_about_later(tmp_path):
    with Engine(settings(tmp_path)) as engine:
        engine.submit(records([payment(1), payment(2)]), source="http")
        answer = engine.score(records([payment(1)])[0])
        assert answer.duplicate
        assert answer.decision.event_id == "p1"
        assert engine.store.decision("PAY-1", "p1") == answer.decision


def test_conflicts_and_bad_records_become_dead_letters_in_order(tmp_path):
    lines = [*records([payment(1), payment(1, amount=7)]), b"{", *records([payment(2)])]
    with Engine(settings(tmp_path)) as engine:
        result = engine.submit(lines, source="http", locate=lambda number: f"body, record {number + 1}")
    assert [(letter.record, letter.reason) for letter in result.rejected] == [(1, "conflict"), (2, "malformed_json")]
    assert result.accepted == 2
    assert "body, record 2" in result.rejected[0].message


def test_alert_lines_have_every_field(undisturbed):
    import msgspec

    fields = set(json.loads(msgspec.json.encode(undisturbed[0])))
    assert {
        "alert_id", "verdict", "severity", "detector", "detector_version", "audience", "subject", "line", "platform_id",
        "region", "event_time", "score", "measured", "threshold", "article", "reasons", "evidence", "status",
        "disposition",
    } == fields  # fmt: skip

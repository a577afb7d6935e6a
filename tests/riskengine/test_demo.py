"""The demonstration, small: simulated, run, trained on the first part, scored on the rest, summed up."""

import json

import pytest
from typer.testing import CliRunner

from riskengine.cli import build_app
from tests.events import busy_week, records


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    arguments = ["demo", "--headless", "--folder", str(folder), "--accounts", "600", "--days", "40"]
    return folder, CliRunner().invoke(build_app(), arguments)


def figures(output):
    lines = [line.split("  ", 1) for line in output.splitlines() if "  " in line]
    return {label: figure.strip() for label, figure in lines}


def test_the_summary_has_one_total_a_line(demo):
    _, result = demo
    assert result.exit_code == 0, result.output
    found = figures(result.stdout)
    assert {"events", "events/s", "dead letters", "alerts", "recall of planted schemes", "false alarms"} <= set(found)
    assert int(found["events"].replace(",", "")) > 10_000
    assert int(found["recall of planted schemes"].split()[0]) > 0


def test_the_summary_names_files_address_and_login(demo):
    folder, result = demo
    found = figures(result.stdout)
    assert found["open"] == "http://127.0.0.1:8000"
    assert found["login"].startswith("regulator / ")
    assert (folder / "alerts.ndjson").stat().st_size > 0
    assert (folder / "province" / "truth.csv").exists()


def test_models_score_only_what_came_after_their_training(demo):
    folder, _ = demo
    alerts = [json.loads(line) for line in (folder / "alerts.ndjson").read_text(encoding="utf-8").splitlines()]
    history = (folder / "province" / "history.ndjson").read_text(encoding="utf-8").splitlines()
    seen = {json.loads(line)["event_id"] for line in history if line.startswith("{") and line.endswith("}")}
    for alert in alerts:
        if alert["score"] is not None:
            raised = [reference["event_id"] for reference in alert["evidence"]]
            assert set(raised) - seen, alert


def test_own_events_are_taken_instead(tmp_path):
    events = tmp_path / "own.ndjson"
    events.write_bytes(b"\n".join(records(busy_week(n=300))))
    arguments = ["demo", "--headless", "--folder", str(tmp_path / "demo"), "--data", str(events)]
    result = CliRunner().invoke(build_app(), arguments)
    assert result.exit_code == 0, result.output
    assert figures(result.stdout)["events"] == str(len(events.read_bytes().splitlines()))
    assert "recall of planted schemes" not in result.stdout

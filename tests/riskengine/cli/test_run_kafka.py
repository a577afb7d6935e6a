"""A file through a real Apache Kafka gives the alerts that the file gives, also when the run is killed on the way."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.events import KEY, busy_week, records

pytestmark = pytest.mark.server
COMMAND = [sys.executable, "-c", "from riskengine.cli import main; main()"]


@pytest.fixture
def week(tmp_path):
    path = tmp_path / "week.ndjson"
    path.write_bytes(b"\n".join([*records(busy_week(n=1500)), b'{"broken'] * 1) + b"\n")
    return path


@pytest.fixture
def topic(kafka_broker, week, request):
    name = f"events.{request.node.name[:40]}"
    call(kafka_broker, week.parent, name, "publish", str(week), "--topic", name)
    return name


def environment(broker, folder, topic):
    return os.environ | {
        "RISKENGINE_STATE_DIR": str(folder / "state"),
        "RISKENGINE_IDENTITY_KEY": KEY.hex(),
        "RISKENGINE_KAFKA_BOOTSTRAP": broker.bootstrap,
        "RISKENGINE_KAFKA_TOPIC": topic,
        "RISKENGINE_BATCH": "100",
    }


def call(broker, folder, topic, *arguments, code=0):
    result = subprocess.run(
        [*COMMAND, *arguments], env=environment(broker, folder, topic), capture_output=True, text=True, timeout=120
    )
    assert result.returncode == code, result.stderr
    return result


def alert_ids(path):
    return {json.loads(line)["alert_id"] for line in path.read_text(encoding="utf-8").splitlines()}


@pytest.fixture
def from_file(kafka_broker, week, tmp_path):
    folder = tmp_path / "file"
    folder.mkdir()
    call(kafka_broker, folder, "none", "run", str(week), "--alerts", str(folder / "alerts.ndjson"))
    return alert_ids(folder / "alerts.ndjson")


def test_a_topic_gives_the_alert_ids_of_its_file(kafka_broker, topic, from_file, tmp_path):
    out = tmp_path / "alerts.ndjson"
    result = call(kafka_broker, tmp_path, topic, "run", "--until-end", "--json", "--alerts", str(out))
    found = json.loads(result.stdout.splitlines()[-1])
    assert alert_ids(out) == from_file != set()
    assert found["dead_letters"] == 1
    assert "offset" in result.stdout.replace("\n", " ")


def test_a_second_run_reads_nothing_twice(kafka_broker, topic, from_file, tmp_path):
    call(kafka_broker, tmp_path, topic, "run", "--until-end")
    result = call(kafka_broker, tmp_path, topic, "run", "--until-end", "--json")
    assert json.loads(result.stdout.splitlines()[-1])["events"] == 0


def test_a_killed_run_from_a_topic_goes_on_where_it_stopped(kafka_broker, topic, from_file, tmp_path):
    process = subprocess.Popen(
        [*COMMAND, "run", "--until-end"],
        env=environment(kafka_broker, tmp_path, topic),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    archive = tmp_path / "state" / "archive"
    while process.poll() is None and not (archive.exists() and any(archive.iterdir())):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    call(kafka_broker, tmp_path, topic, "run", "--until-end")
    assert stored_ids(tmp_path / "state") == from_file


def test_a_topic_that_does_not_exist_is_named(kafka_broker, tmp_path):
    result = call(kafka_broker, tmp_path, "no.such.topic", "run", "--until-end", code=2)
    assert "no.such.topic" in result.stderr


def stored_ids(state):
    import sqlite3

    with sqlite3.connect(state / "riskengine.db") as connection:
        return {row[0] for row in connection.execute("SELECT alert_id FROM alerts")}

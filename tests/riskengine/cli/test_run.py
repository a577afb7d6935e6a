"""`riskengine run` and `riskengine features` as a user calls them: what they print, and how they end on bad input."""

import gzip
import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from riskengine.cli import build_app
from tests.events import KEY, busy_week, payment, random_payments, records


@pytest.fixture
def riskengine(tmp_path, monkeypatch):
    """Call the command with a state folder of its own."""
    monkeypatch.setenv("RISKENGINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RISKENGINE_IDENTITY_KEY", KEY.hex())
    monkeypatch.setenv("RISKENGINE_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.setenv("RISKENGINE_KAFKA_TIMEOUT_SECONDS", "0.5")
    app = build_app()

    def call(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return call


@pytest.fixture
def week(tmp_path):
    path = tmp_path / "week.ndjson"
    path.write_bytes(b"\n".join(records(busy_week(n=800))) + b"\n")
    return path


def report(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def test_json_is_the_last_line_and_holds_what_other_programs_read(riskengine, week, tmp_path):
    found = report(riskengine("run", week, "--json", "--alerts", tmp_path / "alerts.ndjson"))
    assert {
        "events", "duplicates", "dead_letters", "alerts", "alerts_new", "alerts_by_detector", "models",
        "events_per_second", "peak_rss_mb", "seconds",
    } <= set(found)  # fmt: skip
    assert found["events"] == len(week.read_bytes().splitlines())
    assert found["models"] == []
    lines = [json.loads(line) for line in (tmp_path / "alerts.ndjson").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == found["alerts"] == sum(found["alerts_by_detector"].values()) > 0
    assert all(alert["evidence"] for alert in lines)


def test_plain_gzipped_and_parquet_events_give_the_same_alerts(riskengine, week, tmp_path, monkeypatch):
    import pyarrow as pa

    gzipped, parquet = tmp_path / "week.ndjson.gz", tmp_path / "week.parquet"
    gzipped.write_bytes(gzip.compress(week.read_bytes()))
    events = [json.loads(line) for line in week.read_bytes().splitlines()]
    names = list(dict.fromkeys(name for event in events for name in event))
    pq.write_table(pa.table({name: [event.get(name) for event in events] for name in names}), parquet)
    found = []
    for number, path in enumerate((week, gzipped, parquet)):
        monkeypatch.setenv("RISKENGINE_STATE_DIR", str(tmp_path / f"state{number}"))
        out = tmp_path / f"alerts{number}.ndjson"
        report(riskengine("run", path, "--json", "--alerts", out))
        found.append(out.read_text(encoding="utf-8"))
    assert found[0] == found[1] == found[2] != ""


def test_files_are_merged_by_event_time(riskengine, week, tmp_path, monkeypatch):
    lines = week.read_bytes().splitlines()
    odd, even = tmp_path / "odd.ndjson", tmp_path / "even.ndjson"
    odd.write_bytes(b"\n".join(lines[1::2]))
    even.write_bytes(b"\n".join(lines[0::2]))
    report(riskengine("run", week, "--json", "--alerts", tmp_path / "one.ndjson"))
    monkeypatch.setenv("RISKENGINE_STATE_DIR", str(tmp_path / "other"))
    report(riskengine("run", even, odd, "--json", "--alerts", tmp_path / "two.ndjson"))
    ids = [
        {json.loads(line)["alert_id"] for line in (tmp_path / name).read_text(encoding="utf-8").splitlines()}
        for name in ("one.ndjson", "two.ndjson")
    ]
    assert ids[0] == ids[1]


def test_an_empty_file_is_no_error_and_its_alerts_file_is_written(riskengine, tmp_path):
    (tmp_path / "empty.ndjson").touch()
    found = report(riskengine("run", tmp_path / "empty.ndjson", "--json", "--alerts", tmp_path / "alerts.ndjson"))
    assert (found["events"], found["alerts"]) == (0, 0)
    assert (tmp_path / "alerts.ndjson").read_bytes() == b""


@pytest.mark.parametrize(
    "name", ["missing.ndjson", "folder.ndjson", "events.txt", "broken.parquet", "broken.ndjson.gz"]
)
def test_a_path_that_cannot_be_read_is_a_wrong_call(riskengine, tmp_path, name):
    if name == "folder.ndjson":
        (tmp_path / name).mkdir()
    elif name != "missing.ndjson":
        (tmp_path / name).write_bytes(b"not what the suffix says")
    result = riskengine("run", tmp_path / name)
    assert result.exit_code == 2
    assert name in result.stderr


def test_good_events_between_bad_lines_are_kept(riskengine, tmp_path):
    good = records([payment(n) for n in range(3)])
    bad = [
        b'{"event_id": "x", "kind": "pay',
        json.dumps(payment(10) | {"amount_minor": "12"}).encode(),
        json.dumps(payment(11) | {"amount_minor": -5}).encode(),
        json.dumps(payment(12) | {"amount_minor": 10**16}).encode(),
        json.dumps(payment(13) | {"kind": "paiment"}).encode(),
        json.dumps(payment(14) | {"amt": 3}).encode(),
        json.dumps(payment(15) | {"event_time": "2099-01-01T00:00:00+08:00"}).encode(),
        bytes(range(256)),
    ]
    path = tmp_path / "mixed.ndjson"
    path.write_bytes(b"\n".join([good[0], *bad, *good[1:]]))
    result = riskengine("run", path, "--json")
    found = report(result)
    assert found["dead_letters"] + 3 == found["events"]
    assert found["dead_letters"] >= len(bad)
    assert "mixed.ndjson, line 3" in result.stdout.replace("\n", "")


def test_a_topic_on_a_silent_broker_ends_with_a_message(riskengine):
    result = riskengine("run", "--until-end")
    assert result.exit_code in (1, 2)
    assert "127.0.0.1:1" in result.stderr


def test_a_setting_that_cannot_be_used_is_named(riskengine, week, monkeypatch):
    monkeypatch.setenv("RISKENGINE_BATCH", "many")
    result = riskengine("run", week)
    assert result.exit_code == 2
    assert "RISKENGINE_BATCH" in result.stderr


def test_a_locked_database_ends_with_a_message_and_loses_nothing(riskengine, week, tmp_path, monkeypatch):
    import sqlite3

    monkeypatch.setattr("riskengine.store.connection.BUSY_SECONDS", 0.2)
    report(riskengine("run", week, "--json", "--alerts", tmp_path / "before.ndjson"))
    other = tmp_path / "more.ndjson"
    other.write_bytes(records([payment(9999)])[0])
    with sqlite3.connect(tmp_path / "state" / "riskengine.db") as holder:
        holder.execute("BEGIN EXCLUSIVE")
        result = riskengine("run", other)
        assert result.exit_code == 1
        assert "locked" in result.stderr
    assert report(riskengine("run", other, "--json"))["accepted"] == 1


def test_a_full_disk_ends_with_a_message_and_the_run_goes_on_later(riskengine, week, monkeypatch, tmp_path):
    from streams.archive import Archive

    append = Archive.append

    def full(self, *arguments):
        raise OSError(28, "No space left on device", str(self.folder))

    monkeypatch.setattr(Archive, "append", full)
    result = riskengine("run", week)
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    monkeypatch.setattr(Archive, "append", append)
    assert report(riskengine("run", week, "--json"))["duplicates"] == 0


def rows(path):
    return pq.read_table(path).to_pylist()


def test_feature_files_are_equal_at_any_batch_and_thread_count(riskengine, tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(records(random_payments(3, n=300))))
    for number, (batch, threads) in enumerate([(1, 1), (97, 2), (4096, 1)]):
        out = tmp_path / f"rows{number}.parquet"
        assert riskengine("features", path, "--out", out, "--batch", batch, "--threads", threads).exit_code == 0
    first = rows(tmp_path / "rows0.parquet")
    assert first == rows(tmp_path / "rows1.parquet") == rows(tmp_path / "rows2.parquet")
    assert [row["log_position"] for row in first] == list(range(len(first)))
    assert list(first[0])[:5] == ["platform_id", "event_id", "event_time", "log_position", "payer_out_count_1h"]


def test_help_of_every_command_has_an_example(riskengine):
    commands = [command.name for command in build_app().registered_commands]
    assert {"run", "features", "simulate", "convert", "publish", "serve", "train", "demo", "bench"} <= set(commands)
    for command in commands:
        result = riskengine(command, "--help")
        assert result.exit_code == 0
        assert f"riskengine {command}" in result.stdout, command

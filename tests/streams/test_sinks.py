from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.sinks import EventFile, SinkError
from streams.sources import open_source

EVENTS: list[dict[str, Any]] = [
    {"event_id": "1", "kind": "payment", "amount_minor": 10**15, "cash": True, "payee": "王小明"},
    {"event_id": "2", "kind": "loan", "schedule": [{"due_date": "2025-04-03", "principal_minor": 5}], "renewals": 0},
    {"event_id": "3", "kind": "label", "confidence": 0.5, "cash": False},
    {"event_id": "4", "kind": "label", "confidence": 1},
]


def written(path: Path, events: list[dict[str, Any]]) -> Path:
    with EventFile(path) as file:
        for event in events:
            file.write(event)
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [msgspec.json.decode(record) for chunk in open_source([path]).chunks(3) for record in chunk.records]


@pytest.mark.parametrize("suffix", ["ndjson", "ndjson.gz", "parquet"])
def test_events_are_read_as_they_were_written(tmp_path: Path, suffix: str) -> None:
    assert read(written(tmp_path / f"events.{suffix}", EVENTS)) == EVENTS


@pytest.mark.parametrize("suffix", ["ndjson", "ndjson.gz", "parquet"])
def test_same_events_are_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = (written(tmp_path / f"{name}.{suffix}", EVENTS) for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", ["ndjson", "ndjson.gz", "parquet"])
def test_broken_off_file_leaves_the_old_one_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"events.{suffix}", EVENTS)
    with pytest.raises(TypeError, match="unsupported"):
        written(path, [EVENTS[0], {"event_id": object()}])
    assert read(path) == EVENTS
    assert list(tmp_path.iterdir()) == [path]


def test_unknown_suffix_and_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"events\.csv: expected a name that ends in \.ndjson"):
        EventFile(tmp_path / "events.csv")
    with pytest.raises(SinkError, match=r"the folder .*nowhere does not exist; make it first"):
        EventFile(tmp_path / "nowhere" / "events.ndjson")
    (tmp_path / "folder.ndjson").mkdir()
    with pytest.raises(SinkError, match="expected the name of a file, found a folder"):
        EventFile(tmp_path / "folder.ndjson")


def test_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full, a disk that is always full")
    (tmp_path / ".events.ndjson.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        written(tmp_path / "events.ndjson", EVENTS[:1] * 10_000)
    assert list(tmp_path.iterdir()) == []

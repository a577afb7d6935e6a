"""What the tests of all formats share: run a format, decode what it makes with the engine's own decoder."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.decode import Decoder
from streams.formats import Label, Skipped, formats

INGEST_TIME = 1_790_000_000_000


def converted(name: str, source: Path) -> tuple[list[dict[str, Any]], list[Label], list[Skipped]]:
    """Run a format; every event must be accepted by the decoder, stand in the order of time and have its own id."""
    events: list[dict[str, Any]] = []
    labels: list[Label] = []
    skipped: list[Skipped] = []
    for item in formats()[name].convert(source):
        if isinstance(item, Label):
            labels.append(item)
        elif isinstance(item, Skipped):
            skipped.append(item)
        else:
            events.append(item)
    records = [msgspec.json.encode(event) for event in events]
    batch, letters = Decoder(bytes(32)).decode(records, source="test", ingest_time=INGEST_TIME)
    assert [letter.message for letter in letters] == []
    assert len(batch) == len(events)
    assert (batch.event_time[1:] >= batch.event_time[:-1]).all()
    assert len({(event["platform_id"], event["event_id"]) for event in events}) == len(events)
    return events, labels, skipped


def real_data(*parts: str) -> Path:
    """Return a path in the folder of real data sets; the test is skipped where it is not there."""
    folder = Path(os.environ.get("RISKENGINE_DATA_DIR", Path(__file__).resolve().parents[4] / "shared" / "data"))
    path = folder.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs the data set {'/'.join(parts)} in RISKENGINE_DATA_DIR")
    return path

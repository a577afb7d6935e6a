"""Whatever comes in, the decoder answers with an event or a dead letter, and never with an exception."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.decode import Decoder
from streams.errors import REASONS
from streams.events import KINDS
from tests.streams.full_events import bare, full

NOW = 1_900_000_000_000
DECODER = Decoder(b"a key for tests")
LINES = [json.dumps(build(kind), ensure_ascii=False).encode() for kind in KINDS for build in (full, bare)]
EVENTS = [build(kind) for kind in KINDS for build in (full, bare)]

calm = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["ID:1", "#0123456789abcdef", "ID:#0123456789abcdef", "USCC:#", " ", "ＡＢ", "PIN 4711", "2025-03-03"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def answers(records: list[bytes]) -> None:
    """Decode, and hold the answer to what is always true of it."""
    batch, dead = DECODER.decode(records, source="any", ingest_time=NOW)
    blank = sum(not record.strip(b" \t\r\n") for record in records)
    assert len(batch) + len(dead) + blank == len(records)
    for letter in dead:
        assert letter.reason in set(REASONS) - {"undecodable"}
        assert letter.path.startswith("$")
        assert letter.expected
        assert letter.found or letter.found == ""
        assert letter.message
    again, none = DECODER.decode(batch.body, source="archive", ingest_time=0, ingest_times=batch.ingest_time)
    replayed = DECODER.replay(batch.body, batch.ingest_time)
    assert [letter.message for letter in none] == []
    for other in (again, replayed):
        assert other.body == batch.body
        assert other.event_id == batch.event_id
        assert other.platform_id == batch.platform_id
        np.testing.assert_array_equal(other.event_key, batch.event_key)
        for kind, block in batch.blocks.items():
            for name, column in block.columns.items():
                np.testing.assert_array_equal(other.blocks[kind][name], column)


@calm
@given(st.binary(max_size=200))
def test_bytes(record: bytes):
    answers([record])


@calm
@given(st.sampled_from(LINES), st.data())
def test_lines_with_bytes_changed(line: bytes, data: st.DataObject):
    place = data.draw(st.integers(0, len(line)))
    width = data.draw(st.integers(0, 6))
    answers([line[:place] + data.draw(st.binary(max_size=6)) + line[place + width :]])


@calm
@given(st.sampled_from(LINES), st.data())
def test_lines_cut_short(line: bytes, data: st.DataObject):
    answers([line[: data.draw(st.integers(0, len(line)))]])


@calm
@given(st.sampled_from(EVENTS), anything, st.data())
def test_events_with_a_value_changed(event: dict[str, Any], value: Any, data: st.DataObject):
    name = data.draw(st.sampled_from(sorted(event)))
    answers([json.dumps({**event, name: value}).encode("utf-8", "surrogatepass")])


@calm
@given(
    st.sampled_from([event for event in EVENTS if any(isinstance(v, list | dict) for v in event.values())]),
    anything,
    st.data(),
)
def test_events_with_an_inner_value_changed(event: dict[str, Any], value: Any, data: st.DataObject):
    event = json.loads(json.dumps(event))
    outer = event[data.draw(st.sampled_from(sorted(name for name, v in event.items() if isinstance(v, list | dict))))]
    if isinstance(outer, list):
        inner = outer[0]
        if not isinstance(inner, dict):
            outer[0] = value
            answers([json.dumps(event).encode()])
            return
        outer = inner
    outer[data.draw(st.sampled_from(sorted(outer)))] = value
    answers([json.dumps(event).encode()])


@calm
@given(st.sampled_from(EVENTS), st.text(max_size=12), anything, st.integers(0, 4))
def test_events_with_a_field_more(event: dict[str, Any], name: str, value: Any, version: int):
    answers([json.dumps({**event, "schema_version": version, name: value}).encode()])


@calm
@given(st.sampled_from(EVENTS), st.data())
def test_events_with_a_field_less_or_twice(event: dict[str, Any], data: st.DataObject):
    name = data.draw(st.sampled_from(sorted(event)))
    less = json.dumps({key: value for key, value in event.items() if key != name})
    answers([less.encode(), (json.dumps(event)[:-1] + f', "{name}": {json.dumps(event[name])}}}').encode()])


@calm
@given(st.lists(st.sampled_from(LINES) | st.binary(max_size=30), max_size=150), st.integers(1, 150))
def test_a_batch_is_its_records_one_by_one(records: list[bytes], size: int):
    whole, dead = DECODER.decode(records, source="any", ingest_time=NOW)
    parts = [
        DECODER.decode(records[first : first + size], source="any", ingest_time=NOW, first_record=first)
        for first in range(0, len(records), size)
    ]
    assert whole.body == [body for part, _ in parts for body in part.body]
    assert dead == [letter for _, letters in parts for letter in letters]
    assert whole.record.tolist() == [number for part, _ in parts for number in part.record.tolist()]
    for name in ("kind", "event_time", "platform", "line", "region", "content"):
        joined = [value for part, _ in parts for value in getattr(part, name).tolist()]
        assert getattr(whole, name).tolist() == joined
    for kind, block in whole.blocks.items():
        for name, column in block.columns.items():
            joined = [value for part, _ in parts if kind in part.blocks for value in part.blocks[kind][name].tolist()]
            np.testing.assert_array_equal(column, np.array(joined, column.dtype))

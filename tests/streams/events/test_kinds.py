from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from streams.batch import ABSENT
from streams.decode import Decoder
from streams.events import KINDS, LINES, code, kinds, values
from streams.events.fields import coded_names, fields_of
from streams.sensitive import refused_name
from tests.naive.event_columns import columns
from tests.streams.full_events import PLAIN, bare, full

KEY = b"a key for tests"
NOW = 1_900_000_000_000
#: Derived from other fields where they are absent, so that the twin of single fields does not know them.
DERIVED = {
    ("label", "known_at"),
    ("label", "target_platform_id"),
    ("snapshot", "about_platform_id"),
    ("manifest", "about_platform_id"),
    ("loan", "loan_type"),
}


def decode(*events: dict[str, Any]) -> Any:
    batch, dead = Decoder(KEY).decode([json.dumps(e).encode() for e in events], source="test", ingest_time=NOW)
    assert [letter.message for letter in dead] == []
    return batch


def test_there_are_35_kinds_in_the_order_of_the_page():
    assert len(KINDS) == len(set(KINDS)) == 35
    assert tuple(kinds()) == KINDS
    assert (KINDS[0], KINDS[-1], LINES[2]) == ("payment", "correction", "network_lending")


@pytest.mark.parametrize("kind", KINDS)
def test_full_event_is_accepted_with_every_field(kind: str):
    body = json.loads(decode(full(kind)).body[0])
    sent = {name for name, value in full(kind).items() if value != 1 or name != "schema_version"}
    assert set(body) == sent


@pytest.mark.parametrize("kind", KINDS)
def test_bare_event_is_accepted(kind: str):
    assert len(decode(bare(kind))) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_body_decodes_to_itself_and_to_the_same_columns(kind: str):
    first = decode(full(kind), bare(kind, event_id="bare"))
    again, dead = Decoder(KEY).decode(first.body, source="archive", ingest_time=0, ingest_times=first.ingest_time)
    replayed = Decoder(KEY).replay(first.body, first.ingest_time)
    assert not dead
    for other in (again, replayed):
        assert other.body == first.body
        assert other.event_id == first.event_id
        assert other.platform_id == first.platform_id
        for name in ("event_key", "platform", "event_time", "line", "region", "content", "kind"):
            np.testing.assert_array_equal(getattr(other, name), getattr(first, name))
        for name, column in first.blocks[kind].columns.items():
            np.testing.assert_array_equal(other.blocks[kind][name], column)


@pytest.mark.parametrize("kind", KINDS)
def test_no_identity_or_name_stays_in_a_body(kind: str):
    body = decode(full(kind)).body[0].decode()
    assert [plain for plain in PLAIN if plain in body] == []


@pytest.mark.parametrize("kind", KINDS)
def test_columns_equal_the_naive_twin(kind: str):
    batch = decode(full(kind), bare(kind, event_id="bare"))
    for row, body in enumerate(batch.body):
        expected = columns(body, KEY)
        assert tuple(batch.event_key[row].tolist()) == expected.pop("event_key")
        assert int(batch.platform[row]) == expected.pop("platform")
        assert batch.event_time[row] == expected.pop("event_time")
        assert batch.line[row] == expected.pop("line")
        assert batch.region[row] == expected.pop("region")
        for name, value in expected.items():
            if (kind, name) not in DERIVED:
                assert batch.blocks[kind][name][row] == pytest.approx(value, rel=0, abs=0, nan_ok=True), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_keeps_its_type_when_nothing_is_there(kind: str):
    full_block, bare_block = decode(full(kind)).blocks[kind], decode(bare(kind)).blocks[kind]
    for name, column in full_block.columns.items():
        assert bare_block[name].dtype == column.dtype, name


@pytest.mark.parametrize("kind", KINDS)
def test_order_of_keys_and_blanks_change_nothing(kind: str):
    event = full(kind)
    turned = dict(reversed(event.items()))
    loose = json.dumps(turned, indent=1, ensure_ascii=False).encode()
    batch, dead = Decoder(KEY).decode([json.dumps(event).encode(), loose], source="test", ingest_time=NOW)
    assert not dead
    assert batch.body[0] == batch.body[1]
    assert batch.content[0] == batch.content[1]


@pytest.mark.parametrize("kind", KINDS)
def test_platform_stands_before_every_key_in_a_body(kind: str):
    names = [field.name for field in fields_of(kinds()[kind])]
    assert names[:3] == ["event_id", "event_time", "platform_id"]


def test_no_field_has_a_name_that_is_refused():
    names = {field.name for kind in kinds().values() for field in fields_of(kind)}
    assert [name for name in names | coded_names() if refused_name(name)] == []


def test_unknown_column_is_refused_by_name():
    block = decode(bare("payment")).blocks["payment"]
    with pytest.raises(KeyError, match="payment has no column amount; its columns are schema_version"):
        block["amount"]


def test_closed_sets_count_in_the_order_of_the_page():
    assert values("payment", "status") == ("settled", "attempted", "refused", "reversed", "refunded", "charged_back")
    assert code("account", "acct_class", "III") == 2
    assert code("loan", "status", "issued") == 1


def test_absent_values_of_a_payment():
    block = decode(bare("payment")).blocks["payment"]
    found = [block[name][0] for name in ("status", "currency", "cash", "goods_value_minor", "payer_person", "mcc")]
    assert found == [0, 0, -1, ABSENT, 0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_null_is_the_same_as_absent(kind: str):
    event = bare(kind)
    optional = [field.name for field in fields_of(kinds()[kind]) if not field.required and field.name not in event]
    assert decode({**event, **dict.fromkeys(optional)}).body == decode(event).body

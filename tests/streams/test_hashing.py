"""The compiled hashing of identities against `streams.identity`, which knows every writing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.canonical import Writer
from streams.columns import HARD, read_columns
from streams.decode import Decoder
from streams.errors import Fault
from streams.identity import IDENTITY_TYPES, Identities
from tests.streams.full_events import bare

KEY = b"a key for tests"
NOW = 1_900_000_000_000
IDENTITIES = Identities(KEY)
DECODER = Decoder(KEY)
FIELDS = {"payer": "vertex", "device_id": "vertex", "payer_person": "party", "payee_org": "party"}

numbers = st.text(alphabet='aZ09 -#:中Ａ\\"/', min_size=1, max_size=20) | st.from_regex(
    r"#[0-9a-f]{16}", fullmatch=True
)
writings = (
    numbers
    | st.builds("{}:{}".format, st.sampled_from([*IDENTITY_TYPES, "id", " ID", "CARD"]), numbers)
    | st.sampled_from(
        ["ID:110105491231002", "ID:11010519491231002x", "ID:#ABCDEF0123456789", "x" * 256, "USCC:" + "9" * 251]
    )
)


def judged(cache: str, text: str) -> tuple[str, str]:
    """Return ("", pseudonym), or the reason for which `streams.identity` refuses a text and an empty text."""
    try:
        return "", getattr(IDENTITIES, cache)[text]
    except Fault as fault:
        return fault.reason, ""


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(
    st.fixed_dictionaries({"payer": writings, "device_id": writings, "payer_person": writings, "payee_org": writings})
)
def test_every_writing_becomes_the_pseudonym_that_identities_gives(fields: dict[str, str]):
    batch, dead = DECODER.decode([json.dumps(bare("payment", **fields)).encode()], source="t", ingest_time=NOW)
    expected = {name: judged(FIELDS[name], text) for name, text in fields.items()}
    reasons = {reason for reason, _ in expected.values() if reason}
    assert {letter.reason for letter in dead} <= reasons
    assert len(batch) == (0 if reasons else 1)
    kept = [json.loads(body) for body in batch.body]
    for name, (_, pseudonym) in expected.items():
        assert [event[name] for event in kept] == [pseudonym] * len(batch)
        if kept:
            assert int(batch.blocks["payment"][name][0]) == int(pseudonym[-16:], 16)


@pytest.mark.parametrize(
    ("field", "text", "is_hard"),
    [
        ("payer", "BANK-1:622848001", False),
        ("payer", "#0123456789abcdef", False),
        ("payer", "x" * 256, False),
        ("payer", " BANK", True),
        ("payer", "BÄNK", True),
        ("payer", 'BANK"1', True),
        ("payer_person", "ID:330106199003070012", False),
        ("payer_person", "ID: 330106-19900307-001x", False),
        ("payer_person", "C-1", False),
        ("payer_person", "ID:#0123456789abcdef", False),
        ("payer_person", "ID:#0123456789ABCDEF", True),
        ("payer_person", "ID:110105491231002", True),
        ("payer_person", "id:330106199003070012", True),
        ("payer_person", "CARD:1", True),
        ("payer_person", "ID:-", True),
    ],
)
def test_usual_writings_are_hashed_without_the_slow_path(field: str, text: str, is_hard: bool):
    event = DECODER._reader._event(json.dumps(bare("payment", **{field: text})).encode())
    (body,) = Writer(IDENTITIES).plain_bodies([event])
    assert body is not None
    table = read_columns([body], IDENTITIES, hashed=False)
    assert (table.fault[0] == HARD) == is_hard


def test_phone_is_hashed_without_its_gaps():
    events = [
        bare("party", event_id=str(n), phone=text) for n, text in enumerate(("+86 138-0000 0001", "+8613800000001"))
    ]
    batch, _ = DECODER.decode([json.dumps(e).encode() for e in events], source="t", ingest_time=NOW)
    phones = batch.blocks["party"]["phone"].tolist()
    assert phones == [int(IDENTITIES.phone["+8613800000001"][-16:], 16)] * 2


def test_hard_rows_among_easy_ones_keep_their_places():
    payers = ["A-1", " A-2", "Ａ-3", "A-4", "   ", "A-5"]
    records: list[Any] = [
        json.dumps(bare("payment", event_id=payer, payer=payer)).encode() for payer in payers if payer.strip()
    ]
    records.insert(4, json.dumps(bare("payment", payer=payers[4])).encode())
    batch, dead = DECODER.decode(records, source="t", ingest_time=NOW)
    assert [letter.record for letter in dead] == [4]
    assert batch.record.tolist() == [0, 1, 2, 3, 5]
    assert batch.event_id == ["A-1", "A-2", "A-3", "A-4", "A-5"]
    hashes = [IDENTITIES.vertex_hash(f"A-{n}") for n in (1, 2, 3, 4, 5)]
    np.testing.assert_array_equal(batch.blocks["payment"]["payer"], np.array(hashes, np.uint64))

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.scan import BLANK, ESCAPES, EXACT, MAX_BYTES, MAX_DEPTH, PLAIN, TOO_DEEP, TOO_LARGE, WORDS, look


@pytest.mark.parametrize(
    ("record", "flag"),
    [
        (b"", BLANK),
        (b" \t\r\n", BLANK),
        (b"\x00", PLAIN),
        (b"}", PLAIN),
        (b'{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', PLAIN),
        (b'{"a":1, "a" :1}', EXACT),
        (b'{"b":{"a":1,"a":1}}', EXACT),
        (b'{"b":[{"x":1,"y":2,"x":3}]}', EXACT),
        (b'{"a":["b","b"],"b":"b"}', PLAIN),
        (b'{"a":{"b":1},"b":1,"a":2}', EXACT),
        (b'{"\\u0061":1}', EXACT),
        (b'{"a":"x\\ny"}', ESCAPES),
        (b'{"payer":"x\\ny"}', ESCAPES),
        (b'{"a":"b', PLAIN),
        (b'{"a":"b\\', ESCAPES),
        (b'{"a":"PIN","b":"\\u4e2d"}', WORDS),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, PLAIN),
        (b"[" * (MAX_DEPTH + 1), TOO_DEEP),
        (b" " * (MAX_BYTES + 1), TOO_LARGE),
        (b'{"' + b'":1,"'.join(b"k%d" % n for n in range(600)) + b'":1}', EXACT),
    ],
)
def test_flag(record: bytes, flag: int):
    assert look([b'{"a":1}', record, b'{"a":1}'])[1] == flag


def test_neighbours_do_not_matter():
    # An open text must not run into the next record
    assert look([b'{"a":"', b'{"a":1,"a":2}', b'{"a":\\', b'{"a":1}']) == [PLAIN, EXACT, PLAIN, PLAIN]


json_values = st.recursive(
    st.none() | st.integers() | st.text(alphabet='ab \\"{}[]:,中', max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="abc", max_size=2), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(json_values, st.sampled_from([None, 1]), st.booleans())
def test_keys_given_once_are_never_taken_for_twice(value: object, indent: int | None, ascii_: bool):
    assert look([json.dumps(value, indent=indent, ensure_ascii=ascii_).encode()])[0] in (PLAIN, ESCAPES)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_batch_is_its_records_one_by_one(records: list[bytes]):
    assert look(records) == [look([record])[0] for record in records]

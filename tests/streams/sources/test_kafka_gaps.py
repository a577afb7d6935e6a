from streams.kafka.client import Fetched
from streams.sources.kafka import WIDEST_PADDED_GAP, without_gaps


def test_consecutive_offsets_are_one_run() -> None:
    assert list(without_gaps(Fetched(0, [3, 4, 5], [b"a", b"b", b"c"]))) == [(3, [b"a", b"b", b"c"])]


def test_offset_without_record_is_a_blank_one() -> None:
    assert list(without_gaps(Fetched(0, [3, 6], [b"a", b"b"]))) == [(3, [b"a", b"", b"", b"b"])]


def test_wide_gap_begins_a_new_run() -> None:
    far = 4 + WIDEST_PADDED_GAP + 1
    assert list(without_gaps(Fetched(0, [3, far], [b"a", b"b"]))) == [(3, [b"a"]), (far, [b"b"])]


def test_nothing_fetched_is_no_run() -> None:
    assert list(without_gaps(Fetched(0, [], []))) == []

from __future__ import annotations

import numpy as np
import pytest

from streams.events import KINDS
from streams.events.fields import coded_names
from streams.lookup import find, sample, sample_at, table
from streams.plan import plan_of
from streams.swar import PAD, closing_quote, quote_or_escape


def test_every_known_word_is_found():
    words = sorted(
        {name.encode() for kind in KINDS for name in plan_of(kind).names()} | {n.encode() for n in coded_names()}
    )
    samples, numbers = table({(word, 7): number for number, word in enumerate(words)})
    text = np.frombuffer(b"".join(words) + PAD, np.uint8)
    start = 0
    for number, word in enumerate(words):
        sampled = sample_at(text, start, start + len(word), 7)
        assert int(sampled) == sample(word, 7)
        assert find(samples, numbers, np.uint64(sampled), -1) == number
        assert find(samples, numbers, np.uint64(sample(word, 8)), -1) == -1
        start += len(word)


def test_words_that_look_alike_are_refused_when_the_table_is_made():
    with pytest.raises(ValueError, match="looks like"):
        table({(b"abcdefgh-1-ijklmnop", 0): 1, (b"abcdefgh-2-ijklmnop", 0): 2})


def test_ends_of_texts_are_found_at_every_offset():
    for length in range(40):
        text = b"x" * length + b'\\" \\\\"'
        array = np.frombuffer(text + PAD, np.uint8)
        assert quote_or_escape(array, 0) == length
        assert closing_quote(array, 0) == length + 5


def test_high_bytes_are_no_quotes():
    text = bytes(byte for byte in range(256) if byte not in (34, 92)) * 2
    assert quote_or_escape(np.frombuffer(text + PAD, np.uint8), 0) == len(text)

"""The compiled hashes against their published vectors and against hashlib."""

from __future__ import annotations

import random
from hashlib import blake2b

import numpy as np
import pytest

from streams.blake import blake, keyed_state
from streams.identity import Identities
from streams.keys import event_key, key_hash, shared_hash, siphash

# Aumasson and Bernstein, vectors_sip128.h: key 00 01 ... 0f, input 00 01 ... n-1
SIPHASH_128 = {
    0: "a3817f04ba25a8e66df67214c7550293",
    1: "da87c1d86b99af44347659119b22fc45",
    8: "3b62a9ba6258f5610f83e264f31497b4",
}


@pytest.mark.parametrize(("length", "expected"), SIPHASH_128.items())
def test_siphash_equals_the_published_vectors(length: int, expected: str):
    words = np.frombuffer(bytes(range(16)), np.uint64).copy()
    text = np.frombuffer(bytes(range(length)) + bytes(16), np.uint8)
    low, high = siphash(text, 0, 0, 0, length, words)
    assert int(low).to_bytes(8, "little").hex() + int(high).to_bytes(8, "little").hex() == expected


def test_siphash_of_a_scope_is_that_of_scope_nul_text():
    words, random_ = np.array([3, 5], np.uint64), random.Random(7)
    for _ in range(300):
        scope, text = random_.randbytes(random_.randrange(1, 30)), random_.randbytes(random_.randrange(30))
        apart = np.frombuffer(scope + text + bytes(16), np.uint8)
        together = np.frombuffer(scope + b"\0" + text + bytes(16), np.uint8)
        total = len(scope) + len(text)
        assert siphash(apart, 0, len(scope), len(scope), total, words) == siphash(together, 0, 0, 0, total + 1, words)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 63, 127, 128, 129, 255, 256, 257, 300])
@pytest.mark.parametrize("key", [b"k", bytes(range(64))])
def test_blake_equals_hashlib(length: int, key: bytes):
    text = random.Random(length).randbytes(length)
    found = blake(np.frombuffer(text, np.uint8), 0, length, keyed_state(key), np.zeros(24, np.uint64))
    assert f"{int(found):016x}" == blake2b(text, key=key, digest_size=8).hexdigest()


def test_ids_of_two_platforms_are_two_and_shared_ids_one():
    identities = Identities(b"key")
    assert key_hash(identities, "A", "1") != key_hash(identities, "B", "1")
    assert key_hash(identities, "A", "1") == event_key(identities, "A", "1")[0]
    assert shared_hash(identities, "1") != key_hash(identities, "A", "1")
    assert shared_hash(Identities(b"other"), "1") != shared_hash(identities, "1")
    # A scope cannot run into the id behind it
    assert key_hash(identities, "AB", "1") != key_hash(identities, "A", "B1")


def test_empty_id_is_refused():
    with pytest.raises(ValueError, match="an id must have at least one character"):
        shared_hash(Identities(b"key"), "")

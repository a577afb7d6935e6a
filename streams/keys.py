"""Keyed hashes of business ids: `loan_id`, `payment_id`, event ids, platforms.

SipHash-2-4 with 128 bits of output, compiled, over the bytes of the id as they stand in the canonical body. An id that
is unique only within its platform is hashed as platform id, NUL, id. The first word is what a column holds, both words
are an event's key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.swar import load_word

if TYPE_CHECKING:
    from streams.identity import Identities

_C0, _C1, _C2, _C3 = (
    np.uint64(0x736F6D6570736575),
    np.uint64(0x646F72616E646F6D),
    np.uint64(0x6C7967656E657261),
    np.uint64(0x7465646279746573),
)
_8, _56, _64, _EE, _DD = np.uint64(8), np.uint64(56), np.uint64(64), np.uint64(0xEE), np.uint64(0xDD)

State = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@njit(cache=True, nogil=True)
def _rotate(x: np.uint64, bits: int) -> np.uint64:
    return (x << np.uint64(bits)) | (x >> np.uint64(64 - bits))


@njit(cache=True, nogil=True)
def _round(v: State) -> State:
    v0, v1, v2, v3 = v
    v0 += v1
    v2 += v3
    v1 = _rotate(v1, 13) ^ v0
    v3 = _rotate(v3, 16) ^ v2
    v0 = _rotate(v0, 32)
    v2 += v1
    v0 += v3
    v1 = _rotate(v1, 17) ^ v2
    v3 = _rotate(v3, 21) ^ v0
    return v0, v1, _rotate(v2, 32), v3


@njit(cache=True, nogil=True)
def _take(v: State, word: np.uint64) -> State:
    v = _round(_round((v[0], v[1], v[2], v[3] ^ word)))
    return v[0] ^ word, v[1], v[2], v[3]


@njit(cache=True, nogil=True)
def _four(v: State) -> State:
    return _round(_round(_round(_round(v))))


@njit(cache=True, nogil=True)
def siphash(
    text: NDArray[np.uint8], scope_start: int, scope_end: int, start: int, end: int, words: NDArray[np.uint64]
) -> tuple[np.uint64, np.uint64]:
    """Return the 128-bit hash of `text[start:end]`, after the scope and a NUL if the scope is not empty."""
    v = (words[0] ^ _C0, words[1] ^ _C1 ^ _EE, words[0] ^ _C2, words[1] ^ _C3)
    word, shift, length = np.uint64(0), np.uint64(0), end - start
    if scope_end > scope_start:
        length += scope_end - scope_start + 1
        i = scope_start
        while i + 8 <= scope_end:
            v = _take(v, load_word(text, i))
            i += 8
        while i < scope_end:
            word |= np.uint64(text[i]) << shift
            shift += _8
            i += 1
        shift += _8  # the NUL
    i = start
    if shift == _64:
        v = _take(v, word)
        word, shift = np.uint64(0), np.uint64(0)
    while i + 8 <= end:
        eight = load_word(text, i)
        if shift == np.uint64(0):
            v = _take(v, eight)
        else:
            v = _take(v, word | eight << shift)
            word = eight >> (_64 - shift)
        i += 8
    while i < end:
        word |= np.uint64(text[i]) << shift
        shift += _8
        i += 1
        if shift == _64:
            v = _take(v, word)
            word, shift = np.uint64(0), np.uint64(0)
    v = _take(v, word | np.uint64(length & 0xFF) << _56)
    v = _four((v[0], v[1], v[2] ^ _EE, v[3]))
    low = v[0] ^ v[1] ^ v[2] ^ v[3]
    v = _four((v[0], v[1] ^ _DD, v[2], v[3]))
    return low, v[0] ^ v[1] ^ v[2] ^ v[3]


def _bytes(text: str) -> bytes:
    # As the canonical body writes it, so that the compiled reader need not undo escapes
    return msgspec.json.encode(text)[1:-1]


def _hash(identities: Identities, scope: bytes, text: bytes) -> tuple[int, int]:
    whole = np.frombuffer(scope + text, np.uint8)
    if not len(whole):
        raise ValueError("an id must have at least one character")
    low, high = siphash(whole, 0, len(scope), len(scope), len(whole), identities.words)
    return int(low), int(high)


def key_hash(identities: Identities, platform_id: str, text: str) -> int:
    """Return the uint64 of an id that is unique within its platform (`loan_id`, `project_id`, ...).

    >>> from streams.identity import Identities
    >>> key_hash(Identities(b"key"), "P-1", "L-1") == key_hash(Identities(b"key"), "P-2", "L-1")
    False
    """
    return _hash(identities, _bytes(platform_id), _bytes(text))[0]


def shared_hash(identities: Identities, text: str) -> int:
    """Return the uint64 of an id that means the same everywhere (`payment_id`, a platform, an institution)."""
    return _hash(identities, b"", _bytes(text))[0]


def event_key(identities: Identities, platform_id: str, event_id: str) -> tuple[int, int]:
    """Return the two words of `Batch.event_key` for an event; the first is also its `key_hash`."""
    return _hash(identities, _bytes(platform_id), _bytes(event_id))

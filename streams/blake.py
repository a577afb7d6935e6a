"""BLAKE2b with a key, compiled, for the identities that stand in a canonical body as they were sent.

RFC 7693 with 8 bytes of output; equal to `hashlib.blake2b(text, key=key, digest_size=8)`. The state after the key
block is the same for every text and is kept.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

_INITIAL: Final = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    np.uint64,
)  # fmt: skip
_SIGMA: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    ],
    np.int64,
)
_BLOCK: Final = 128
_OUTPUT: Final = 8


@njit(cache=True, nogil=True)
def _turn(x: np.uint64, bits: int) -> np.uint64:
    return (x >> np.uint64(bits)) | (x << np.uint64(64 - bits))


@njit(cache=True, nogil=True)
def _mix(v: NDArray[np.uint64], a: int, b: int, c: int, d: int, x: np.uint64, y: np.uint64) -> None:
    v[a] = v[a] + v[b] + x
    v[d] = _turn(v[d] ^ v[a], 32)
    v[c] = v[c] + v[d]
    v[b] = _turn(v[b] ^ v[c], 24)
    v[a] = v[a] + v[b] + y
    v[d] = _turn(v[d] ^ v[a], 16)
    v[c] = v[c] + v[d]
    v[b] = _turn(v[b] ^ v[c], 63)


@njit(cache=True, nogil=True)
def _compress(state: NDArray[np.uint64], block: NDArray[np.uint64], length: int, last: bool) -> None:
    v = np.empty(16, np.uint64)
    v[:8] = state
    v[8:] = _INITIAL
    v[12] ^= np.uint64(length)
    if last:
        v[14] = ~v[14]
    for r in range(12):
        s = _SIGMA[r]
        _mix(v, 0, 4, 8, 12, block[s[0]], block[s[1]])
        _mix(v, 1, 5, 9, 13, block[s[2]], block[s[3]])
        _mix(v, 2, 6, 10, 14, block[s[4]], block[s[5]])
        _mix(v, 3, 7, 11, 15, block[s[6]], block[s[7]])
        _mix(v, 0, 5, 10, 15, block[s[8]], block[s[9]])
        _mix(v, 1, 6, 11, 12, block[s[10]], block[s[11]])
        _mix(v, 2, 7, 8, 13, block[s[12]], block[s[13]])
        _mix(v, 3, 4, 9, 14, block[s[14]], block[s[15]])
    for i in range(8):
        state[i] ^= v[i] ^ v[i + 8]


@njit(cache=True, nogil=True)
def blake(text: NDArray[np.uint8], start: int, end: int, keyed: NDArray[np.uint64]) -> np.uint64:
    """Return the hash of `text[start:end]` (not empty) as the number that its 16 hexadecimal digits write."""
    state = keyed.copy()
    done = _BLOCK  # the key block
    while start < end:
        size = min(_BLOCK, end - start)
        block = np.zeros(16, np.uint64)
        for i in range(size):
            block[i >> 3] |= np.uint64(text[start + i]) << np.uint64(8 * (i & 7))
        start += size
        done += size
        _compress(state, block, done, start >= end)
    value = np.uint64(0)
    for i in range(_OUTPUT):
        value = (value << np.uint64(8)) | ((state[0] >> np.uint64(8 * i)) & np.uint64(255))
    return value


def keyed_state(key: bytes) -> NDArray[np.uint64]:
    """Return the state after the key block, shape (8,).

    >>> from hashlib import blake2b
    >>> text = np.frombuffer(b"USCC:91330106MA27X00000", np.uint8)
    >>> f"{blake(text, 0, len(text), keyed_state(b'key')):016x}" == blake2b(text, key=b"key", digest_size=8).hexdigest()
    True
    """
    state = _INITIAL.copy()
    state[0] ^= np.uint64(0x01010000 | len(key) << 8 | _OUTPUT)
    block = np.frombuffer(key.ljust(_BLOCK, b"\0"), np.uint64).copy()
    _compress(state, block, _BLOCK, False)
    return state

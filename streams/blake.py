"""BLAKE2b with a key, compiled, for the identities that stand in a canonical body as they were sent.

RFC 7693 with 8 bytes of output; equal to `hashlib.blake2b(text, key=key, digest_size=8)`. The state after the key
block is the same for every text and is kept.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.swar import load_word

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
Word = np.uint64
_OUTPUT: Final = 8


@njit(cache=True, nogil=True)
def _mix(a: Word, b: Word, c: Word, d: Word, x: Word, y: Word) -> tuple[Word, Word, Word, Word]:
    a = a + b + x
    d = d ^ a
    d = (d >> np.uint64(32)) | (d << np.uint64(32))
    c = c + d
    b = b ^ c
    b = (b >> np.uint64(24)) | (b << np.uint64(40))
    a = a + b + y
    d = d ^ a
    d = (d >> np.uint64(16)) | (d << np.uint64(48))
    c = c + d
    b = b ^ c
    return a, (b >> np.uint64(63)) | (b << np.uint64(1)), c, d


@njit(cache=True, nogil=True)
def _compress(state: NDArray[np.uint64], block: NDArray[np.uint64], length: int, last: bool) -> None:
    # Sixteen names and no array, so that the words stay in registers
    v0, v1, v2, v3, v4, v5, v6, v7 = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    v8, v9, v10, v11 = _INITIAL[0], _INITIAL[1], _INITIAL[2], _INITIAL[3]
    v12, v13, v14, v15 = _INITIAL[4] ^ np.uint64(length), _INITIAL[5], _INITIAL[6], _INITIAL[7]
    if last:
        v14 = ~v14
    for r in range(12):
        s = _SIGMA[r]
        v0, v4, v8, v12 = _mix(v0, v4, v8, v12, block[s[0]], block[s[1]])
        v1, v5, v9, v13 = _mix(v1, v5, v9, v13, block[s[2]], block[s[3]])
        v2, v6, v10, v14 = _mix(v2, v6, v10, v14, block[s[4]], block[s[5]])
        v3, v7, v11, v15 = _mix(v3, v7, v11, v15, block[s[6]], block[s[7]])
        v0, v5, v10, v15 = _mix(v0, v5, v10, v15, block[s[8]], block[s[9]])
        v1, v6, v11, v12 = _mix(v1, v6, v11, v12, block[s[10]], block[s[11]])
        v2, v7, v8, v13 = _mix(v2, v7, v8, v13, block[s[12]], block[s[13]])
        v3, v4, v9, v14 = _mix(v3, v4, v9, v14, block[s[14]], block[s[15]])
    state[0] ^= v0 ^ v8
    state[1] ^= v1 ^ v9
    state[2] ^= v2 ^ v10
    state[3] ^= v3 ^ v11
    state[4] ^= v4 ^ v12
    state[5] ^= v5 ^ v13
    state[6] ^= v6 ^ v14
    state[7] ^= v7 ^ v15


@njit(cache=True, nogil=True)
def blake(text: NDArray[np.uint8], start: int, end: int, keyed: NDArray[np.uint64], space: NDArray[np.uint64]) -> Word:
    """Return the hash of `text[start:end]` (not empty) as the number that its 16 hexadecimal digits write.

    `space`, shape (24,), is overwritten: the caller keeps it, so that nothing is allocated for each text.
    """
    state, block = space[:8], space[8:]
    state[:] = keyed
    done = _BLOCK  # the key block
    while start < end:
        size = min(_BLOCK, end - start)
        block[:] = np.uint64(0)
        whole = size // 8
        for i in range(whole):
            block[i] = load_word(text, start + 8 * i)
        for i in range(8 * whole, size):
            block[i >> 3] |= np.uint64(text[start + i]) << np.uint64(8 * (i & 7))
        start += size
        done += size
        _compress(state, block, done, start >= end)
    value, low = np.uint64(0), state[0]
    for i in range(_OUTPUT):
        value = (value << np.uint64(8)) | ((low >> np.uint64(8 * i)) & np.uint64(255))
    return value


def keyed_state(key: bytes) -> NDArray[np.uint64]:
    """Return the state after the key block, shape (8,).

    >>> from hashlib import blake2b
    >>> text = np.frombuffer(b"USCC:91330106MA27X00000", np.uint8)
    >>> hashed = blake(text, 0, len(text), keyed_state(b"key"), np.zeros(24, np.uint64))
    >>> f"{hashed:016x}" == blake2b(text, key=b"key", digest_size=8).hexdigest()
    True
    """
    state = _INITIAL.copy()
    state[0] ^= np.uint64(0x01010000 | len(key) << 8 | _OUTPUT)
    block = np.frombuffer(key.ljust(_BLOCK, b"\0"), np.uint64).copy()
    _compress(state, block, _BLOCK, False)
    return state

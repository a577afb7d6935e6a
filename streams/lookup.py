"""Known words found in bytes: names of fields, values of closed sets, kinds.

A word is told apart by its first and last eight bytes and its length, and found in an open-addressing table of plain
arrays. A hash that walks over every byte would cost more than the rest of the reader; that the known words do differ is
checked when a table is made.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.swar import load_word

Lookup = tuple[NDArray[np.uint64], NDArray[np.int16]]

_SPREAD: Final = 0x9E3779B97F4A7C15
_LAST: Final = 0xBF58476D1CE4E5B9
_OWNER: Final = 0xD6E8FEB86659FD93
_MASK: Final = (1 << 64) - 1


def sample(word: bytes, owner: int = 0) -> int:
    """Return the number that stands for a word, among those of one owner."""
    first, last = int.from_bytes(word[:8], "little"), int.from_bytes(word[-8:], "little")
    return (first * _SPREAD + (last ^ last >> 29) * _LAST + (len(word) + owner * 256) * _OWNER) & _MASK


def table(entries: dict[tuple[bytes, int], int], missing: int = -1) -> Lookup:
    """Lay words out for `find`.

    Parameters
    ----------
    entries : dict of (word, owner) to int
        What `find` shall return for each.
    missing : int
        Fills the empty places.

    Returns
    -------
    samples : ndarray of shape (2**k,), uint64
    numbers : ndarray of shape (2**k,), int16

    Raises
    ------
    ValueError
        If two words cannot be told apart.
    """
    size = 4
    while size < 4 * len(entries):
        size *= 2
    samples, numbers = np.zeros(size, np.uint64), np.full(size, missing, np.int16)
    seen: dict[int, bytes] = {}
    for (word, owner), number in entries.items():
        sampled = sample(word, owner)
        if sampled in seen or sampled == 0:
            raise ValueError(f"{word!r} looks like {seen.get(sampled, b'')!r} to the reader; rename one of them")
        seen[sampled] = word
        place = sampled >> 32 & (size - 1)
        while samples[place]:
            place = (place + 1) & (size - 1)
        samples[place], numbers[place] = sampled, number
    return samples, numbers


@njit(cache=True, nogil=True)
def sample_at(text: NDArray[np.uint8], start: int, end: int, owner: int) -> np.uint64:
    """Return `sample` of `text[start:end]`."""
    if end - start >= 8:
        first, last = load_word(text, start), load_word(text, end - 8)
    else:
        first = np.uint64(0)
        for i in range(start, end):
            first |= np.uint64(text[i]) << np.uint64(8 * (i - start))
        last = first
    last ^= last >> np.uint64(29)
    size = np.uint64(end - start + owner * 256)
    return first * np.uint64(_SPREAD) + last * np.uint64(_LAST) + size * np.uint64(_OWNER)


@njit(cache=True, nogil=True)
def find(samples: NDArray[np.uint64], numbers: NDArray[np.int16], sampled: np.uint64, missing: int) -> int:
    """Return the number of a sampled word, or `missing`."""
    mask = np.uint64(len(samples) - 1)
    place = (sampled >> np.uint64(32)) & mask
    while samples[place] != np.uint64(0):
        if samples[place] == sampled:
            return numbers[place]
        place = (place + np.uint64(1)) & mask
    return missing

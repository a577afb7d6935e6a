"""An open-addressing index from 64-bit keys to slots, for state that grows with accounts, pairs and ids.

The index holds one 64-bit word a cell: 32 bits of the key's hash and the slot plus one, so that a probe touches one
cache line and growing never looks at the keys. Slots are handed out from a free list and keep their number until they
are freed, whatever the index does; deleting shifts the cells behind back, so that there are no tombstones.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Index = NDArray[np.uint64]

# A cell is full when more than 3/4 of the index is used; linear probing stays short below that
_LOAD_NUMERATOR, _LOAD_DENOMINATOR = 3, 4


@njit(cache=True, nogil=True, inline="always")
def mix(key: Any) -> Any:
    """Scatter a 64-bit key over 64 bits (the finalizer of splitmix64)."""
    word = np.uint64(key)
    word ^= word >> np.uint64(30)
    word *= np.uint64(0xBF58476D1CE4E5B9)
    word ^= word >> np.uint64(27)
    word *= np.uint64(0x94D049BB133111EB)
    word ^= word >> np.uint64(31)
    return word


@njit(cache=True, nogil=True)
def find(index: Any, keys: Any, key: Any) -> Any:
    """Slot of `key`, or -1.

    Parameters
    ----------
    index : ndarray of shape (2**k,), uint64
    keys : ndarray of shape (n_slots,), uint64
        Key of each slot.
    key : uint64
    """
    mask = np.uint64(len(index) - 1)
    print_ = mix(key) >> np.uint64(32)
    cell = print_ & mask
    while index[cell] != 0:
        word = index[cell]
        if word >> np.uint64(32) == print_:
            slot = np.int64(word & np.uint64(0xFFFFFFFF)) - 1
            if keys[slot] == key:
                return slot
        cell = (cell + np.uint64(1)) & mask
    return -1


@njit(cache=True, nogil=True)
def insert(index: Any, key: Any, slot: int) -> None:
    """Put a key that is not in the index into it."""
    mask = np.uint64(len(index) - 1)
    print_ = mix(key) >> np.uint64(32)
    cell = print_ & mask
    while index[cell] != 0:
        cell = (cell + np.uint64(1)) & mask
    index[cell] = (print_ << np.uint64(32)) | np.uint64(slot + 1)


@njit(cache=True, nogil=True)
def remove(index: Any, key: Any, slot: int) -> None:
    """Take a key that is in the index out of it, and close the gap."""
    mask = np.uint64(len(index) - 1)
    print_ = mix(key) >> np.uint64(32)
    cell = print_ & mask
    wanted = (print_ << np.uint64(32)) | np.uint64(slot + 1)
    while index[cell] != wanted:
        cell = (cell + np.uint64(1)) & mask
    gap = cell
    while True:
        cell = (cell + np.uint64(1)) & mask
        word = index[cell]
        if word == 0:
            break
        home = (word >> np.uint64(32)) & mask
        # the word may move into the gap only if its home does not lie between the gap and itself
        if ((cell - home) & mask) >= ((cell - gap) & mask):
            index[gap] = word
            gap = cell
    index[gap] = 0


@njit(cache=True, nogil=True)
def rehash(index: Any, target: Any) -> None:
    """Copy every cell of `index` into the empty, larger `target`."""
    mask = np.uint64(len(target) - 1)
    for old in range(len(index)):
        word = index[old]
        if word != 0:
            cell = (word >> np.uint64(32)) & mask
            while target[cell] != 0:
                cell = (cell + np.uint64(1)) & mask
            target[cell] = word


def new_index(slots: int) -> Index:
    """An empty index with room for `slots` keys.

    Examples
    --------
    >>> len(new_index(1000))
    2048
    """
    size = 16
    while size * _LOAD_NUMERATOR < slots * _LOAD_DENOMINATOR:
        size *= 2
    return np.zeros(size, dtype=np.uint64)


def grown_index(index: Index, slots: int) -> Index:
    """The same index, rehashed into a larger one where `slots` keys would not fit."""
    target = new_index(slots)
    if len(target) <= len(index):
        return index
    rehash(index, target)
    return target


def grown(array: NDArray[Any], slots: int) -> NDArray[Any]:
    """A copy of `array` with `slots` rows, the new ones zero."""
    larger = np.zeros((slots, *array.shape[1:]), dtype=array.dtype)
    larger[: len(array)] = array
    return larger

"""Records by 64-bit key: a key holds a slot from when it claims it until it lets it go, and then another may have it.

Memory follows what is held at once. Keys are hashes: among n of them two are equal with a probability of at most
n * n / 2**65, one in 37 million for a million keys.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.kernel import kernel
from streams.table import Index, find, grown, grown_index, insert, mix, new_index, remove

USED, FREED = 0, 1


class Slots:
    """Records of one kind, their free slots and the index from keys.

    Parameters
    ----------
    kind : dtype
        Has a field `key`, uint64. A record that is let go should be left as a new one is, all zero but its key.

    Attributes
    ----------
    records : ndarray of shape (n_slots,)
    free : ndarray of shape (n_slots,), int32
    index : ndarray of shape (2**k,), uint64
    marks : ndarray of shape (2,), int64
        Slots handed out so far, and how many of them are free.
    """

    def __init__(self, kind: np.dtype[Any]) -> None:
        self.records = np.zeros(1024, dtype=kind)
        self.free = np.zeros(1024, dtype=np.int32)
        self.index: Index = new_index(1024)
        self.marks = np.zeros(2, dtype=np.int64)

    def __len__(self) -> int:
        """Slots that are held."""
        return int(self.marks[USED] - self.marks[FREED])

    def reserve(self, more: int) -> None:
        """Make room for as many more keys, doubling."""
        slots = len(self.records)
        while slots < len(self) + more:
            slots *= 2
        if slots > len(self.records):
            self.records, self.free = grown(self.records, slots), grown(self.free, slots)
            self.index = grown_index(self.index, slots)

    def arrays(self) -> tuple[NDArray[Any], NDArray[Any], Index, NDArray[np.int64]]:
        """Records, free slots, index and marks, as kernels take them."""
        return self.records, self.free, self.index, self.marks

    def state(self, name: str) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays, under names that begin with `name`."""
        return {
            f"{name}_records": self.records,
            f"{name}_free": self.free,
            f"{name}_index": self.index,
            f"{name}_marks": self.marks,
        }

    def restore(self, name: str, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state(name)` gave."""
        self.records, self.free = np.array(state[f"{name}_records"]), np.array(state[f"{name}_free"])
        self.index, self.marks = np.array(state[f"{name}_index"]), np.array(state[f"{name}_marks"])


@kernel(inline="always")
def look(key: Any, records: Any, index: Any) -> Any:
    """Slot that `key` holds, or -1."""
    return find(index, records["key"], key)


@kernel(inline="always")
def claim(key: Any, records: Any, free: Any, index: Any, marks: Any) -> Any:
    """Slot that `key` holds, or a free one that it holds from now on; there is one."""
    slot = find(index, records["key"], key)
    if slot >= 0:
        return slot
    if marks[FREED] > 0:
        marks[FREED] -= 1
        slot = np.int64(free[marks[FREED]])
    else:
        slot = marks[USED]
        marks[USED] += 1
    records[slot].key = key
    insert(index, key, slot)
    return slot


@kernel(inline="always")
def let_go(slot: Any, records: Any, free: Any, index: Any, marks: Any) -> None:
    """Free a slot that is held."""
    remove(index, records[slot].key, slot)
    free[marks[FREED]] = slot
    marks[FREED] += 1


@kernel()
def combined(left: Any, right: Any) -> Any:
    """One 64-bit key of two; for a fixed right one, different left ones never meet.

    Examples
    --------
    >>> int(combined(1, 2)) != int(combined(2, 1))
    True
    """
    return mix(np.uint64(left) ^ mix(np.uint64(right) + np.uint64(0x9E3779B97F4A7C15)))

"""Keyed rows of integers that are forgotten after a stated day: the storage behind every measure.

A row is alive up to and including its day of expiry on the stream's clock. That is decided at every look, so that
results never depend on when the table was last tidied; dead rows are taken out only when the table is full.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.prefetch import likely_slot, prefetch, prefetch_cell
from streams.kernel import kernel
from streams.table import find, insert, mix, new_index

NEVER = np.iinfo(np.int32).max
"""Expiry of a row that stays as long as its key."""

_AHEAD = 6
_SALT = np.uint64(0x9E3779B97F4A7C15)


@kernel()
def combined(left: Any, right: Any) -> Any:
    """One 64-bit key of two: for a fixed right part, different left parts never meet."""
    return mix(np.uint64(left) ^ mix(np.uint64(right) + _SALT))


@kernel()
def _keys(left: Any, right: Any, salt: Any, numbers: Any, out: Any) -> None:
    """Fill the keys."""
    for i in range(len(left)):
        out[i] = combined(combined(left[i], right[i]), np.uint64(salt) + np.uint64(numbers[i]))


def keys_of(
    left: NDArray[np.uint64], right: NDArray[np.uint64], salt: int, numbers: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """One 64-bit key for each pair, number and salt.

    Parameters
    ----------
    left, right : ndarray of shape (n,), uint64
        Whose row it is, such as a customer and a platform.
    salt : int
        Tells measures apart, below 2**64.
    numbers : ndarray of shape (n,), int64
        Period, side or whatever else tells rows of one measure apart.

    Examples
    --------
    >>> one = np.ones(2, dtype=np.uint64)
    >>> len(set(keys_of(one, one, 7, np.arange(2)).tolist()))
    2
    """
    out = np.empty(len(left), dtype=np.uint64)
    _keys(left, right, np.uint64(salt), numbers, out)
    return out


@kernel()
def look(index: Any, keys: Any, expiry: Any, key: Any, today: int) -> int:
    """Slot of the live row of `key`, or -1."""
    slot = find(index, keys, key)
    if slot >= 0 and expiry[slot] < today:
        return -1
    return slot


@kernel()
def ask_ahead(table: Any, keys: Any, i: int) -> None:
    """Ask for what `claim` will read of the keys after place `i`; no value depends on it."""
    index, slot_keys, _, values, _ = table
    if i + 2 * _AHEAD < len(keys):
        prefetch_cell(index, keys[i + 2 * _AHEAD])
    if i + _AHEAD < len(keys):
        slot = likely_slot(index, keys[i + _AHEAD])
        if slot >= 0:
            prefetch(slot_keys, slot)
            prefetch(values[slot], 0)


@kernel()
def claim(index: Any, keys: Any, expiry: Any, values: Any, size: Any, key: Any, today: int, until: int) -> int:
    """Slot of the row of `key`; a new or dead row starts at zero and lives through the day `until`."""
    slot = find(index, keys, key)
    if slot < 0:
        slot = size[0]
        size[0] += 1
        keys[slot] = key
        insert(index, key, slot)
    elif expiry[slot] >= today:
        return slot
    expiry[slot] = until
    values[slot, :] = 0
    return slot


@kernel()
def _compact(index: Any, keys: Any, expiry: Any, values: Any, size: Any, today: int) -> None:
    """Move the live rows to the front and index them anew; `index` comes in empty."""
    kept = 0
    for slot in range(size[0]):
        if expiry[slot] >= today:
            keys[kept] = keys[slot]
            expiry[kept] = expiry[slot]
            for column in range(values.shape[1]):
                values[kept, column] = values[slot, column]
            insert(index, keys[kept], kept)
            kept += 1
    size[0] = kept


class ExpiringTable:
    """Rows of `columns` int64 by 64-bit key, each with a last day of life.

    Parameters
    ----------
    columns : int
        Integers a row, all 0 when the row is new.

    Notes
    -----
    Kernels take the arrays themselves, see `arrays`; `reserve` must have made room before.

    Examples
    --------
    >>> table = ExpiringTable(1)
    >>> table.reserve(10, today=0)
    >>> slot = claim(*table.arrays(), np.uint64(7), 0, 35)
    >>> table.values[slot, 0] += 5
    >>> len(table), look(table.index, table.keys, table.expiry, np.uint64(7), 36)
    (1, -1)
    """

    def __init__(self, columns: int) -> None:
        self.index = new_index(16)
        self.keys = np.zeros(16, dtype=np.uint64)
        self.expiry = np.zeros(16, dtype=np.int32)
        self.values = np.zeros((16, columns), dtype=np.int64)
        self.size = np.zeros(1, dtype=np.int64)

    def __len__(self) -> int:
        """Rows held, dead ones that were not yet taken out included."""
        return int(self.size[0])

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Index, keys, expiry, values and size, in the order that the kernels take them."""
        return self.index, self.keys, self.expiry, self.values, self.size

    def reserve(self, more: int, *, today: int) -> None:
        """Make room for `more` further keys; when that needs tidying, rows dead on the day `today` go.

        Parameters
        ----------
        more : int
            Keys that the next kernel may add at most.
        today : int
            Shanghai day of the clock before that kernel's first event.
        """
        if self.size[0] + more <= len(self.keys):
            return
        index = new_index(len(self.keys))
        _compact(index, self.keys, self.expiry, self.values, self.size, today)
        # half of the room must be free after a tidying, so that the next one is far away
        capacity = len(self.keys)
        while 2 * (int(self.size[0]) + more) > capacity:
            capacity *= 2
        if capacity > len(self.keys):
            self._grow(capacity)
        else:
            self.index = index

    def _grow(self, capacity: int) -> None:
        """Copy the rows into larger arrays."""
        size = int(self.size[0])
        keys = np.zeros(capacity, dtype=np.uint64)
        expiry = np.zeros(capacity, dtype=np.int32)
        values = np.zeros((capacity, self.values.shape[1]), dtype=np.int64)
        keys[:size], expiry[:size], values[:size] = self.keys[:size], self.expiry[:size], self.values[:size]
        self.keys, self.expiry, self.values, self.index = keys, expiry, values, new_index(capacity)
        _compact(self.index, keys, expiry, values, self.size, np.iinfo(np.int32).min)

    def state(self) -> dict[str, NDArray[Any]]:
        """The rows as plain arrays."""
        size = int(self.size[0])
        return {
            "keys": self.keys[:size].copy(),
            "expiry": self.expiry[:size].copy(),
            "values": self.values[:size].copy(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over rows that `state()` gave."""
        size = len(state["keys"])
        capacity = len(new_index(max(size, 16)))
        self.keys = np.zeros(capacity, dtype=np.uint64)
        self.expiry = np.zeros(capacity, dtype=np.int32)
        self.values = np.zeros((capacity, state["values"].shape[1]), dtype=np.int64)
        self.keys[:size], self.expiry[:size], self.values[:size] = state["keys"], state["expiry"], state["values"]
        self.size = np.array([size], dtype=np.int64)
        self.index = new_index(capacity)
        _compact(self.index, self.keys, self.expiry, self.values, self.size, np.iinfo(np.int32).min)


def packed(parts: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """One flat state out of the states of several parts, their names joined with a dot."""
    return {f"{name}.{key}": array for name, part in parts.items() for key, array in part.state().items()}


def unpacked(state: Mapping[str, NDArray[Any]], parts: Mapping[str, Any]) -> None:
    """Give every part its own arrays of a flat state back."""
    for name, part in parts.items():
        prefix = f"{name}."
        part.restore({key[len(prefix) :]: array for key, array in state.items() if key.startswith(prefix)})

"""Counts and sums in one rolling window on the stream's clock, for payments that are rare enough to be kept one by one.

A window of span w at clock t holds what came in `(t - w, t]`. The entries stand in one ring in order of the clock; what
leaves the window is taken out of its key's count and sum, so that both stay exact.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.journal import Journal, record
from features.measures.tables import ExpiringTable, claim, packed, unpacked
from streams.clock import MS_PER_DAY, SHANGHAI_OFFSET_MS
from streams.kernel import kernel
from streams.table import find

_HEAD, _TAIL = 0, 1


@kernel()
def _push(
    keys: Any, clocks: Any, amounts: Any, positions: Any, span: int, table: Any, ring_keys: Any, ring_clocks: Any,
    ring_amounts: Any, ends: Any, journal: Any, after: Any,
) -> None:  # fmt: skip
    """Let out what has left the window, take each entry in, write down count and sum of its key."""
    index, table_keys, expiry, values, size = table
    mask = len(ring_keys) - 1
    life = span // MS_PER_DAY + 2
    for i in range(len(keys)):
        clock = clocks[i]
        while ends[_TAIL] < ends[_HEAD] and ring_clocks[ends[_TAIL] & mask] <= clock - span:
            oldest = ends[_TAIL] & mask
            slot = find(index, table_keys, ring_keys[oldest])
            if slot >= 0:  # a key that was quiet for longer than the window may have been tidied away
                values[slot, 0] -= 1
                values[slot, 1] -= ring_amounts[oldest]
            ends[_TAIL] += 1
        today = (clock + SHANGHAI_OFFSET_MS) // MS_PER_DAY
        slot = claim(index, table_keys, expiry, values, size, keys[i], today, today + life)
        expiry[slot] = today + life
        values[slot, 0] += 1
        values[slot, 1] += amounts[i]
        values[slot, 2] = record(journal[0], journal[1], journal[2], journal[3], positions[i], values[slot, 2], today)
        newest = ends[_HEAD] & mask
        ring_keys[newest], ring_clocks[newest], ring_amounts[newest] = keys[i], clock, amounts[i]
        ends[_HEAD] += 1
        for column in range(3):
            after[i, column] = values[slot, column]


class RollingWindow:
    """Count and sum by key over the last `span_ms` of the clock.

    Parameters
    ----------
    span_ms : int
        The window's span in milliseconds.

    Examples
    --------
    >>> window = RollingWindow(1000)
    >>> keys, amounts = np.array([7, 7, 7], dtype=np.uint64), np.array([5, 6, 7])
    >>> window.push(keys, np.array([0, 999, 1000]), amounts, np.arange(3))[:, :2].tolist()
    [[1, 5], [2, 11], [2, 13]]
    """

    def __init__(self, span_ms: int) -> None:
        self._span = span_ms
        self._table = ExpiringTable(3)
        self._journal = Journal()
        self._keys = np.zeros(64, dtype=np.uint64)
        self._clocks = np.zeros(64, dtype=np.int64)
        self._amounts = np.zeros(64, dtype=np.int64)
        self._ends = np.zeros(2, dtype=np.int64)

    def push(
        self,
        keys: NDArray[np.uint64],
        clocks: NDArray[np.int64],
        amounts: NDArray[np.int64],
        positions: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Take entries in, in log order.

        Parameters
        ----------
        keys : ndarray of shape (n,), uint64
        clocks : ndarray of shape (n,), int64
            The stream's clock, ms, never falling.
        amounts, positions : ndarrays of shape (n,), int64
            Amounts to add up, and the log positions they came at.

        Returns
        -------
        ndarray of shape (n, 3), int64
            Count and sum in the window of each entry's key, the entry itself included; last entry of the journal.
        """
        n = len(keys)
        after = np.empty((n, 3), dtype=np.int64)
        if n:
            today = int((clocks[0] + SHANGHAI_OFFSET_MS) // MS_PER_DAY)
            self._reserve(n)
            self._journal.reserve(n, today=today)
            self._table.reserve(n, today=today)
            _push(
                keys, clocks, amounts, positions, self._span, self._table.arrays(), self._keys, self._clocks,
                self._amounts, self._ends, self._journal.arrays(), after,
            )  # fmt: skip
        return after

    def chains(self, after: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Log positions in the window of rows of `push`, see `Journal.read`; no more than a row's count."""
        starts, positions = self._journal.read(np.ascontiguousarray(after[:, 2]))
        lengths = np.minimum(np.diff(starts), after[:, 0])
        within = np.arange(len(positions)) - np.repeat(starts[:-1], np.diff(starts))
        kept = within < np.repeat(lengths, np.diff(starts))
        return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), positions[kept]

    def _reserve(self, more: int) -> None:
        """Make room in the ring, doubling it."""
        head, tail = int(self._ends[_HEAD]), int(self._ends[_TAIL])
        size = len(self._keys)
        if head - tail + more <= size:
            return
        while size < head - tail + more:
            size *= 2
        numbers = np.arange(tail, head)
        old, new = numbers % len(self._keys), numbers % size
        for name in ("_keys", "_clocks", "_amounts"):
            array = getattr(self, name)
            larger = np.zeros(size, dtype=array.dtype)
            larger[new] = array[old]
            setattr(self, name, larger)

    def state(self) -> dict[str, NDArray[Any]]:
        """The window's entries and the counts, as plain arrays."""
        arrays = {"keys": self._keys, "clocks": self._clocks, "amounts": self._amounts, "ends": self._ends}
        return packed({"table": self._table, "journal": self._journal}) | {
            name: array.copy() for name, array in arrays.items()
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, {"table": self._table, "journal": self._journal})
        self._keys, self._clocks = np.array(state["keys"]), np.array(state["clocks"])
        self._amounts, self._ends = np.array(state["amounts"]), np.array(state["ends"])

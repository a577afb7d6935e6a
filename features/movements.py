"""One movement of money counts once, however many institutions report it.

Reports of one movement share their `payment_id`. The first settled one in log order is the movement; the later ones
confirm it. Movements are remembered for 45 days of the clock, longer than any window.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.table import find, grown_index, insert, new_index, remove

HORIZON_MS = 45 * 86_400_000
_HEAD, _TAIL = 0, 1


class Movements:
    """Remembers the movements that have been settled.

    Examples
    --------
    >>> movements = Movements()
    >>> ids, clocks = np.array([7, 0, 7, 0], dtype=np.uint64), np.arange(4)
    >>> movements.first(ids, np.array([True, True, True, True]), clocks).tolist()
    [True, True, False, True]
    """

    def __init__(self) -> None:
        self._keys = np.zeros(1024, dtype=np.uint64)
        self._clocks = np.zeros(1024, dtype=np.int64)
        self._index = new_index(1024)
        self._scalars = np.zeros(2, dtype=np.int64)

    def first(
        self, movements: NDArray[np.uint64], settled: NDArray[np.bool_], clocks: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """True for settled payments that are the first report of their movement.

        Parameters
        ----------
        movements : ndarray of shape (n,), uint64
            Hash of the payment id, 0 where there is none: then a payment is a movement of its own.
        settled : ndarray of shape (n,), bool
        clocks : ndarray of shape (n,), int64
            Milliseconds, never falling.
        """
        self._reserve(int(np.count_nonzero(movements)))
        is_first = settled.copy()
        _first(movements, clocks, self._keys, self._clocks, self._index, self._scalars, is_first)
        return is_first

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return {"keys": self._keys, "clocks": self._clocks, "index": self._index, "scalars": self._scalars}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._keys, self._clocks = np.array(state["keys"]), np.array(state["clocks"])
        self._index, self._scalars = np.array(state["index"]), np.array(state["scalars"])

    def _reserve(self, movements: int) -> None:
        """Make room for as many more, doubling the ring."""
        head, tail = int(self._scalars[_HEAD]), int(self._scalars[_TAIL])
        size = len(self._keys)
        if head - tail + movements <= size:
            return
        while size < head - tail + movements:
            size *= 2
        numbers = np.arange(tail, head)
        keys, clocks = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.int64)
        keys[numbers % size] = self._keys[numbers % len(self._keys)]
        clocks[numbers % size] = self._clocks[numbers % len(self._keys)]
        self._keys, self._clocks = keys, clocks
        self._index = grown_index(new_index(16), size)
        _reindex(keys, self._index, tail, head)


@njit(cache=True, nogil=True)
def _reindex(keys: Any, index: Any, tail: int, head: int) -> None:
    """Index every remembered movement anew."""
    for number in range(tail, head):
        slot = number & (len(keys) - 1)
        insert(index, keys[slot], slot)


@njit(cache=True, nogil=True)
def _first(movements: Any, clocks: Any, keys: Any, seen: Any, index: Any, scalars: Any, is_first: Any) -> None:
    """Clear `is_first` where the movement is known; remember the others."""
    ring = len(keys) - 1
    for i in range(len(movements)):
        if movements[i] == 0 or not is_first[i]:
            continue
        while scalars[_TAIL] < scalars[_HEAD]:
            oldest = scalars[_TAIL] & ring
            if seen[oldest] > clocks[i] - HORIZON_MS:
                break
            remove(index, keys[oldest], oldest)
            scalars[_TAIL] += 1
        if find(index, keys, movements[i]) >= 0:
            is_first[i] = False
            continue
        slot = scalars[_HEAD] & ring
        scalars[_HEAD] += 1
        keys[slot] = movements[i]
        seen[slot] = clocks[i]
        insert(index, movements[i], slot)

"""Which events a sum is made of: for each key a chain of log positions, remembered for as long as a day of law is open.

A rule that adds up a day rests on every payment of that day, and not only on the one that crossed the line. The chain
names them; it reaches back 45 days of the clock and no further.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.kernel import kernel

HORIZON_DAYS = 45
MOST = 500
"""Longest chain that is read out, newest first."""

_HEAD, _TAIL = 0, 1


@kernel()
def record(positions: Any, previous: Any, days: Any, ends: Any, position: int, before: int, today: int) -> int:
    """Write one entry down and return its number plus one, for the next entry of the same key to point at.

    Parameters
    ----------
    positions, previous, days, ends : ndarray
        The journal's arrays.
    position : int
        Log position of the event.
    before : int
        What `record` returned for the key's last entry, 0 if it has none.
    today : int
        Shanghai day of the clock.
    """
    number = ends[_HEAD]
    slot = number & (len(positions) - 1)
    positions[slot], previous[slot], days[slot] = position, before, today
    ends[_HEAD] = number + 1
    return number + 1


@kernel()
def _forget(days: Any, ends: Any, today: int) -> None:
    """Let go of what is older than the horizon."""
    mask = len(days) - 1
    while ends[_TAIL] < ends[_HEAD] and days[ends[_TAIL] & mask] < today - HORIZON_DAYS:
        ends[_TAIL] += 1


@kernel()
def _read(positions: Any, previous: Any, days: Any, ends: Any, lasts: Any, out: Any, starts: Any) -> None:
    """Walk each chain from its last entry back, newest first, to the horizon of that entry."""
    mask = len(positions) - 1
    size = 0
    for i in range(len(lasts)):
        starts[i] = size
        number = lasts[i]
        taken = 0
        oldest = days[(number - 1) & mask] - HORIZON_DAYS
        while number > ends[_TAIL] and taken < MOST:
            slot = (number - 1) & mask
            # not by what was let go: that depends on the batch
            if days[slot] < oldest:
                break
            out[size] = positions[slot]
            size += 1
            taken += 1
            number = previous[slot]
    starts[len(lasts)] = size


class Journal:
    """A ring of log positions, chained by key.

    Examples
    --------
    >>> journal = Journal()
    >>> journal.reserve(3, today=100)
    >>> first = record(*journal.arrays(), 10, 0, 100)
    >>> second = record(*journal.arrays(), 11, first, 101)
    >>> starts, positions = journal.read(np.array([second, first]))
    >>> starts.tolist(), positions.tolist()
    ([0, 2, 3], [11, 10, 10])
    """

    def __init__(self) -> None:
        self._positions = np.zeros(64, dtype=np.int64)
        self._previous = np.zeros(64, dtype=np.int64)
        self._days = np.zeros(64, dtype=np.int32)
        self._ends = np.zeros(2, dtype=np.int64)

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Positions, previous numbers, days and ends, in the order that `record` takes them."""
        return self._positions, self._previous, self._days, self._ends

    def reserve(self, more: int, *, today: int) -> None:
        """Make room for as many more entries; what is beyond the horizon on the day `today` is let go.

        Nothing of what is left is written over before the next call, so that chains can be read until then.
        """
        _forget(self._days, self._ends, today)
        head, tail = int(self._ends[_HEAD]), int(self._ends[_TAIL])
        size = len(self._positions)
        if head - tail + more <= size:
            return
        while size < head - tail + more:
            size *= 2
        numbers = np.arange(tail, head)
        old, new = numbers % len(self._positions), numbers % size
        for name in ("_positions", "_previous", "_days"):
            array = getattr(self, name)
            larger = np.zeros(size, dtype=array.dtype)
            larger[new] = array[old]
            setattr(self, name, larger)

    def read(self, lasts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The chains that end in the given entries.

        Parameters
        ----------
        lasts : ndarray of shape (n,), int64
            What `record` returned for the last entry of each chain; 0 for none.

        Returns
        -------
        starts : ndarray of shape (n + 1,), int64
        positions : ndarray of int64
            Chain i is `positions[starts[i]:starts[i + 1]]`, newest first, at most `MOST` of it.
        """
        starts = np.zeros(len(lasts) + 1, dtype=np.int64)
        held = int(self._ends[_HEAD] - self._ends[_TAIL])
        out = np.empty(len(lasts) * min(MOST, held), dtype=np.int64)
        _read(self._positions, self._previous, self._days, self._ends, lasts, out, starts)
        return starts, out[: starts[-1]]

    def state(self) -> dict[str, NDArray[Any]]:
        """The ring as plain arrays."""
        return {
            "positions": self._positions.copy(),
            "previous": self._previous.copy(),
            "days": self._days.copy(),
            "ends": self._ends.copy(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._positions, self._previous = np.array(state["positions"]), np.array(state["previous"])
        self._days, self._ends = np.array(state["days"]), np.array(state["ends"])

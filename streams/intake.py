"""The door of the log: each event is accepted once and gets its position and the stream's clock.

An event is known by its platform and event id. The same id with the same content is a duplicate and takes no effect;
the same id with other content is a conflict. Ids are remembered for a stated number of days of the clock, exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.batch import Batch
from streams.table import grown_index, insert, mix, new_index, remove

DAY_MS = 86_400_000

NEW, DUPLICATE, CONFLICT = 0, 1, 2
_CLOCK, _NEXT_POSITION, _HEAD, _TAIL = 0, 1, 2, 3


@dataclass(slots=True)
class Accepted:
    """What became of a batch at the door.

    Attributes
    ----------
    batch : Batch
        The new events, with position and clock.
    verdict : ndarray of shape (n,), int8
        0 new, 1 duplicate, 2 conflict, of every event that came.
    position : ndarray of shape (n,), int64
        Log position of each event, or of the earlier event that has its id.
    """

    batch: Batch
    verdict: NDArray[np.int8]
    position: NDArray[np.int64]


class Intake:
    """Deduplication, log positions and the clock.

    Parameters
    ----------
    dedup_days : int, default=45
        Days of the clock for which an id is remembered.
    """

    def __init__(self, *, dedup_days: int = 45) -> None:
        self._span = dedup_days * DAY_MS
        self._keys = np.zeros((1024, 2), dtype=np.uint64)
        self._content = np.zeros(1024, dtype=np.uint64)
        self._position = np.zeros(1024, dtype=np.int64)
        self._clock = np.zeros(1024, dtype=np.int64)
        self._index = new_index(1024)
        self._scalars = np.array([np.iinfo(np.int64).min, 0, 0, 0], dtype=np.int64)

    @property
    def next_position(self) -> int:
        """Log position that the next accepted event gets."""
        return int(self._scalars[_NEXT_POSITION])

    @property
    def clock(self) -> int | None:
        """Running maximum of event time, ms; None before the first event."""
        clock = int(self._scalars[_CLOCK])
        return None if clock == np.iinfo(np.int64).min else clock

    def accept(self, batch: Batch) -> Accepted:
        """Tell new events from known ones and give the new ones their place in the log."""
        n = len(batch)
        self._reserve(n)
        verdict = np.zeros(n, dtype=np.int8)
        position = np.zeros(n, dtype=np.int64)
        clock = np.zeros(n, dtype=np.int64)
        _accept(
            batch.event_key,
            batch.content,
            batch.event_time,
            self._span,
            self._keys,
            self._content,
            self._position,
            self._clock,
            self._index,
            self._scalars,
            verdict,
            position,
            clock,
        )
        new = batch if not verdict.any() else batch.take(np.flatnonzero(verdict == NEW))
        new.position = position[verdict == NEW]
        new.clock = clock[verdict == NEW]
        return Accepted(new, verdict, position)

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return {
            "keys": self._keys,
            "content": self._content,
            "position": self._position,
            "clock": self._clock,
            "index": self._index,
            "scalars": self._scalars,
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._keys = np.array(state["keys"])
        self._content = np.array(state["content"])
        self._position = np.array(state["position"])
        self._clock = np.array(state["clock"])
        self._index = np.array(state["index"])
        self._scalars = np.array(state["scalars"])

    def _reserve(self, events: int) -> None:
        """Make room for a batch, doubling the ring of ids."""
        head, tail = int(self._scalars[_HEAD]), int(self._scalars[_TAIL])
        size = len(self._keys)
        if head - tail + events <= size:
            return
        while size < head - tail + events:
            size *= 2
        numbers = np.arange(tail, head)
        old, new = numbers % len(self._keys), numbers % size
        for name in ("_keys", "_content", "_position", "_clock"):
            array = getattr(self, name)
            larger = np.zeros((size, *array.shape[1:]), dtype=array.dtype)
            larger[new] = array[old]
            setattr(self, name, larger)
        self._index = grown_index(new_index(16), size)
        _reindex(self._keys, self._index, tail, head)


@njit(cache=True, nogil=True)
def _reindex(keys: Any, index: Any, tail: int, head: int) -> None:
    """Index every remembered id anew."""
    ring = len(keys) - 1
    for number in range(tail, head):
        insert(index, keys[number & ring, 1], number & ring)


@njit(cache=True, nogil=True)
def _find_id(index: Any, keys: Any, high: Any, low: Any) -> Any:
    """Slot of a 128-bit id, or -1."""
    mask = np.uint64(len(index) - 1)
    print_ = mix(low) >> np.uint64(32)
    cell = print_ & mask
    while index[cell] != 0:
        word = index[cell]
        if word >> np.uint64(32) == print_:
            slot = np.int64(word & np.uint64(0xFFFFFFFF)) - 1
            if keys[slot, 1] == low and keys[slot, 0] == high:
                return slot
        cell = (cell + np.uint64(1)) & mask
    return -1


@njit(cache=True, nogil=True)
def _accept(
    event_keys: Any,
    contents: Any,
    event_times: Any,
    span: int,
    keys: Any,
    content: Any,
    position: Any,
    clock: Any,
    index: Any,
    scalars: Any,
    verdicts: Any,
    positions: Any,
    clocks: Any,
) -> None:
    """Judge every event of a batch, in order."""
    ring = len(keys) - 1
    for i in range(len(event_keys)):
        high, low = event_keys[i, 0], event_keys[i, 1]
        slot = _find_id(index, keys, high, low)
        if slot >= 0:
            verdicts[i] = DUPLICATE if content[slot] == contents[i] else CONFLICT
            positions[i] = position[slot]
            clocks[i] = scalars[_CLOCK]
            continue
        if event_times[i] > scalars[_CLOCK]:
            scalars[_CLOCK] = event_times[i]
            while scalars[_TAIL] < scalars[_HEAD]:
                oldest = scalars[_TAIL] & ring
                if clock[oldest] > scalars[_CLOCK] - span:
                    break
                remove(index, keys[oldest, 1], oldest)
                scalars[_TAIL] += 1
        slot = scalars[_HEAD] & ring
        scalars[_HEAD] += 1
        keys[slot, 0], keys[slot, 1] = high, low
        content[slot] = contents[i]
        position[slot] = scalars[_NEXT_POSITION]
        clock[slot] = scalars[_CLOCK]
        insert(index, low, slot)
        positions[i] = scalars[_NEXT_POSITION]
        clocks[i] = scalars[_CLOCK]
        scalars[_NEXT_POSITION] += 1

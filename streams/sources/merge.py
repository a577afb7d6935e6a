"""Several files as one source, merged by event time.

Every file keeps its own line order: the key of a line is the latest event time seen in its file so far, so that a late
line, or one whose time cannot be read, travels with the line before it. Equal keys go in the order of the arguments.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from streams.clock import milliseconds
from streams.sources.base import Chunk, Source

BEFORE_ALL = np.iinfo(np.int64).min
AFTER_ALL = np.iinfo(np.int64).max

Part = tuple[list[bytes], NDArray[np.int64], NDArray[np.int64]]  # records, lane of each, ordinal of each in its lane


class _Timed(msgspec.Struct):
    """The one field that merging reads."""

    event_time: int | dt.datetime


_DECODER = msgspec.json.Decoder(_Timed)


def event_time_of(record: bytes) -> int | None:
    """Return the event time of a raw record in epoch milliseconds, or None where it cannot be read.

    Examples
    --------
    >>> event_time_of(b'{"event_time": "1970-01-01T08:00:01+08:00"}')
    1000
    >>> event_time_of(b'{"event_time": "yesterday"}') is None
    True
    """
    try:
        time = _DECODER.decode(record).event_time
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if isinstance(time, int):
        return time if abs(time) < AFTER_ALL else None
    return milliseconds(time) if time.tzinfo is not None else None


class _Lane:
    """What waits of one file: records with their keys, of which the first `taken` have gone."""

    def __init__(self, source: Source, size: int) -> None:
        self._chunks = source.chunks(size)
        self._latest = BEFORE_ALL
        self.keys: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.taken = 0
        self.done = 0
        self.ended = False
        self.locate: Callable[[int], str] = str
        self.fill()

    def fill(self) -> None:
        """Read the next chunk once the last one has gone; at the end of the file mark the lane as ended."""
        if self.ended or self.taken < len(self.keys):
            return
        chunk = next(self._chunks, None)
        if chunk is None:
            self.ended = True
            return
        self.records, self.first, self.locate, self.done = chunk.records, chunk.first_record, chunk.locate, chunk.done
        self.taken = 0
        self.keys = np.empty(len(chunk.records), dtype=np.int64)
        latest = self._latest
        for i, record in enumerate(chunk.records):
            time = event_time_of(record)
            if time is not None and time > latest:
                latest = time
            self.keys[i] = latest
        self._latest = latest

    def take(self, horizon: int, *, with_ties: bool) -> tuple[NDArray[np.int64], list[bytes], NDArray[np.int64]]:
        """Hand out what waits below `horizon`, and on it where `with_ties`: keys, records, ordinals."""
        start = self.taken
        upto = max(start, int(np.searchsorted(self.keys, horizon, side="right" if with_ties else "left")))
        self.taken = upto
        return self.keys[start:upto], self.records[start:upto], np.arange(self.first + start, self.first + upto)


class MergedSource:
    """Several sources, merged by event time; ties go in the order of the arguments.

    Parameters
    ----------
    sources : sequence of Source
        Two or more; their order is part of the identity.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(sources)

    @cached_property
    def identity(self) -> str:
        """Return ``files:`` and the xxh3-128 of the identities in their order."""
        names = "\n".join(source.identity for source in self.sources)
        return f"files:{xxhash.xxh3_128(names.encode()).hexdigest()}"

    @property
    def total(self) -> int | None:
        """Sum of what the sources hold, bytes and rows as they come; None where one has no end."""
        totals = [source.total for source in self.sources]
        return None if None in totals else sum(total or 0 for total in totals)

    def chunks(self, size: int, *, start: int = 0) -> Iterator[Chunk]:
        """Yield the merged records from ordinal `start` on, exactly `size` in every chunk but the last."""
        lanes = [_Lane(source, size) for source in self.sources]
        first = 0
        records: list[bytes] = []
        origins = places = np.empty(0, dtype=np.int64)
        for part, lane_of, ordinals in _merged(lanes):
            past = min(max(start - first - len(records), 0), len(part))
            first += past
            records += part[past:]
            origins = np.concatenate([origins, lane_of[past:]])
            places = np.concatenate([places, ordinals[past:]])
            done = sum(lane.done for lane in lanes)
            while len(records) >= size:
                yield self._chunk(first, records[:size], _locator(first, lanes, origins[:size], places[:size]), done)
                del records[:size]
                origins, places, first = origins[size:], places[size:], first + size
        if records:
            yield self._chunk(first, records, _locator(first, lanes, origins, places), sum(lane.done for lane in lanes))

    def _chunk(self, first: int, records: list[bytes], locate: Callable[[int], str], done: int) -> Chunk:
        return Chunk(self.identity, first, records, locate, done)


def _locator(
    first: int, lanes: Sequence[_Lane], origins: NDArray[np.int64], places: NDArray[np.int64]
) -> Callable[[int], str]:
    """Return the way from a merged ordinal back to file and line."""
    return lambda record: lanes[origins[record - first]].locate(int(places[record - first]))


def _merged(lanes: Sequence[_Lane]) -> Iterator[Part]:
    """Yield runs of records in the merged order, as far as the lanes have been read."""
    while True:
        open_lanes = [i for i, lane in enumerate(lanes) if not lane.ended]
        # A further line on the horizon may come from the lane read least far: later lanes wait with their ties
        horizon = min((int(lanes[i].keys[-1]) for i in open_lanes), default=AFTER_ALL)
        leader = next((i for i in open_lanes if lanes[i].keys[-1] == horizon), len(lanes))
        taken = [lane.take(horizon, with_ties=i <= leader) for i, lane in enumerate(lanes) if len(lane.keys)]
        numbers = [i for i, lane in enumerate(lanes) if len(lane.keys)]
        keys = np.concatenate([part[0] for part in taken])
        order = np.argsort(keys, kind="stable")
        records = [record for part in taken for record in part[1]]
        origins = np.repeat(np.array(numbers, dtype=np.int64), [len(part[1]) for part in taken])
        ordinals = np.concatenate([part[2] for part in taken])
        yield [records[i] for i in order], origins[order], ordinals[order]
        if not open_lanes:
            return
        for lane in lanes:
            lane.fill()

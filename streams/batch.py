"""Events as columns: what the decoder hands up and everything above reads.

A batch holds what all events have as arrays in arrival order, and a `Block` for each kind present with that kind's own
columns. An absent integer is `ABSENT`; the other absent values stand in `streams.columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: An absent integer in an int64 column.
ABSENT: Final = int(np.iinfo(np.int64).min)


class Columns(dict[str, NDArray[Any]]):
    """The columns of a block. One that no event of the block has is made at first use.

    Parameters
    ----------
    present : mapping of str to ndarray
        The columns with at least one value that is there.
    absent : callable
        Makes the column of a name, full of its absent value or default; raises KeyError for a name that the kind lacks.
    """

    __slots__ = ("absent",)

    def __init__(self, present: Mapping[str, NDArray[Any]], absent: Callable[[str], NDArray[Any]]) -> None:
        super().__init__(present)
        self.absent = absent

    def __missing__(self, name: str) -> NDArray[Any]:
        column = self.absent(name)
        self[name] = column
        return column

    def take(self, index: NDArray[np.int64]) -> Columns:
        """Return the columns of some rows."""

        def absent(name: str) -> NDArray[Any]:
            return self[name][index]

        return Columns({name: column[index] for name, column in self.items()}, absent)


@dataclass(slots=True)
class Block:
    """The events of one kind inside a batch.

    Attributes
    ----------
    rows : ndarray of shape (n_kind,), int64
        Index of each event in the batch, rising.
    columns : dict of str to ndarray
        One array of shape (n_kind,) for each field that makes a column.
    """

    rows: NDArray[np.int64]
    columns: dict[str, NDArray[Any]]

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column by the field's name; KeyError if the kind has no such column."""
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, rows: NDArray[np.int64], index: NDArray[np.int64]) -> Block:
        """Return the block of some of its events, at other rows of a batch."""
        if isinstance(self.columns, Columns):
            return Block(rows, self.columns.take(index))
        return Block(rows, {name: column[index] for name, column in self.columns.items()})


@dataclass(slots=True)
class Batch:
    """Events in arrival order, decoded and pseudonymised, perhaps not yet deduplicated.

    Attributes
    ----------
    kind : ndarray of shape (n,), uint8
        Index into `streams.events.KINDS`.
    event_time, ingest_time : ndarray of shape (n,), int64
        UTC milliseconds: when it happened, when we received it.
    clock : ndarray of shape (n,), int64
        Running maximum of the event time; filled by the log, zeros before.
    position : ndarray of shape (n,), int64
        Log position; filled by the log, -1 before.
    platform : ndarray of shape (n,), uint64
        Keyed hash of the platform id.
    line : ndarray of shape (n,), int8
        Index into `streams.events.LINES`, -1 absent.
    region : ndarray of shape (n,), int32
        Six-digit code, 0 absent.
    event_key : ndarray of shape (n, 2), uint64
        Keyed 128-bit hash of (platform id, event id).
    content : ndarray of shape (n,), uint64
        xxh3_64 of the body: equal content, equal value.
    record : ndarray of shape (n,), int64
        Ordinal of the record in its source.
    platform_id, event_id : list of str
    body : list of bytes
        Canonical pseudonymised JSON; decoding it again gives the same columns.
    blocks : dict of str to Block
        By kind name, only kinds present.
    """

    kind: NDArray[np.uint8]
    event_time: NDArray[np.int64]
    ingest_time: NDArray[np.int64]
    clock: NDArray[np.int64]
    position: NDArray[np.int64]
    platform: NDArray[np.uint64]
    line: NDArray[np.int8]
    region: NDArray[np.int32]
    event_key: NDArray[np.uint64]
    content: NDArray[np.uint64]
    record: NDArray[np.int64]
    platform_id: list[str]
    event_id: list[str]
    body: list[bytes]
    blocks: dict[str, Block]

    def __len__(self) -> int:
        return len(self.kind)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("a Batch is columns, not a sequence of events; iterate over its arrays")

    def take(self, index: NDArray[np.int64]) -> Batch:
        """Return some rows as a batch of their own.

        Parameters
        ----------
        index : ndarray of int64
            Rows to keep, rising.

        Returns
        -------
        Batch
            Blocks are re-indexed; a kind of which nothing is left has no block.

        Raises
        ------
        ValueError
            If the index does not rise.
        """
        index = np.asarray(index, np.int64)
        if len(index) > 1 and not (np.diff(index) > 0).all():
            raise ValueError("rows to take must rise; sort them first")
        if len(index) == len(self):
            index = np.arange(len(self), dtype=np.int64)
        place = np.full(len(self), -1, np.int64)
        place[index] = np.arange(len(index), dtype=np.int64)
        blocks: dict[str, Block] = {}
        for kind, block in self.blocks.items():
            kept = np.flatnonzero(place[block.rows] >= 0)
            if len(kept):
                blocks[kind] = block.take(place[block.rows[kept]], kept)
        rows = index.tolist()
        return Batch(
            kind=self.kind[index],
            event_time=self.event_time[index],
            ingest_time=self.ingest_time[index],
            clock=self.clock[index],
            position=self.position[index],
            platform=self.platform[index],
            line=self.line[index],
            region=self.region[index],
            event_key=self.event_key[index],
            content=self.content[index],
            record=self.record[index],
            platform_id=[self.platform_id[row] for row in rows],
            event_id=[self.event_id[row] for row in rows],
            body=[self.body[row] for row in rows],
            blocks=blocks,
        )

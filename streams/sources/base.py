"""What a source of events is: an identity, a size for progress, and chunks of raw records with their places.

Every error here is one of calling: the path or topic cannot be read. A bad record inside a source is not an error of
the source; it goes on as bytes and ends in the dead letters.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from streams.errors import StreamError


class SourceError(StreamError):
    """A source cannot be read; the text names it and says what was expected and what was found."""


class EmptySourceError(SourceError):
    """A source can be read and holds not a single byte of events."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive records of one source.

    Attributes
    ----------
    source : str
        Identity of the source, under which positions are stored; a topic has one for each partition.
    first_record : int
        Ordinal of ``records[0]`` in the source: line number minus 1, row number minus 1, or offset.
    records : list of bytes
        One raw record each. A blank line stays in its place as an empty record, and so does an offset that holds no
        event (the mark at the end of a transaction), so that ordinals have no gap.
    locate : callable
        Ordinal of a record of this chunk to words, such as ``events.ndjson, line 12``.
    done : int
        How much of the source has been read with this chunk, in the units of `Source.total`.
    """

    source: str
    first_record: int
    records: list[bytes]
    locate: Callable[[int], str]
    done: int

    @property
    def next_record(self) -> int:
        """Ordinal of the first record after this chunk: the position to store with what came of it."""
        return self.first_record + len(self.records)


@runtime_checkable
class Source(Protocol):
    """A readable source of events."""

    @property
    def identity(self) -> str:
        """Name of the source that stays the same as long as its records do."""

    @property
    def total(self) -> int | None:
        """How much there is to read (bytes, rows or offsets), for a progress bar; None where it has no end."""

    def chunks(self, size: int, *, start: int = 0) -> Iterator[Chunk]:
        """Yield the records from ordinal `start` on, at most `size` in a chunk.

        Raises
        ------
        SourceError
            Where the source cannot be read on.
        """

"""The source of files that can be read and hold nothing: no records, and no error either."""

from collections.abc import Iterator

from streams.sources.base import Chunk


class EmptySource:
    """A source without a record.

    Examples
    --------
    >>> list(EmptySource().chunks(10)), EmptySource().total
    ([], 0)
    """

    identity = "file:empty"
    total: int | None = 0

    def chunks(self, size: int, *, start: int = 0) -> Iterator[Chunk]:
        """Yield nothing."""
        del size, start
        yield from ()

"""From the paths of a command line to one source: by suffix, several files merged by event time."""

from collections.abc import Sequence
from pathlib import Path

from streams.sources.base import EmptySourceError, Source, SourceError
from streams.sources.empty import EmptySource
from streams.sources.merge import MergedSource
from streams.sources.ndjson import NdjsonSource
from streams.sources.parquet import ParquetSource

READERS: dict[str, type[NdjsonSource] | type[ParquetSource]] = {
    ".ndjson": NdjsonSource,
    ".ndjson.gz": NdjsonSource,
    ".parquet": ParquetSource,
}
SUFFIXES = tuple(READERS)


def open_source(paths: Sequence[str | Path]) -> Source:
    """Return the source of one or more files; those that hold nothing are left out.

    Parameters
    ----------
    paths : sequence of str or Path
        Files that end in ``.ndjson``, ``.ndjson.gz`` or ``.parquet``; several are merged by event time, ties as given.

    Raises
    ------
    SourceError
        Where there is no path, a suffix is not known, or a file cannot be read.
    """
    if not paths:
        raise SourceError(f"no file of events given; read are {', '.join(SUFFIXES)}")
    sources = []
    for path in paths:
        try:
            sources.append(_open_one(Path(path)))
        except EmptySourceError:
            continue
    if not sources:
        return EmptySource()
    return sources[0] if len(sources) == 1 else MergedSource(sources)


def _open_one(path: Path) -> Source:
    for suffix, reader in READERS.items():
        if path.name.endswith(suffix):
            return reader(path)
    if path.is_dir():
        raise SourceError(f"{path}: expected a file of events, found a folder")
    raise SourceError(
        f"{path}: expected a name that ends in {', '.join(SUFFIXES)}, found {path.suffix or 'no suffix'!r}"
    )

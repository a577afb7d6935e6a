"""Where events go as a file: ``.ndjson``, ``.ndjson.gz`` or ``.parquet``, by the name.

A file appears under its name only when it is whole; the same events give the same bytes. In Parquet every field is a
column of its own type, a list or object a string of JSON.
"""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self, cast

import msgspec

from streams.errors import StreamError
from streams.sources.files import SUFFIXES

if TYPE_CHECKING:
    import pyarrow as pa

BLOCK_EVENTS = 10_000
GZIP_LEVEL = 6


class SinkError(StreamError):
    """A file of events cannot be written; the text says which and why."""


class EventFile:
    """A file of events that is being written; a context manager.

    Parameters
    ----------
    path : Path
        Its name ends in ``.ndjson``, ``.ndjson.gz`` or ``.parquet``; its folder must be there.

    Raises
    ------
    SinkError
        Where the suffix is not known or the folder is missing.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "events.ndjson"
    >>> with EventFile(path) as file:
    ...     file.write({"event_id": "1", "kind": "payment"})
    >>> path.read_text()
    '{"event_id":"1","kind":"payment"}\\n'
    """

    def __init__(self, path: Path) -> None:
        if not path.name.endswith(SUFFIXES):
            raise SinkError(f"{path}: expected a name that ends in {', '.join(SUFFIXES)}")
        if path.is_dir():
            raise SinkError(f"{path}: expected the name of a file, found a folder")
        if not path.parent.is_dir():
            raise SinkError(f"{path}: the folder {path.parent} does not exist; make it first")
        self.path = path
        self._part = path.with_name(f".{path.name}.part")
        self._encode = msgspec.json.Encoder().encode
        self._columns: dict[str, set[type]] = {}
        self._is_table = path.name.endswith(".parquet")

    def __enter__(self) -> Self:
        self._raw = self._part.open("w+b")
        self._file: BinaryIO = self._raw
        if self.path.name.endswith(".gz"):
            # No name and no time in the head, so that the same events are the same bytes
            packed = gzip.GzipFile("", "wb", compresslevel=GZIP_LEVEL, fileobj=self._raw, mtime=0)
            self._file = cast("BinaryIO", packed)
        return self

    def write(self, event: dict[str, Any]) -> None:
        """Add one event."""
        self._file.write(self._encode(event) + b"\n")
        if self._is_table:
            for name, value in event.items():
                self._columns.setdefault(name, set()).add(type(value))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if error is None and self._is_table:
                self._raw.seek(0)
                _write_table(self._raw, self._columns, self._part.with_suffix(".table"))
            if self._file is not self._raw:
                self._file.close()
            self._raw.close()
            if error is None:
                (self._part.with_suffix(".table") if self._is_table else self._part).replace(self.path)
        finally:
            self._raw.close()
            self._part.unlink(missing_ok=True)
            self._part.with_suffix(".table").unlink(missing_ok=True)


def _write_table(lines: BinaryIO, columns: dict[str, set[type]], path: Path) -> None:
    """Turn JSON lines into a table with a column for each field."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not columns:
        columns = {"kind": {str}}
    schema = pa.schema([(name, _arrow_type(types)) for name, types in columns.items()])
    text = {name for name, types in columns.items() if types & {list, dict}}
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for events in _blocks(lines):
            writer.write_table(_table(events, schema, text, msgspec.json.encode))


def _blocks(lines: BinaryIO) -> Iterator[list[dict[str, Any]]]:
    block: list[dict[str, Any]] = []
    decode = msgspec.json.decode
    for line in lines:
        block.append(decode(line))
        if len(block) == BLOCK_EVENTS:
            yield block
            block = []
    if block:
        yield block


def _table(
    events: list[dict[str, Any]], schema: "pa.Schema", text: set[str], encode: Callable[[Any], bytes]
) -> "pa.Table":
    import pyarrow as pa

    columns = []
    for field in schema:
        values = [event.get(field.name) for event in events]
        if field.name in text:
            values = [None if value is None else encode(value).decode() for value in values]
        columns.append(pa.array(values, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


def _arrow_type(types: set[type]) -> "pa.DataType":
    import pyarrow as pa

    if types <= {bool}:
        return pa.bool_()
    if types <= {int}:
        return pa.int64()
    return pa.float64() if types <= {int, float} else pa.string()

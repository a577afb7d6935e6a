"""Events from a Parquet file: every row becomes the JSON object that it stands for.

A null is an absent field. A list or object is a nested column or a string of JSON; a timestamp becomes epoch
milliseconds (one without a zone is taken as UTC), a date its day, and a whole float an integer, because
tables that know nulls only as NaN turn integers into floats.
"""

import datetime as dt
import decimal
import math
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import xxhash

from streams.clock import milliseconds
from streams.events import kinds
from streams.events.fields import fields_of
from streams.sources.base import Chunk, EmptySourceError, SourceError
from streams.sources.ndjson import BLOCK_BYTES, check_file, reading

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"


class ParquetSource:
    """The rows of one ``.parquet`` file, in their order.

    Raises
    ------
    SourceError
        Where the file is missing, a folder, empty (`EmptySourceError`), not Parquet, or has no column ``kind``.
    """

    def __init__(self, path: Path) -> None:
        check_file(path)
        self.path = path
        with reading(path), path.open("rb") as raw:
            magic = raw.read(4)
        if magic != MAGIC:
            raise SourceError(f"{path}: expected a Parquet file, found one that starts with bytes {magic.hex(' ')}")
        with self._table() as table:
            self._rows = table.metadata.num_rows
            names = table.schema_arrow.names
        if "kind" not in names:
            raise SourceError(
                f"{path}: expected columns named as the fields of events, found no column 'kind' in {names[:8]}"
            )
        if self._rows == 0:
            raise EmptySourceError(f"{path}: the table has no rows")

    def _table(self) -> "pq.ParquetFile":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return pq.ParquetFile(self.path)
        except (pa.ArrowException, OSError) as error:
            raise SourceError(f"{self.path}: expected a whole Parquet file, found damage: {error}") from error

    @cached_property
    def identity(self) -> str:
        """Return ``file:`` and the xxh3-128 of the file's bytes."""
        digest = xxhash.xxh3_128()
        with reading(self.path), self.path.open("rb") as raw:
            while block := raw.read(BLOCK_BYTES):
                digest.update(block)
        return f"file:{digest.hexdigest()}"

    @property
    def total(self) -> int:
        """Rows of the table."""
        return self._rows

    def chunks(self, size: int, *, start: int = 0) -> Iterator[Chunk]:
        """Yield the rows from ordinal `start` on as JSON, at most `size` in a chunk."""
        import pyarrow as pa

        identity, name = self.identity, str(self.path)

        def locate(record: int) -> str:
            return f"{name}, row {record + 1}"

        with self._table() as table:
            first = 0
            for group in range(table.num_row_groups):
                rows = table.metadata.row_group(group).num_rows
                if first + rows <= start:
                    first += rows
                    continue
                try:
                    for batch in table.iter_batches(batch_size=size, row_groups=[group]):
                        past = min(max(start - first, 0), batch.num_rows)
                        records = rows_as_json(batch.slice(past))
                        if records:
                            yield Chunk(identity, first + past, records, locate, first + batch.num_rows)
                        first += batch.num_rows
                except (pa.ArrowException, OSError) as error:
                    raise SourceError(f"{locate(first)}: cannot be read: {error}") from error


@cache
def nested_fields() -> frozenset[str]:
    """Return the names of all fields that are a list or an object: in a table they may be strings of JSON."""
    fields = (field for kind in kinds().values() for field in fields_of(kind))
    return frozenset(field.name for field in fields if field.base in {"list", "object", "part"})


def rows_as_json(batch: "pa.RecordBatch") -> list[bytes]:
    """Turn the rows of a record batch into JSON objects, as the module says."""
    names: list[str] = []
    columns: list[list[Any]] = []
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name.startswith("__index_level_"):
            # pandas writes its row labels as a column of this name
            continue
        names.append(name)
        columns.append(_values(name, column))
    encode = msgspec.json.Encoder().encode
    return [
        encode({name: value for name, value in zip(names, row, strict=True) if value is not None})
        for row in zip(*columns, strict=True)
    ]


def _values(name: str, column: "pa.Array") -> list[Any]:
    """Return one column as plain Python values, None for an absent one."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("ms", tz=kind.tz), safe=False).cast(pa.int64()).to_pylist()
    values = column.to_pylist(maps_as_pydicts="strict") if pa.types.is_nested(kind) else column.to_pylist()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return [_parsed(value) for value in values] if name in nested_fields() else values
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_date(kind):
        return values
    return [_plain(value) for value in values]


def _parsed(value: str | None) -> Any:
    """Read a string of JSON; one that is none stays a string, and the decoder says so."""
    if value is None:
        return None
    try:
        return _plain(msgspec.json.decode(value))
    except msgspec.DecodeError:
        return value


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it, nested nulls taken out."""
    read = _PLAIN.get(type(value))
    return read(value) if read is not None else value


def _plain_float(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else value


def _plain_decimal(value: decimal.Decimal) -> float | int | None:
    if not value.is_finite():
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _plain_time(value: dt.datetime) -> int:
    aware = value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)
    return milliseconds(aware)


def _plain_bytes(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")


def _plain_object(value: dict[str, Any]) -> dict[str, Any]:
    return {key: plain for key, item in value.items() if (plain := _plain(item)) is not None}


def _plain_list(value: list[Any]) -> list[Any]:
    return [_plain(item) for item in value]


_PLAIN: dict[type, Callable[[Any], Any]] = {
    float: _plain_float,
    decimal.Decimal: _plain_decimal,
    dt.datetime: _plain_time,
    bytes: _plain_bytes,
    dict: _plain_object,
    list: _plain_list,
}

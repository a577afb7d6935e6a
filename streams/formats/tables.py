"""Tables of a data set: comma- or semicolon-separated, plain or gzip-compressed, read row by row.

Every error names file, line and column, what was expected and what was found.
"""

import csv
import gzip
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from streams.formats.base import FormatError
from streams.sources.base import SourceError
from streams.sources.ndjson import GZIP_MAGIC, check_file, reading

if TYPE_CHECKING:
    import _csv

Value = TypeVar("Value")


def find_table(folder: Path, name: str) -> Path:
    """Return ``NAME.csv`` or ``NAME.csv.gz`` of a folder.

    Raises
    ------
    SourceError
        Where the folder or the file is missing.
    """
    check_folder(folder)
    for path in (folder / f"{name}.csv", folder / f"{name}.csv.gz"):
        if path.exists():
            return path
    raise SourceError(f"{folder}: expected a table {name}.csv or {name}.csv.gz, found none")


def check_folder(folder: Path) -> None:
    """Raise `SourceError` unless the path is a folder."""
    if not folder.exists():
        raise SourceError(f"{folder}: no such folder")
    if not folder.is_dir():
        raise SourceError(f"{folder}: expected a folder, found a file")


class Table:
    """The rows of one file as tuples of text, in the order of the columns that were asked for.

    Parameters
    ----------
    path : Path
        The file; gzip is known by its first bytes.
    columns : sequence of str
        Names in the head line; of two columns of one name the second is called ``NAME.1``.

    Raises
    ------
    SourceError
        Where the file is missing, empty or damaged, or has not all of the columns.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        check_file(path)
        self.path = path
        self.columns = tuple(columns)
        self.line = 1
        names = self.header(path)
        missing = [column for column in columns if column not in names]
        if missing:
            raise SourceError(
                f"{path}, line 1: expected a column {missing[0]!r}, found {', '.join(map(repr, names[:12]))}"
            )
        self._indices = [names.index(column) for column in columns]
        self._width = len(names)

    @staticmethod
    def header(path: Path) -> list[str]:
        """Return the names in the head line of a table."""
        check_file(path)
        with reading(path), _opened(path) as text:
            try:
                row: list[str] = next(_reader(text), [])
            except (UnicodeDecodeError, csv.Error) as error:
                raise SourceError(
                    f"{path}, line 1: expected names of columns, found a file that is no table"
                ) from error
        names: list[str] = []
        for name in (name.strip() for name in row):
            copies = (name if n == 0 else f"{name}.{n}" for n in itertools.count())
            names.append(next(copy for copy in copies if copy not in names))
        return names

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        indices, width = self._indices, self._width
        with reading(self.path), _opened(self.path) as text:
            rows = _reader(text)
            try:
                next(rows)
                for row in rows:
                    if not row:
                        continue
                    self.line = rows.line_num
                    if len(row) != width:
                        raise FormatError(f"{self.path}, line {self.line}: expected {width} values, found {len(row)}")
                    yield tuple([row[index] for index in indices])
            except UnicodeDecodeError as error:
                raise FormatError(
                    f"{self.path}, after line {self.line}: expected UTF-8 text, found other bytes"
                ) from error
            except csv.Error as error:
                raise FormatError(f"{self.path}, after line {self.line}: {error}") from error

    def read(self, column: str, text: str, parse: Callable[[str], Value], expected: str) -> Value:
        """Return one value of the row that was read last.

        Raises
        ------
        FormatError
            Where `parse` raises ValueError; the text says that `expected` was expected.
        """
        try:
            return parse(text)
        except (ValueError, KeyError) as error:
            raise self.wrong(column, text, expected) from error

    def wrong(self, column: str, text: str, expected: str) -> FormatError:
        """Return the error of a value of the row that was read last."""
        found = repr(text) if text else "nothing"
        return FormatError(f"{self.path}, line {self.line}, column {column!r}: expected {expected}, found {found}")


def _opened(path: Path) -> io.TextIOWrapper:
    with path.open("rb") as raw:
        compressed = raw.read(2) == GZIP_MAGIC
    binary = gzip.GzipFile(path) if compressed else path.open("rb")
    return io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")


def _reader(text: io.TextIOWrapper) -> "_csv.Reader":
    """Return a reader that splits at what the head line splits at."""
    head = text.readline()
    text.seek(0)
    return csv.reader(text, delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)

"""Events from a file of JSON lines, plain or gzip-compressed.

The file is read in big blocks and split at newlines only; what stands in a line is the decoder's business. A file is
known by the hash of its content, the same for ``events.ndjson`` and for ``events.ndjson.gz`` made from it.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

import xxhash

from streams.sources.base import Chunk, EmptySourceError, SourceError

BLOCK_BYTES = 4 << 20
LONGEST_LINE_BYTES = 64 << 20
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def check_file(path: Path) -> None:
    """Raise `SourceError` unless `path` is a regular file that is not empty."""
    if not path.exists():
        raise SourceError(f"{path}: no such file")
    if path.is_dir():
        raise SourceError(f"{path}: expected a file of events, found a folder")
    if not path.is_file():
        raise SourceError(f"{path}: expected a regular file, found a pipe or device; write it to a file first")
    if path.stat().st_size == 0:
        raise EmptySourceError(f"{path}: the file is empty")


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into a `SourceError` that names the file."""
    try:
        yield
    except EOFError as error:
        raise SourceError(f"{path}: expected the end of the gzip data, found the file cut off") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(f"{path}: expected gzip data, found damage: {error}") from error
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error


@contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Open a file as a pair: the bytes on the disk and their content, decompressed where the name ends in .gz."""
    with path.open("rb") as raw:
        if not path.name.endswith(".gz"):
            yield raw, raw
            return
        with gzip.GzipFile(fileobj=raw) as content:
            yield raw, cast("BinaryIO", content)


class NdjsonSource:
    """The lines of one ``.ndjson`` or ``.ndjson.gz`` file, in their order.

    Parameters
    ----------
    path : Path
        The file; a name that ends in ``.gz`` is decompressed on the way.

    Raises
    ------
    SourceError
        Where the file is missing, a folder, empty (`EmptySourceError`), binary, or not gzip as its name says.
    """

    def __init__(self, path: Path) -> None:
        check_file(path)
        self.path = path
        with reading(path), path.open("rb") as raw:
            magic = raw.read(2)
        compressed = path.name.endswith(".gz")
        if compressed and magic != GZIP_MAGIC:
            raise SourceError(f"{path}: expected gzip data, as the name says, found bytes {magic.hex(' ')}")
        if not compressed and magic == GZIP_MAGIC:
            raise SourceError(f"{path}: expected JSON lines, found gzip data; name it {path.name}.gz")
        with reading(path), opened(path) as (_, content):
            head = content.read(1 << 16)
        if not head:
            raise EmptySourceError(f"{path}: the file is empty")
        if _is_binary(head):
            raise SourceError(f"{path}: expected JSON lines, found a binary file")

    @cached_property
    def identity(self) -> str:
        """Return ``file:`` and the xxh3-128 of the (decompressed) content, which is read once in full."""
        digest = xxhash.xxh3_128()
        with reading(self.path), opened(self.path) as (_, content):
            while block := content.read(BLOCK_BYTES):
                digest.update(block)
        return f"file:{digest.hexdigest()}"

    @property
    def total(self) -> int:
        """Bytes of the file as it lies on the disk."""
        return self.path.stat().st_size

    def chunks(self, size: int, *, start: int = 0) -> Iterator[Chunk]:
        """Yield the lines from ordinal `start` on, exactly `size` in every chunk but the last."""
        identity, name = self.identity, str(self.path)

        def locate(record: int) -> str:
            return f"{name}, line {record + 1}"

        waiting: list[bytes] = []
        first = start
        with reading(self.path), opened(self.path) as (raw, content):
            for lines in _lines(content, name, start):
                waiting += lines
                taken = 0
                while len(waiting) - taken >= size:
                    yield Chunk(identity, first, waiting[taken : taken + size], locate, raw.tell())
                    first += size
                    taken += size
                del waiting[:taken]
        if waiting:
            yield Chunk(identity, first, waiting, locate, self.total)


def _lines(content: BinaryIO, name: str, start: int) -> Iterator[list[bytes]]:
    """Yield lists of whole lines without their ends, from line `start` (counted from 0) on."""
    rest, number = b"", 0
    block = content.read(BLOCK_BYTES).removeprefix(BYTE_ORDER_MARK)
    while block:
        text = rest + block
        lines = text.split(b"\n")
        rest = lines.pop()
        if len(rest) > LONGEST_LINE_BYTES:
            where = f"{name}, line {number + len(lines) + 1}"
            raise SourceError(f"{where}: expected at most {LONGEST_LINE_BYTES} bytes in a line, found more")
        if number + len(lines) > start:
            wanted = lines[start - number :] if number < start else lines
            yield [line.removesuffix(b"\r") for line in wanted] if b"\r" in text else wanted
        number += len(lines)
        block = content.read(BLOCK_BYTES)
    if rest and number >= start:
        yield [rest.removesuffix(b"\r")]


def _is_binary(head: bytes) -> bool:
    """Tell a binary file from one that holds a bad line: it has NUL bytes and few lines that start like an object."""
    if b"\0" not in head:
        return False
    lines = head.split(b"\n")
    return sum(line.lstrip().startswith(b"{") for line in lines) * 2 < len(lines)

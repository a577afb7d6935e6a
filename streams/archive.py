"""The archive: every event of the log, in order, pseudonymised, by day of the clock.

The day that is open is a file of Arrow record batches, written batch by batch; how much of it counts is said by the
database transaction that the batch belongs to, and the rest is cut off when the archive is opened again. A day that is
over becomes one Parquet file. Log positions rise from file to file, so that evidence is found by bisection and a replay
reads files in order. A body is the event's canonical JSON and decodes to the same columns as the event did.
"""

import os
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from streams.batch import Batch
from streams.events import KINDS, LINES

_SHANGHAI_MS = 8 * 3_600_000
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()

SCHEMA = pa.schema(
    [
        ("position", pa.int64()),
        ("clock", pa.int64()),
        ("event_time", pa.int64()),
        ("ingest_time", pa.int64()),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("line", pa.dictionary(pa.int8(), pa.string())),
        ("region", pa.int32()),
        ("platform_id", pa.string()),
        ("event_id", pa.string()),
        ("score", pa.float64()),
        ("body", pa.binary()),
    ]
)
_KINDS, _LINES = pa.array(KINDS), pa.array(LINES)
_NAMES = ["position", "platform_id", "event_id"]
_MANY = 8
_FILES_REMEMBERED = 48  # finished days whose events' names stay in memory


class ArchiveError(Exception):
    """The archive and the database disagree, or a file cannot be read; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How much of the archive counts: the open file's name and its length in bytes ("" and 0: nothing is open)."""

    segment: str
    size: int


class Archive:
    """Append-only store of the log's events, one file a day of the clock.

    Parameters
    ----------
    folder : Path
        Made if absent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._sink: Any = None
        self._writer: Any = None
        self._segment = ""
        self._mark = Mark("", 0)
        self._unsynced: list[Path] = []  # closed files whose bytes may not be on the disk yet
        self._day = -1
        self._names: dict[Path, tuple[int, pa.Array, pa.Array]] = {}
        self._open_names: list[tuple[int, list[str], list[str]]] = []  # of the open day, batch by batch
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="archive")
        self._compaction: Future[None] | None = None
        self._reading = Lock()  # held while files are looked up, and while finished days take their place
        self._over: list[int] = []  # days that can become Parquet once the open batch is committed

    def recover(self, mark: Mark) -> None:
        """Cut off what no transaction covers.

        Raises
        ------
        ArchiveError
            If the archive holds less than the database says.
        """
        self.close()
        self._unsynced = []
        self._mark = mark
        self._open_names = []
        self._day = _day_of(mark.segment) if mark.segment else -1
        for path in self.folder.glob("*.parquet.new"):
            path.unlink()
        finished = {_day_of(path.name) for path in self.folder.glob("*.parquet")}
        size = None
        for path in self._open_files():
            if _day_of(path.name) in finished:
                path.unlink()  # its day is whole as Parquet; the process died while it tidied up
            elif path.name == mark.segment:
                size = path.stat().st_size
                if size > mark.size:
                    os.truncate(path, mark.size)
            elif not mark.segment or _first_position(path) > _first_position(self.folder / mark.segment):
                path.unlink()
        self._over = sorted({_day_of(path.name) for path in self._open_files()} - {self._day})
        if mark.segment and self._day not in finished and (size is None or size < mark.size):
            raise ArchiveError(
                f"archive file {mark.segment}: expected at least {mark.size} bytes, found {size or 0}; "
                f"the archive {self.folder} and the database do not belong together, restore both from one backup"
            )

    def append(self, batch: Batch, scores: NDArray[np.float64] | None = None) -> None:
        """Write the events of a batch, whose positions and clocks are set.

        Parameters
        ----------
        batch : Batch
        scores : ndarray of shape (n,), float64, optional
            NaN where an event has none.
        """
        if not len(batch):
            return
        table = self._record_batch(batch, scores)
        days = (batch.clock + _SHANGHAI_MS) // _DAY_MS
        starts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(batch)]
        for start, stop in pairwise(starts):
            self._roll(int(days[start]), int(batch.position[start]))
            self._writer.write_batch(table.slice(start, stop - start))
            self._open_names.append(
                (int(batch.position[start]), batch.platform_id[start:stop], batch.event_id[start:stop])
            )

    def mark(self) -> Mark:
        """Bring what was written to the disk and say how far the archive reaches."""
        if self._sink is not None:
            self._sink.flush()
            self._mark = Mark(self._segment, self._sink.tell())
            _bring_to_disk([*self._unsynced, self.folder / self._segment])
            self._unsynced = []
        return self._mark

    def settle(self) -> None:
        """Turn days that are over into Parquet, beside the work; call it after the transaction that covers them.

        Raises
        ------
        OSError
            If an earlier day could not be written; its events are safe in the files that it would have replaced.
        """
        if not self._over:
            return
        over, self._over = set(self._over), []
        parts: dict[int, list[Path]] = {}
        for path in self._open_files():
            day = _day_of(path.name)
            if day in over:
                parts.setdefault(day, []).append(path)
        self._wait()
        self._compaction = self._beside.submit(self._compact, list(parts.values()))

    def close(self) -> None:
        """Close the open file and finish the days that are over; a later append starts another file."""
        self._end_file()
        self._wait()

    def _end_file(self) -> None:
        """Close the open file."""
        if self._sink is not None:
            self._sink.close()
            self._sink = self._writer = None
            self._unsynced.append(self.folder / self._segment)

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[pa.RecordBatch]:
        """Record batches of `SCHEMA` with the positions from `start` up to, not including, `stop`, in order."""
        self._wait()
        for path in self._files():
            for batch in _batches(path, start):
                if not batch.num_rows:
                    continue
                first = batch.column("position")[0].as_py()
                last = batch.column("position")[-1].as_py()
                if stop is not None and first >= stop:
                    return
                if last < start:
                    continue
                low = max(start - first, 0)
                high = batch.num_rows if stop is None else min(batch.num_rows, stop - first)
                yield batch.slice(low, high - low)

    def lookup(self, positions: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Rows of the given log positions, by position; those that the archive does not hold are left out."""
        wanted = sorted(set(positions))
        found: dict[int, dict[str, Any]] = {}
        with self._reading:
            files = self._files()
            firsts = [_first_position(path) for path in files]
            for number, path in enumerate(files):
                stop = firsts[number + 1] if number + 1 < len(files) else None
                here = [
                    position for position in wanted if position >= firsts[number] and (stop is None or position < stop)
                ]
                if not here:
                    continue
                for batch in _batches(path, here[0]):
                    if not batch.num_rows:
                        continue
                    first = batch.column("position")[0].as_py()
                    for position in here:
                        if first <= position < first + batch.num_rows:
                            found[position] = batch.slice(position - first, 1).to_pylist()[0]
                    if first + batch.num_rows > here[-1]:
                        break
        return found

    def _compact(self, parts: Sequence[Sequence[Path]]) -> None:
        """Write one Parquet file for each day and remove its open files."""
        fresh = [_compacted(part) for part in parts]
        _bring_to_disk(fresh)
        with self._reading:
            for path in fresh:
                path.replace(path.with_suffix(""))
            for part in parts:
                for path in part:
                    path.unlink()

    def _wait(self) -> None:
        """Wait for the days that are being written, and say so if one failed."""
        compaction, self._compaction = self._compaction, None
        if compaction is not None:
            compaction.result()

    def names(self, positions: Collection[int]) -> dict[int, tuple[str, str]]:
        """Platform and event id of log positions; like `lookup`, with the names of recent days kept in memory."""
        found: dict[int, tuple[str, str]] = {}
        older = []
        firsts = [first for first, _, _ in self._open_names]
        for position in sorted(positions):
            part = bisect_right(firsts, position) - 1
            if part >= 0:
                first, platforms, events = self._open_names[part]
                found[position] = (platforms[position - first], events[position - first])
            else:
                older.append(position)
        if not older:
            return found
        with self._reading:
            files = self._files()
            firsts = [_first_position(path) for path in files]
            for position in older:
                number = bisect_right(firsts, position) - 1
                if number >= 0:
                    first, platform_ids, event_ids = self._names_of(files[number])
                    if position - first < len(event_ids):
                        found[position] = (platform_ids[position - first].as_py(), event_ids[position - first].as_py())
        return found

    def _names_of(self, path: Path) -> tuple[int, pa.Array, pa.Array]:
        """First position, platform ids and event ids of a file that is not written any more."""
        held = self._names.pop(path, None)
        if held is None:
            if path.suffix == ".parquet":
                table = pq.read_table(path, columns=_NAMES, partitioning=None)
            else:
                table = pa.Table.from_batches(_batches(path, 0), SCHEMA).select(_NAMES)
            # copied: a column of a record batch would keep the whole batch, bodies and all
            rows = pa.array(np.arange(table.num_rows))
            held = (
                _first_position(path),
                table.column("platform_id").combine_chunks().take(rows),
                table.column("event_id").combine_chunks().take(rows),
            )
        self._names[path] = held  # the newest stands last
        if len(self._names) > _FILES_REMEMBERED:
            del self._names[next(iter(self._names))]
        return held

    def _record_batch(self, batch: Batch, scores: NDArray[np.float64] | None) -> pa.RecordBatch:
        """The batch in the archive's columns."""
        n = len(batch)
        lines = pa.array(batch.line, mask=batch.line < 0)
        score = pa.nulls(n, pa.float64()) if scores is None else pa.array(scores, mask=np.isnan(scores))
        return pa.record_batch(
            [
                pa.array(batch.position),
                pa.array(batch.clock),
                pa.array(batch.event_time),
                pa.array(batch.ingest_time),
                pa.DictionaryArray.from_arrays(pa.array(batch.kind.astype(np.int8)), _KINDS),
                pa.DictionaryArray.from_arrays(lines, _LINES),
                pa.array(batch.region),
                pa.array(batch.platform_id, pa.string()),
                pa.array(batch.event_id, pa.string()),
                score,
                pa.array(batch.body, pa.binary()),
            ],
            schema=SCHEMA,
        )

    def _roll(self, day: int, position: int) -> None:
        """Have a file open for `day`."""
        if day != self._day and self._day >= 0:
            self._end_file()
            self._over.append(self._day)
        elif self._sink is not None:
            return
        self._open_names = []
        self._day = day
        self._segment = f"{_date(day)}.{position:015d}.arrows"
        self._sink = (self.folder / self._segment).open("wb")
        self._writer = pa.ipc.new_stream(self._sink, SCHEMA)

    def _open_files(self) -> list[Path]:
        """Files that are not Parquet yet, in log order."""
        return sorted(self.folder.glob("*.arrows"), key=_first_position)

    def _files(self) -> list[Path]:
        """Every file in log order; a day that is Parquet hides open files that were about to be removed."""
        if self._sink is not None:
            self._sink.flush()
        finished = sorted(self.folder.glob("*.parquet"), key=_first_position)
        days = {_day_of(path.name) for path in finished}
        return finished + [path for path in self._open_files() if _day_of(path.name) not in days]


def _compacted(parts: Sequence[Path]) -> Path:
    """One Parquet file of the open files of a day, under the name that it has until it is on the disk."""
    fresh = parts[0].with_suffix(".parquet.new")
    with pq.ParquetWriter(
        fresh, SCHEMA, compression="zstd", compression_level=1, use_dictionary=["kind", "line", "platform_id"]
    ) as writer:
        for path in parts:
            table = pa.Table.from_batches(_batches(path, 0), SCHEMA)
            if table.num_rows:
                writer.write_table(table, row_group_size=65_536)
    return fresh


def _bring_to_disk(paths: Sequence[Path]) -> None:
    """Wait until the bytes of some files are on the disk."""
    if len(paths) > _MANY:
        os.sync()  # a history of sparse days: once for all of them
        return
    for path in paths:
        with path.open("rb") as file:
            os.fdatasync(file.fileno())


def _batches(path: Path, start: int) -> Iterator[pa.RecordBatch]:
    """Record batches of one file, skipping row groups that end before `start`."""
    if path.suffix == ".parquet":
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                statistics = file.metadata.row_group(group).column(0).statistics
                if statistics is None or statistics.max >= start:
                    yield from file.read_row_group(group).cast(SCHEMA).to_batches()
        return
    if path.stat().st_size == 0:
        return
    with path.open("rb") as source:
        try:
            reader = pa.ipc.open_stream(source)
        except pa.ArrowInvalid as error:
            raise ArchiveError(f"archive file {path.name} cannot be read: {error}") from error
        yield from reader


def _first_position(path: Path) -> int:
    """Log position of a file's first event, out of its name."""
    return int(path.name.split(".")[1])


def _date(day: int) -> str:
    """Date of a day number since 1970-01-01."""
    return date.fromordinal(day + _EPOCH).isoformat()


def _day_of(name: str) -> int:
    """Day number of a file's name."""
    return date.fromisoformat(name[:10]).toordinal() - _EPOCH

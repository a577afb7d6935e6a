"""Records in, a columnar batch and dead letters out: the door of the engine.

A good record costs one look over its bytes, one typed decode, one pass that hashes its identities, one encode of its
canonical body, and its share of one walk that fills the columns. A record at which any of that stumbles goes to
`streams.explain`, which names the first fault or mends what may be mended. Nothing that a record holds can raise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from streams.batch import Batch
from streams.canonical import Writer, encode, needs_tidying, tidy_json
from streams.clock import FUTURE_MS
from streams.columns import HARD, Table, read_columns
from streams.dead_letters import DeadLetter
from streams.errors import Fault, StreamError, dead_letter
from streams.events.base import Event
from streams.events.registry import kinds
from streams.explain import Explainer
from streams.identity import Identities
from streams.plan import plan_of
from streams.scan import BLANK, ESCAPES, EXACT, PLAIN, TOO_DEEP, TOO_LARGE, WORDS, look
from streams.strict_json import too_deep, too_large

#: What a record that is no event can make a decoder raise.
_STUMBLES: Final = (msgspec.MsgspecError, StreamError, ValueError, OverflowError, RecursionError)
#: How much of a record that is too large its dead letter keeps.
_KEPT_BYTES: Final = 1 << 16

#: How many records are decoded before the first of them is encoded.
_GROUP: Final = 64

Locate = Callable[[int], str]


@dataclass(slots=True)
class _Bodies:
    """The good records of a call: rows, canonical bodies and names; `slow` are the rows that need another look."""

    rows: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    platform_ids: list[str] = field(default_factory=list)
    event_ids: list[str] = field(default_factory=list)
    slow: list[tuple[int, int]] = field(default_factory=list)

    def add(self, rows: list[int], events: list[Event], bodies: Sequence[bytes | None]) -> None:
        """Add records with a body; those without go to `slow`."""
        if None not in bodies:
            self.rows += rows
            self.bodies += bodies  # type: ignore[arg-type]
            self.platform_ids += [event.platform_id for event in events]
            self.event_ids += [event.event_id for event in events]
            return
        for row, event, body in zip(rows, events, bodies, strict=True):
            if body is None:
                self.slow.append((row, EXACT))
            else:
                self.rows.append(row)
                self.bodies.append(body)
                self.platform_ids.append(event.platform_id)
                self.event_ids.append(event.event_id)

    def keep(self, numbers: list[int]) -> None:
        """Keep some of them, in this order."""
        self.rows = [self.rows[n] for n in numbers]
        self.bodies = [self.bodies[n] for n in numbers]
        self.platform_ids = [self.platform_ids[n] for n in numbers]
        self.event_ids = [self.event_ids[n] for n in numbers]


class Decoder:
    """Decodes events of all kinds for one deployment.

    Parameters
    ----------
    identity_key : bytes
        The deployment's key for hashing identities, 1 to 64 bytes.

    Attributes
    ----------
    identities : Identities
        The same hashes for those who look something up.
    unknown_fields : dict of str to int
        Fields of newer schema versions that were kept aside, counted by `kind.field`.

    Examples
    --------
    >>> decoder = Decoder(b"an example key")
    >>> batch, dead = decoder.decode([b'{"kind": "payment"}'], source="example", ingest_time=0)
    >>> len(batch), dead[0].message
    (0, 'event_id: expected event_id, required in payment, got nothing (example, record 1)')
    """

    def __init__(self, identity_key: bytes) -> None:
        self.identities = Identities(identity_key)
        self._explainer = Explainer(self.identities)
        classes = list(kinds().values())
        self._read: Callable[[bytes], Any] = msgspec.json.Decoder(
            reduce(lambda left, right: left | right, classes)  # type: ignore[arg-type,return-value]
        ).decode
        self._writer = Writer(self.identities)

    @property
    def unknown_fields(self) -> dict[str, int]:
        """Count of the fields kept aside, by `kind.field`."""
        return self._explainer.unknown_fields

    def decode(
        self,
        records: Sequence[bytes],
        *,
        source: str,
        first_record: int = 0,
        ingest_time: int,
        ingest_times: NDArray[np.int64] | None = None,
        ordinals: NDArray[np.int64] | None = None,
        locate: Locate | None = None,
    ) -> tuple[Batch, list[DeadLetter]]:
        """Decode some records of one source.

        Parameters
        ----------
        records : sequence of bytes
            One JSON object each; a blank one is skipped.
        source : str
            What the records come from; kept in dead letters.
        first_record : int
            Ordinal of the first record in its source.
        ingest_time : int
            When they were received, UTC milliseconds.
        ingest_times : ndarray of shape (n_records,), int64, optional
            The same for each record, from the archive; no event is refused as `future` then.
        ordinals : ndarray of shape (n_records,), int64, optional
            Ordinal of each record where they do not follow each other; in place of `first_record`.
        locate : callable, optional
            Ordinal -> where that is, for a person: `events.ndjson, line 12`.

        Returns
        -------
        batch : Batch
            The good ones, in the order of the records; `clock` and `position` are for the log to fill.
        dead_letters : list of DeadLetter
            The others, in the same order.
        """
        faults: dict[int, Fault] = {}
        found = self._bodies(records, faults)
        table = self._hashed(records, found, faults)
        rows = found.rows
        received = np.full(len(records), ingest_time, np.int64) if ingest_times is None else ingest_times
        good = table.fault < 0
        if ingest_times is None:
            good &= table.event_time <= ingest_time + FUTURE_MS
        for number in np.flatnonzero(~good).tolist():
            faults[rows[number]] = self._late_fault(table, number, records[rows[number]], ingest_time)
        numbers = first_record + np.arange(len(records), dtype=np.int64) if ordinals is None else ordinals
        taken = np.array(rows, np.int64)
        batch = self._batch(table, received[taken], numbers[taken], found.platform_ids, found.event_ids, found.bodies)
        if not good.all():
            batch = batch.take(np.flatnonzero(good))
        where = locate or (lambda ordinal: f"{source}, record {ordinal + 1}")
        letters = [
            _letter(records[row], faults[row], source, int(numbers[row]), where, int(received[row]))
            for row in sorted(faults)
        ]
        return batch, letters

    def replay(self, bodies: Sequence[bytes], ingest_times: NDArray[np.int64]) -> Batch:
        """Return the batch of bodies that this decoder wrote before, without validating them again.

        Parameters
        ----------
        bodies : sequence of bytes
            Canonical bodies out of the archive.
        ingest_times : ndarray of shape (n,), int64
            As the archive keeps them.

        Raises
        ------
        ValueError
            If something is no canonical body.
        """
        bodies = list(bodies)
        table = read_columns(bodies, self.identities)
        if (table.fault == HARD).any():
            row = int(np.argmax(table.fault == HARD))
            raise ValueError(f"body {row}: expected a canonical body with all identities hashed")
        records = np.arange(len(bodies), dtype=np.int64)
        event_ids = _texts(table.joined, table.spans[:, :2])
        # A batch has many events and few platforms
        _, firsts, which = np.unique(table.platform, return_index=True, return_inverse=True)
        names = _texts(table.joined, table.spans[firsts, 2:])
        platform_ids = [names[number] for number in which.tolist()]
        return self._batch(table, np.asarray(ingest_times, np.int64), records, platform_ids, event_ids, bodies)

    def _bodies(self, records: Sequence[bytes], faults: dict[int, Fault]) -> _Bodies:
        """Return the good records' bodies; put the faults of the others into `faults`."""
        found, escaped = _Bodies(), list[int]()
        flags = look(records)
        read, write = self._read, self._writer.plain_bodies
        # In small groups: 64 fresh events stay in the processor's cache from decoding to encoding, 8192 do not
        for first in range(0, len(records), _GROUP):
            rows: list[int] = []
            events: list[Event] = []
            for row, flag in enumerate(flags[first : first + _GROUP], first):
                if flag == PLAIN:
                    try:
                        events.append(read(records[row]))
                        rows.append(row)
                    except _STUMBLES:
                        found.slow.append((row, EXACT))
                elif flag == ESCAPES:
                    escaped.append(row)
                elif flag != BLANK:
                    found.slow.append((row, flag))
            found.add(rows, events, write(events))
        self._take_escaped(records, escaped, found)
        self._take_slow(records, found, faults)
        if escaped or found.slow:
            found.keep(sorted(range(len(found.rows)), key=found.rows.__getitem__))
        return found

    def _take_escaped(self, records: Sequence[bytes], escaped: list[int], found: _Bodies) -> None:
        """Add records whose texts have escapes: written without them they are looked at once more for refused words."""
        for first in range(0, len(escaped), _GROUP):
            rows: list[int] = []
            events: list[Event] = []
            for row in escaped[first : first + _GROUP]:
                try:
                    events.append(self._read(records[row]))
                    rows.append(row)
                except _STUMBLES:
                    found.slow.append((row, EXACT))
            flags = look([encode(event) for event in events])
            plain = [number for number, flag in enumerate(flags) if flag == PLAIN]
            found.slow += [(row, WORDS) for row, flag in zip(rows, flags, strict=True) if flag != PLAIN]
            good = [events[number] for number in plain]
            found.add([rows[number] for number in plain], good, self._writer.plain_bodies(good))

    def _take_slow(self, records: Sequence[bytes], found: _Bodies, faults: dict[int, Fault]) -> None:
        """Add what the slow path makes of its records."""
        for row, flag in found.slow:
            mended = self._taken(records[row], row, flag, faults)
            if mended is not None:
                found.add([row], [mended[0]], [mended[1]])

    def _hashed(self, records: Sequence[bytes], found: _Bodies, faults: dict[int, Fault]) -> Table:
        """Hash the identities that are still plain and read the columns; bring identities and texts into one form."""
        table = read_columns(found.bodies, self.identities, hashed=False)
        plain, found.bodies = found.bodies, table.bodies
        again = {number: plain[number] for number in np.flatnonzero(table.fault == HARD).tolist()}
        again |= {number: found.bodies[number] for number in needs_tidying(found.bodies) if number not in again}
        if not again:
            return table
        dropped: set[int] = set()
        for number, body in again.items():
            row = found.rows[number]
            mended = self._again(body) or self._taken(records[row], row, EXACT, faults)
            if mended is None:
                dropped.add(number)
            else:
                found.bodies[number] = mended[1]
                found.event_ids[number], found.platform_ids[number] = mended[0].event_id, mended[0].platform_id
        if dropped:
            found.keep([number for number in range(len(found.rows)) if number not in dropped])
        return read_columns(found.bodies, self.identities)

    def _again(self, body: bytes) -> tuple[Event, bytes] | None:
        """Return event and canonical body of a body that has one; None where the explainer must say what is wrong."""
        try:
            event = self._read(tidy_json(body))
            return event, self._writer.body(event)
        except _STUMBLES:
            return None

    def _taken(self, record: bytes, row: int, flag: int, faults: dict[int, Fault]) -> tuple[Event, bytes] | None:
        """Return what the slow path makes of a record, or put its fault into `faults`."""
        try:
            return self._slow(record, flag)
        except Fault as fault:
            faults[row] = fault
        except Exception as error:
            # Never seen; one record that finds a defect of ours must not stop all that come after it
            faults[row] = Fault("undecodable", "$", "a record that the decoder can judge", type(error).__name__)
        return None

    def _slow(self, record: bytes, flag: int) -> tuple[Event, bytes]:
        """Decode a record that is not plain, or raise its first `Fault`."""
        if flag == TOO_LARGE:
            raise too_large(record)
        if flag == TOO_DEEP:
            raise too_deep()
        if flag == WORDS:
            try:
                self._explainer.refuse_words(msgspec.json.decode(record))
                event = self._read(record)
                return event, self._writer.body(event)
            except _STUMBLES:
                pass
        mended = self._explainer.mend(record)
        try:
            event = self._read(mended)
            return event, self._writer.body(event)
        except Fault:
            raise
        except _STUMBLES as error:
            raise Fault("wrong_type", "$", "an event", str(error)) from None

    def _late_fault(self, table: Table, row: int, record: bytes, ingest_time: int) -> Fault:
        """Return the fault that only the columns show: a code that is no code, or a time in the future."""
        if table.fault[row] < 0:
            late = int(table.event_time[row]) - ingest_time
            expected = f"at most {FUTURE_MS // 60_000} minutes after receipt"
            return Fault("future", "$.event_time", expected, f"{late // 1000} seconds after it")
        try:
            self._explainer.mend(record)
        except Fault as fault:
            return fault
        slot = plan_of(list(kinds())[table.kind[row]]).slots[table.fault[row]]
        return Fault("wrong_type", f"$.{slot.name}", "a code of digits", "another text")

    def _batch(
        self,
        table: Table,
        ingest_time: NDArray[np.int64],
        record: NDArray[np.int64],
        platform_id: list[str],
        event_id: list[str],
        bodies: list[bytes],
    ) -> Batch:
        n = len(bodies)
        return Batch(
            kind=table.kind,
            event_time=table.event_time,
            ingest_time=ingest_time,
            clock=np.zeros(n, np.int64),
            position=np.full(n, -1, np.int64),
            platform=table.platform,
            line=table.line,
            region=table.region,
            event_key=table.event_key,
            content=np.fromiter(map(xxhash.xxh3_64_intdigest, bodies), np.uint64, n),
            record=record,
            platform_id=platform_id,
            event_id=event_id,
            body=bodies,
            blocks=table.blocks,
        )


def _texts(joined: bytes, spans: NDArray[np.int64]) -> list[str]:
    """Return the JSON texts that stand at some spans."""
    places = spans.tolist()
    if joined.isascii() and b"\\" not in joined:
        text = joined.decode("ascii")
        return [text[start:end] for start, end in places]
    return [str(msgspec.json.decode(joined[start - 1 : end + 1])) for start, end in places]


def _letter(record: bytes, fault: Fault, source: str, ordinal: int, locate: Locate, received: int) -> DeadLetter:
    platform: str | None = None
    if fault.reason not in ("too_large", "malformed_json", "undecodable"):
        value = msgspec.json.decode(record)
        if isinstance(value, dict) and isinstance(value.get("platform_id"), str):
            platform = value["platform_id"]
    return dead_letter(
        fault,
        where=locate(ordinal),
        source=source,
        record=ordinal,
        body=record[:_KEPT_BYTES] if fault.reason == "too_large" else record,
        platform_id=platform,
        received_at=received,
    )

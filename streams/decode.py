"""Records in, a columnar batch and dead letters out: the door of the engine.

A good record costs one look over its bytes, one typed decode, one pass that hashes its identities, one encode of its
canonical body, and its share of one walk that fills the columns. A record at which any of that stumbles goes to
`streams.explain`, which names the first fault or mends what may be mended. Nothing that a record holds can raise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Final

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from streams.batch import Batch
from streams.canonical import canonical_functions, encode, needs_tidying
from streams.clock import FUTURE_MS
from streams.columns import Table, read_columns
from streams.dead_letters import DeadLetter
from streams.errors import Fault, StreamError, dead_letter
from streams.events.base import Event
from streams.events.registry import kinds
from streams.explain import Explainer, too_deep, too_large
from streams.identity import Identities
from streams.plan import plan_of
from streams.scan import BLANK, EXACT, PLAIN, TOO_DEEP, TOO_LARGE, WORDS, look

#: What a record that is no event can make a decoder raise.
_STUMBLES: Final = (msgspec.MsgspecError, StreamError, ValueError, OverflowError, RecursionError)
#: How much of a record that is too large its dead letter keeps.
_KEPT_BYTES: Final = 1 << 16

Locate = Callable[[int], str]


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
        self._prepare = canonical_functions(self.identities)

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
        rows, events, bodies = self._bodies(records, faults)
        table = read_columns(bodies, self.identities)
        received = np.full(len(records), ingest_time, np.int64) if ingest_times is None else ingest_times
        taken = np.array(rows, np.int64)
        good = table.fault < 0
        if ingest_times is None:
            good &= table.event_time <= ingest_time + FUTURE_MS
        for row in np.flatnonzero(~good).tolist():
            faults[rows[row]] = self._late_fault(table, row, records[rows[row]], ingest_time)
        numbers = first_record + np.arange(len(records), dtype=np.int64) if ordinals is None else ordinals
        batch = self._batch(
            table,
            received[taken],
            numbers[taken],
            [e.platform_id for e in events],
            [e.event_id for e in events],
            bodies,
        )
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
        joined, spans = table.joined, table.spans.tolist()
        records = np.arange(len(bodies), dtype=np.int64)
        event_ids = [_unescaped(joined[start:end]) for start, end, _, _ in spans]
        platform_ids = [_unescaped(joined[start:end]) for _, _, start, end in spans]
        return self._batch(table, np.asarray(ingest_times, np.int64), records, platform_ids, event_ids, bodies)

    def _bodies(self, records: Sequence[bytes], faults: dict[int, Fault]) -> tuple[list[int], list[Event], list[bytes]]:
        """Return row, event and canonical body of each good record; put the faults of the others into `faults`."""
        rows: list[int] = []
        events: list[Event] = []
        bodies: list[bytes] = []
        read, prepare = self._read, self._prepare
        for row, flag in enumerate(look(records)):
            try:
                if flag == PLAIN:
                    event = read(records[row])
                    prepare[event.__class__](event)
                    body = encode(event)
                elif flag == BLANK:
                    continue
                else:
                    event, body = self._slow(records[row], flag)
            except _STUMBLES:
                try:
                    event, body = self._mended(records[row])
                except Fault as fault:
                    faults[row] = fault
                    continue
            rows.append(row)
            events.append(event)
            bodies.append(body)
        return self._tidied(records, rows, events, bodies, faults)

    def _slow(self, record: bytes, flag: int) -> tuple[Event, bytes]:
        """Decode a record that the first look did not find plain."""
        if flag == TOO_LARGE:
            raise too_large(record)
        if flag == TOO_DEEP:
            raise too_deep()
        if flag == EXACT:
            raise StreamError("taken apart by the explainer")
        if flag == WORDS:
            self._explainer.refuse_words(msgspec.json.decode(record))
        event = self._read(record)
        self._prepare[event.__class__](event)
        return event, encode(event)

    def _mended(self, record: bytes) -> tuple[Event, bytes]:
        """Return a mended event, or raise the first `Fault` of the record."""
        for fault in _unparsable(record):
            raise fault
        mended = self._explainer.mend(record)
        try:
            event = self._read(mended)
            self._prepare[event.__class__](event)
            return event, encode(event)
        except Fault:
            raise
        except _STUMBLES as error:
            raise Fault("wrong_type", "$", "an event", str(error)) from None

    def _tidied(
        self,
        records: Sequence[bytes],
        rows: list[int],
        events: list[Event],
        bodies: list[bytes],
        faults: dict[int, Fault],
    ) -> tuple[list[int], list[Event], list[bytes]]:
        """Bring texts into NFKC without blanks at their ends where a body has one that is not."""
        untidy = needs_tidying(bodies)
        if not untidy:
            return rows, events, bodies
        dropped: set[int] = set()
        for number in untidy:
            try:
                events[number], bodies[number] = self._mended(records[rows[number]])
            except Fault as fault:
                faults[rows[number]] = fault
                dropped.add(number)
        kept = [number for number in range(len(rows)) if number not in dropped]
        return [rows[n] for n in kept], [events[n] for n in kept], [bodies[n] for n in kept]

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


def _unescaped(text: bytes) -> str:
    return str(msgspec.json.decode(b'"' + text + b'"')) if b"\\" in text else text.decode()


def _unparsable(record: bytes) -> list[Fault]:
    """Return the fault of a record that must not even be parsed, if it is one."""
    flag = look([record])[0]
    if flag == TOO_LARGE:
        return [too_large(record)]
    return [too_deep()] if flag == TOO_DEEP else []


def _letter(record: bytes, fault: Fault, source: str, ordinal: int, locate: Locate, received: int) -> DeadLetter:
    where = locate(ordinal)
    platform: str | None = None
    if fault.reason not in ("too_large", "malformed_json"):
        value = msgspec.json.decode(record)
        if isinstance(value, dict) and isinstance(value.get("platform_id"), str):
            platform = value["platform_id"]
    return dead_letter(
        fault,
        where=where,
        source=source,
        record=ordinal,
        body=record[:_KEPT_BYTES] if fault.reason == "too_large" else record,
        platform_id=platform,
        received_at=received,
    )

"""Records in, a columnar batch and dead letters out: the door of the engine.

The order of the records is kept, equal bytes give equal rows at any batch size, and nothing that a record holds can
raise: what is no event becomes a dead letter that says which field, what was expected, what was found and where.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from streams.batch import Batch
from streams.clock import FUTURE_MS
from streams.columns import HARD, REFUSED, Table, read_columns
from streams.dead_letters import DeadLetter
from streams.errors import Fault, dead_letter
from streams.events.registry import kinds
from streams.identity import Identities
from streams.plan import plan_of
from streams.reading import Reader

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
        self._reader = Reader(self.identities)

    @property
    def unknown_fields(self) -> dict[str, int]:
        """Count of the fields kept aside, by `kind.field`."""
        return self._reader.explainer.unknown_fields

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
        found, table = self._reader.read(records, faults)
        rows = found.rows
        received = np.full(len(records), ingest_time, np.int64) if ingest_times is None else ingest_times
        good = table.fault == -1
        if ingest_times is None:
            good &= table.event_time <= ingest_time + FUTURE_MS
        for number in np.flatnonzero(~good & (table.fault != REFUSED)).tolist():
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

    def _late_fault(self, table: Table, row: int, record: bytes, ingest_time: int) -> Fault:
        """Return the fault that only the columns show: a code that is no code, or a time in the future."""
        if table.fault[row] < 0:
            late = int(table.event_time[row]) - ingest_time
            expected = f"at most {FUTURE_MS // 60_000} minutes after receipt"
            return Fault("future", "$.event_time", expected, f"{late // 1000} seconds after it")
        try:
            self._reader.explainer.mend(record)
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

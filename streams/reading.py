"""From records to canonical bodies and their columns: the fast way, and the slow one for what stumbles on it.

A good record costs one look over its bytes, one typed decode, one pass over its times and lists, one encode of its
body, and its share of one walk that hashes identities and fills columns. A record at which any of that stumbles goes to
`streams.explain`, which names the first fault or mends what may be mended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

import msgspec
import numpy as np

from streams.canonical import Writer, encode, needs_tidying, tidy_json
from streams.columns import HARD, REFUSED, Table, read_columns
from streams.errors import Fault, StreamError
from streams.events.base import Event
from streams.events.registry import kinds
from streams.explain import Explainer
from streams.identity import Identities
from streams.scan import BLANK, ESCAPES, EXACT, PLAIN, TOO_DEEP, TOO_LARGE, WORDS, look
from streams.strict_json import too_deep, too_large

#: What a record that is no event can make a decoder raise.
_STUMBLES: Final = (msgspec.MsgspecError, StreamError, ValueError, OverflowError, RecursionError)
#: How many records are decoded before the first of them is encoded.
_GROUP: Final = 64


@dataclass(slots=True)
class Bodies:
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


class Reader:
    """Reads records for one deployment.

    Parameters
    ----------
    identities : Identities

    Attributes
    ----------
    explainer : Explainer
        Says what is wrong with a record.
    """

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self.explainer = Explainer(identities)
        classes = list(kinds().values())
        self._event: Callable[[bytes], Any] = msgspec.json.Decoder(
            reduce(lambda left, right: left | right, classes)  # type: ignore[arg-type,return-value]
        ).decode
        self._writer = Writer(identities)

    def read(self, records: Sequence[bytes], faults: dict[int, Fault]) -> tuple[Bodies, Table]:
        """Return the good records' bodies and their columns; put the faults of the others into `faults` by row."""
        found, escaped = Bodies(), list[int]()
        flags = look(records)
        read, write = self._event, self._writer.plain_bodies
        # In small groups: 64 fresh events stay in the processor's cache from decoding to encoding, 8192 do not
        for first in range(0, len(records), _GROUP):
            rows: list[int] = []
            events: list[Event] = []
            for row, flag in enumerate(flags[first : first + _GROUP], first):
                if flag == PLAIN or (flag == WORDS and self._is_clean(records[row])):
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
        return found, self._hashed(records, found, faults)

    def _take_escaped(self, records: Sequence[bytes], escaped: list[int], found: Bodies) -> None:
        """Add records whose texts have escapes: written without them they are looked at once more for refused words."""
        for first in range(0, len(escaped), _GROUP):
            rows: list[int] = []
            events: list[Event] = []
            for row in escaped[first : first + _GROUP]:
                try:
                    events.append(self._event(records[row]))
                    rows.append(row)
                except _STUMBLES:
                    found.slow.append((row, EXACT))
            flags = look([encode(event) for event in events])
            good = [n for n, flag in enumerate(flags) if flag == PLAIN or self._is_clean(records[rows[n]])]
            found.slow += [(rows[n], EXACT) for n in sorted(set(range(len(rows))) - set(good))]
            clean = [events[n] for n in good]
            found.add([rows[n] for n in good], clean, self._writer.plain_bodies(clean))

    def _is_clean(self, record: bytes) -> bool:
        """Tell whether a record is JSON without anything that may not come in."""
        try:
            self.explainer.refuse_words(msgspec.json.decode(record))
        except _STUMBLES:
            return False
        return True

    def _take_slow(self, records: Sequence[bytes], found: Bodies, faults: dict[int, Fault]) -> None:
        """Add what the slow path makes of its records."""
        for row, flag in found.slow:
            mended = self._taken(records[row], row, flag, faults)
            if mended is not None:
                found.add([row], [mended[0]], [mended[1]])

    def _hashed(self, records: Sequence[bytes], found: Bodies, faults: dict[int, Fault]) -> Table:
        """Hash the identities that are still plain and read the columns; bring identities and texts into one form."""
        table = read_columns(found.bodies, self._identities, hashed=False)
        plain, found.bodies = found.bodies, table.bodies
        again = {number: plain[number] for number in np.flatnonzero(table.fault == HARD).tolist()}
        again |= {number: found.bodies[number] for number in needs_tidying(found.bodies) if number not in again}
        mended: dict[int, bytes] = {}
        for number, body in again.items():
            row = found.rows[number]
            event_and_body = self._again(body) or self._taken(records[row], row, EXACT, faults)
            if event_and_body is None:
                table.fault[number] = REFUSED
            else:
                event, mended[number] = event_and_body
                found.event_ids[number], found.platform_ids[number] = event.event_id, event.platform_id
        if mended:
            table.patch(mended, self._identities)
        return table

    def _again(self, body: bytes) -> tuple[Event, bytes] | None:
        """Return event and canonical body of a body that has one; None where the explainer must say what is wrong."""
        try:
            event = self._event(tidy_json(body))
            return event, self._writer.body(event)
        except _STUMBLES:
            return None

    def _taken(self, record: bytes, row: int, flag: int, faults: dict[int, Fault]) -> tuple[Event, bytes] | None:
        """Return what the slow path makes of a record, or put its fault into `faults`."""
        try:
            return self._slow(record, flag)
        except Fault as fault:
            # a traceback would hold this frame, and with it every record of the batch, in a ring
            faults[row] = Fault(fault.reason, fault.path, fault.expected, fault.found)
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
        mended = self.explainer.mend(record)
        try:
            event = self._event(mended)
            return event, self._writer.body(event)
        except Fault:
            raise
        except _STUMBLES as error:
            raise Fault("wrong_type", "$", "an event", str(error)) from None

"""Columns out of canonical bodies: one compiled walk over the bytes of each event, straight into arrays.

The reader trusts its input to be what `streams.canonical` wrote (compact JSON, struct order, hashed identities); a
value that does not have its form, such as a region that is no six digits, is reported by slot and not by exception.

Encodings: hashes and business ids uint64 (0 absent), integers and times int64 (`ABSENT`), booleans int8 (1, 0, -1),
closed sets int8 or int16 in the order of the set (-1, or the default), dates int32 days since 1970-01-01
(`ABSENT_DATE`), regions and other digits int32 (0), numbers float64 (nan). Texts, sealed values, lists and objects make
no column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.batch import Block, Columns
from streams.blake import blake
from streams.derived import derive
from streams.events.names import KINDS
from streams.hashing import SCRATCH, SPACE, identity_at
from streams.identity import Identities
from streams.keys import siphash
from streams.lookup import find, sample_at
from streams.plan import (
    BOOL,
    COMMON,
    DATE,
    DIGITS,
    ENUM,
    EVENT_KEY,
    FLOAT,
    HEX,
    INT,
    KEY,
    OPEN_PARTY,
    PARTY,
    PHONE,
    PSEUDONYM,
    SHARED,
    Plan,
    kind_table,
    plan_of,
)
from streams.swar import closing_quote, joined, quote_or_escape
from streams.values import (
    colon_at,
    copy_text,
    days_at,
    digits_at,
    hex_at,
    is_hashed,
    nested_end,
    number_at,
    same_text,
    write_hash,
)

#: In `Table.fault`: the event has an identity that `streams.identity` must judge.
HARD: Final = -2
#: In `Table.fault`: the record has a fault already, and the row is to be left out.
REFUSED: Final = -3
_EVENT_ID, _EVENT_HIGH, _EVENT_TIME, _PLATFORM, _LINE, _REGION = range(len(COMMON))


@njit(cache=True, nogil=True)
def _read(
    text: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    rows: NDArray[np.int64],
    tables: Any,
    words: NDArray[np.uint64],
    keyed: NDArray[np.uint64],
    out: NDArray[np.int64],
    seen: NDArray[np.bool_],
    fault: NDArray[np.int16],
    spans: NDArray[np.int64],
    target: NDArray[np.uint8],
    cursor: int,
    places: NDArray[np.int64],
) -> int:
    """Fill `out[slot, k]` from event `rows[k]`; a slot that no event has stays as it is and unseen.

    Where `target` has room, write each body there with its identities hashed, from `cursor` on, put where it stands
    into `places[k]`, and return the place after the last. An event that `streams.identity` must judge gets `fault` -2.
    """
    operations, defaults, keys, key_slots, values, value_codes = tables
    scratch, space = np.zeros(SCRATCH, np.uint8), np.zeros(SPACE, np.uint64)
    write = len(target) > 0
    platform_start, platform_end, platform = 0, 0, np.int64(0)
    for k in range(len(rows)):
        i, end = bounds[rows[k]] + 1, bounds[rows[k] + 1]
        copied = i - 1
        places[k, 0] = cursor
        while i < end and text[i] == 34:
            start = i + 1
            i = quote_or_escape(text, start)
            slot = find(keys, key_slots, sample_at(text, start, i, 0), -1)
            i += 2
            start = i
            if text[i] == 34:
                start = i + 1
                stop = closing_quote(text, start)
                i = stop + 1
            elif text[i] == 91 or text[i] == 123:
                i = nested_end(text, i, end)
                stop = i
            else:
                while i < end and text[i] != 44 and text[i] != 125:
                    i += 1
                stop = i
            i += 1  # the comma, or the closing brace
            if slot < 0:
                continue
            if not seen[slot]:
                seen[slot] = True
                out[slot, :] = defaults[slot]
            operation = operations[slot]
            value, typed = np.int64(0), -1
            if operation == INT:
                negative = text[start] == 45
                value = digits_at(text, start + negative, stop)
                if negative:
                    value = -value
            elif operation in (PSEUDONYM, PHONE, PARTY):
                hashed, number, typed = identity_at(
                    text, start, stop, operation, slot, values, value_codes, keyed, scratch, space
                )
                value = np.int64(hashed)
                if typed == -2:
                    fault[k] = HARD
                elif write and not is_hashed(text, number, stop):
                    cursor = write_hash(target, copy_text(target, cursor, text, copied, number), hashed)
                    copied = stop
            elif operation == OPEN_PARTY:
                colon = colon_at(text, start, stop)
                if is_hashed(text, colon + 1 if colon > 0 else start, stop):
                    value = np.int64(hex_at(text, stop - 16, stop))
                else:
                    value = np.int64(blake(text, start, stop, keyed, space))
                if colon > 0:
                    typed = find(values, value_codes, sample_at(text, start, colon, slot + 2), -1)
            elif operation == ENUM:
                value = find(values, value_codes, sample_at(text, start, stop, slot + 1), -1)
            elif operation == BOOL:
                value = np.int64(text[start] == 116)
            elif operation == SHARED:
                if slot == _PLATFORM:
                    if not same_text(text, start, stop, platform_start, platform_end):
                        low, _ = siphash(text, 0, 0, start, stop, words)
                        platform = np.int64(low)
                    platform_start, platform_end = start, stop
                    spans[k, 2], spans[k, 3] = start, stop
                    value = platform
                else:
                    low, _ = siphash(text, 0, 0, start, stop, words)
                    value = np.int64(low)
            elif operation == KEY:
                low, _ = siphash(text, platform_start, platform_end, start, stop, words)
                value = np.int64(low)
            elif operation == DATE:
                value = days_at(text, start, stop)
            elif operation == DIGITS:
                value = digits_at(text, start, stop)
                if value <= 0 and fault[k] != HARD:
                    fault[k] = slot
            elif operation == FLOAT:
                value = np.float64(number_at(text, start, stop)).view(np.int64)
            elif operation == HEX:
                value = np.int64(hex_at(text, start, stop))
            elif operation == EVENT_KEY:
                spans[k, 0], spans[k, 1] = start, stop
            out[slot, k] = value
            if typed >= 0:
                if not seen[slot + 1]:
                    seen[slot + 1] = True
                    out[slot + 1, :] = defaults[slot + 1]
                out[slot + 1, k] = typed
        low, high = siphash(text, platform_start, platform_end, spans[k, 0], spans[k, 1], words)
        out[_EVENT_ID, k] = np.int64(low)
        out[_EVENT_HIGH, k] = np.int64(high)
        if write:
            cursor = copy_text(target, cursor, text, copied, end)
            places[k, 1] = cursor
    return cursor


@njit(cache=True, nogil=True)
def _read_kinds(
    text: NDArray[np.uint8], bounds: NDArray[np.int64], keys: NDArray[np.uint64], numbers: NDArray[np.int16]
) -> NDArray[np.int16]:
    """Return the kind of each event, from `{"kind":"..."` at its head; -1 if the head is another."""
    found = np.full(len(bounds) - 1, -1, np.int16)
    for row in range(len(found)):
        start, end = bounds[row] + 9, bounds[row + 1]
        if end - start > 2 and text[start - 9] == 123 and text[start - 1] == 34:
            found[row] = find(keys, numbers, sample_at(text, start, closing_quote(text, start), 0), -1)
    return found


@dataclass(slots=True)
class Table:
    """What the walk over some bodies found, one row per body.

    Attributes
    ----------
    fault : ndarray of shape (n,), int16
        Slot of the kind's plan whose value lacks its form; -1 for a good event, else `HARD` or `REFUSED`.
    spans : ndarray of shape (n, 4), int64
        Where event id and platform id stand in the joined bodies.
    bodies : list of bytes
        With all identities hashed; of a hard event not to be used.
    """

    kind: NDArray[np.uint8]
    event_time: NDArray[np.int64]
    platform: NDArray[np.uint64]
    line: NDArray[np.int8]
    region: NDArray[np.int32]
    event_key: NDArray[np.uint64]
    blocks: dict[str, Block]
    fault: NDArray[np.int16]
    spans: NDArray[np.int64]
    joined: bytes
    bodies: list[bytes]

    def patch(self, bodies: dict[int, bytes], identities: Identities) -> None:
        """Put other bodies of the same kinds in the place of some, and their columns."""
        numbers = np.array(sorted(bodies), np.int64)
        part = read_columns([bodies[number] for number in numbers.tolist()], identities)
        for number, body in zip(numbers.tolist(), part.bodies, strict=True):
            self.bodies[number] = body
        for name in ("event_time", "platform", "line", "region", "event_key", "fault"):
            getattr(self, name)[numbers] = getattr(part, name)
        for kind, block in part.blocks.items():
            whole = self.blocks[kind]
            places = np.searchsorted(whole.rows, numbers[block.rows])
            for name in set(block.columns) | set(whole.columns):
                whole[name][places] = block[name]


def read_columns(bodies: list[bytes], identities: Identities, *, hashed: bool = True) -> Table:
    """Read the columns of canonical bodies.

    Parameters
    ----------
    bodies : list of bytes
        As `streams.canonical` writes them.
    identities : Identities
        For the keyed hashes of ids.
    hashed : bool, default=True
        Whether the identities in the bodies are hashed already. If not, `Table.bodies` has them hashed.

    Raises
    ------
    ValueError
        If a body does not start with a known kind: it is no canonical body.
    """
    whole, text, bounds = joined(bodies)
    kinds = _read_kinds(text, bounds, *kind_table())
    if len(kinds) and int(kinds.min()) < 0:
        row = int(np.argmin(kinds))
        raise ValueError(f"body {row}: expected a canonical body that starts with its kind, got {bodies[row][:40]!r}")
    n = len(bodies)
    table = Table(
        kind=kinds.astype(np.uint8),
        event_time=np.empty(n, np.int64),
        platform=np.empty(n, np.uint64),
        line=np.full(n, -1, np.int8),
        region=np.zeros(n, np.int32),
        event_key=np.empty((n, 2), np.uint64),
        blocks={},
        fault=np.full(n, -1, np.int16),
        spans=np.zeros((n, 4), np.int64),
        joined=whole,
        bodies=bodies,
    )
    counts = np.bincount(table.kind, minlength=len(KINDS)).tolist()
    plans = {number: plan_of(KINDS[number]) for number, count in enumerate(counts) if count}
    growth = 0 if hashed else sum(plan.growth * counts[number] for number, plan in plans.items())
    target = np.empty(0 if hashed else len(whole) + growth, np.uint8)
    places, cursor = np.zeros((n, 2), np.int64), 0
    for number, plan in plans.items():
        rows = np.flatnonzero(kinds == number)
        cursor = _read_block(table, text, bounds, rows, plan, identities, target, cursor, places)
    if not hashed:
        written = target[:cursor].tobytes()
        table.bodies = [written[start:end] for start, end in places.tolist()]
    for number, plan in plans.items():
        block = table.blocks[KINDS[number]]
        rows = block.rows
        common = table.event_time[rows], table.line[rows], table.platform[rows]
        derive(plan.kind, block, *common, table.bodies, identities.words)
    return table


def _read_block(
    table: Table,
    text: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    rows: NDArray[np.int64],
    plan: Plan,
    identities: Identities,
    target: NDArray[np.uint8],
    cursor: int,
    places: NDArray[np.int64],
) -> int:
    """Read the events of one kind into the table; write their bodies to the target and return the place after them."""
    n, slots = len(rows), plan.slots
    out = np.empty((len(slots), n), np.int64)
    seen = np.zeros(len(slots), np.bool_)
    seen[[_EVENT_ID, _EVENT_HIGH]] = True
    fault, spans, placed = np.full(n, -1, np.int16), np.zeros((n, 4), np.int64), np.zeros((n, 2), np.int64)
    cursor = _read(
        text,
        bounds,
        rows,
        plan.tables,
        identities.words,
        identities.keyed,
        out,
        seen,
        fault,
        spans,
        target,
        cursor,
        placed,
    )
    table.event_time[rows] = out[_EVENT_TIME]
    table.platform[rows] = out[_PLATFORM].view(np.uint64)
    table.event_key[rows, 0] = out[_EVENT_ID].view(np.uint64)
    table.event_key[rows, 1] = out[_EVENT_HIGH].view(np.uint64)
    if seen[_LINE]:
        table.line[rows] = out[_LINE]
    if seen[_REGION]:
        table.region[rows] = out[_REGION]
    table.fault[rows] = fault
    table.spans[rows] = spans
    places[rows] = placed
    present: dict[str, NDArray[Any]] = {}
    for number in np.flatnonzero(seen).tolist():
        if number >= len(COMMON):
            slot, values = slots[number], out[number]
            typed = values.view(slot.dtype) if slot.dtype.endswith("64") else values.astype(slot.dtype)
            present[slot.name] = typed
    table.blocks[plan.kind] = Block(rows, Columns(present, lambda name: plan.column(name, n)))
    return cursor

"""What goes wrong on the way from the platforms: repeats, contradictions, lateness, corrections and broken lines.

An event has its own time and a time of arrival; the file is in the order of arrival. Most arrive at once, some minutes,
hours or days late, a few twice, a handful twice with another content, and about one line in a thousand cannot be read.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.ledger import take
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.world import World

Table = dict[str, NDArray[Any]]

# Shares of all payments
_REPEATED = 0.006
_CONFLICTING = 0.00004
_CORRECTED = 0.0002
_BROKEN = 0.001

# How a line is broken, and what an engine must say about it
BREAKS = (
    "malformed_json",
    "wrong_type",
    "unknown_field",
    "out_of_range",
    "missing_field",
    "unknown_value",
    "unknown_kind",
    "not_an_object",
    "future",
    "c3_present",
)
_WEIGHTS = np.array([0.3, 0.16, 0.16, 0.14, 0.08, 0.08, 0.03, 0.02, 0.015, 0.015])


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When each line arrives; all arrays are aligned within their group.

    Attributes
    ----------
    payment_time, record_time : ndarray, int64
        Arrival of each payment and record (UTC ms).
    repeat_row, repeat_time : ndarray, int64
        Payments that arrive a second time, with the same content.
    broken_row, broken_time, broken_how : ndarray, int64
        Payments whose line arrives once broken before it arrives whole; `broken_how` is an index into `BREAKS`.
    """

    payment_time: NDArray[np.int64]
    record_time: NDArray[np.int64]
    repeat_row: NDArray[np.int64]
    repeat_time: NDArray[np.int64]
    broken_row: NDArray[np.int64]
    broken_time: NDArray[np.int64]
    broken_how: NDArray[np.int64]


def contradict(world: World, table: Table) -> tuple[Table, NDArray[np.int64]]:
    """Add a few payments that come again under their own number with another amount.

    Returns
    -------
    table : dict of ndarray
        The given rows first, then the contradictions.
    original : ndarray of shape (n_added,), int64
        The rows whose numbers they carry.
    """
    rng = world.setup.random("contradict")
    plain = np.flatnonzero((table["tag"] == 0) & (table["ref"] < 0) & (table["status"] == 0))
    original = np.sort(rng.choice(plain, max(2, round(len(plain) * _CONFLICTING)), replace=False))
    again = take(table, original)
    again["amount"] = again["amount"] * 10
    return {name: np.concatenate([table[name], again[name]]) for name in table}, original


def correct(world: World, table: Table) -> None:
    """Add corrections: the platform takes an event back, or puts another amount in its place, a day or two later.

    The corrected payment is named by its row; the writer puts the event id and the whole replacement there.
    """
    rng = world.setup.random("correct")
    plain = np.flatnonzero((table["tag"] == 0) & (table["ref"] < 0) & (table["status"] == 0))
    for row in rng.choice(plain, max(2, round(len(plain) * _CORRECTED)), replace=False).tolist():
        replaces = bool(rng.random() < 0.6)
        fields = {
            "row": row,
            "action": "replace" if replaces else "void",
            "reason": "金额录入错误" if replaces else "重复入账",
            "requested_by": "platform",
        }
        time = int(table["time"][row]) + int(rng.integers(2 * HOUR, 2 * DAY))
        world.records.add("correction", time, int(table["reporter"][row]), fields)


def arrive(world: World, table: Table, contradictions: int) -> Arrivals:
    """Draw the order of arrival.

    Parameters
    ----------
    table : dict of ndarray of shape (n,)
        All payments, the last `contradictions` of them those that contradict.
    """
    rng = world.setup.random("arrive")
    count = len(table["time"])
    payment_time = table["time"] + _lateness(rng, count)
    # A contradiction comes after what it contradicts, or it would be the first and right one
    last = count - contradictions
    payment_time[last:] = table["time"][last:] + 4 * DAY + rng.integers(0, DAY, contradictions)
    repeats = np.flatnonzero(rng.random(last) < _REPEATED)
    after = np.where(rng.random(len(repeats)) < 0.8, 30_000, DAY)
    plain = np.flatnonzero((table["tag"][:last] == 0) & (table["ref"][:last] < 0))
    broken = np.sort(rng.choice(plain, max(len(BREAKS), round(last * _BROKEN)), replace=False))
    how = rng.choice(len(BREAKS), len(broken), p=_WEIGHTS)
    # Every way of breaking occurs, however small the province
    how[: len(BREAKS)] = np.arange(len(BREAKS))
    return Arrivals(
        payment_time=payment_time,
        record_time=np.array(world.records.time, dtype=np.int64) + _lateness(rng, len(world.records)),
        repeat_row=repeats,
        repeat_time=payment_time[repeats] + (rng.exponential(1.0, len(repeats)) * after).astype(np.int64) + 1_000,
        broken_row=broken,
        broken_time=payment_time[broken] - 1,
        broken_how=how,
    )


def _lateness(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """How late each line is, in ms: mostly not at all, now and then seconds, minutes, hours or days."""
    draw = rng.random(count)
    typical = np.select(
        [draw < 0.00005, draw < 0.0008, draw < 0.005, draw < 0.02], [2.0 * DAY, 2.0 * HOUR, 240_000.0, 3_000.0], 0.0
    )
    return (rng.exponential(1.0, count) * typical).astype(np.int64)


def break_line(line: str, how: str) -> str:
    """A line that cannot be read, made of one that can.

    Parameters
    ----------
    line : str
        A payment as JSON.
    how : str
        One of `BREAKS`.

    Examples
    --------
    >>> break_line('{"event_id":"a","amount_minor":5}', "out_of_range")
    '{"event_id":"a","amount_minor":-5}'
    """
    if how == "malformed_json":
        return line[: len(line) * 2 // 3]
    event: dict[str, Any] = json.loads(line)
    if how == "not_an_object":
        return json.dumps([event["event_id"]])
    if how == "wrong_type":
        event["amount_minor"] = f"{event['amount_minor'] / 100:.2f}"
    elif how == "unknown_field":
        event["amt"] = event["amount_minor"]
    elif how == "out_of_range":
        event["amount_minor"] = -event["amount_minor"]
    elif how == "missing_field":
        del event["payee"]
    elif how == "unknown_value":
        event["status"] = "done"
    elif how == "unknown_kind":
        event["kind"] = "pay"
    elif how == "future":
        event["event_time"] = "2099-01-01T00:00:00+08:00"
    elif how == "c3_present":
        event["cvv"] = "123"
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))

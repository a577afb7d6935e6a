"""The three files of a simulation: the events in the order of their arrival, the truth, and a summary.

Events are formatted and written some ten thousand at a time, so that memory holds the columns but never all the lines.
"""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.dirt import BREAKS, Arrivals, break_line
from riskengine.simulator.numbering import Numbers
from riskengine.simulator.payment_text import PaymentText
from riskengine.simulator.rhythm import iso_time
from riskengine.simulator.world import World

Progress = Callable[[str, int, int], None]
_CHUNK = 40_000


def write_events(
    path: Path, world: World, text: PaymentText, numbers: Numbers, arrivals: Arrivals, progress: Progress | None
) -> int:
    """Write all lines in the order of their arrival.

    Parameters
    ----------
    progress : callable, optional
        Called with ("events", lines written, lines in all).

    Returns
    -------
    int
        Number of lines.
    """
    groups = (
        (arrivals.payment_time, np.arange(len(arrivals.payment_time))),
        (arrivals.record_time, np.arange(len(arrivals.record_time))),
        (arrivals.repeat_time, arrivals.repeat_row),
        (arrivals.broken_time, np.arange(len(arrivals.broken_time))),
    )
    time = np.concatenate([group[0] for group in groups])
    what = np.repeat(np.arange(4, dtype=np.int8), [len(group[0]) for group in groups])
    row = np.concatenate([group[1] for group in groups])
    # Records first where times tie: an account is opened before it pays
    order = np.lexsort((row, what != 1, time))
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for begin in range(0, len(order), _CHUNK):
            chunk = order[begin : begin + _CHUNK]
            lines = _chunk(world, text, numbers, arrivals, encoder, what[chunk], row[chunk])
            file.write("\n".join(lines).encode() + b"\n")
            if progress is not None:
                progress("events", min(begin + _CHUNK, len(order)), len(order))
    return len(order)


def _chunk(
    world: World,
    text: PaymentText,
    numbers: Numbers,
    arrivals: Arrivals,
    encoder: msgspec.json.Encoder,
    what: NDArray[np.int8],
    row: NDArray[np.int64],
) -> list[str]:
    """The lines of one chunk in their order."""
    lines = [""] * len(what)
    paid = np.flatnonzero((what == 0) | (what == 2))
    for place, line in zip(paid.tolist(), text.lines(row[paid]), strict=True):
        lines[place] = line
    for place in np.flatnonzero(what == 1).tolist():
        lines[place] = encoder.encode(record_event(world, text, numbers, int(row[place]))).decode()
    broken = np.flatnonzero(what == 3)
    whole = text.lines(arrivals.broken_row[row[broken]])
    for place, line in zip(broken.tolist(), whole, strict=True):
        lines[place] = break_line(line, BREAKS[arrivals.broken_how[row[place]]])
    return lines


def record_event(world: World, text: PaymentText, numbers: Numbers, row: int) -> dict[str, Any]:
    """One event that is no payment, as it is written.

    Returns
    -------
    dict
        The common fields first.
    """
    records = world.records
    platform = world.platforms[records.platform[row]]
    number = int(numbers.record[row])
    kind, fields = records.kind[row], records.fields[row]
    event: dict[str, Any] = {
        "event_id": numbers.event_id(platform.index, number),
        "kind": kind,
        "event_time": platform.stamp(records.time[row]),
        "platform_id": platform.platform_id,
    }
    line = records.line[row] or platform.line
    if line is not None:
        event["line"] = line
    if kind == "correction":
        fields = _corrected(text, fields)
    event |= fields
    if platform.numbers:
        event["seq"] = number
    return event


def _corrected(text: PaymentText, fields: dict[str, Any]) -> dict[str, Any]:
    """A correction with the event it is about in place of the row."""
    row = fields["row"]
    named = {"ref_event_id": text.event_id(row), **{name: v for name, v in fields.items() if name != "row"}}
    if fields["action"] == "replace":
        replacement = json.loads(text.lines(np.array([row]))[0])
        for name in ("event_id", "seq"):
            replacement.pop(name, None)
        replacement["amount_minor"] = max(1, replacement["amount_minor"] // 10)
        named["replacement"] = replacement
    return named


def write_truth(
    path: Path, world: World, text: PaymentText, numbers: Numbers, tag: NDArray[np.int32], time: NDArray[np.int64]
) -> None:
    """Write what was planted: instance by instance its targets, then its events in order of time.

    Parameters
    ----------
    tag : ndarray of shape (n_payments,), int32
        Instance of each payment, 0 none.
    time : ndarray of shape (n_payments,), int64
        UTC ms of each payment.
    """
    events: dict[int, list[tuple[int, str]]] = {}
    for row in np.flatnonzero(tag > 0).tolist():
        events.setdefault(int(tag[row]), []).append((int(time[row]), text.event_id(row)))
    for row, number in enumerate(world.records.tag):
        if number > 0:
            event_id = numbers.event_id(world.records.platform[row], int(numbers.record[row]))
            events.setdefault(number, []).append((world.records.time[row], event_id))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("target_type", "target", "label", "known_at", "scheme", "variant", "instance"))
        out.writerows(_truth_rows(world, events))


def _truth_rows(world: World, events: dict[int, list[tuple[int, str]]]) -> Iterator[tuple[str, ...]]:
    """The rows of the truth, without its head."""
    for instance in world.truth.instances:
        if instance.number not in events:
            continue
        last = (iso_time(instance.known_at), instance.scheme, instance.variant, str(instance.number))
        for target_type, target, label in instance.targets:
            yield (target_type, target, label, *last)
        for _, event_id in sorted(events[instance.number]):
            yield ("event", event_id, instance.label, *last)
    for loan_id, moment in sorted(world.truth.defaults, key=lambda found: (found[1], found[0])):
        yield ("loan", loan_id, "default", iso_time(moment), "", "", "")

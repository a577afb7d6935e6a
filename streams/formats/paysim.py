"""PaySim: simulated mobile money, as one payment platform.

SOURCE is the folder that holds the table, or the table itself (``.csv`` or ``.csv.gz``). What is taken to be what:

- Step: one hour; step 1 begins at 2024-01-01T00:00 Shanghai time, and an event happens when its step begins.
- Currency: the set names none; one unit stands as one yuan (CNY).
- Platform ``PAYSIM``, line ``third_party_payment``, no region.
- Counterparties: both sides are named in every row. Money goes from ``nameOrig`` to ``nameDest``, but for ``CASH_IN``,
  where the customer ``nameOrig`` is paid and ``nameDest`` is the agent who takes the cash. Customers (``C...``) are
  persons where they act (``nameOrig``) and in a transfer; agents have no person; merchants (``M...``) are firms.
- Balances are left out: in this simulator they give the answer away.
- Labels: the event of a row with ``isFraud``, ``fraud``, known a day (24 steps) later; the set does not say when.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from streams.formats.base import NO_CURRENCY, SHANGHAI, Event, Format, Label, Skipped, minor_units, moment
from streams.formats.tables import Table
from streams.sources.base import SourceError

PLATFORM = "PAYSIM"
BEGINNING = dt.datetime(2024, 1, 1, tzinfo=SHANGHAI)
HOUR = dt.timedelta(hours=1)
KNOWN_AFTER = dt.timedelta(hours=24)
COLUMNS = ("step", "type", "amount", "nameOrig", "nameDest", "isFraud")
PURPOSES = {"CASH_IN": "topup", "CASH_OUT": "withdraw", "DEBIT": "withdraw", "PAYMENT": "goods", "TRANSFER": "transfer"}


def convert(source: Path) -> Iterator[Event | Label | Skipped]:
    """Yield a payment for each row, in the order of the file, and a label for each fraud."""
    table = Table(_table_of(source), COLUMNS)
    last, begins, time = "", BEGINNING, moment(BEGINNING)
    for number, (step, kind, amount, origin, destination, fraud) in enumerate(table, start=1):
        if step != last:
            begins = BEGINNING + (table.read("step", step, _step, "a step, 1 or later") - 1) * HOUR
            last, time = step, moment(begins)
        if kind not in PURPOSES:
            raise table.wrong("type", kind, f"one of {', '.join(PURPOSES)}")
        minor = table.read("amount", amount, minor_units, "an amount of at least 0")
        if fraud not in {"0", "1"}:
            raise table.wrong("isFraud", fraud, "0 or 1")
        if minor == 0:
            yield Skipped("amount 0")
            continue
        event_id = f"row-{number}"
        yield {
            "event_id": event_id,
            "kind": "payment",
            "event_time": time,
            "platform_id": PLATFORM,
            "line": "third_party_payment",
            **_sides(kind, origin, destination),
            "amount_minor": minor,
            "currency": NO_CURRENCY,
            "purpose": PURPOSES[kind],
            "cash": kind.startswith("CASH"),
        }
        if fraud == "1":
            yield Label("event", event_id, "fraud", moment(begins + KNOWN_AFTER))


def _table_of(source: Path) -> Path:
    """Return the table: SOURCE itself, or the only one in the folder."""
    if not source.is_dir():
        return source
    found = sorted(path for path in source.iterdir() if path.name.endswith((".csv", ".csv.gz")))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise SourceError(f"{source}: expected one table .csv or .csv.gz, found {names}")
    return found[0]


def _step(text: str) -> int:
    step = int(text)
    if not 1 <= step <= 1_000_000:
        raise ValueError(text)
    return step


def _sides(kind: str, origin: str, destination: str) -> Event:
    """Return payer and payee with what is known of them; the customer who acts is `origin`."""
    is_in = kind == "CASH_IN"
    ours, theirs = ("payee", "payer") if is_in else ("payer", "payee")
    fields: Event = {
        "payer": f"{PLATFORM}:{destination if is_in else origin}",
        "payee": f"{PLATFORM}:{origin if is_in else destination}",
        "direction": "in" if is_in else "out",
        f"{ours}_person": f"{PLATFORM}-{origin}",
        f"{ours}_type": "person",
        f"{ours}_acct_type": "payment",
    }
    if destination.startswith("M"):
        fields |= {f"{theirs}_type": "org", "merchant_id": destination}
    elif kind == "TRANSFER":
        fields |= {f"{theirs}_person": f"{PLATFORM}-{destination}", f"{theirs}_type": "person"}
        fields[f"{theirs}_acct_type"] = "payment"
    return fields


FORMAT = Format(
    name="paysim",
    title="PaySim, simulated mobile money",
    source="the folder that holds the table (.csv or .csv.gz), or the table",
    notes=(
        "one step is one hour; step 1 begins at 2024-01-01T00:00+08:00",
        "the set names no currency: one unit stands as one yuan (CNY)",
        "a label fraud is known a day after the event",
    ),
    convert=convert,
)

"""AMLSim: IBM's simulator of money laundering, in both layouts in which its runs are found, as one bank.

SOURCE is the transactions file (``.csv`` or ``.csv.gz``); its head line tells the layout:

- steps: ``sourceNodeId, targetNodeId, value, time``. A file beside it, of the same name with ``nodes`` in place of
  ``transactions``, is optional and gives the labels of accounts: ``nodeid, isFraud, fraudStep``.
- days: ``tran_id, orig_acct, bene_acct, tx_type, base_amt, tran_timestamp, is_sar, alert_id``, labels by transaction.

What is taken to be what:

- Step: one day; step 0 is 2021-01-01, and an event happens at midnight, Shanghai time, of its day. The second layout
  gives times, which are taken as they are.
- Currency: the set names none; one unit stands as one yuan (CNY).
- Platform ``AMLSIM`` and the name of the run (``20K_cycle200_transactions.csv.gz`` is ``AMLSIM-20K_cycle200``), because
  two runs number their accounts alike; line ``network_banking``, no region.
- Counterparties: both sides are named in every row; no persons are given, so that rules on persons are not judged. The
  type of a transaction is drawn at random by the simulator: a cash type says nothing about cash.
- Labels: an account with ``isFraud``, ``laundering``, known when its ``fraudStep`` is over (-1: when the run is over).
  A transaction with ``is_sar``, ``laundering``, known at the last transaction of its alert.
"""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from streams.formats.base import NO_CURRENCY, SHANGHAI, Event, Format, Label, Skipped, minor_units, moment
from streams.formats.tables import Table
from streams.sources.base import SourceError

BEGINNING = dt.datetime(2021, 1, 1, tzinfo=SHANGHAI)
DAY = dt.timedelta(days=1)
STEPS = ("sourceNodeId", "targetNodeId", "value", "time")
DAYS = ("tran_id", "orig_acct", "bene_acct", "tx_type", "base_amt", "tran_timestamp", "is_sar", "alert_id")
NODES = ("nodeid", "isFraud", "fraudStep")
PURPOSES = {"TRANSFER": "transfer", "PAYMENT": "goods"}
TRUTH = {"true": True, "1": True, "false": False, "0": False}


def convert(path: Path) -> Iterator[Event | Label | Skipped]:
    """Yield a payment for each row, in the order of the file, then the labels."""
    names = Table.header(path)
    platform = platform_of(path)
    if set(STEPS) <= set(names):
        yield from _steps(path, platform)
    elif set(DAYS) <= set(names):
        yield from _days(path, platform)
    else:
        expected = f"columns {', '.join(STEPS)}, or {', '.join(DAYS)}"
        raise SourceError(f"{path}, line 1: expected {expected}, found {', '.join(names[:12])}")


def platform_of(path: Path) -> str:
    """Return the platform of a run, made from the name of its file.

    Examples
    --------
    >>> platform_of(Path("runs/20K_cycle200_transactions.csv.gz")), platform_of(Path("transactions.csv"))
    ('AMLSIM-20K_cycle200', 'AMLSIM')
    """
    run = re.sub(r"\.csv(\.gz)?$", "", path.name).replace("transactions", "").strip("_-. ")
    return f"AMLSIM-{run}" if run else "AMLSIM"


def _payment(platform: str, event_id: str, time: str, payer: str, payee: str, minor: int, purpose: str | None) -> Event:
    event = {
        "event_id": event_id,
        "kind": "payment",
        "event_time": time,
        "platform_id": platform,
        "line": "network_banking",
        "payer": f"{platform}:{payer}",
        "payee": f"{platform}:{payee}",
        "amount_minor": minor,
        "currency": NO_CURRENCY,
        "payer_acct_type": "bank",
        "payee_acct_type": "bank",
    }
    if purpose is not None:
        event["purpose"] = purpose
    return event


def _steps(path: Path, platform: str) -> Iterator[Event | Label | Skipped]:
    table = Table(path, STEPS)
    last = 0
    known: dict[str, tuple[int, str]] = {}
    for number, (payer, payee, value, text) in enumerate(table, start=1):
        if text not in known:
            step = table.read("time", text, _step, "a step, 0 or later")
            known[text] = (step, moment(BEGINNING + step * DAY))
        step, time = known[text]
        last = max(last, step)
        minor = table.read("value", value, minor_units, "an amount of at least 0")
        if minor == 0:
            yield Skipped("amount 0")
            continue
        yield _payment(platform, f"row-{number}", time, payer, payee, minor, None)
    if "transactions" in path.name:
        nodes = path.with_name(path.name.replace("transactions", "nodes"))
        if nodes.exists():
            yield from _accounts(nodes, platform, last)


def _accounts(path: Path, platform: str, last: int) -> Iterator[Label]:
    """Yield the labels of the nodes file by the day on which they are known."""
    table = Table(path, NODES)
    found: list[tuple[int, str]] = []
    for node, fraud, text in table:
        if not table.read("isFraud", fraud, _truth, "0 or 1"):
            continue
        step = table.read("fraudStep", text, int, "a step, or -1")
        # What happens in a step is known when the step is over
        found.append((1 + (step if step >= 0 else last), node))
    for step, node in sorted(found, key=lambda label: label[0]):
        yield Label("account", f"{platform}:{node}", "laundering", moment(BEGINNING + step * DAY))


def _days(path: Path, platform: str) -> Iterator[Event | Label | Skipped]:
    table = Table(path, DAYS)
    times: dict[str, dt.datetime] = {}
    alerts: dict[str, list[str]] = {}
    ends: dict[str, dt.datetime] = {}
    for transaction, payer, payee, kind, amount, text, suspicious, alert in table:
        if text not in times:
            times[text] = table.read("tran_timestamp", text, _time, "a time with its zone, or a day")
        time = times[text]
        minor = table.read("base_amt", amount, minor_units, "an amount of at least 0")
        is_suspicious = table.read("is_sar", suspicious, _truth, "True or False")
        if minor == 0:
            yield Skipped("amount 0")
            continue
        event_id = f"tran-{transaction}"
        yield _payment(platform, event_id, moment(time), payer, payee, minor, PURPOSES.get(kind, "other"))
        if is_suspicious:
            alerts.setdefault(alert, []).append(event_id)
            ends[alert] = max(time, ends.get(alert, time))
    for alert, end in sorted(ends.items(), key=lambda item: item[1]):
        for event_id in alerts[alert]:
            yield Label("event", event_id, "laundering", moment(end))


def _step(text: str) -> int:
    step = int(text)
    if not 0 <= step <= 100_000:
        raise ValueError(text)
    return step


def _truth(text: str) -> bool:
    return TRUTH[text.strip().lower()]


def _time(text: str) -> dt.datetime:
    """Read a time with its zone; a day alone is its midnight in Shanghai."""
    time = dt.datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=SHANGHAI)
    return time


FORMAT = Format(
    name="amlsim",
    title="AMLSim, IBM's simulator of money laundering",
    source="the transactions file (.csv or .csv.gz), in either layout; a nodes file beside it is read too",
    notes=(
        "one step is one day; step 0 is 2021-01-01 (the layout with times keeps its times)",
        "the set names no currency: one unit stands as one yuan (CNY)",
        "a label laundering is known when the account's fraud step, or the transaction's alert, is over",
    ),
    convert=convert,
)

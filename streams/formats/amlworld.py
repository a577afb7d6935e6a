"""AMLworld: IBM's synthetic transactions of many banks (``HI-Small_Trans.csv`` and its kin), as one platform.

SOURCE is the transactions file (``.csv`` or ``.csv.gz``): ``Timestamp, From Bank, Account, To Bank, Account, Amount
Received, Receiving Currency, Amount Paid, Payment Currency, Payment Format, Is Laundering``. What is taken to be what:

- Step: the set gives minutes, which are taken as Shanghai time. Rows need not stand in their order: they are brought
  into it day by day through a temporary folder, those of one minute in the order of the file.
- Currency: what is paid, in its own currency where the engine comes with a yearly mean parity of it; the others stand
  as yuan, one for one (CNY), among them bitcoin, of which less than half a fen counts as one fen.
- Platform ``AMLWORLD`` and the name of the set (``HI-Small_Trans.csv`` is ``AMLWORLD-HI-Small``), line
  ``network_banking``, no region; a vertex is platform, bank and account.
- Counterparties: both sides are named in every row; no persons are given, so that rules on persons are not judged.
- Labels: the event of a row with ``Is Laundering``, ``laundering``, known a day later; the set does not say when.
"""

import datetime as dt
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec

from streams.formats.base import (
    NO_CURRENCY,
    SHANGHAI,
    Event,
    Format,
    Label,
    Skipped,
    currency_on,
    minor_units,
    moment,
)
from streams.formats.tables import Table
from streams.money import EXPONENTS

COLUMNS = (
    "Timestamp", "From Bank", "Account", "To Bank", "Account.1", "Amount Paid", "Payment Currency",
    "Payment Format", "Is Laundering",
)  # fmt: skip
CURRENCIES = {
    "Australian Dollar": "AUD", "Brazil Real": "BRL", "Canadian Dollar": "CAD", "Euro": "EUR", "Mexican Peso": "MXN",
    "Ruble": "RUB", "Rupee": "INR", "Saudi Riyal": "SAR", "Shekel": "ILS", "Swiss Franc": "CHF", "UK Pound": "GBP",
    "US Dollar": "USD", "Yen": "JPY", "Yuan": "CNY",
}  # fmt: skip
KNOWN_AFTER = dt.timedelta(days=1)


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One row, as far as it is used; rows sort by time, then by their number in the file."""

    time: dt.datetime
    number: int
    payer_bank: str
    payer: str
    payee_bank: str
    payee: str
    amount_minor: int
    currency: str
    payment_format: str
    laundering: bool


def convert(path: Path) -> Iterator[Event | Label | Skipped]:
    """Yield a payment for each row in the order of time, each laundering one followed by its label."""
    table = Table(path, COLUMNS)
    platform = platform_of(path)
    skipped: Counter[str] = Counter()
    for row in _in_time(_rows(table, skipped)):
        event = _payment(platform, row)
        yield event
        if row.laundering:
            yield Label("event", event["event_id"], "laundering", moment(row.time + KNOWN_AFTER))
    for reason, count in skipped.items():
        yield from [Skipped(reason)] * count


def platform_of(path: Path) -> str:
    """Return the platform of a set, made from the name of its file.

    Examples
    --------
    >>> platform_of(Path("LI-Medium_Trans.csv.gz"))
    'AMLWORLD-LI-Medium'
    """
    name = re.sub(r"(_?Trans)?\.csv(\.gz)?$", "", path.name).strip("_-. ")
    return f"AMLWORLD-{name}" if name else "AMLWORLD"


def _rows(table: Table, skipped: Counter[str]) -> Iterator[Row]:
    times: dict[str, dt.datetime] = {}
    for number, values in enumerate(table, start=1):
        text, payer_bank, payer, payee_bank, payee, paid, named, payment_format, laundering = values
        if text not in times:
            if len(times) > 100_000:
                times.clear()
            times[text] = table.read("Timestamp", text, _time, "a time as 2022/09/01 00:20")
        currency = currency_on(CURRENCIES.get(named, NO_CURRENCY), times[text].date())
        parse = partial(minor_units, exponent=EXPONENTS[currency])
        minor = table.read("Amount Paid", paid, parse, "an amount of at least 0")
        if laundering not in {"0", "1"}:
            raise table.wrong("Is Laundering", laundering, "0 or 1")
        if minor == 0 and float(paid) == 0:
            skipped["amount 0"] += 1
            continue
        amount = max(minor, 1)
        sides = (payer_bank, payer, payee_bank, payee)
        yield Row(times[text], number, *sides, amount, currency, payment_format, laundering == "1")


def _time(text: str) -> dt.datetime:
    """Read a minute, with or without seconds, as Shanghai time."""
    return dt.datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=SHANGHAI)


def _in_time(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows by time and number; the biggest set has 180 million, so that only one day is in memory at once."""
    encode = msgspec.json.Encoder().encode
    decode = msgspec.json.Decoder(Row).decode
    with tempfile.TemporaryDirectory(prefix="amlworld-") as folder, ExitStack() as stack:
        files: dict[dt.date, BinaryIO] = {}
        for row in rows:
            day = row.time.date()
            if day not in files:
                files[day] = stack.enter_context((Path(folder) / day.isoformat()).open("w+b"))
            files[day].write(encode(row) + b"\n")
        for day in sorted(files):
            files[day].seek(0)
            yield from sorted((decode(line) for line in files[day]), key=lambda row: (row.time, row.number))


def _payment(platform: str, row: Row) -> Event:
    return {
        "event_id": f"row-{row.number}",
        "kind": "payment",
        "event_time": moment(row.time),
        "platform_id": platform,
        "line": "network_banking",
        "payer": f"{platform}-{row.payer_bank}:{row.payer}",
        "payee": f"{platform}-{row.payee_bank}:{row.payee}",
        "amount_minor": row.amount_minor,
        "currency": row.currency,
        "payer_acct_type": "bank",
        "payee_acct_type": "bank",
        "payer_institution": row.payer_bank,
        "payee_institution": row.payee_bank,
        "cash": row.payment_format == "Cash",
    }


FORMAT = Format(
    name="amlworld",
    title="AMLworld, IBM's synthetic transactions of many banks",
    source="the transactions file, HI-Small_Trans.csv and its kin (.csv or .csv.gz)",
    notes=(
        "times are taken as Shanghai time, and rows are brought into their order",
        "amounts are what is paid, in their own currency where the engine has a parity, else as CNY, one for one",
        "a label laundering is known a day after the event",
    ),
    convert=convert,
)

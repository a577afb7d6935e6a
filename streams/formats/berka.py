"""Berka: a real Czech bank, 1993 to 1998 (PKDD'99 "Financial"), as one platform of network banking.

SOURCE is the folder with ``account``, ``client``, ``disp``, ``loan`` and one or more ``trans*`` tables (``.csv`` or
``.csv.gz``). What is taken to be what:

- Step: the set knows days only. An event happens at midnight, Shanghai time, of its day; within a day parties, accounts
  and loans come first, then payments in the order of the files. A transaction that is in two files is one event.
- Currency: crowns (CZK), of which the engine has a yearly mean parity; on a day without one a crown stands as a yuan.
- Platform ``BERKA``, line ``network_banking``, no region: Czech districts have no code here.
- Counterparties: a transfer names the other bank and account (``YZ:87144583``). Cash comes from and goes to one cash
  vertex an account (``BERKA:CASH-2378``), not one for all, which would join everybody; interest, statement fees and
  penalty interest likewise have one vertex of the bank's own money an account (``BERKA:OWN-2378``).
- Parties: the owner of an account, a person; others with access to it are left out.
- Loans: issued with a schedule of equal monthly instalments, which are counted as principal, because the set gives no
  rate (amount = instalments times their number). A transaction for a loan is a payment and a repayment of one movement.
  A loan that has run out is repaid (status A) or in default (B) on its last due date; a running loan in debt (D) is in
  default on 1998-12-31, the day of the set.
- Labels: loans of status B and D, ``default``, known on those days.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from streams.formats.base import Event, Format, Label, Skipped, currency_on, midnight, minor_units
from streams.formats.tables import Table, check_folder, find_table
from streams.sources.base import SourceError

PLATFORM = "BERKA"
LAST_DAY = dt.date(1998, 12, 31)
CREDITS = {
    "PRIJEM": True,
    "credit": True,
    "VYDAJ": False,
    "VYBER": False,
    "withdrawal": False,
    "withdrawal in cash": False,
}
TRANSFERS = {"PREVOD Z UCTU", "PREVOD NA UCET", "collection from another bank", "remittance to another bank"}
CARDS = {"VYBER KARTOU", "credit card withdrawal"}
CASH = {"VKLAD", "VYBER", "credit in cash", "withdrawal in cash"} | CARDS
LOAN_PAYMENTS = {"UVER", "loan payment"}
OWN_MONEY = {
    "UROK": "interest",
    "interest credited": "interest",
    "SANKC. UROK": "interest",
    "sanction interest if negative balance": "interest",
    "SLUZBY": "fee",
    "payment for statement": "fee",
}
PURPOSES = {
    **OWN_MONEY,
    **dict.fromkeys(LOAN_PAYMENTS, "loan_repay"),
    **dict.fromkeys(("SIPO", "household"), "utility"),
    **dict.fromkeys(("POJISTNE", "insurrance payment", "insurance payment"), "premium"),
}
TRANSACTION_COLUMNS = (
    "trans_id", "account_id", "date", "type", "operation", "amount", "k_symbol", "bank", "account",
)  # fmt: skip


class Transaction(NamedTuple):
    """One row of a transaction table."""

    day: dt.date
    trans_id: str
    account: str
    amount_minor: int
    credit: bool
    operation: str
    symbol: str
    bank: str
    partner: str


@dataclass
class Loan:
    """One row of the loan table, and what is left of its principal."""

    loan_id: str
    account: str
    day: dt.date
    principal_minor: int
    months: int
    status: str
    left_minor: int

    @property
    def last_day(self) -> dt.date:
        """Due date of the last instalment."""
        return months_later(self.day, self.months)


def convert(folder: Path) -> Iterator[Event | Label | Skipped]:
    """Yield the events and labels of the folder in the order of their days."""
    check_folder(folder)
    owners = _owners(folder)
    loans = {loan.account: loan for loan in _loans(folder)}
    facts: list[tuple[dt.date, int, Event]] = []
    facts += _parties_and_accounts(folder, owners)
    for loan in loans.values():
        facts.append((loan.day, 2, _issued(loan, owners)))
        if (end := _ended(loan, owners)) is not None:
            facts.append(end)
    transactions = _transactions(folder)
    facts.sort(key=itemgetter(0, 1))
    place = 0
    for transaction in transactions:
        while place < len(facts) and facts[place][:2] < (transaction.day, 3):
            yield facts[place][2]
            place += 1
        yield from _movement(transaction, owners, loans)
    for _, _, event in facts[place:]:
        yield event
    yield from _labels(loans.values())


def parse_day(text: str) -> dt.date:
    """Read a day as the bank wrote it (930105) or as ISO (1993-01-05).

    Raises
    ------
    ValueError
        Where it is neither.
    """
    text = text.split(" ")[0]
    if len(text) == 6 and text.isdecimal():
        return dt.date(1900 + int(text[:2]), int(text[2:4]), int(text[4:]))
    return dt.date.fromisoformat(text)


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day some months later, the month's last where it has no such day.

    Examples
    --------
    >>> months_later(dt.date(1993, 12, 31), 2)
    datetime.date(1994, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def birth_date(number: str) -> str:
    """Read the day of birth from a Czech birth number, where women have 50 added to the month.

    Examples
    --------
    >>> birth_date("706213")
    '1970-12-13'
    """
    year, month, day = int(number[:2]), int(number[2:4]), int(number[4:6])
    return dt.date(1900 + year, month - 50 if month > 50 else month, day).isoformat()


def vertex(account: str) -> str:
    """Return the vertex of one of the bank's own accounts."""
    return f"{PLATFORM}:{account}"


def party(client: str) -> str:
    """Return the id of a client: a customer number, which equals only itself."""
    return f"{PLATFORM}-CLIENT-{client}"


def _owners(folder: Path) -> dict[str, str]:
    """Return the owning client of each account."""
    table = Table(find_table(folder, "disp"), ("client_id", "account_id", "type"))
    return {account: client for client, account, kind in table if kind.upper() == "OWNER"}


def _event(kind: str, event_id: str, day: dt.date, **fields: Any) -> Event:
    return {
        "event_id": event_id,
        "kind": kind,
        "event_time": midnight(day),
        "platform_id": PLATFORM,
        "line": "network_banking",
        **fields,
    }


def _parties_and_accounts(folder: Path, owners: dict[str, str]) -> list[tuple[dt.date, int, Event]]:
    clients = Table(find_table(folder, "client"), ("client_id", "birth_number"))
    born = {client: clients.read("birth_number", number, birth_date, "YYMMDD") for client, number in clients}
    accounts = Table(find_table(folder, "account"), ("account_id", "date"))
    facts: list[tuple[dt.date, int, Event]] = []
    known: set[str] = set()
    for account, opened in accounts:
        day = accounts.read("date", opened, parse_day, "a day")
        client = owners.get(account)
        if client is None or client not in born:
            raise accounts.wrong("account_id", account, "an account whose owner is in disp and client")
        if client not in known:
            known.add(client)
            fields = {"party_id": party(client), "party_type": "person", "birth_date": born[client], "status": "active"}
            facts.append((day, 0, _event("party", f"client-{client}", day, **fields)))
        fields = {"acct_id": vertex(account), "action": "open", "status": "active", "person_id": party(client)}
        fields |= {"holder_type": "person", "acct_type": "bank", "opened_at": midnight(day)}
        facts.append((day, 1, _event("account", f"account-{account}", day, **fields)))
    return facts


def _loans(folder: Path) -> Iterator[Loan]:
    columns = ("loan_id", "account_id", "date", "amount", "duration", "status")
    table = Table(find_table(folder, "loan"), columns)
    for loan_id, account, date, amount, duration, status in table:
        day = table.read("date", date, parse_day, "a day")
        principal = table.read("amount", amount, minor_units, "an amount")
        months = table.read("duration", duration, int, "a number of months")
        if status not in {"A", "B", "C", "D"}:
            raise table.wrong("status", status, "A, B, C or D")
        yield Loan(loan_id, account, day, principal, months, status, principal)


def _issued(loan: Loan, owners: dict[str, str]) -> Event:
    each = loan.principal_minor // loan.months
    parts = [each] * (loan.months - 1) + [loan.principal_minor - each * (loan.months - 1)]
    schedule = [
        {"due_date": months_later(loan.day, number).isoformat(), "principal_minor": part}
        for number, part in enumerate(parts, start=1)
    ]
    fields = _loan_fields(loan, owners, "issued")
    fields |= {"loan_type": "bank", "term_days": (loan.last_day - loan.day).days, "schedule": schedule}
    return _event("loan", f"loan-{loan.loan_id}-issued", loan.day, **fields)


def _loan_fields(loan: Loan, owners: dict[str, str], status: str) -> Event:
    return {
        "loan_id": loan.loan_id,
        "status": status,
        "borrower_id": party(owners[loan.account]),
        "borrower_type": "person",
        "currency": currency_on("CZK", loan.day),
        "principal_minor": loan.principal_minor,
    }


def _known(loan: Loan) -> tuple[str, dt.date] | None:
    """Return how a loan came out and when that was known; None where it still runs well."""
    if loan.status == "A":
        return "repaid", min(loan.last_day, LAST_DAY)
    if loan.status == "B":
        return "default", min(loan.last_day, LAST_DAY)
    return ("default", LAST_DAY) if loan.status == "D" else None


def _ended(loan: Loan, owners: dict[str, str]) -> tuple[dt.date, int, Event] | None:
    known = _known(loan)
    if known is None:
        return None
    status, day = known
    return day, 4, _event("loan", f"loan-{loan.loan_id}-{status}", day, **_loan_fields(loan, owners, status))


def _labels(loans: Any) -> Iterator[Label]:
    for loan in sorted(loans, key=lambda loan: (_known(loan) or ("", LAST_DAY))[1]):
        known = _known(loan)
        if known is not None and known[0] == "default":
            yield Label("loan", loan.loan_id, "default", midnight(known[1]))


def _transactions(folder: Path) -> list[Transaction]:
    """Return the rows of all transaction tables by day, each transaction once."""
    paths = sorted(path for path in folder.iterdir() if re.fullmatch(r"trans.*\.csv(\.gz)?", path.name))
    if not paths:
        raise SourceError(f"{folder}: expected a table trans*.csv or trans*.csv.gz, found none")
    seen: set[str] = set()
    rows = []
    for path in paths:
        for row in _rows_of(path):
            if row.trans_id not in seen:
                seen.add(row.trans_id)
                rows.append(row)
    rows.sort(key=itemgetter(0))
    return rows


def _rows_of(path: Path) -> Iterator[Transaction]:
    table = Table(path, TRANSACTION_COLUMNS)
    days: dict[str, dt.date] = {}
    for trans_id, account, date, kind, operation, amount, symbol, bank, partner in table:
        day = days.get(date)
        if day is None:
            day = days[date] = table.read("date", date, parse_day, "a day")
        credit = CREDITS.get(kind)
        if credit is None:
            raise table.wrong("type", kind, f"one of {', '.join(CREDITS)}")
        minor = table.read("amount", amount, minor_units, "an amount of at least 0")
        number = partner.removesuffix(".0")
        yield Transaction(
            day, trans_id, account, minor, credit, operation, symbol.strip(), bank, "" if number == "0" else number
        )


def _other_side(row: Transaction) -> tuple[str, Event]:
    """Return the vertex on the other side, and what the bank knows of it."""
    if row.symbol in OWN_MONEY:
        return f"{PLATFORM}:OWN-{row.account}", {"acct_type": "own", "institution": PLATFORM}
    if row.bank and row.partner:
        return f"{row.bank}:{row.partner}", {"acct_type": "bank", "institution": row.bank}
    if row.operation in CASH:
        return f"{PLATFORM}:CASH-{row.account}", {"acct_type": "none"}
    # A transfer that does not say to whom
    return f"{PLATFORM}:UNKNOWN-{row.account}", {}


def _movement(row: Transaction, owners: dict[str, str], loans: dict[str, Loan]) -> Iterator[Event | Skipped]:
    """Yield the payment of a transaction, and the repayment that it is where it pays for a loan."""
    if row.amount_minor == 0:
        yield Skipped("amount 0")
        return
    other, about = _other_side(row)
    ours, theirs = ("payee", "payer") if row.credit else ("payer", "payee")
    cash = row.operation in CASH and row.symbol not in OWN_MONEY
    payer, payee = (other, vertex(row.account)) if row.credit else (vertex(row.account), other)
    fields: Event = {"payment_id": f"{PLATFORM}-{row.trans_id}", "payer": payer, "payee": payee}
    fields |= {
        "amount_minor": row.amount_minor,
        "currency": currency_on("CZK", row.day),
        "direction": "in" if row.credit else "out",
    }
    fields |= {"reporter_side": ours, f"{ours}_acct_type": "bank", f"{ours}_institution": PLATFORM, "cash": cash}
    fields |= {f"{theirs}_{name}": value for name, value in about.items()}
    if row.account in owners:
        fields |= {f"{ours}_person": party(owners[row.account]), f"{ours}_type": "person"}
    if row.operation in CARDS:
        fields["channel"] = "atm"
    if row.symbol in PURPOSES:
        fields["purpose"] = PURPOSES[row.symbol]
    loan = loans.get(row.account) if row.symbol in LOAN_PAYMENTS else None
    if loan is not None:
        fields["loan_id"] = loan.loan_id
    yield _event("payment", f"trans-{row.trans_id}", row.day, **fields)
    if loan is not None:
        yield _repayment(row, loan, owners)


def _repayment(row: Transaction, loan: Loan, owners: dict[str, str]) -> Event:
    """Return the repayment; what exceeds the principal, rounded up instalments mostly, is interest."""
    principal = min(row.amount_minor, loan.left_minor)
    loan.left_minor -= principal
    fields: Event = {"loan_id": loan.loan_id, "currency": currency_on("CZK", row.day), "principal_minor": principal}
    fields |= {"interest_minor": row.amount_minor - principal, "paid_at": midnight(row.day)}
    fields |= {"payer_id": party(owners[loan.account]), "source": "borrower"}
    fields["payment_id"] = f"{PLATFORM}-{row.trans_id}"
    return _event("repay", f"repay-{row.trans_id}", row.day, **fields)


FORMAT = Format(
    name="berka",
    title="a real Czech bank, 1993 to 1998 (PKDD'99)",
    source="the folder with account, client, disp, loan and trans*.csv or .csv.gz",
    notes=(
        "amounts are crowns (CZK), summed at the engine's yearly mean parity",
        "an event happens at midnight, Shanghai time, of its day",
        "cash, and the bank's own interest and fees, have one vertex for each account",
        "a label default is known at the loan's last due date, or on 1998-12-31 for a loan that still runs then",
    ),
    convert=convert,
)

"""Which rows a label speaks of: payments by event, account or party, loans by their id.

A label of an event or a loan names its rows. A label of an account or party does not say which of its payments were
bad, so a rule decides, and the model's card states it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.fitting import LabelledRows
from riskengine.labels import Label
from streams.clock import MS_PER_DAY
from streams.errors import Fault
from streams.identity import Identities
from streams.keys import key_hash

ACCOUNT_DAYS = 30.0
"""Days before an account became known in which its payments count as bad, unless a caller says otherwise."""

EVENT_RULE = "of events: the named payments are positive"
LOAN_RULE = "of loans: applications and issues of a loan before it became known are positive"

_NEVER = np.iinfo(np.int64).max


def account_rule(days: float) -> str:
    """Which payments of a labelled account are positive, in words."""
    return (
        f"of accounts and parties: their payments, in and out, of the {days:g} days up to when they became known are "
        "positive, later ones are left out"
    )


@dataclass(slots=True)
class PaymentRows:
    """Feature rows of payments, in log order, with what labels can name them by.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features), int64
    clock : ndarray of shape (n_rows,), int64
    event : ndarray of shape (n_rows,), uint64
        First word of the event's key.
    payer, payee, payer_party, payee_party : ndarray of shape (n_rows,), uint64
    named : dict
        Rows of event ids that a label without a platform named.
    """

    values: NDArray[np.int64]
    clock: NDArray[np.int64]
    event: NDArray[np.uint64]
    payer: NDArray[np.uint64]
    payee: NDArray[np.uint64]
    payer_party: NDArray[np.uint64]
    payee_party: NDArray[np.uint64]
    named: dict[str, list[int]] = field(default_factory=dict)


@dataclass(slots=True)
class LoanRows:
    """Rows of applications and issues, in log order.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features), int64
    clock : ndarray of shape (n_rows,), int64
    loan, borrower : ndarray of shape (n_rows,), uint64
    platforms : set of str
        Platforms that reported loans; a label without a platform may mean any of them.
    """

    values: NDArray[np.int64]
    clock: NDArray[np.int64]
    loan: NDArray[np.uint64]
    borrower: NDArray[np.uint64]
    platforms: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Matched:
    """How many labels spoke of something that is there.

    Attributes
    ----------
    given : int
        Labels of the wanted words.
    of_type : dict
        By target type: labels of the wanted words, and how many of them matched a row.
    rule : str
        Which rows they made positive.
    by_account : bool
        Whether labels of accounts and parties were used.
    """

    given: int = 0
    of_type: dict[str, tuple[int, int]] = field(default_factory=dict)
    rule: str = ""
    by_account: bool = False

    @property
    def matched(self) -> int:
        """Labels that matched a row."""
        return sum(matched for _, matched in self.of_type.values())

    def count(self, target_type: str, given: int, matched: int) -> None:
        """Take down what became of the labels of a type."""
        if given:
            self.of_type[target_type] = (given, matched)

    def in_words(self) -> str:
        """One line for a message.

        >>> Matched(3, {"event": (2, 1), "account": (1, 0)}).in_words()
        '1 of 3 labels matched (event 1 of 2, account 0 of 1)'
        """
        parts = ", ".join(f"{kind} {matched} of {given}" for kind, (given, matched) in self.of_type.items())
        return f"{self.matched} of {self.given} labels matched" + (f" ({parts})" if parts else "")


def label_payments(
    rows: PaymentRows,
    features: tuple[str, ...],
    labels: Sequence[Label],
    words: Iterable[str],
    identities: Identities,
    *,
    subject: NDArray[np.uint64],
    account_days: float = ACCOUNT_DAYS,
) -> tuple[LabelledRows, Matched]:
    """Positives among payments.

    Labels of events are used alone where there are any that match: they say exactly which payments were bad. Else
    labels of accounts and parties are used: their payments, in and out, of some days up to when they became known are
    positive, later ones are left out.

    Parameters
    ----------
    rows : PaymentRows
    features : tuple of str
    labels : sequence of Label
    words : iterable of str
        Labels that count as positive.
    identities : Identities
        Of the deployment that hashed the rows.
    subject : ndarray of shape (n_rows,), uint64
        Whom an alert on each row would be about.
    account_days : float, default=30
    """
    wanted = [label for label in labels if label.label in set(words)]
    matched = Matched(given=len(wanted))
    known_at = np.full(len(rows.clock), _NEVER, np.int64)
    events = [label for label in wanted if label.target_type == "event"]
    matched.count("event", len(events), _name_events(rows, events, identities, known_at))
    accounts, parties = (_hashed(wanted, kind, identities) for kind in ("account", "party"))
    usable = np.ones(len(rows.clock), bool)
    by_account = matched.by_account = not matched.matched
    matched.rule = account_rule(account_days) if by_account else EVENT_RULE
    sides = (("account", accounts, (rows.payer, rows.payee)), ("party", parties, (rows.payer_party, rows.payee_party)))
    for kind, found, columns in sides:
        seen = np.zeros(len(found[0]), bool)
        for column in columns:
            place, hit = _look_up(found[0], column)
            seen[place[hit]] = True
            if by_account:
                known = np.where(hit, found[1][place] if len(found[1]) else 0, _NEVER)
                usable &= ~(hit & (rows.clock > known))
                recent = hit & (rows.clock <= known) & (rows.clock > known - round(account_days * MS_PER_DAY))
                known_at[recent] = np.minimum(known_at[recent], known[recent])
        matched.count(kind, len(found[0]), int(seen.sum()))
    positive = known_at != _NEVER
    labelled = LabelledRows(features, rows.values, rows.clock, positive, known_at, usable, subject)
    return labelled, matched


def _name_events(rows: PaymentRows, labels: list[Label], identities: Identities, known_at: NDArray[np.int64]) -> int:
    """Set when the named payments became known; how many labels named one."""
    order = np.argsort(rows.event, kind="stable")
    count = 0
    for label in labels:
        if label.platform_id is None:
            places = rows.named.get(label.target, [])
        else:
            key = np.uint64(key_hash(identities, label.platform_id, label.target))
            place = int(np.searchsorted(rows.event, key, sorter=order))
            found = place < len(order) and rows.event[order[place]] == key
            places = [int(order[place])] if found else []
        for row in places:
            known_at[row] = min(known_at[row], label.known_at)
        count += bool(places)
    return count


def _hashed(labels: list[Label], kind: str, identities: Identities) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Hashes of the labelled accounts or parties, rising, and when each became known first."""
    known: dict[int, int] = {}
    for label in labels:
        if label.target_type == kind:
            try:
                one = (identities.vertex_hash if kind == "account" else identities.party_hash)(label.target)
            except Fault:
                continue  # no such identity can be in the log
            known[one] = min(known.get(one, _NEVER), label.known_at)
    hashes = sorted(known)
    return np.array(hashes, np.uint64), np.array([known[one] for one in hashes], np.int64)


def _look_up(hashes: NDArray[np.uint64], column: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Place of each value among the rising hashes, and whether it is there."""
    if not len(hashes):
        return np.zeros(len(column), np.int64), np.zeros(len(column), bool)
    place = np.minimum(np.searchsorted(hashes, column), len(hashes) - 1)
    return place, hashes[place] == column


def label_loans(
    rows: LoanRows, features: tuple[str, ...], labels: Sequence[Label], words: Iterable[str], identities: Identities
) -> tuple[LabelledRows, Matched]:
    """Positives among applications and issues; rows of a loan after it became known are left out."""
    wanted = [label for label in labels if label.label in set(words) and label.target_type == "loan"]
    known: dict[int, int] = {}
    of_label: list[set[int]] = []
    for label in wanted:
        platforms = rows.platforms if label.platform_id is None else (label.platform_id,)
        of_label.append({key_hash(identities, platform, label.target) for platform in platforms})
        for one in of_label[-1]:
            known[one] = min(known.get(one, _NEVER), label.known_at)
    hashes = np.array(sorted(known), np.uint64)
    place, hit = _look_up(hashes, rows.loan)
    when = np.array([known[int(one)] for one in hashes], np.int64)
    known_at = np.where(hit, when[place] if len(when) else 0, _NEVER)
    seen = set(rows.loan[hit].tolist())
    matched = Matched(given=len(wanted), rule=LOAN_RULE)
    matched.count("loan", len(wanted), sum(bool(ones & seen) for ones in of_label))
    usable = rows.clock <= known_at
    labelled = LabelledRows(features, rows.values, rows.clock, hit & usable, known_at, usable, rows.borrower)
    return labelled, matched

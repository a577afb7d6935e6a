"""The first lending family: what a borrower owes, where, how often it asked and how it paid, as of each loan event.

One row per `loan` event, in log order, from the loans and repayments before it on all platforms. `features/ledger.py`
says what each status does to a balance. Beside the rows the book tells, for every event that raises a balance, what is
owed after it: the measure that the caps of network lending are held to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import FINANCE, HISTORY_DAYS, Feature
from features.ledger import BORROWER_COLUMNS, EVIDENCE, LOAN_COLUMNS, PAIR_COLUMNS, follow
from features.measures.parity import Parities
from features.measures.tables import ExpiringTable, packed, unpacked
from streams.batch import ABSENT, Batch, Block
from streams.clock import shanghai_day
from streams.events import code

_STATISTICS = code("loan", "collected_under", "statistics")
_NO_ROWS = np.zeros(0, dtype=np.int64)
_LIFE = 0.0
_ASKED = tuple(code("loan", "status", status) for status in ("applied", "issued"))
_COLUMNS = (
    ("borrower_loans_open", "loans with principal owed", "loans", "-", _LIFE),
    ("borrower_platforms_open", "platforms at which principal is owed", "platforms", "-", _LIFE),
    ("borrower_outstanding_fen", "principal owed on all platforms", "CNY fen", "-", _LIFE),
    ("borrower_platform_outstanding_fen", "principal owed at the reporting platform", "CNY fen", "-", _LIFE),
    ("borrower_loans_issued", "loans ever issued", "loans", "-", _LIFE),
    ("borrower_loans_repaid", "loans paid back in full", "loans", "-", _LIFE),
    ("borrower_defaults", "loans ever reported in default", "loans", "-", _LIFE),
    ("borrower_refusals", "applications ever refused", "loans", "-", _LIFE),
    ("borrower_applications_7d", "loans first asked for", "loans", "7d", 7.0),
    ("borrower_applications_30d", "loans first asked for", "loans", "30d", 30.0),
    ("borrower_applications_90d", "loans first asked for", "loans", "90d", 90.0),
    ("borrower_application_platforms_7d", "platforms at which a loan was asked for", "platforms", "7d", 7.0),
    ("borrower_application_platforms_30d", "platforms at which a loan was asked for", "platforms", "30d", 30.0),
    ("borrower_new_loans_30d", "loans issued", "loans", "30d", 30.0),
    ("borrower_new_loans_90d", "loans issued", "loans", "90d", 90.0),
    (
        "borrower_days_since_loan",
        "whole days since the last loan was issued, at most 400; -1 if none",
        "days",
        "-",
        float(HISTORY_DAYS),
    ),
    (
        "borrower_days_known",
        "whole days since the borrower was first heard of, at most 400; -1 if never",
        "days",
        "-",
        float(HISTORY_DAYS),
    ),
    (
        "borrower_repaid_ppm",
        "principal repaid against principal ever raised, at most 10^9; -1 if none",
        "ppm",
        "-",
        _LIFE,
    ),
    ("borrower_repayments", "settled repayments", "repayments", "-", _LIFE),
    ("borrower_late_repayments", "settled repayments after the day they were due", "repayments", "-", _LIFE),
    ("loan_principal_fen", "principal of the event itself; 0 without a parity", "CNY fen", "-", 0.0),
    ("loan_rate_ppm", "nominal rate a year of the event itself; -1 if absent", "ppm", "-", 0.0),
    ("loan_term_days", "term of the event itself; -1 if absent", "days", "-", 0.0),
)


@cache
def lending_features() -> tuple[Feature, ...]:
    """Every feature of a loan event, in column order; horizon 0 means as long as the borrower is known.

    Examples
    --------
    >>> lending_features()[0].name, len(lending_features())
    ('borrower_loans_open', 23)
    """
    return tuple(
        Feature(name, "lending", meaning, unit, window, horizon, FINANCE)
        for name, meaning, unit, window, horizon in _COLUMNS
    )


@dataclass(slots=True)
class LendingRows:
    """What the loans of a batch mean for their borrowers.

    Attributes
    ----------
    rows : ndarray of shape (n_loan_events,), int64
        Index of each `loan` event in the batch.
    values : ndarray of shape (n_loan_events, n_features), int64
        Columns as `lending_features()`, as of just before the event.
    is_asked : ndarray of shape (n_loan_events,), bool
        True where a loan is asked for or paid out, which is when a model judges it; what comes later tells the outcome.
    raise_rows : ndarray of shape (n_raises,), int64
        Index in the batch of each event, loan or repayment, that raises what is owed on a loan.
    raise_borrower : ndarray of shape (n_raises,), uint64
    raise_borrower_type, raise_loan_type : ndarrays of shape (n_raises,), int8
        Codes of the closed sets, -1 unknown.
    raise_platform_fen, raise_total_fen : ndarrays of shape (n_raises,), int64
        Principal of loans of type `p2p` that the borrower owes after the event: at the platform, and in all.
    raise_is_known : ndarray of shape (n_raises,), bool
        False where no parity converts the amount, so that the balances are lower bounds.
    evidence_ends : ndarray of shape (n_raises,), int64
        Raise i rests on entries `evidence_ends[i - 1]` to `evidence_ends[i]` of the next two, newest first, at most 64.
    evidence_positions : ndarray of int64
        Log positions at which the loans were told that the borrower owes after the event.
    evidence_is_here : ndarray of bool
        True where that loan is of the reporting platform.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.int64]
    is_asked: NDArray[np.bool_]
    raise_rows: NDArray[np.int64]
    raise_borrower: NDArray[np.uint64]
    raise_borrower_type: NDArray[np.int8]
    raise_loan_type: NDArray[np.int8]
    raise_platform_fen: NDArray[np.int64]
    raise_total_fen: NDArray[np.int64]
    raise_is_known: NDArray[np.bool_]
    evidence_ends: NDArray[np.int64]
    evidence_positions: NDArray[np.int64]
    evidence_is_here: NDArray[np.bool_]


class _Ring:
    """Keys and clocks in order of the clock, with one end per window."""

    def __init__(self, windows: int) -> None:
        self.keys = np.zeros((64, 2), dtype=np.uint64)
        self.clocks = np.zeros(64, dtype=np.int64)
        self.ends = np.zeros(1 + windows, dtype=np.int64)

    def reserve(self, more: int) -> None:
        """Make room for as many more, doubling."""
        head, tail, size = int(self.ends[0]), int(self.ends[1:].min()), len(self.clocks)
        if head - tail + more <= size:
            return
        while size < head - tail + more:
            size *= 2
        numbers = np.arange(tail, head)
        old, new = numbers % len(self.clocks), numbers % size
        keys, clocks = np.zeros((size, 2), dtype=np.uint64), np.zeros(size, dtype=np.int64)
        keys[new], clocks[new] = self.keys[old], self.clocks[old]
        self.keys, self.clocks = keys, clocks

    def arrays(self) -> tuple[NDArray[Any], ...]:
        return self.keys, self.clocks, self.ends

    def state(self) -> dict[str, NDArray[Any]]:
        return {"keys": self.keys.copy(), "clocks": self.clocks.copy(), "ends": self.ends.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self.keys, self.clocks = np.array(state["keys"]), np.array(state["clocks"])
        self.ends = np.array(state["ends"])


class LendingBook:
    """Every loan that the log has told of, and what each borrower owes."""

    def __init__(self) -> None:
        self._parities = Parities()
        self._loans = ExpiringTable(LOAN_COLUMNS)
        self._borrowers = ExpiringTable(BORROWER_COLUMNS)
        self._pairs = ExpiringTable(PAIR_COLUMNS)
        self._movements = ExpiringTable(2)
        self._applications, self._issues = _Ring(3), _Ring(2)

    def update(self, batch: Batch) -> LendingRows:
        """Follow a batch.

        Parameters
        ----------
        batch : Batch
            New events with position and clock.
        """
        self._parities.update(batch)
        loans, repays = _block(batch, "loan"), _block(batch, "repay")
        loan_rows, repay_rows = (_NO_ROWS if block is None else block.rows for block in (loans, repays))
        n, k = len(loan_rows), len(loan_rows) + len(repay_rows)
        values = np.zeros((n, len(_COLUMNS)), dtype=np.int64)
        out = (
            np.empty(k, dtype=np.int64),
            np.empty(k, dtype=np.uint64),
            np.empty(k, dtype=np.int8),
            np.empty(k, dtype=np.int8),
            np.empty(k, dtype=np.int64),
            np.empty(k, dtype=np.int64),
            np.empty(k, dtype=np.bool_),
            np.empty(k, dtype=np.int64),
            np.empty(k * EVIDENCE, dtype=np.int64),
            np.empty(k * EVIDENCE, dtype=np.bool_),
        )
        raises = 0
        if k:
            raises = follow(
                self._events(batch, loan_rows, repay_rows),
                _loan_columns(loans),
                _repay_columns(repays),
                self._parities.book(),
                tuple(table.arrays() for table in self._tables().values()),
                (self._applications.arrays(), self._issues.arrays()),
                values,
                out,
            )
        evidence = int(out[7][raises - 1]) if raises else 0
        return LendingRows(
            rows=loan_rows,
            values=values,
            is_asked=np.isin(loans["status"], _ASKED) if loans is not None else np.zeros(0, dtype=np.bool_),
            raise_rows=out[0][:raises].copy(),
            raise_borrower=out[1][:raises].copy(),
            raise_borrower_type=out[2][:raises].copy(),
            raise_loan_type=out[3][:raises].copy(),
            raise_platform_fen=out[4][:raises].copy(),
            raise_total_fen=out[5][:raises].copy(),
            raise_is_known=out[6][:raises].copy(),
            evidence_ends=out[7][:raises].copy(),
            evidence_positions=out[8][:evidence].copy(),
            evidence_is_here=out[9][:evidence].copy(),
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return packed(self._tables() | self._others())

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, self._tables() | self._others())

    def _tables(self) -> dict[str, Any]:
        """The tables in the order that the kernel takes them."""
        return {
            "loans": self._loans,
            "borrowers": self._borrowers,
            "pairs": self._pairs,
            "movements": self._movements,
        }

    def _others(self) -> dict[str, Any]:
        """What else makes the state."""
        return {"applications": self._applications, "issues": self._issues, "parities": self._parities}

    def _events(
        self, batch: Batch, loan_rows: NDArray[np.int64], repay_rows: NDArray[np.int64]
    ) -> tuple[NDArray[Any], ...]:
        """Loan and repayment events in log order, with room made for them."""
        rows = np.concatenate([loan_rows, repay_rows])
        order = np.argsort(rows, kind="stable")
        rows = rows[order]
        today = int(shanghai_day(batch.clock[rows[:1]])[0])
        for name, table in self._tables().items():
            table.reserve(2 * len(rows) if name == "movements" else len(rows), today=today)
        self._applications.reserve(len(loan_rows))
        self._issues.reserve(len(loan_rows))
        is_repay = (np.arange(len(rows)) >= len(loan_rows))[order]
        places = np.concatenate([np.arange(len(loan_rows)), np.arange(len(repay_rows))])[order]
        return (
            rows,
            is_repay,
            places,
            batch.clock[rows],
            batch.event_time[rows],
            batch.position[rows],
            batch.platform[rows],
        )


def _block(batch: Batch, kind: str) -> Block | None:
    """The events of one kind, without those collected for statistics alone; None if there are none."""
    block = batch.blocks.get(kind)
    if block is None:
        return None
    kept = np.flatnonzero(block["collected_under"] != _STATISTICS)
    return block if len(kept) == len(block) else block.take(block.rows[kept], kept)


_LOAN_FIELDS = (
    ("loan_id", "uint64"),
    ("status", "int8"),
    ("borrower_id", "uint64"),
    ("borrower_party_type", "int8"),
    ("loan_type", "int8"),
    ("principal_minor", "int64"),
    ("draw_minor", "int64"),
    ("currency", "int16"),
    ("payment_id", "uint64"),
)
_REPAY_FIELDS = (
    ("loan_id", "uint64"),
    ("status", "int8"),
    ("principal_minor", "int64"),
    ("currency", "int16"),
    ("payment_id", "uint64"),
    ("due_date", "int32"),
    ("paid_at", "int64"),
)


def _loan_columns(block: Block | None) -> tuple[NDArray[Any], ...]:
    """Columns of the loan events; rate and term with -1 for absent."""
    if block is None:
        none = np.zeros(0, dtype=np.int64)
        return (*(np.zeros(0, dtype=dtype) for _, dtype in _LOAN_FIELDS), none, none)
    told = (np.where(block[name] == ABSENT, -1, block[name]) for name in ("rate_nominal_ppm", "term_days"))
    return (*(block[name] for name, _ in _LOAN_FIELDS), *told)


def _repay_columns(block: Block | None) -> tuple[NDArray[Any], ...]:
    """Columns of the repayment events."""
    if block is None:
        return tuple(np.zeros(0, dtype=dtype) for _, dtype in _REPAY_FIELDS)
    return tuple(block[name] for name, _ in _REPAY_FIELDS)

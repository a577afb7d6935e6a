"""Judges rules that hold money, summed by key and window on the event's own day, to a line of law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.payments import BALANCE, IN, NOBODY, OPEN_DAYS, OUT
from features.measures.sums import Additions, Sums
from features.measures.tables import NEVER, keys_of, packed, unpacked
from riskengine.rules import views
from riskengine.rules.hits import Part
from riskengine.rules.judging import Case, Seat
from riskengine.rules.lines import CLEAR, HIT, UNSURE, hold_to_lines
from riskengine.rules.rule import ACCOUNT, PARTY, SumMeasure
from streams.clock import calendar_year, day_number
from streams.events import code

_DIRECTION_IN = code("payment", "direction", "in")


@dataclass(frozen=True, slots=True)
class _Rows:
    """What rules of one view look at; arrays of shape (n,).

    Attributes
    ----------
    at : ndarray of int64
        Places in the block of payments.
    view : View
    side : ndarray of int8
    can_count : ndarray of bool
        False where the day had closed or nobody is named.
    """

    at: NDArray[np.int64]
    view: views.View
    side: NDArray[np.int8]
    can_count: NDArray[np.bool_]


class SumJudge:
    """Judges the rules whose measure is a sum.

    Parameters
    ----------
    seats : sequence of Seat
        Rules with a `SumMeasure`.
    """

    def __init__(self, seats: Sequence[Seat]) -> None:
        self._seats = tuple(seats)
        self._sums = {window: Sums() for window in ("D", "Y", "life")}

    def judge(self, case: Case) -> list[Part]:
        """Hits of a batch."""
        block = case.batch.blocks.get("payment")
        if block is None or not len(block) or not self._seats:
            return []
        rows = {"customer": _customers(case), "payer_account": _payer_accounts(case)}
        parts = []
        for seat in self._seats:
            measure = seat.rule.measure
            if isinstance(measure, SumMeasure) and len(rows[measure.view].at):
                part = self._judge(case, seat, measure, rows[measure.view])
                if part is not None:
                    parts.append(part)
        return parts

    def _judge(self, case: Case, seat: Seat, measure: SumMeasure, rows: _Rows) -> Part | None:
        """Hits of one rule."""
        block, facts = case.batch.blocks["payment"], case.facts
        in_force = seat.rule.law.periods_of(facts.day[rows.at]) >= 0
        # a life or a year that began before the rule did is summed from its beginning
        asked = seat.in_scope(rows.view("line")) & (in_force if measure.window == "D" else True)
        truth = measure.where.truth(rows.view)
        counts, unknown = asked & truth.true, asked & truth.unknown
        owner, scope = _owners(case, measure, rows)
        lost = counts & ~(rows.can_count & (owner != 0))
        if measure.judged_when is None:
            judged, doubted = in_force, np.zeros(len(in_force), dtype=np.bool_)
        else:
            applies = measure.judged_when.truth(rows.view)
            judged, doubted = in_force & applies.true, in_force & applies.unknown
        taken = np.flatnonzero(counts & ~lost)
        not_judged = np.count_nonzero(((unknown | lost) & (judged | doubted)) | (counts & ~lost & doubted))
        case.coverage.add(seat.number, not_judged=int(not_judged))
        if not len(taken):
            return None

        at = rows.at[taken]
        occasion, until = _windows(case, measure, at)
        sums = self._sums[measure.window]
        numbers = occasion * 2 + rows.side[taken]
        after = sums.add(
            Additions(
                key=keys_of(owner[taken], scope[taken], seat.salt, numbers),
                today=facts.today[at],
                until=until,
                fen=facts.fen[at],
                cents=facts.cents[at],
                is_cny=facts.is_cny[at],
                position=case.batch.position[block.rows[at]],
            )
        )
        tested = np.flatnonzero(judged[taken])
        period = seat.rule.law.periods_of(facts.day[at[tested]])
        state, measured, threshold, unit = hold_to_lines(
            after[tested],
            seat.rule.law.fen[period],
            seat.rule.law.cents[period],
            strict=seat.rule.operator == ">",
            own=measure.lines == "own",
            days=facts.day[at[tested]],
            positions=case.batch.position[block.rows[at[tested]]],
            book=case.book,
        )
        case.coverage.add(
            seat.number,
            hit=int(np.count_nonzero(state == HIT)),
            clear=int(np.count_nonzero(state == CLEAR)),
            not_judged=int(np.count_nonzero(state == UNSURE)),
        )
        hit = np.flatnonzero(state == HIT)
        if not len(hit):
            return None
        among = tested[hit]
        reached = after[among]
        return Part(
            rule=np.full(len(hit), seat.number, dtype=np.int32),
            row=block.rows[at[among]],
            subject=owner[taken[among]],
            subject_type=np.full(len(hit), ACCOUNT if measure.key == "account" else PARTY, dtype=np.int8),
            scope=scope[taken[among]],
            occasion=occasion[among],
            criterion=rows.side[taken[among]].astype(np.int16),
            measured=measured[hit],
            threshold=threshold[hit],
            unit=unit[hit],
            today=facts.today[at[among]],
            until=until[among],
            chains=lambda asked: sums.chains(reached[asked]),
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Every open sum, as plain arrays."""
        return packed(self._sums)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, self._sums)


def _customers(case: Case) -> _Rows:
    """Each side of a payment that is a customer's, and payments that name none."""
    facts, block = case.facts, case.batch.blocks["payment"]
    out = np.flatnonzero(facts.counts & OUT)
    into = np.flatnonzero(facts.counts & IN)
    nobody = np.flatnonzero(facts.counts & NOBODY)
    at = np.concatenate([out, into, nobody])
    side = np.zeros(len(at), dtype=np.int8)
    side[len(out) : len(out) + len(into)] = views.IN_SIDE
    named = np.arange(len(at)) < len(out) + len(into)
    view = views.customer_sides(case.batch, block, at, side)
    return _Rows(at, view, side, facts.is_open[at] & named)


def _payer_accounts(case: Case) -> _Rows:
    """Payments out of a balance, and those that do not say out of what, where the payer is the customer."""
    facts, block = case.facts, case.batch.blocks["payment"]
    unsaid = (facts.counts != 0) & (block["funding"] < 0) & (block["direction"] != _DIRECTION_IN)
    at = np.flatnonzero((facts.counts & BALANCE > 0) | unsaid)
    view = views.payer_accounts(case.batch, block, at, case.accounts)
    return _Rows(at, view, np.zeros(len(at), dtype=np.int8), facts.is_open[at])


def _owners(case: Case, measure: SumMeasure, rows: _Rows) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Whose sum each row adds to, 0 for nobody, and at which platform, 0 for all."""
    block = case.batch.blocks["payment"]
    platform = case.batch.platform[block.rows[rows.at]]
    if measure.key == "account":
        return block["payer"][rows.at], np.zeros(len(rows.at), dtype=np.uint64)
    if measure.key == "platform_holder":
        return views.holders(block, rows.at, case.accounts), platform
    payer, payee = block["payer_party"][rows.at], block["payee_party"][rows.at]
    return np.where(rows.side == views.OUT_SIDE, payer, payee), platform


def _windows(case: Case, measure: SumMeasure, at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start of each row's window (or number of the account's life), and the last day on which it matters."""
    day = case.facts.day[at]
    if measure.window == "D":
        return day, day + OPEN_DAYS
    if measure.window == "life":
        return case.accounts.life[at], np.full(len(at), NEVER, dtype=np.int64)
    years, place = np.unique(calendar_year(day), return_inverse=True)
    starts = np.array([day_number(date(year, 1, 1)) for year in years.tolist()], dtype=np.int64)
    ends = np.array([day_number(date(year + 1, 1, 1)) - 1 for year in years.tolist()], dtype=np.int64)
    return starts[place], ends[place] + OPEN_DAYS

"""Judges caps: what a borrower owes on loans of type `p2p`, at every event that raises it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.ledger import P2P
from riskengine.rules import views
from riskengine.rules.hits import Part
from riskengine.rules.judging import Case, Seat
from riskengine.rules.program import FALSE, TRUE, Panel, plain_rows
from riskengine.rules.rule import FEN, PARTY, BalanceMeasure
from streams.clock import shanghai_day

_REMEMBERED_DAYS = 45


class BalanceJudge:
    """Judges the rules whose measure is a borrower's balance.

    Parameters
    ----------
    seats : sequence of Seat
        Rules with a `BalanceMeasure`.
    """

    def __init__(self, seats: Sequence[Seat]) -> None:
        self._seats = tuple(seats)
        measures = [seat.rule.measure for seat in seats]
        self._panel = Panel([one.where.program for one in measures if isinstance(one, BalanceMeasure)])

    def judge(self, case: Case) -> list[Part]:
        """Hits of a batch."""
        rows = case.lending.raise_rows
        if not len(rows):
            return []
        view = views.borrowers(case.batch, rows, case.lending.raise_borrower_type)
        states = self._panel.states(plain_rows(view, len(rows)))
        parts = []
        for number, seat in enumerate(self._seats):
            if isinstance(seat.rule.measure, BalanceMeasure):
                part = self._judge(case, seat, seat.rule.measure, states[number])
                if part is not None:
                    parts.append(part)
        return parts

    def _judge(self, case: Case, seat: Seat, measure: BalanceMeasure, state: NDArray[np.int8]) -> Part | None:
        """Hits of one rule."""
        batch, lending = case.batch, case.lending
        rows = lending.raise_rows
        day = shanghai_day(batch.event_time[rows])
        period = seat.rule.law.periods_of(day)
        asked = seat.in_scope(batch.line[rows]) & (period >= 0) & (state != FALSE)
        is_p2p, is_untold = lending.raise_loan_type == P2P, lending.raise_loan_type < 0
        here = measure.key == "platform_borrower"
        balance = lending.raise_platform_fen if here else lending.raise_total_fen
        line = seat.rule.law.fen[np.maximum(period, 0)]
        over = balance > line if seat.rule.operator == ">" else balance >= line
        judged = asked & (state == TRUE) & is_p2p
        # a balance that is a lower bound can be over the line, but not under it
        doubted = (asked & (is_p2p | is_untold) & ~judged) | (judged & ~over & ~lending.raise_is_known)
        hit = np.flatnonzero(judged & over)
        case.coverage.add(
            seat.number,
            hit=len(hit),
            clear=int(np.count_nonzero(judged & ~over & lending.raise_is_known)),
            not_judged=int(np.count_nonzero(doubted)),
        )
        if not len(hit):
            return None
        today = shanghai_day(batch.clock[rows[hit]])
        platform = batch.platform[rows[hit]]
        return Part(
            rule=np.full(len(hit), seat.number, dtype=np.int32),
            row=rows[hit],
            subject=lending.raise_borrower[hit],
            subject_type=np.full(len(hit), PARTY, dtype=np.int8),
            scope=platform if here else np.zeros(len(hit), dtype=np.uint64),
            occasion=day[hit],
            criterion=np.zeros(len(hit), dtype=np.int16),
            measured=balance[hit],
            threshold=line[hit],
            unit=np.full(len(hit), FEN, dtype=np.int8),
            today=today,
            until=today + _REMEMBERED_DAYS,
            chains=lambda asked: _loans(case, hit[asked], here),
        )


def _loans(case: Case, raises: NDArray[np.int64], here: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the loans were told that a balance is made of."""
    lending = case.lending
    starts, found = [0], []
    for number in raises.tolist():
        first = int(lending.evidence_ends[number - 1]) if number else 0
        last = int(lending.evidence_ends[number])
        positions = lending.evidence_positions[first:last]
        found.append(positions[lending.evidence_is_here[first:last]] if here else positions)
        starts.append(starts[-1] + len(found[-1]))
    return np.array(starts, dtype=np.int64), np.concatenate([np.zeros(0, dtype=np.int64), *found])

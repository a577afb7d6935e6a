"""Judges typologies: conditions on the feature row of a payment that moved money, one alert an account and day."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskengine.rules import views
from riskengine.rules.hits import Part
from riskengine.rules.judging import Case, Seat
from riskengine.rules.program import FALSE, TRUE, UNKNOWN, Panel, Program, Rows, compute
from riskengine.rules.rule import ACCOUNT, COUNT, PPM, FeatureMeasure
from streams.batch import Block
from streams.events import code

_STATISTICS = code("payment", "collected_under", "statistics")


class FeatureJudge:
    """Judges the rules whose measure is a condition on features.

    Parameters
    ----------
    seats : sequence of Seat
        Rules with a `FeatureMeasure`.
    """

    def __init__(self, seats: Sequence[Seat]) -> None:
        programs: list[Program] = []
        gates: list[int] = []
        wheres: dict[str, int] = {}
        self._seats: list[tuple[Seat, FeatureMeasure, int, int]] = []
        for seat in seats:
            measure = seat.rule.measure
            if not isinstance(measure, FeatureMeasure):
                continue
            if measure.where.text not in wheres:  # several rules look at the same payments
                wheres[measure.where.text] = len(programs)
                programs.append(measure.where.program)
                gates.append(-1)
            where, first = wheres[measure.where.text], len(programs)
            asked = [criterion.when for criterion in measure.criteria]
            asked += [] if measure.unsure_when is None else [measure.unsure_when]
            programs += [expression.program for expression in asked]
            gates += [where] * len(asked)
            self._seats.append((seat, measure, where, first))
        self._panel = Panel(programs, gates)

    def judge(self, case: Case) -> list[Part]:
        """Hits of a batch."""
        block = case.batch.blocks.get("payment")
        if block is None or not self._seats:
            return []
        moved = np.flatnonzero(case.features.counts & (block["collected_under"] != _STATISTICS))
        if not len(moved):
            return []
        states = self._panel.states(_rows(case, block, moved))
        parts = []
        for seat, measure, where, first in self._seats:
            at, mine = moved, states
            if seat.rule.lines or seat.rule.except_lines:
                kept = seat.in_scope(case.batch.line[block.rows[moved]])
                at, mine = moved[kept], states[:, kept]
            part = _judge(case, seat, measure, block, at, mine[where], mine[first:])
            if part is not None:
                parts.append(part)
        return parts


def _judge(
    case: Case,
    seat: Seat,
    measure: FeatureMeasure,
    block: Block,
    at: NDArray[np.int64],
    where: NDArray[np.int8],
    states: NDArray[np.int8],
) -> Part | None:
    """Hits of one rule; `states` begins with those of its criteria."""
    looked_at = int(np.count_nonzero(where != FALSE))
    doubted = where == UNKNOWN
    criterion = np.full(len(at), -1, dtype=np.int16)
    for number in range(len(measure.criteria)):
        state = states[number]
        criterion[(state == TRUE) & (criterion < 0)] = number
        doubted |= state == UNKNOWN
    if measure.unsure_when is not None:
        doubted |= states[len(measure.criteria)] != FALSE
    hit = np.flatnonzero(criterion >= 0)
    not_judged = int(np.count_nonzero(doubted & (criterion < 0)))
    case.coverage.add(seat.number, hit=len(hit), clear=looked_at - len(hit) - not_judged, not_judged=not_judged)
    if not len(hit):
        return None
    places, criterion = at[hit], criterion[hit]
    measured, threshold = _figures(case, measure, block, places, criterion)
    today = case.facts.today[places]
    return Part(
        rule=np.full(len(hit), seat.number, dtype=np.int32),
        row=block.rows[places],
        subject=block[measure.subject][places],
        subject_type=np.full(len(hit), ACCOUNT, dtype=np.int8),
        scope=np.zeros(len(hit), dtype=np.uint64),
        occasion=today,
        criterion=criterion,
        measured=measured,
        threshold=threshold,
        unit=np.full(len(hit), PPM if "ppm" in measure.criteria[0].measured.text else COUNT, dtype=np.int8),
        today=today,
        until=today,
    )


def _figures(
    case: Case, measure: FeatureMeasure, block: Block, places: NDArray[np.int64], criterion: NDArray[np.int16]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What each hit measured, and its line."""
    measured, threshold = np.zeros(len(places), dtype=np.int64), np.zeros(len(places), dtype=np.int64)
    for number in np.unique(criterion).tolist():
        mine = criterion == number
        rows = _rows(case, block, places[mine])
        measured[mine], _ = compute(measure.criteria[number].measured.program, rows)
        threshold[mine], _ = compute(measure.criteria[number].threshold.program, rows)
    return measured, threshold


def _rows(case: Case, block: Block, at: NDArray[np.int64]) -> Rows:
    """Payments with their features."""
    return Rows(views.payments(case.batch, block, at, case.features), at, case.features.values)

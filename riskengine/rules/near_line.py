"""Judges repeated amounts just under a line: so many of them, of one customer on one side, in a rolling window."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.parity import UNKNOWN as NO_VALUE
from features.measures.payments import IN, OUT
from features.measures.rolling import RollingWindow
from features.measures.tables import keys_of, packed, unpacked
from riskengine.rules import views
from riskengine.rules.hits import Part
from riskengine.rules.judging import Case, Seat
from riskengine.rules.program import TRUE, UNKNOWN, Panel, Rows
from riskengine.rules.rule import ACCOUNT, COUNT, PARTY, Band, NearLineMeasure
from streams.batch import Block
from streams.clock import MS_PER_DAY
from streams.events import code

_DIRECTION_OUT = code("payment", "direction", "out")
_DIRECTION_IN = code("payment", "direction", "in")
_STATISTICS = code("payment", "collected_under", "statistics")


class NearLineJudge:
    """Judges the rules whose measure is near a line.

    Parameters
    ----------
    seats : sequence of Seat
        Rules with a `NearLineMeasure`.
    """

    def __init__(self, seats: Sequence[Seat]) -> None:
        self._seats = tuple(seats)
        self._panels = {
            seat.rule.id: Panel([*(band.where.program for band in measure.bands), measure.where.program])
            for seat in seats
            if isinstance(measure := seat.rule.measure, NearLineMeasure)
        }
        self._windows = {
            seat.rule.id: RollingWindow(seat.rule.measure.window_days * MS_PER_DAY)
            for seat in seats
            if isinstance(seat.rule.measure, NearLineMeasure)
        }

    def judge(self, case: Case) -> list[Part]:
        """Hits of a batch."""
        block = case.batch.blocks.get("payment")
        if block is None or not len(block):
            return []
        parts = []
        for seat in self._seats:
            if isinstance(seat.rule.measure, NearLineMeasure):
                part = self._judge(case, seat, seat.rule.measure, block)
                if part is not None:
                    parts.append(part)
        return parts

    def _judge(self, case: Case, seat: Seat, measure: NearLineMeasure, block: Block) -> Part | None:
        """Hits of one rule."""
        facts = case.facts
        at, side = _sides(case, block, _near(measure, facts.fen))
        scope = seat.in_scope(case.batch.line[block.rows[at]])
        at, side = at[scope], side[scope]
        if not len(at):
            return None
        states = self._panels[seat.rule.id].states(_rows(case, block, at, side))
        band, unknown = np.full(len(at), -1, dtype=np.int64), np.zeros(len(at), dtype=np.bool_)
        for number, one in enumerate(measure.bands):
            inside = _is_near(measure, one, facts.fen[at])
            band = np.where(inside & (states[number] == TRUE) & (band < 0), number, band)
            unknown |= inside & (states[number] == UNKNOWN)
        taken = np.flatnonzero(band >= 0)
        case.coverage.add(seat.number, not_judged=int(np.count_nonzero(unknown & (band < 0))))
        if not len(taken):
            return None

        at, side, band = at[taken], side[taken], band[taken]
        party = np.where(side == views.OUT_SIDE, block["payer_party"][at], block["payee_party"][at])
        vertex = np.where(side == views.OUT_SIDE, block["payer"][at], block["payee"][at])
        subject = np.where(party != 0, party, vertex)
        nowhere = np.zeros(len(at), dtype=np.uint64)
        window = self._windows[seat.rule.id]
        after = window.push(
            keys_of(subject, nowhere, seat.salt, band * 2 + side.astype(np.int64)),
            case.batch.clock[block.rows[at]],
            facts.fen[at],
            case.batch.position[block.rows[at]],
        )
        lines = np.array([one.line_fen for one in measure.bands], dtype=np.int64)[band]
        repeated = (after[:, 0] >= measure.count) & (after[:, 1] >= lines)
        held = states[-1, taken]
        hit = np.flatnonzero(repeated & (held == TRUE))
        doubted = int(np.count_nonzero(repeated & (held == UNKNOWN)))
        case.coverage.add(seat.number, hit=len(hit), clear=len(at) - len(hit) - doubted, not_judged=doubted)
        if not len(hit):
            return None
        reached = after[hit]
        today = facts.today[at[hit]]
        return Part(
            rule=np.full(len(hit), seat.number, dtype=np.int32),
            row=block.rows[at[hit]],
            subject=subject[hit],
            subject_type=np.where(party[hit] != 0, PARTY, ACCOUNT).astype(np.int8),
            scope=nowhere[hit],
            occasion=today,
            criterion=(band[hit] * 2 + side[hit]).astype(np.int16),
            measured=reached[:, 0],
            threshold=np.full(len(hit), measure.count, dtype=np.int64),
            unit=np.full(len(hit), COUNT, dtype=np.int8),
            today=today,
            until=today,
            chains=lambda asked: window.chains(reached[asked]),
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """The windows, as plain arrays."""
        return packed(self._windows)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, self._windows)


def _rows(case: Case, block: Block, at: NDArray[np.int64], side: NDArray[np.int8]) -> Rows:
    """Sides of payments with the features of their payments."""
    return Rows(views.customer_sides(case.batch, block, at, side, case.features), at, case.features.values)


def _is_near(measure: NearLineMeasure, band: Band, fen: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where an amount is just under a line."""
    return (fen < band.line_fen) & (fen * 1_000_000 >= band.line_fen * measure.from_ppm)


def _near(measure: NearLineMeasure, fen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Payments just under any line."""
    known = np.where((fen == NO_VALUE) | (fen > 10**12), 0, fen)
    near = np.zeros(len(fen), dtype=np.bool_)
    for band in measure.bands:
        near |= _is_near(measure, band, known)
    return np.flatnonzero(near)


def _sides(case: Case, block: Block, near: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """Sides of some payments that are a customer's, in log order; an account stands for a customer who is not named."""
    counts = case.facts.counts[near]
    direction = block["direction"][near]
    moved = case.features.counts[near] & (block["collected_under"][near] != _STATISTICS)
    nameless = (block["payer_party"][near] == 0) & (block["payee_party"][near] == 0)
    out = counts & OUT > 0
    out |= moved & np.where(direction == _DIRECTION_OUT, block["payer_party"][near] == 0, (direction < 0) & nameless)
    into = counts & IN > 0
    into |= moved & np.where(direction == _DIRECTION_IN, block["payee_party"][near] == 0, (direction < 0) & nameless)
    at = np.concatenate([near[out], near[into]])
    side = np.zeros(len(at), dtype=np.int8)
    side[np.count_nonzero(out) :] = views.IN_SIDE
    order = np.lexsort((side, at))
    return at[order], side[order]

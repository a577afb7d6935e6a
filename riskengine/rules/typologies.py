"""Judges typologies: conditions on the feature row of a payment that moved money, one alert an account and day."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from riskengine.rules import views
from riskengine.rules.expression import Expression
from riskengine.rules.hits import Part
from riskengine.rules.judging import Case, Seat
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
        self._seats = tuple(seats)

    def judge(self, case: Case) -> list[Part]:
        """Hits of a batch."""
        block = case.batch.blocks.get("payment")
        if block is None:
            return []
        moved = np.flatnonzero(case.features.counts & (block["collected_under"] != _STATISTICS))
        parts = []
        for seat in self._seats:
            if isinstance(seat.rule.measure, FeatureMeasure) and len(moved):
                part = self._judge(case, seat, seat.rule.measure, block, moved)
                if part is not None:
                    parts.append(part)
        return parts

    def _judge(
        self, case: Case, seat: Seat, measure: FeatureMeasure, block: Block, moved: NDArray[np.int64]
    ) -> Part | None:
        """Hits of one rule."""
        if seat.rule.lines or seat.rule.except_lines:
            moved = moved[seat.in_scope(case.batch.line[block.rows[moved]])]
        rest, unknown = moved, np.zeros(0, dtype=np.int64)
        found: list[tuple[NDArray[np.int64], int]] = []
        for number, criterion in enumerate(measure.criteria):
            sure, doubted = _holds(case, block, criterion.when, rest)
            found.append((sure, number))
            unknown = np.union1d(unknown, doubted)
            if len(sure):
                rest = np.setdiff1d(rest, sure, assume_unique=True)
        if measure.unsure_when is not None and len(rest):
            sure, doubted = _holds(case, block, measure.unsure_when, rest)
            unknown = np.union1d(unknown, np.union1d(sure, doubted))
        at = np.concatenate([places for places, _ in found])
        not_judged = len(np.setdiff1d(unknown, at))
        case.coverage.add(seat.number, hit=len(at), clear=len(moved) - len(at) - not_judged, not_judged=not_judged)
        if not len(at):
            return None
        criterion_of = np.concatenate([np.full(len(places), number) for places, number in found])
        measured, threshold = _figures(case, block, measure, found)
        today = case.facts.today[at]
        return Part(
            rule=np.full(len(at), seat.number, dtype=np.int32),
            row=block.rows[at],
            subject=block[measure.subject][at],
            subject_type=np.full(len(at), ACCOUNT, dtype=np.int8),
            scope=np.zeros(len(at), dtype=np.uint64),
            occasion=today,
            criterion=criterion_of.astype(np.int16),
            measured=measured,
            threshold=threshold,
            unit=np.full(len(at), PPM if "ppm" in measure.criteria[0].measured.text else COUNT, dtype=np.int8),
            today=today,
            until=today,
        )


def _holds(
    case: Case, block: Block, condition: Expression, at: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Payments for which a condition holds, and those for which it is unknown.

    What is joined by `and` is looked at one after the other, and only for payments that are still in question.
    """
    is_sure = np.ones(len(at), dtype=np.bool_)
    for part in condition.parts:
        truth = part(views.payments(case.batch, block, at, case.features))
        stays = np.broadcast_to(~truth.false, len(at))
        is_sure = (is_sure & truth.true)[stays]
        at = at[stays]
        if not len(at):
            break
    return at[is_sure], at[~is_sure]


def _figures(
    case: Case, block: Block, measure: FeatureMeasure, found: Sequence[tuple[NDArray[np.int64], int]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What each hit measured and its line, in the order of `found`."""
    measured: list[NDArray[np.int64]] = []
    threshold: list[NDArray[np.int64]] = []
    for at, number in found:
        view = views.payments(case.batch, block, at, case.features)
        for expression, figures in (
            (measure.criteria[number].measured, measured),
            (measure.criteria[number].threshold, threshold),
        ):
            values, _ = expression.numbers(view)
            figures.append(np.broadcast_to(values, len(at)).astype(np.int64))
    return np.concatenate(measured), np.concatenate(threshold)

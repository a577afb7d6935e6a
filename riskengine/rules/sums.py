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
from riskengine.rules.program import plain_rows
from riskengine.rules.rule import ACCOUNT, PARTY
from riskengine.rules.selection import DAY, LIFE, Questions
from streams.clock import calendar_year, day_number
from streams.events import code

_DIRECTION_IN = code("payment", "direction", "in")


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the rules of one view look at; arrays of shape (n,).

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
        self._questions = {view: Questions(view, seats) for view in ("customer", "payer_account")}
        self._sums = {view: Sums() for view in self._questions}

    def judge(self, case: Case) -> list[Part]:
        """Hits of a batch."""
        block = case.batch.blocks.get("payment")
        if block is None or not len(block):
            return []
        parts = []
        for view, look in (("customer", _customers), ("payer_account", _payer_accounts)):
            questions = self._questions[view]
            rows = look(case) if questions.seats else None
            if rows is not None and len(rows.at):
                parts += _judge(case, questions, rows, self._sums[view])
        return parts

    def state(self) -> dict[str, NDArray[Any]]:
        """Every open sum, as plain arrays."""
        return packed(self._sums)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, self._sums)


def _judge(case: Case, questions: Questions, rows: _Rows, sums: Sums) -> list[Part]:
    """Hits of the rules of one view."""
    block, facts = case.batch.blocks["payment"], case.facts
    owners, scopes = _owners(case, questions.keys, rows)
    chosen = questions.select(
        questions.panel.states(plain_rows(rows.view, len(rows.at))),
        line=rows.view("line"),
        day=facts.day[rows.at],
        can_count=rows.can_count,
        owners=owners,
    )
    for place, count in enumerate(chosen.not_judged.tolist()):
        case.coverage.add(int(questions.number[place]), not_judged=count)
    if not len(chosen.rule):
        return []
    rule, row = chosen.rule, chosen.row
    at, side, kind = rows.at[row], rows.side[row], questions.kind[rule]
    owner, scope = owners[kind, row], scopes[kind, row]
    positions = case.batch.position[block.rows[at]]
    occasion, until = _windows(case, questions.window[rule], at)
    # the salt tells the rules apart, the side and the window the rows of one
    numbers = questions.salt[rule].view(np.int64) + occasion * 2 + side
    after = sums.add(
        Additions(
            key=keys_of(owner, scope, 0, numbers),
            today=facts.today[at],
            until=until,
            fen=facts.fen[at],
            cents=facts.cents[at],
            is_cny=facts.is_cny[at],
            position=positions,
        )
    )
    tested = np.flatnonzero(chosen.period >= 0)
    period, judged = chosen.period[tested], rule[tested]
    state, measured, threshold, unit = hold_to_lines(
        after[tested],
        questions.fen[period],
        questions.cents[period],
        strict=questions.is_strict[judged],
        own=questions.has_own_lines[judged],
        days=facts.day[at[tested]],
        positions=positions[tested],
        book=case.book,
    )
    for place, number in enumerate(questions.number.tolist()):
        mine = state[judged == place]
        case.coverage.add(
            number,
            hit=int(np.count_nonzero(mine == HIT)),
            clear=int(np.count_nonzero(mine == CLEAR)),
            not_judged=int(np.count_nonzero(mine == UNSURE)),
        )
    hit = np.flatnonzero(state == HIT)
    if not len(hit):
        return []
    among = tested[hit]
    reached = after[among]
    part = Part(
        rule=questions.number[rule[among]].astype(np.int32),
        row=block.rows[at[among]],
        subject=owner[among],
        subject_type=np.where(questions.is_account[rule[among]], ACCOUNT, PARTY).astype(np.int8),
        scope=scope[among],
        occasion=occasion[among],
        criterion=side[among].astype(np.int16),
        measured=measured[hit],
        threshold=threshold[hit],
        unit=unit[hit],
        today=facts.today[at[among]],
        until=until[among],
        chains=lambda asked: sums.chains(reached[asked]),
    )
    return [part]


def _customers(case: Case) -> _Rows:
    """Each side of a payment that is a customer's, and payments that name none."""
    facts, block = case.facts, case.batch.blocks["payment"]
    out = np.flatnonzero(facts.counts & OUT)
    into = np.flatnonzero(facts.counts & IN)
    nobody = np.flatnonzero(facts.counts & NOBODY)
    at = np.concatenate([out, into, nobody])
    side = np.zeros(len(at), dtype=np.int8)
    side[len(out) : len(out) + len(into)] = views.IN_SIDE
    can_count = facts.is_open[at]
    can_count[len(out) + len(into) :] = False
    return _Rows(at, views.customer_sides(case.batch, block, at, side), side, can_count)


def _payer_accounts(case: Case) -> _Rows:
    """Payments out of a balance, and those that do not say out of what, where the payer is the customer."""
    facts, block = case.facts, case.batch.blocks["payment"]
    unsaid = (facts.counts != 0) & (block["funding"] < 0) & (block["direction"] != _DIRECTION_IN)
    at = np.flatnonzero((facts.counts & BALANCE > 0) | unsaid)
    view = views.payer_accounts(case.batch, block, at, case.accounts)
    return _Rows(at, view, np.zeros(len(at), dtype=np.int8), facts.is_open[at])


def _owners(case: Case, keys: Sequence[str], rows: _Rows) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """By key: whose sum each row adds to, 0 for nobody's, and at which platform, 0 for all."""
    block = case.batch.blocks["payment"]
    owners = np.zeros((len(keys), len(rows.at)), dtype=np.uint64)
    scopes = np.zeros((len(keys), len(rows.at)), dtype=np.uint64)
    for number, key in enumerate(keys):
        if key == "account":
            owners[number] = block["payer"][rows.at]
            continue
        scopes[number] = case.batch.platform[block.rows[rows.at]]
        if key == "platform_holder":
            owners[number] = views.holders(block, rows.at, case.accounts)
        else:
            payer, payee = block["payer_party"][rows.at], block["payee_party"][rows.at]
            owners[number] = np.where(rows.side == views.OUT_SIDE, payer, payee)
    return owners, scopes


def _windows(
    case: Case, window: NDArray[np.int64], at: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Start of each row's window (or number of the account's life), and the last day on which it matters."""
    day = case.facts.day[at]
    occasion, until = day.copy(), day + OPEN_DAYS
    if (window == DAY).all():
        return occasion, until
    year = np.flatnonzero(window > DAY)
    years, place = np.unique(calendar_year(day[year]), return_inverse=True)
    starts = np.array([day_number(date(one, 1, 1)) for one in years.tolist()], dtype=np.int64)
    ends = np.array([day_number(date(one + 1, 1, 1)) - 1 for one in years.tolist()], dtype=np.int64)
    occasion[year], until[year] = starts[place], ends[place] + OPEN_DAYS
    life = np.flatnonzero(window == LIFE)
    occasion[life], until[life] = case.accounts.life[at[life]], NEVER
    return occasion, until

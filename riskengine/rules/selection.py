"""Which rows which rules sum up and judge: one compiled pass over all rules that look at the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.rules.judging import Seat
from riskengine.rules.program import FALSE, TRUE, UNKNOWN, Panel, Program
from riskengine.rules.rule import SumMeasure
from streams.events import LINES
from streams.kernel import kernel

DAY, YEAR, LIFE = range(3)
"""Windows of a sum."""

_WINDOWS = {"D": DAY, "Y": YEAR, "life": LIFE}


@kernel()
def _select(
    states: Any, wheres: Any, judged_whens: Any, windows: Any, in_scope: Any, offsets: Any, starts: Any, ends: Any,
    line: Any, day: Any, can_count: Any, owners: Any, kinds: Any, rules: Any, rows: Any, periods: Any, not_judged: Any,
) -> int:  # fmt: skip
    """Write down each rule and row that is to be summed, and count what cannot be judged."""
    found = 0
    for i in range(len(line)):
        for rule in range(len(wheres)):
            state = states[wheres[rule], i]
            if state == FALSE or not in_scope[rule, line[i]]:
                continue
            period = -1
            for number in range(offsets[rule], offsets[rule + 1]):
                if starts[number] <= day[i] < ends[number]:
                    period = number
            if period < 0 and windows[rule] == DAY:
                continue
            applies = TRUE if judged_whens[rule] < 0 else states[judged_whens[rule], i]
            if state == UNKNOWN or not can_count[i] or owners[kinds[rule], i] == 0:
                not_judged[rule] += period >= 0 and applies != FALSE
                continue
            # a life or a year that began before the rule did is summed from its beginning, and not judged
            not_judged[rule] += period >= 0 and applies == UNKNOWN
            rules[found], rows[found] = rule, i
            periods[found] = period if applies == TRUE else -1
            found += 1
    return found


@dataclass(frozen=True, slots=True)
class Selected:
    """Rules and rows that belong together, by row; arrays of shape (n_pairs,).

    Attributes
    ----------
    rule : ndarray of int64
        Number among the rules of the view.
    row : ndarray of int64
        Number among the rows of the view.
    period : ndarray of int64
        Number among the periods of all rules, -1 where the sum is not judged.
    not_judged : ndarray of shape (n_rules,), int64
        What no rule could judge, by rule.
    """

    rule: NDArray[np.int64]
    row: NDArray[np.int64]
    period: NDArray[np.int64]
    not_judged: NDArray[np.int64]


class Questions:
    """Everything about the rules that look at one view, as arrays.

    Parameters
    ----------
    view : {"customer", "payer_account"}
    seats : sequence of Seat

    Attributes
    ----------
    panel : Panel
        The conditions of all rules.
    seats : tuple of Seat
    measures : tuple of SumMeasure
    keys : tuple of str
        The keys that the measures sum by.
    number, salt, window, kind, is_strict, has_own_lines, is_account : ndarray
        By rule: its number in the engine, what tells its keys apart, its window, the place of its key in `keys`,
        whether a line is crossed by more than it, and whether foreign money has a line of its own.
    fen, cents : ndarray of int64
        Lines by period.
    """

    def __init__(self, view: str, seats: Sequence[Seat]) -> None:
        programs: list[Program] = []
        wheres: list[int] = []
        judged_whens: list[int] = []
        mine: list[Seat] = []
        measures: list[SumMeasure] = []
        for seat in seats:
            measure = seat.rule.measure
            if isinstance(measure, SumMeasure) and measure.view == view:
                mine.append(seat)
                measures.append(measure)
                wheres.append(len(programs))
                programs.append(measure.where.program)
                judged_whens.append(-1 if measure.judged_when is None else len(programs))
                programs += [] if measure.judged_when is None else [measure.judged_when.program]
        self.panel = Panel(programs)
        self.seats, self.measures = tuple(mine), tuple(measures)
        self.keys = tuple(dict.fromkeys(measure.key for measure in measures))
        self.number = np.array([seat.number for seat in mine], dtype=np.int64)
        self.salt = np.array([seat.salt for seat in mine], dtype=np.uint64)
        self.window = np.array([_WINDOWS[measure.window] for measure in measures], dtype=np.int64)
        self.kind = np.array([self.keys.index(measure.key) for measure in measures], dtype=np.int64)
        self.is_strict = np.array([seat.rule.operator == ">" for seat in mine], dtype=np.bool_)
        self.has_own_lines = np.array([measure.lines == "own" for measure in measures], dtype=np.bool_)
        self.is_account = np.array([measure.key == "account" for measure in measures], dtype=np.bool_)
        laws = [seat.rule.law for seat in mine]
        self.fen = np.concatenate([np.zeros(0, dtype=np.int64), *(law.fen for law in laws)])
        self.cents = np.concatenate([np.zeros(0, dtype=np.int64), *(law.cents for law in laws)])
        self._starts = np.concatenate([np.zeros(0, dtype=np.int64), *(law.starts for law in laws)])
        self._ends = np.concatenate([np.zeros(0, dtype=np.int64), *(law.ends for law in laws)])
        self._offsets = np.cumsum([0, *(len(law.periods) for law in laws)])
        self._wheres = np.array(wheres, dtype=np.int64)
        self._judged_whens = np.array(judged_whens, dtype=np.int64)
        every = np.arange(len(LINES), dtype=np.int8)
        self._in_scope = np.array([[*seat.in_scope(every), False] for seat in mine], dtype=np.bool_)

    def select(
        self,
        states: NDArray[np.int8],
        *,
        line: NDArray[np.int8],
        day: NDArray[np.int64],
        can_count: NDArray[np.bool_],
        owners: NDArray[np.uint64],
    ) -> Selected:
        """Rules and rows that belong together.

        Parameters
        ----------
        states : ndarray of shape (n_conditions, n), int8
            What `panel` says of the rows.
        line : ndarray of shape (n,), int8
        day : ndarray of shape (n,), int64
            Shanghai day of the event.
        can_count : ndarray of shape (n,), bool
            False for what came too late or names nobody.
        owners : ndarray of shape (n_keys, n), uint64
            Whose sum each row is in, by key; 0 for nobody's.
        """
        most = len(line) * len(self.seats)
        rules, rows, periods = (np.empty(most, dtype=np.int64) for _ in range(3))
        not_judged = np.zeros(len(self.seats), dtype=np.int64)
        found = _select(
            states, self._wheres, self._judged_whens, self.window, self._in_scope, self._offsets, self._starts,
            self._ends, line, day, can_count, owners, self.kind, rules, rows, periods, not_judged,
        )  # fmt: skip
        return Selected(rules[:found], rows[:found], periods[:found], not_judged)

"""The law of a day: from when to when a rule held, and at which line.

A rule has one period after the other, each with its first day, the day from which it holds no more, its lines and its
text. An event is judged by the period of its own Shanghai day, so that a replay of the past judges by the law of then.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from streams.clock import day_number

NO_LINE = -1
"""A line that a period does not have."""

_FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a rule.

    Attributes
    ----------
    effective_from : date or None
        First Shanghai day; None for a rule without a beginning.
    effective_to : date or None
        The day from which it holds no more; None while it holds.
    transition_until : date or None
        Before this day a breach is to be rectified and its severity is low.
    threshold_fen, threshold_cents, threshold : int or None
        Lines in CNY fen, in US cents, and in the measure's own unit.
    instrument, article : str
        The text and the place in it; empty for a typology.
    """

    effective_from: date | None = None
    effective_to: date | None = None
    transition_until: date | None = None
    threshold_fen: int | None = None
    threshold_cents: int | None = None
    threshold: int | None = None
    instrument: str = ""
    article: str = ""


class Law:
    """The periods of one rule as arrays.

    Parameters
    ----------
    periods : tuple of Period
        In order of time, not overlapping.

    Attributes
    ----------
    starts, ends : ndarray of shape (n_periods,), int64
        First Shanghai day of each, and the day from which it holds no more.
    fen, cents, own : ndarray of shape (n_periods,), int64
        Lines in CNY fen, US cents and the measure's own unit, NO_LINE where there is none.

    Examples
    --------
    >>> old = Period(date(2007, 3, 1), date(2017, 7, 1), threshold_fen=2)
    >>> law = Law((old, Period(date(2017, 7, 1), threshold_fen=1)))
    >>> days = np.array([day_number(date(2007, 2, 28)), day_number(date(2017, 6, 30)), day_number(date(2017, 7, 1))])
    >>> law.periods_of(days).tolist(), law.fen[law.periods_of(days)[1:]].tolist()
    ([-1, 0, 1], [2, 1])
    """

    def __init__(self, periods: tuple[Period, ...]) -> None:
        self.periods = periods
        self.starts = np.array(
            [
                _FOREVER * -1 if period.effective_from is None else day_number(period.effective_from)
                for period in periods
            ]
        )
        self.ends = np.array(
            [_FOREVER if period.effective_to is None else day_number(period.effective_to) for period in periods]
        )
        self.fen = _lines([period.threshold_fen for period in periods])
        self.cents = _lines([period.threshold_cents for period in periods])
        self.own = _lines([period.threshold for period in periods])

    def __repr__(self) -> str:
        return f"Law({self.periods!r})"

    def periods_of(self, days: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of the period that each day falls in, -1 for none.

        Parameters
        ----------
        days : ndarray of int64
            Shanghai day numbers.
        """
        found = np.searchsorted(self.starts, days, side="right") - 1
        return np.where((found >= 0) & (days < self.ends[found]), found, -1)

    def period_on(self, day: int) -> Period | None:
        """The period of a day."""
        number = int(self.periods_of(np.array([day]))[0])
        return None if number < 0 else self.periods[number]


def _lines(values: list[int | None]) -> NDArray[np.int64]:
    return np.array([NO_LINE if value is None else value for value in values], dtype=np.int64)

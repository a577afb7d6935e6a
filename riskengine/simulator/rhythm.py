"""When people, shops and offices act: the day, week, holiday and hour rhythm of Shanghai time.

Every generator asks here for days and moments, so that one calendar rules all flows: more by day than by night, more
shopping at weekends and on 双十一, offices silent on National Day, red packets on the eve of the New Year.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator import holidays

HOUR = 3_600_000
DAY = 24 * HOUR
SHANGHAI = 8 * HOUR

Hours = Literal["retail", "office", "evening", "night", "batch", "day"]
Flow = Literal["retail", "business", "gifts", "private"]

# Relative weight of each hour of the day, 0 to 23
_HOURS: dict[str, str] = {
    "retail": "40 20 12 10 10 30 120 240 280 300 340 480 520 360 300 310 340 480 580 620 600 520 320 120",
    "office": "2 1 1 1 1 3 10 60 300 650 700 550 220 400 650 680 600 300 80 40 30 20 10 5",
    "evening": "80 30 15 10 10 20 50 90 140 180 200 240 280 220 200 200 240 320 420 540 620 600 440 220",
    "night": "4 5 6 6 4 2 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
    "batch": "0 1 3 4 3 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
    "day": "0 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 1 1 1 1 0 0 0 0",
}


def _cumulated(weights: str) -> NDArray[np.float64]:
    """The share of a day's events up to the end of each hour."""
    parts = np.array(weights.split(), dtype=np.float64)
    return np.cumsum(parts) / parts.sum()


_CUMULATED = {name: _cumulated(weights) for name, weights in _HOURS.items()}


def epoch_ms(day: date) -> int:
    """UTC milliseconds of the day's midnight in Shanghai.

    >>> epoch_ms(date(2020, 7, 1))
    1593532800000
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000 - SHANGHAI


def day_of(moment: int) -> date:
    """The Shanghai day of a moment.

    >>> day_of(1593532800000)
    datetime.date(2020, 7, 1)
    """
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment + SHANGHAI)).date()


def iso_time(moment: int) -> str:
    """A moment as RFC 3339 text in Shanghai time.

    >>> iso_time(1593532800123)
    '2020-07-01T00:00:00.123+08:00'
    """
    shanghai = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(moment) + SHANGHAI)
    return shanghai.strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(moment) % 1000:03d}+08:00"


class Rhythm:
    """The calendar of one simulation.

    Parameters
    ----------
    start : date
        First day (Shanghai).
    days : int
        Number of days, at least 1.

    Attributes
    ----------
    begin, end : int
        UTC ms of the first midnight and of the one after the last day.
    working : ndarray of shape (days,), bool
        Whether offices work.
    weights : dict of ndarray of shape (days,), float64
        For each flow, how strong a day is; an ordinary weekday is near 1.
    """

    def __init__(self, start: date, days: int) -> None:
        self.start = start
        self.days = days
        self.begin = epoch_ms(start)
        self.end = self.begin + days * DAY
        self.dates = tuple(start + timedelta(days=k) for k in range(days))
        self.working = np.array([holidays.is_working(day) for day in self.dates], dtype=np.bool_)
        self.weights: dict[str, NDArray[np.float64]] = {
            "retail": np.array([_retail(day) for day in self.dates]),
            "business": np.where(self.working, 1.0, 0.04),
            "gifts": np.array([holidays.gift_strength(day) for day in self.dates]),
            "private": np.array([1.25 if day.weekday() >= 5 else 1.0 for day in self.dates]),
        }

    def day_start(self, day: NDArray[Any] | int) -> NDArray[np.int64]:
        """UTC ms of midnight of days counted from the first.

        Parameters
        ----------
        day : ndarray or int
            Day numbers, 0 the first; they may lie outside the simulation.
        """
        return self.begin + np.asarray(day, dtype=np.int64) * DAY

    def pick_days(self, rng: np.random.Generator, count: int, flow: Flow) -> NDArray[np.int64]:
        """Draw day numbers, each as likely as the flow is strong on it.

        Returns
        -------
        ndarray of shape (count,), int64
        """
        cumulated = np.cumsum(self.weights[flow])
        return np.searchsorted(cumulated, rng.random(count) * cumulated[-1], side="right").astype(np.int64)

    def moments(self, rng: np.random.Generator, day: NDArray[Any], hours: Hours) -> NDArray[np.int64]:
        """A moment on each of the days, by the hour rhythm.

        Parameters
        ----------
        day : ndarray of shape (n,)
            Day numbers, 0 the first.
        hours : str
            Which daily rhythm.

        Returns
        -------
        ndarray of shape (n,), int64
            UTC ms.
        """
        hour = np.searchsorted(_CUMULATED[hours], rng.random(len(day)), side="right")
        return self.day_start(day) + hour * HOUR + rng.integers(0, HOUR, len(day))

    def month_days(self, day_of_month: int) -> list[int]:
        """Day numbers on which the given day of the month falls (the last day where the month is shorter)."""
        found = []
        for number, day in enumerate(self.dates):
            last = (day + timedelta(days=1)).month != day.month
            if day.day == day_of_month or (last and day.day < day_of_month):
                found.append(number)
        return found

    def next_working(self, day: int) -> int:
        """The day itself if offices work, else the next that does; it may lie after the end."""
        while not holidays.is_working(self.start + timedelta(days=day)):
            day += 1
        return day


def _retail(day: date) -> float:
    """How strong shopping is on a day."""
    special = {(11, 11): 3.2, (11, 10): 1.6, (6, 18): 2.4, (12, 12): 1.8}
    if (day.month, day.day) in special:
        return special[day.month, day.day]
    if holidays.is_holiday(day):
        return 1.45
    return 1.3 if day.weekday() >= 5 and not holidays.is_working(day) else 1.0

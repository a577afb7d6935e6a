"""Which days of China are off and which weekends are worked, 2019 to 2025, and which days people send gifts.

The dates are those of the yearly notices of the State Council; a year that is not in the table keeps only the holidays
with fixed dates, so that a simulated year always has a rhythm.
"""

from datetime import date, timedelta

# year: ((month, day, number of days off), ...), ((month, day) worked at a weekend, ...)
_NOTICES: dict[int, tuple[tuple[tuple[int, int, int], ...], tuple[tuple[int, int], ...]]] = {
    2019: (
        ((1, 1, 1), (2, 4, 7), (4, 5, 3), (5, 1, 4), (6, 7, 3), (9, 13, 3), (10, 1, 7)),
        ((2, 2), (2, 3), (4, 28), (5, 5), (9, 29), (10, 12)),
    ),
    2020: (
        ((1, 1, 1), (1, 24, 10), (4, 4, 3), (5, 1, 5), (6, 25, 3), (10, 1, 8)),
        ((1, 19), (4, 26), (5, 9), (6, 28), (9, 27), (10, 10)),
    ),
    2021: (
        ((1, 1, 3), (2, 11, 7), (4, 3, 3), (5, 1, 5), (6, 12, 3), (9, 19, 3), (10, 1, 7)),
        ((2, 7), (2, 20), (4, 25), (5, 8), (9, 18), (9, 26), (10, 9)),
    ),
    2022: (
        ((1, 1, 3), (1, 31, 7), (4, 3, 3), (4, 30, 5), (6, 3, 3), (9, 10, 3), (10, 1, 7)),
        ((1, 29), (1, 30), (4, 2), (4, 24), (5, 7), (10, 8), (10, 9)),
    ),
    2023: (
        ((1, 1, 2), (1, 21, 7), (4, 5, 1), (4, 29, 5), (6, 22, 3), (9, 29, 8)),
        ((1, 28), (1, 29), (4, 23), (5, 6), (6, 25), (10, 7), (10, 8)),
    ),
    2024: (
        ((1, 1, 1), (2, 10, 8), (4, 4, 3), (5, 1, 5), (6, 8, 3), (9, 15, 3), (10, 1, 7)),
        ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)),
    ),
    2025: (
        ((1, 1, 1), (1, 28, 8), (4, 4, 3), (5, 1, 5), (5, 31, 3), (10, 1, 8)),
        ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11)),
    ),
}
_FIXED = ((1, 1, 1), (5, 1, 3), (10, 1, 7))

# New Year's Eve, and the days of Qixi and Mid-Autumn
_EVES = ("2019-02-04", "2020-01-24", "2021-02-11", "2022-01-31", "2023-01-21", "2024-02-09", "2025-01-28")
_FEASTS = (
    *("2019-08-07", "2020-08-25", "2021-08-14", "2022-08-04", "2023-08-22", "2024-08-10", "2025-08-29"),
    *("2019-09-13", "2020-10-01", "2021-09-21", "2022-09-10", "2023-09-29", "2024-09-17", "2025-10-06"),
)
_GIFTS: dict[date, float] = {date.fromisoformat(day): 3.0 for day in _FEASTS} | {
    date.fromisoformat(eve) + timedelta(days=after): strength
    for eve in _EVES
    for after, strength in ((0, 12.0), (1, 8.0), (2, 4.0))
}


def _notice(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and worked weekend days of a year."""
    off, worked = _NOTICES.get(year, (_FIXED, ()))
    free = frozenset(date(year, month, day) + timedelta(days=k) for month, day, length in off for k in range(length))
    return free, frozenset(date(year, month, day) for month, day in worked)


def is_holiday(day: date) -> bool:
    """Whether the day is off by a notice (a plain weekend is not a holiday).

    >>> is_holiday(date(2020, 10, 8)), is_holiday(date(2020, 10, 10))
    (True, False)
    """
    return day in _notice(day.year)[0]


def is_working(day: date) -> bool:
    """Whether offices and banks work: a weekday that is no holiday, or a weekend day that is worked.

    >>> is_working(date(2020, 9, 27)), is_working(date(2020, 10, 3))
    (True, False)
    """
    free, worked = _notice(day.year)
    return day in worked or (day.weekday() < 5 and day not in free)


def gift_strength(day: date) -> float:
    """How many times the usual number of red packets is sent on the day; 1 on an ordinary day.

    >>> gift_strength(date(2020, 1, 24)), gift_strength(date(2020, 7, 1)), gift_strength(date(2021, 5, 20))
    (12.0, 1.0, 3.0)
    """
    if (day.month, day.day) in ((2, 14), (5, 20)):
        return 3.0
    return _GIFTS.get(day, 1.0)

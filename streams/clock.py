"""Time on this floor: UTC milliseconds, the Shanghai day they fall on, and nothing that reads a wall clock.

The day of law is the day in Shanghai, UTC+8 without daylight saving (the summer times of 1986 to 1991 are not kept).
Functions take an int or an array and return the same shape.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

MS_PER_DAY: Final = 86_400_000
SHANGHAI_OFFSET_MS: Final = 8 * 3_600_000
#: An event may lie this far after its receipt before it is refused as `future`.
FUTURE_MS: Final = 5 * 60_000
#: First and last millisecond that a `time` field may hold (years 1 to 9999).
EARLIEST_MS: Final = -62_135_596_800_000
LATEST_MS: Final = 253_402_300_799_999

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Return UTC milliseconds of an aware datetime, rounded down.

    >>> milliseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000
    """
    return (moment - _EPOCH) // _MILLISECOND


def parse_time(value: str | int) -> int:
    """Return UTC milliseconds of an RFC 3339 text with offset, or of milliseconds themselves.

    Raises
    ------
    ValueError
        If the text is no RFC 3339 time, has no offset, or the moment is outside the years 1 to 9999.

    Examples
    --------
    >>> parse_time("2025-03-03T10:15:42.120+08:00")
    1740968142120
    >>> parse_time(1740968142120)
    1740968142120
    """
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"expected an RFC 3339 time with offset, got {value!r}") from error
        if moment.tzinfo is None or len(value) < len("2025-03-03T10:15:42Z"):
            raise ValueError(f"expected an RFC 3339 time with offset, got {value!r}")
        value = milliseconds(moment)
    if not EARLIEST_MS <= value <= LATEST_MS:
        raise ValueError(f"expected a time between the years 1 and 9999, got {value} ms")
    return value


@overload
def shanghai_day(time_ms: int) -> int: ...
@overload
def shanghai_day(time_ms: NDArray[np.int64]) -> NDArray[np.int64]: ...
def shanghai_day(time_ms: Any) -> Any:
    """Return the number of the Shanghai day, counted from 1970-01-01.

    >>> shanghai_day(parse_time("2025-03-03T00:00:00+08:00")) == day_number(date(2025, 3, 3))
    True
    """
    return (time_ms + SHANGHAI_OFFSET_MS) // MS_PER_DAY


@overload
def shanghai_hour(time_ms: int) -> int: ...
@overload
def shanghai_hour(time_ms: NDArray[np.int64]) -> NDArray[np.int64]: ...
def shanghai_hour(time_ms: Any) -> Any:
    """Return the hour of the Shanghai day, 0 to 23.

    >>> shanghai_hour(parse_time("2025-03-03T23:59:59+08:00"))
    23
    """
    return (time_ms + SHANGHAI_OFFSET_MS) % MS_PER_DAY // 3_600_000


def day_start(day: int) -> int:
    """Return the UTC milliseconds at which a Shanghai day begins.

    >>> day_start(day_number(date(2025, 3, 3))) == parse_time("2025-03-03T00:00:00+08:00")
    True
    """
    return day * MS_PER_DAY - SHANGHAI_OFFSET_MS


def day_number(day: date) -> int:
    """Return days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return day.toordinal() - 719_163


def day_date(day: int) -> date:
    """Return the date of a day number.

    >>> day_date(20150)
    datetime.date(2025, 3, 3)
    """
    return date.fromordinal(int(day) + 719_163)


@overload
def calendar_year(day: int) -> int: ...
@overload
def calendar_year(day: NDArray[np.int64]) -> NDArray[np.int64]: ...
def calendar_year(day: Any) -> Any:
    """Return the calendar year of a Shanghai day number.

    >>> calendar_year(np.array([0, 364, 365, -1])).tolist()
    [1970, 1970, 1971, 1969]
    """
    if isinstance(day, int):
        return day_date(day).year
    days = np.asarray(day, np.int64).astype("datetime64[D]")
    return days.astype("datetime64[Y]").astype(np.int64) + 1970

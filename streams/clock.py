"""Time on this floor: UTC milliseconds, the Shanghai day they fall on, and nothing that reads a wall clock.

The day of law is the day in Shanghai, UTC+8 without daylight saving (the summer times of 1986 to 1991 are not kept).
Functions take an int or an array and return the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, overload

import numpy as np
from numba import njit
from numpy.typing import NDArray

MS_PER_DAY: Final = 86_400_000
SHANGHAI_OFFSET_MS: Final = 8 * 3_600_000
#: An event may lie this far after its receipt before it is refused as `future`.
FUTURE_MS: Final = 5 * 60_000
#: First and last millisecond that a `time` field may hold (years 1 to 9999).
EARLIEST_MS: Final = -62_135_596_800_000
LATEST_MS: Final = 253_402_300_799_999

_ABSENT: Final = int(np.iinfo(np.int64).min)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Return UTC milliseconds of an aware datetime, rounded down.

    >>> milliseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000
    """
    return (moment - _EPOCH) // _MILLISECOND


@njit(cache=True, nogil=True)
def _two(text: NDArray[np.uint8], i: int) -> int:
    """Return two digits as a number, -1 if they are none."""
    a, b = text[i] - 48, text[i + 1] - 48
    return a * 10 + b if 0 <= a <= 9 and 0 <= b <= 9 else -1


@njit(cache=True, nogil=True)
def days_from_civil(year: int, month: int, day: int) -> int:
    """Return days since 1970-01-01 of a date of the Gregorian calendar (Hinnant's days from civil)."""
    if month <= 2:
        year -= 1
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


@njit(cache=True, nogil=True)
def _rfc3339(text: NDArray[np.uint8], start: int, end: int) -> int:
    """Return UTC milliseconds, rounded down, of `YYYY-MM-DDTHH:MM:SS[.f](Z|+HH:MM)`; ABSENT for anything else."""
    if end - start < 20:
        return _ABSENT
    century, years = _two(text, start), _two(text, start + 2)
    month, day = _two(text, start + 5), _two(text, start + 8)
    hour, minute, second = _two(text, start + 11), _two(text, start + 14), _two(text, start + 17)
    if text[start + 4] != 45 or text[start + 7] != 45 or text[start + 13] != 58 or text[start + 16] != 58:
        return _ABSENT
    if text[start + 10] != 84 and text[start + 10] != 116 and text[start + 10] != 32:
        return _ABSENT
    if century < 0 or years < 0 or not 1 <= month <= 12 or not 0 <= hour <= 23:
        return _ABSENT
    if not 0 <= minute <= 59 or not 0 <= second <= 59:
        return _ABSENT
    year = century * 100 + years
    length = 30 if month in (4, 6, 9, 11) else 31
    if month == 2:
        length = 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    if not 1 <= day <= length or year < 1:
        return _ABSENT
    i, fraction, unit = start + 19, 0, 100
    if text[i] == 46:
        i += 1
        first = i
        while i < end and 48 <= text[i] <= 57:
            fraction += (text[i] - 48) * unit
            unit //= 10
            i += 1
        if i == first:
            return _ABSENT
    offset = 0
    if i + 1 == end and (text[i] == 90 or text[i] == 122):
        offset = 0
    elif i + 6 == end and (text[i] == 43 or text[i] == 45) and text[i + 3] == 58:
        hours, minutes = _two(text, i + 1), _two(text, i + 4)
        if not 0 <= hours <= 23 or not 0 <= minutes <= 59:
            return _ABSENT
        offset = (hours * 60 + minutes) * (1 if text[i] == 43 else -1)
    else:
        return _ABSENT
    seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
    return seconds * 1000 + fraction


@njit(cache=True, nogil=True)
def _parse(text: NDArray[np.uint8], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    times = np.empty(len(ends), np.int64)
    start = 0
    for k in range(len(ends)):
        times[k] = _rfc3339(text, start, ends[k])
        start = ends[k]
    return times


def parse_times(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return UTC milliseconds of RFC 3339 texts with offset, rounded down.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    ndarray of shape (n,), int64
        The smallest int64 where a text is no such time, or lies outside the years 1 to 9999.

    Examples
    --------
    >>> parse_times(["1970-01-01T00:00:01.5Z", "1970-01-01T08:00:00+08:00"]).tolist()
    [1500, 0]
    >>> int(parse_times(["2025-02-29T00:00:00Z"])[0]) == np.iinfo(np.int64).min
    True
    """
    joined = "".join(texts)
    if joined.isascii():
        raw, lengths = joined.encode(), map(len, texts)
    else:
        parts = [text.encode("utf-8", "replace") for text in texts]
        raw, lengths = b"".join(parts), map(len, parts)
    ends = np.cumsum(np.fromiter(lengths, np.int64, len(texts)))
    times = _parse(np.frombuffer(raw or b" ", np.uint8), ends)
    times[(times < EARLIEST_MS) | (times > LATEST_MS)] = _ABSENT
    return times


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
        time = int(parse_times([value])[0])
        if time == _ABSENT:
            raise ValueError(f"expected an RFC 3339 time with offset, got {value!r}")
        return time
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

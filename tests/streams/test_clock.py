from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.clock import (
    EARLIEST_MS,
    LATEST_MS,
    calendar_year,
    day_date,
    day_number,
    day_start,
    days_from_civil,
    milliseconds,
    parse_time,
    parse_times,
    shanghai_day,
    shanghai_hour,
)

ABSENT = np.iinfo(np.int64).min


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-1439, 1439))  # noqa: DTZ001
def test_times_are_read_as_datetime_reads_them(moment: datetime, minutes: int):
    text = moment.isoformat() + f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    expected = milliseconds(datetime.fromisoformat(text))
    assert parse_times([text]).tolist() == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "", "2025-03-03", "2025-03-03T10:15:42", "2025-03-03T10:15:42+0800", "2025-03-03T10:15+08:00",
        "2025-13-03T10:15:42Z", "2025-02-29T10:15:42Z", "2025-04-31T10:15:42Z", "2025-03-00T10:15:42Z",
        "2025-03-03T24:00:00Z", "2025-03-03T23:60:00Z", "2025-03-03T23:59:60Z", "2025-03-03T10:15:42.Z",
        "2025-03-03T10:15:42+24:00", "2025-03-03T10:15:42+08:60", "2025-03-03T10:15:42ZZ", "20250303T101542Z    ",
        "2025-03-03x10:15:42Z", "0000-03-03T10:15:42Z", "２０25-03-03T10:15:42Z", "+025-03-03T10:15:42Z",
        "2025-W10-1T10:15:42Z", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01",
    ],
)  # fmt: skip
def test_what_is_no_time_is_absent(text: str):
    assert parse_times([text, "1970-01-01T00:00:00Z", text]).tolist() == [ABSENT, 0, ABSENT]
    with pytest.raises(ValueError, match="expected an RFC 3339 time with offset, got"):
        parse_time(text)


@pytest.mark.parametrize("text", ["2024-02-29t10:15:42z", "2000-02-29 10:15:42+00:00", "2024-02-29T10:15:42.1Z"])
def test_leap_days_small_letters_and_short_fractions_are_times(text: str):
    assert parse_time(text) == milliseconds(datetime.fromisoformat(text.upper().replace(".1Z", ".100Z")))


def test_fractions_are_rounded_down():
    assert parse_times(["1970-01-01T00:00:00.1239999Z", "1969-12-31T23:59:59.9999Z"]).tolist() == [123, -1]


def test_milliseconds_outside_the_years_1_to_9999_are_refused():
    assert parse_time(EARLIEST_MS) == EARLIEST_MS
    for value in (EARLIEST_MS - 1, LATEST_MS + 1):
        with pytest.raises(ValueError, match="expected a time between the years 1 and 9999"):
            parse_time(value)


def test_a_day_begins_at_midnight_in_shanghai():
    midnight = parse_time("2025-03-03T00:00:00+08:00")
    times = np.array([midnight - 1, midnight, midnight + 86_399_999])
    assert shanghai_day(times).tolist() == [20149, 20150, 20150]
    assert shanghai_hour(times).tolist() == [23, 0, 23]
    assert day_start(20150) == midnight
    assert shanghai_day(-8 * 3_600_000 - 1) == -1


@pytest.mark.parametrize("year", [1, 1899, 1970, 2000, 2024, 9999])
def test_days_and_years_go_both_ways(year: int):
    for day in (date(year, 1, 1), date(year, 2, 28), date(year, 12, 31)):
        number = day_number(day)
        assert day_date(number) == day
        assert days_from_civil(year, day.month, day.day) == number
        assert calendar_year(number) == year
        assert calendar_year(np.array([number])).tolist() == [year]


def test_milliseconds_of_a_moment():
    assert milliseconds(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=1999)) == 1

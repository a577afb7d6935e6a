"""The calendar: working days, holidays, months, and the hours of the day."""

from datetime import date

import numpy as np

from riskengine.simulator.rhythm import DAY, HOUR, SHANGHAI, Rhythm, epoch_ms, iso_time


def test_national_day_2020_stops_the_offices_and_not_the_shops():
    rhythm = Rhythm(date(2020, 9, 28), 14)
    assert [day.day for day, works in zip(rhythm.dates, rhythm.working, strict=True) if not works] == [
        1, 2, 3, 4, 5, 6, 7, 8, 11,
    ]  # fmt: skip
    assert rhythm.weights["retail"][5] > rhythm.weights["retail"][0]
    assert rhythm.weights["business"][5] < 0.1


def test_singles_day_is_the_strongest_day_of_the_autumn():
    rhythm = Rhythm(date(2020, 9, 1), 90)
    assert rhythm.dates[int(rhythm.weights["retail"].argmax())] == date(2020, 11, 11)


def test_new_years_eve_has_most_red_packets():
    rhythm = Rhythm(date(2021, 2, 1), 28)
    assert rhythm.dates[int(rhythm.weights["gifts"].argmax())] == date(2021, 2, 11)


def test_moments_lie_on_their_day_and_follow_the_hours():
    rhythm = Rhythm(date(2020, 7, 1), 10)
    day = np.repeat(np.arange(10), 2_000)
    moments = rhythm.moments(np.random.default_rng(1), day, "office")
    assert ((moments - rhythm.begin) // DAY == day).all()
    hours = (moments + SHANGHAI) // HOUR % 24
    assert ((hours >= 8) & (hours < 18)).mean() > 0.9


def test_month_day_31_falls_on_the_last_day_of_a_short_month():
    rhythm = Rhythm(date(2021, 2, 1), 59)
    assert [rhythm.dates[number] for number in rhythm.month_days(31)] == [date(2021, 2, 28), date(2021, 3, 31)]


def test_times_are_written_in_shanghai():
    assert iso_time(epoch_ms(date(2020, 7, 1)) + 15 * HOUR + 7) == "2020-07-01T15:00:00.007+08:00"

"""Parities: exact to the last unit, of the event's day, as known at the event."""

from fractions import Fraction

import numpy as np
import pytest

from features.measures.parity import CNY, UNKNOWN, USD, Parities, in_cents, in_fen, scaled
from streams.money import CURRENCIES, EXPONENTS
from tests.events import accepted

JPY, KWD = CURRENCIES.index("JPY"), CURRENCIES.index("KWD")


def test_scaling_equals_fractions_rounded_half_to_even():
    rng = np.random.default_rng(2)
    for _ in range(3000):
        amount = int(rng.integers(0, 10 ** int(rng.integers(1, 16))))
        numerator = int(rng.integers(1, 10 ** int(rng.integers(1, 17))))
        denominator = int(rng.integers(max(1, numerator // 1000), 10**17))
        assert scaled(amount, numerator, denominator) == round(Fraction(amount * numerator, denominator))


@pytest.mark.parametrize(("amount", "expected"), [(1, 0), (3, 2), (5, 2), (7, 4)])
def test_half_a_unit_goes_to_the_even_one(amount, expected):
    assert scaled(amount, 1, 2) == expected


def told(*rates: tuple) -> tuple:
    parities = Parities()
    for position, (currency, value, per, first, *last) in enumerate(rates):
        parities.add(
            currency, valid_from=first, value_e6=value, per_units=per, position=position, valid_to=[*last, 10**6][0]
        )
    return parities.book()


def test_every_exponent_and_unit_is_exact():
    book = told(("USD", 718_123_456, 100, 0), ("JPY", 4_801_234, 100, 0), ("KWD", 23_400_001, 1, 0))
    for currency, name, value, per in ((JPY, "JPY", 4_801_234, 100), (KWD, "KWD", 23_400_001, 1)):
        for amount in (1, 999_999_999, 10**15):
            yuan = Fraction(amount * value, 10 ** EXPONENTS[name] * per * 10**6)
            dollars = yuan / Fraction(718_123_456, 100 * 10**6)
            assert in_fen(book, amount, currency, 5, 9) == round(yuan * 100)
            assert in_cents(book, amount, currency, 5, 9) == round(dollars * 100)
    assert in_cents(book, 10**15, CNY, 5, 9) == round(Fraction(10**15 * 100 * 10**6, 718_123_456))


def test_yuan_needs_no_parity_in_fen_and_dollars_none_in_cents():
    assert in_fen(told(), 7, CNY, 0, 0) == 7
    assert in_cents(told(), 7, USD, 0, 0) == 7
    assert in_fen(told(), 7, USD, 0, 0) == in_cents(told(), 7, CNY, 0, 0) == UNKNOWN


def test_parity_of_the_day_holds_until_the_next_or_its_end():
    book = told(("USD", 7_000_000, 1, 10), ("USD", 8_000_000, 1, 20, 25))
    assert [in_fen(book, 100, USD, day, 9) for day in (9, 10, 19, 20, 25, 26)] == [
        UNKNOWN, 700, 700, 800, 800, UNKNOWN,
    ]  # fmt: skip


def test_what_is_told_later_in_the_log_is_not_known_yet():
    book = told(("USD", 7_000_000, 1, 10), ("USD", 7_500_000, 1, 10))
    assert [in_fen(book, 100, USD, 10, position) for position in (0, 1, 2)] == [UNKNOWN, 700, 750]


def reference(number: int, **more) -> dict:
    return {
        "event_id": f"r{number}", "kind": "reference", "event_time": "2025-03-03T09:00:00+08:00", "platform_id": "PBC",
        "series": "parity", "code": "USD", "value_e6": 718_000_000, "per_units": 100,
    } | more  # fmt: skip


def test_reference_events_are_read_from_their_own_day_on():
    parities = Parities()
    batch = accepted([reference(1), reference(2, series="lpr_1y", value_e6=31_000), reference(3, code="EUR")])
    parities.update(batch)
    parities.update(batch)
    day = 20150
    assert in_fen(parities.book(), 100, USD, day, 9) == 718
    assert in_fen(parities.book(), 100, USD, day - 1, 9) == UNKNOWN
    assert len(parities.state()["rows"]) == 2
    other = Parities()
    other.restore(parities.state())
    assert in_fen(other.book(), 100, CURRENCIES.index("EUR"), day, 9) == 718

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from streams.clock import day_number
from streams.money import CURRENCIES
from streams.parity import YearlyParity, has_parity, yearly_parities


def yuan(currency: str, year: int) -> float:
    day = day_number(date(year, 7, 1))
    (found,) = [p for p in yearly_parities() if p.currency == currency and p.valid_from <= day <= p.valid_to]
    return found.value_e6 / found.per_units / 1e6


@pytest.mark.parametrize(
    ("currency", "year", "about"),
    # The People's Bank and the Statistical Yearbook to the places that everybody remembers
    [
        ("USD", 1994, 8.6187),
        ("USD", 2014, 6.1428),
        ("USD", 2024, 7.1217),
        ("EUR", 2008, 10.22),
        ("JPY", 2012, 0.0790),
        ("HKD", 2019, 0.880),
        ("GBP", 2015, 9.53),
        ("CZK", 1995, 0.3146),
    ],
)
def test_yearly_mean_is_right_to_one_percent(currency: str, year: int, about: float):
    assert yuan(currency, year) == pytest.approx(about, rel=0.01)


def test_years_follow_each_other_without_gap():
    by_currency: dict[str, list[YearlyParity]] = {}
    for parity in yearly_parities():
        by_currency.setdefault(parity.currency, []).append(parity)
    assert set(by_currency) <= set(CURRENCIES)
    for parities in by_currency.values():
        assert all(earlier.valid_to + 1 == later.valid_from for earlier, later in pairwise(parities))


def test_days_without_a_parity_are_told():
    assert has_parity("CNY", 0)
    assert not has_parity("USD", day_number(date(1989, 12, 31)))
    assert has_parity("USD", day_number(date(2030, 1, 1)))
    assert not has_parity("CZK", day_number(date(1999, 1, 1)))
    assert not has_parity("KRW", day_number(date(2020, 1, 1)))

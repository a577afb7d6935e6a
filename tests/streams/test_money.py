from __future__ import annotations

from fractions import Fraction

import pytest

from streams.money import CURRENCIES, EXPONENTS, Money


def test_yuan_is_the_first_currency():
    assert CURRENCIES[0] == "CNY"
    assert len(CURRENCIES) == len(EXPONENTS) > 150
    assert (EXPONENTS["CNY"], EXPONENTS["JPY"], EXPONENTS["KWD"]) == (2, 0, 3)


def test_money_adds_subtracts_and_multiplies_by_int():
    ten = Money(1000, "CNY")
    assert ten + Money(1, "CNY") - Money(2, "CNY") == Money(999, "CNY")
    assert 3 * ten == ten * 3 == Money(3000, "CNY")
    assert -ten < ten <= ten
    assert ten / Money(3000, "CNY") == Fraction(1, 3)


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__truediv__", "__lt__", "__le__"])
def test_two_currencies_do_not_mix(operation: str):
    with pytest.raises(ValueError, match="expected money in CNY, got USD; convert at the parity of a day first"):
        getattr(Money(1, "CNY"), operation)(Money(1, "USD"))


def test_money_is_never_a_float():
    with pytest.raises(TypeError, match=r"amount_minor must be an int of minor units, got 1\.5"):
        Money(1.5, "CNY")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"money can be multiplied by an int only, got 0\.5"):
        Money(1, "CNY") * 0.5  # type: ignore[operator]
    with pytest.raises(ValueError, match="currency must be an ISO 4217 code, got 'RMB'"):
        Money(1, "RMB")


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(123456789, "CNY"), "1,234,567.89 CNY"),
        (Money(-5, "CNY"), "-0.05 CNY"),
        (Money(1234, "JPY"), "1,234 JPY"),
        (Money(1234567, "KWD"), "1,234.567 KWD"),
    ],
)
def test_money_is_written_with_its_exponent(money: Money, text: str):
    assert str(money) == text


@pytest.mark.parametrize(
    ("money", "value_e6", "per_units", "fen"),
    [
        (Money(10_000, "USD"), 7_180_000, 1, 71_800),
        (Money(10_000, "JPY"), 4_710_000, 100, 47_100),
        (Money(1_000, "KWD"), 23_500_000, 1, 2_350),
        (Money(77, "CNY"), 1, 1, 77),
        (Money(1, "USD"), 500_000, 1, 0),  # half a fen goes to the even one
        (Money(3, "USD"), 500_000, 1, 2),
        (Money(-1, "USD"), 7_180_000, 1, -7),
        (Money(10**17, "USD"), 7_180_001, 1, 718_000_100_000_000_000),
    ],
)
def test_value_in_yuan_is_rounded_half_to_even(money: Money, value_e6: int, per_units: int, fen: int):
    assert money.in_yuan(value_e6, per_units) == Money(fen, "CNY")

"""Yearly mean parities that come with the engine, so that public data sets in other currencies can be summed.

**An approximate default, good to about one percent, and no parity of law.** The real one is the central parity that the
China Foreign Exchange Trade System publishes each working day by the People's Bank's authority; it comes in as
`reference` events with `series: parity`, one a day and currency, and stands before this table wherever it is known.

The dollar is the mean of the year as the China Statistical Yearbook gives it; the other currencies are their yearly
mean against the dollar (ECB for the euro, IMF and World Bank annual means for the rest) times that. The Czech crown is
there for 1993 to 1998 alone, the years of the Berka data set.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from streams.clock import day_number

#: Yuan for 100 dollars, in units of 0.01 yuan, from 1990 on.
_DOLLAR_FROM: Final = 1990
_DOLLAR: Final = (
    47832, 53233, 55146, 57620, 86187, 83510, 83142, 82898, 82791, 82783,
    82784, 82770, 82770, 82770, 82768, 81917, 79718, 76040, 69451, 68310,
    67695, 64588, 63125, 61932, 61428, 62284, 66423, 67518, 66174, 68985,
    68976, 64515, 67261, 70467, 71217, 71429,
)  # fmt: skip
#: Dollars for one unit, in millionths.
_IN_DOLLARS: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    "EUR": (1999, (
        1065800, 923600, 895600, 945600, 1131200, 1243900, 1244100, 1255600, 1370500, 1470800, 1394800, 1325700,
        1392000, 1284800, 1328100, 1328500, 1109500, 1106900, 1129700, 1181000, 1119500, 1142200, 1182700, 1053000,
        1081300, 1082400, 1130000,
    )),
    "GBP": (1990, (
        1785000, 1769000, 1766000, 1502000, 1532000, 1578000, 1562000, 1638000, 1656000, 1618000, 1516000, 1440000,
        1503000, 1635000, 1833000, 1820000, 1843000, 2002000, 1853000, 1566000, 1546000, 1604000, 1585000, 1565000,
        1648000, 1529000, 1355000, 1289000, 1335000, 1277000, 1284000, 1376000, 1237000, 1244000, 1278000, 1318000,
    )),
}  # fmt: skip
#: Units for one dollar, in thousandths.
_FOR_A_DOLLAR: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    "JPY": (1990, (
        144800, 134700, 126700, 111200, 102200, 94060, 108800, 121000, 130900, 113900, 107800, 121500, 125400, 115900,
        108200, 110200, 116300, 117750, 103400, 93600, 87800, 79800, 79800, 97600, 105900, 121000, 108800, 112200,
        110400, 109000, 106800, 109800, 131500, 140500, 151400, 149700,
    )),
    "HKD": (1990, (
        7790, 7771, 7741, 7736, 7728, 7736, 7734, 7742, 7745, 7758, 7791, 7799, 7799, 7787, 7788, 7777, 7768, 7801,
        7787, 7752, 7769, 7784, 7756, 7756, 7754, 7752, 7762, 7793, 7839, 7836, 7757, 7773, 7831, 7830, 7803, 7800,
    )),
    "CZK": (1993, (29153, 28785, 26541, 27145, 31698, 32281)),
}  # fmt: skip
#: A parity that is quoted for 100 units, as the central parity of these is.
_PER_UNITS: Final = {"JPY": 100, "CZK": 100}


@dataclass(frozen=True, slots=True)
class YearlyParity:
    """The mean parity of one currency in one year.

    Attributes
    ----------
    currency : str
        ISO 4217 code.
    valid_from, valid_to : int
        First and last Shanghai day, in days since 1970-01-01. The last year of a currency that still exists has no
        end: it is used until a real parity is known.
    value_e6 : int
        Millionths of a yuan for `per_units` of the currency.
    per_units : int
    """

    currency: str
    valid_from: int
    valid_to: int
    value_e6: int
    per_units: int


_FOREVER: Final = 2**31 - 1


@cache
def yearly_parities() -> tuple[YearlyParity, ...]:
    """Return the whole table, by currency and year.

    Examples
    --------
    >>> [(p.value_e6, p.per_units) for p in yearly_parities() if p.currency == "USD"][0]
    (4783200, 1)
    >>> sorted({p.currency for p in yearly_parities()})
    ['CZK', 'EUR', 'GBP', 'HKD', 'JPY', 'USD']
    """
    found: list[YearlyParity] = []
    for year, cents in enumerate(_DOLLAR, _DOLLAR_FROM):
        found.append(_parity("USD", year, len(_DOLLAR) + _DOLLAR_FROM - 1, cents * 100))
    for currency, (first, means) in _IN_DOLLARS.items():
        for year, mean in enumerate(means, first):
            found.append(_parity(currency, year, first + len(means) - 1, mean * _dollar(year) // 1_000_000))
    for currency, (first, means) in _FOR_A_DOLLAR.items():
        for year, mean in enumerate(means, first):
            value = _PER_UNITS.get(currency, 1) * _dollar(year) * 1000 // mean
            found.append(_parity(currency, year, first + len(means) - 1, value))
    return tuple(sorted(found, key=lambda parity: (parity.currency, parity.valid_from)))


def has_parity(currency: str, day: int) -> bool:
    """Tell whether amounts of a currency can be converted on a Shanghai day by this table alone.

    >>> has_parity("CZK", day_number(date(1995, 5, 1))), has_parity("CZK", day_number(date(2005, 5, 1)))
    (True, False)
    """
    if currency == "CNY":
        return True
    return any(p.currency == currency and p.valid_from <= day <= p.valid_to for p in yearly_parities())


def _dollar(year: int) -> int:
    """Return millionths of a yuan for a dollar."""
    return _DOLLAR[year - _DOLLAR_FROM] * 100


def _parity(currency: str, year: int, last_year: int, value_e6: int) -> YearlyParity:
    end = day_number(date(year, 12, 31))
    if year == last_year and currency != "CZK":
        end = _FOREVER
    return YearlyParity(currency, day_number(date(year, 1, 1)), end, value_e6, _PER_UNITS.get(currency, 1))

"""Money as integers of minor units: the currencies, an exact `Money` type, and its value in yuan at a parity.

Nothing here is a float: an amount is an int of minor units of its currency, a parity an int of millionths of a yuan for
`per_units` of the foreign currency, and a conversion is one exact fraction, rounded half to even once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

#: Minor units of each ISO 4217 currency as a power of ten. CNY comes first, so that it is index 0.
EXPONENTS: dict[str, int] = {
    "CNY": 2, "USD": 2, "EUR": 2, "JPY": 0, "HKD": 2, "GBP": 2,
    "AED": 2, "AFN": 2, "ALL": 2, "AMD": 2, "AOA": 2, "ARS": 2, "AUD": 2, "AWG": 2, "AZN": 2, "BAM": 2, "BBD": 2,
    "BDT": 2, "BGN": 2, "BHD": 3, "BIF": 0, "BMD": 2, "BND": 2, "BOB": 2, "BRL": 2, "BSD": 2, "BTN": 2, "BWP": 2,
    "BYN": 2, "BZD": 2, "CAD": 2, "CDF": 2, "CHF": 2, "CLF": 4, "CLP": 0, "COP": 2, "CRC": 2, "CUP": 2, "CVE": 2,
    "CZK": 2, "DJF": 0, "DKK": 2, "DOP": 2, "DZD": 2, "EGP": 2, "ERN": 2, "ETB": 2, "FJD": 2, "FKP": 2, "GEL": 2,
    "GHS": 2, "GIP": 2, "GMD": 2, "GNF": 0, "GTQ": 2, "GYD": 2, "HNL": 2, "HRK": 2, "HTG": 2, "HUF": 2, "IDR": 2,
    "ILS": 2, "INR": 2, "IQD": 3, "IRR": 2, "ISK": 0, "JMD": 2, "JOD": 3, "KES": 2, "KGS": 2, "KHR": 2, "KMF": 0,
    "KPW": 2, "KRW": 0, "KWD": 3, "KYD": 2, "KZT": 2, "LAK": 2, "LBP": 2, "LKR": 2, "LRD": 2, "LSL": 2, "LYD": 3,
    "MAD": 2, "MDL": 2, "MGA": 2, "MKD": 2, "MMK": 2, "MNT": 2, "MOP": 2, "MRU": 2, "MUR": 2, "MVR": 2, "MWK": 2,
    "MXN": 2, "MYR": 2, "MZN": 2, "NAD": 2, "NGN": 2, "NIO": 2, "NOK": 2, "NPR": 2, "NZD": 2, "OMR": 3, "PAB": 2,
    "PEN": 2, "PGK": 2, "PHP": 2, "PKR": 2, "PLN": 2, "PYG": 0, "QAR": 2, "RON": 2, "RSD": 2, "RUB": 2, "RWF": 0,
    "SAR": 2, "SBD": 2, "SCR": 2, "SDG": 2, "SEK": 2, "SGD": 2, "SHP": 2, "SLE": 2, "SOS": 2, "SRD": 2, "SSP": 2,
    "STN": 2, "SVC": 2, "SYP": 2, "SZL": 2, "THB": 2, "TJS": 2, "TMT": 2, "TND": 3, "TOP": 2, "TRY": 2, "TTD": 2,
    "TWD": 2, "TZS": 2, "UAH": 2, "UGX": 0, "UYU": 2, "UZS": 2, "VED": 2, "VES": 2, "VND": 0, "VUV": 0, "WST": 2,
    "XAF": 0, "XCD": 2, "XOF": 0, "XPF": 0, "YER": 2, "ZAR": 2, "ZMW": 2, "ZWG": 2,
}  # fmt: skip

#: The currencies in the order that the `currency` column counts them; CNY is 0.
CURRENCIES: tuple[str, ...] = tuple(EXPONENTS)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of one currency in minor units.

    Parameters
    ----------
    amount_minor : int
        Minor units (fen, cents, whole yen); may be negative.
    currency : str
        ISO 4217 code.

    Raises
    ------
    ValueError
        If the currency is not known, or if two currencies are added or compared.
    TypeError
        If the amount is not an int; money is never a float.

    Examples
    --------
    >>> Money(1050, "CNY") + Money(50, "CNY")
    Money(amount_minor=1100, currency='CNY')
    >>> Money(1050, "CNY") / Money(2100, "CNY")
    Fraction(1, 2)
    >>> Money(1, "CNY") + Money(1, "USD")
    Traceback (most recent call last):
        ...
    ValueError: expected money in CNY, got USD; convert at the parity of a day first
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError(f"amount_minor must be an int of minor units, got {self.amount_minor!r}")
        if self.currency not in EXPONENTS:
            raise ValueError(f"currency must be an ISO 4217 code, got {self.currency!r}")

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(
                f"expected money in {self.currency}, got {other.currency}; convert at the parity of a day first"
            )

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError(f"money can be multiplied by an int only, got {times!r}")
        return Money(self.amount_minor * times, self.currency)

    __rmul__ = __mul__

    def __truediv__(self, other: Money) -> Fraction:
        """Return the ratio of two amounts of one currency, exactly."""
        self._same(other)
        return Fraction(self.amount_minor, other.amount_minor)

    def in_yuan(self, value_e6: int, per_units: int = 1) -> Money:
        """Return the amount in CNY at a parity, rounded half to even.

        Parameters
        ----------
        value_e6 : int
            Millionths of a yuan for `per_units` of the currency; of CNY itself the parity is not read.
        per_units : int

        Examples
        --------
        >>> Money(10_000, "USD").in_yuan(7_180_000)
        Money(amount_minor=71800, currency='CNY')
        >>> Money(5, "JPY").in_yuan(5_000_000, 100)
        Money(amount_minor=25, currency='CNY')
        """
        if self.currency == "CNY":
            return self
        fen = Fraction(self.amount_minor * value_e6 * 100, 10 ** EXPONENTS[self.currency] * 1_000_000 * per_units)
        return Money(round(fen), "CNY")

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount_minor <= other.amount_minor

    def __str__(self) -> str:
        exponent = EXPONENTS[self.currency]
        sign, digits = "-" * (self.amount_minor < 0), str(abs(self.amount_minor)).rjust(exponent + 1, "0")
        whole, part = (digits[:-exponent], "." + digits[-exponent:]) if exponent else (digits, "")
        return f"{sign}{int(whole):,}{part} {self.currency}"

"""Money of one currency in fen or US cents at the parity of the event's day, as that parity was known at the event.

Parities arrive as `reference` events. One holds from `valid_from` (else from its own day) to `valid_to` (else until the
next), and an event sees only those that stand before it in the log. Conversions are exact fractions, rounded half to
even once. Yuan needs no parity in fen, and dollars need none in cents.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from streams.batch import Batch
from streams.clock import shanghai_day
from streams.events import code
from streams.kernel import kernel
from streams.money import CURRENCIES, EXPONENTS

CNY, USD = CURRENCIES.index("CNY"), CURRENCIES.index("USD")
UNKNOWN = np.iinfo(np.int64).min
"""An amount that no parity converts."""

_PARITY = code("reference", "series", "parity")
_FOREVER = np.iinfo(np.int32).max
_ABSENT_DATE = np.iinfo(np.int32).min
_POWERS = np.array([10 ** EXPONENTS[currency] for currency in CURRENCIES], dtype=np.int64)
_NUMBERS = {currency: number for number, currency in enumerate(CURRENCIES)}
_MAX_FACTOR = 4.0e18  # numerator and denominator of a rate stay below 2**62
_COLUMNS = ("currency", "valid_from", "valid_to", "value_e6", "per_units", "position")


class _Code(msgspec.Struct):
    """The one field that the columns do not hold in the clear."""

    code: str = ""


@kernel()
def _gcd(a: int, b: int) -> int:
    """Greatest common divisor of two positive integers."""
    while b:
        a, b = b, a % b
    return a


@kernel()
def scaled(amount: int, numerator: int, denominator: int) -> Any:
    """`amount * numerator / denominator`, rounded half to even; all at least 0 and below 2**62, and so the result.

    Examples
    --------
    >>> int(scaled(5, 1, 2)), int(scaled(7, 1, 2)), int(scaled(10**15, 7 * 10**12, 10**13))
    (2, 4, 700000000000000)
    """
    if np.float64(amount) * np.float64(numerator) < _MAX_FACTOR:
        product = amount * numerator
        whole: Any = product // denominator
        rest = np.uint64(product - whole * denominator)
    else:
        # the product in two words, by halves of 32 bits
        a, b, mask = np.uint64(amount), np.uint64(numerator), np.uint64(0xFFFFFFFF)
        half = np.uint64(32)
        low, middle = (a & mask) * (b & mask), (a >> half) * (b & mask)
        middle += low >> half
        cross = (a & mask) * (b >> half) + (middle & mask)
        high = (a >> half) * (b >> half) + (middle >> half) + (cross >> half)
        word = (cross << half) | (low & mask)
        divisor, rest, quotient = np.uint64(denominator), high % np.uint64(denominator), np.uint64(0)
        for bit in range(63, -1, -1):
            rest = (rest << np.uint64(1)) | ((word >> np.uint64(bit)) & np.uint64(1))
            quotient <<= np.uint64(1)
            if rest >= divisor:
                rest -= divisor
                quotient |= np.uint64(1)
        whole = np.int64(quotient)
    twice = rest * np.uint64(2)
    if twice > np.uint64(denominator) or (twice == np.uint64(denominator) and whole & 1):
        whole += 1
    return whole


@kernel()
def rate_at(book: Any, currency: int, day: int, position: int) -> int:
    """Number of the parity of a currency that held on a day and stood before `position` in the log, or -1."""
    starts, valid_from, valid_to, _, _, positions = book
    low, high = starts[currency], starts[currency + 1]
    first = low
    while low < high:
        middle = (low + high) // 2
        if valid_from[middle] <= day:
            low = middle + 1
        else:
            high = middle
    found = low - 1
    while found >= first and positions[found] >= position:
        found -= 1
    if found < first or valid_to[found] < day:
        return -1
    return found


@kernel()
def _converted(amount: int, factors: Any, divisors: Any) -> int:
    """`amount` times the factors through the divisors, or UNKNOWN where they do not fit."""
    numerator, denominator = 1, 1
    for factor in factors:
        common = _gcd(factor, denominator)
        denominator //= common
        if np.float64(numerator) * np.float64(factor // common) >= _MAX_FACTOR:
            return UNKNOWN
        numerator *= factor // common
    for divisor in divisors:
        common = _gcd(divisor, numerator)
        numerator //= common
        if np.float64(denominator) * np.float64(divisor // common) >= _MAX_FACTOR:
            return UNKNOWN
        denominator *= divisor // common
    if np.float64(amount) * np.float64(numerator) / np.float64(denominator) >= _MAX_FACTOR:
        return UNKNOWN
    return scaled(amount, numerator, denominator)


@kernel()
def in_fen(book: Any, amount: int, currency: int, day: int, position: int) -> int:
    """Amount of minor units in CNY fen, or UNKNOWN without a parity."""
    if currency == CNY:
        return amount
    rate = rate_at(book, currency, day, position)
    if rate < 0:
        return UNKNOWN
    _, _, _, value_e6, per_units, _ = book
    return _converted(amount, (value_e6[rate], 100), (_POWERS[currency], 1_000_000, per_units[rate]))


@kernel()
def in_cents(book: Any, amount: int, currency: int, day: int, position: int) -> int:
    """Amount of minor units in US cents, or UNKNOWN without the parities of both."""
    if currency == USD:
        return amount
    dollar = rate_at(book, USD, day, position)
    if dollar < 0:
        return UNKNOWN
    _, _, _, value_e6, per_units, _ = book
    if currency == CNY:
        return _converted(amount, (1_000_000, per_units[dollar]), (value_e6[dollar], 1))
    rate = rate_at(book, currency, day, position)
    if rate < 0:
        return UNKNOWN
    return _converted(
        amount,
        (value_e6[rate], per_units[dollar], 100),
        (_POWERS[currency], value_e6[dollar], per_units[rate]),
    )


class Parities:
    """Every parity that the log has told, sorted by currency, day and position.

    Examples
    --------
    >>> from streams.clock import day_number
    >>> from datetime import date
    >>> parities = Parities()
    >>> parities.add("USD", valid_from=day_number(date(2025, 3, 3)), value_e6=718_000_000, per_units=100, position=0)
    >>> in_fen(parities.book(), 10_000, USD, day_number(date(2025, 3, 4)), 1)
    71800
    >>> in_fen(parities.book(), 10_000, USD, day_number(date(2025, 3, 2)), 1) == UNKNOWN
    True
    """

    def __init__(self) -> None:
        self._rows = np.zeros((0, len(_COLUMNS)), dtype=np.int64)
        self._book = self._sorted_book()

    def add(
        self, currency: str, *, valid_from: int, value_e6: int, per_units: int, position: int, valid_to: int = _FOREVER
    ) -> None:
        """Take one parity up.

        Parameters
        ----------
        currency : str
            ISO 4217 code; the parity of the yuan itself and of an unknown code is not kept.
        valid_from, valid_to : int
            First and last Shanghai day.
        value_e6 : int
            Millionths of a yuan for `per_units` of the currency, above 0.
        position : int
            Log position that told it.
        """
        self._take([(_NUMBERS.get(currency, CNY), valid_from, valid_to, value_e6, per_units, position)])

    def _take(self, rows: list[tuple[int, ...]]) -> None:
        """Take rows up, in log order, and sort once."""
        kept = [row for row in rows if row[0] != CNY and row[3] > 0 and row[4] > 0]
        if kept:
            self._rows = np.concatenate([self._rows, np.array(kept, dtype=np.int64)])
            self._book = self._sorted_book()

    def update(self, batch: Batch) -> None:
        """Take up the parities of a batch; a batch that was seen before changes nothing."""
        block = batch.blocks.get("reference")
        if block is None:
            return
        known = int(self._rows[:, 5].max(initial=-1))
        told: list[tuple[int, ...]] = []
        for at in np.flatnonzero(block["series"] == _PARITY).tolist():
            row = int(block.rows[at])
            position = int(batch.position[row])
            if position <= known or block["value_e6"][at] == UNKNOWN:
                continue
            valid_from, valid_to = int(block["valid_from"][at]), int(block["valid_to"][at])
            per_units = int(block["per_units"][at])
            told.append(
                (
                    _NUMBERS.get(msgspec.json.decode(batch.body[row], type=_Code).code, CNY),
                    int(shanghai_day(batch.event_time[row])) if valid_from == _ABSENT_DATE else valid_from,
                    _FOREVER if valid_to == _ABSENT_DATE else valid_to,
                    int(block["value_e6"][at]),
                    1 if per_units == UNKNOWN else per_units,
                    position,
                )
            )
        self._take(told)

    def book(self) -> tuple[NDArray[np.int64], ...]:
        """First row of each currency, then the columns of all rows, as the kernels take them."""
        return self._book

    def _sorted_book(self) -> tuple[NDArray[np.int64], ...]:
        """Sort by currency, first day and position, and find where each currency starts."""
        self._rows = self._rows[np.lexsort((self._rows[:, 5], self._rows[:, 1], self._rows[:, 0]))]
        starts = np.searchsorted(self._rows[:, 0], np.arange(len(CURRENCIES) + 1)).astype(np.int64)
        return (starts, *(np.ascontiguousarray(self._rows[:, column]) for column in range(1, len(_COLUMNS))))

    def state(self) -> dict[str, NDArray[Any]]:
        """Every parity, as one plain array."""
        return {"rows": self._rows.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the array that `state()` gave."""
        self._rows = np.array(state["rows"])
        self._book = self._sorted_book()

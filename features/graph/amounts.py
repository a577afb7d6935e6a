"""Whether money was passed on: one payment's amount against the one before it.

Amounts are compared in CNY fen where both payments have a parity, else as sent; a payment of nothing passes nothing on.
"""

from typing import Any

from numba import njit

RATIO_CAP = 10**9


@njit(cache=True, nogil=True, inline="always")
def is_conserved(before_fen: int, before_minor: int, after_fen: int, after_minor: int) -> Any:
    """Whether the later amount is 0.8 to 1.05 of the earlier one.

    Examples
    --------
    >>> is_conserved(100, 100, 80, 80), is_conserved(100, 100, 79, 79), is_conserved(0, 100, 500, 105)
    (True, False, True)
    """
    before, after = before_fen, after_fen
    if before <= 0 or after <= 0:
        before, after = before_minor, after_minor
    return before > 0 and after > 0 and 5 * after >= 4 * before and 20 * after <= 21 * before


@njit(cache=True, nogil=True)
def ratio_ppm(numerator: int, denominator: int) -> int:
    """Whole parts per million, rounded down, at most 10^9; -1 where there is nothing to divide by.

    Exact for a denominator up to 9 * 10^17.

    Examples
    --------
    >>> ratio_ppm(2, 3), ratio_ppm(5, 0), ratio_ppm(10**15, 1)
    (666666, -1, 1000000000)
    """
    if denominator <= 0:
        return -1
    whole = numerator // denominator
    if whole >= RATIO_CAP // 1_000_000:
        return RATIO_CAP
    rest = numerator - whole * denominator
    # digit by digit: a rest times a million might not fit 64 bits
    for _ in range(6):
        rest *= 10
        digit = rest // denominator
        whole = 10 * whole + digit
        rest -= digit * denominator
    return whole

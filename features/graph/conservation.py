"""Whether money was passed on: one payment's amount against the one before it.

Amounts are compared in CNY fen where both payments have a parity, else as sent; a payment of nothing passes nothing on.
"""

from typing import Any

from numba import njit


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

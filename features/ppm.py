"""Parts per million of integers, exactly, whatever their size."""

from typing import Any

import numpy as np

from streams.kernel import kernel

CAP = 10**9
"""A thousand times as much: shares and changes stop counting here."""

_MILLION = 1_000_000
_DIRECT = np.iinfo(np.int64).max // _MILLION


@kernel()
def ppm(numerator: Any, denominator: Any) -> Any:
    """Parts per million, rounded down, at most 10**9; -1 where there is nothing to divide by.

    Parameters
    ----------
    numerator, denominator : int64
        At least 0 and below 9 * 10**17.

    Examples
    --------
    >>> int(ppm(1, 3)), int(ppm(5, 0)), int(ppm(7 * 10**16, 10**17)), int(ppm(10**6, 1))
    (333333, -1, 700000, 1000000000)
    """
    if denominator <= 0:
        return np.int64(-1)
    whole = np.int64(numerator // denominator)
    if whole >= CAP // _MILLION:
        return np.int64(CAP)
    rest = np.int64(numerator - whole * denominator)
    if rest <= _DIRECT:
        return whole * _MILLION + rest * _MILLION // denominator
    # too large to multiply at once: digit by digit
    for _ in range(6):
        rest *= 10
        digit = rest // denominator
        rest -= digit * denominator
        whole = whole * 10 + digit
    return whole

"""Bursts of fan-in and fan-out: how much of an account's month of counterparties came within an hour or a day.

Derived from the exact windows of the same row, so that it costs next to nothing.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.catalogue import CRIME, WINDOWS, Feature, index

_MONTH = WINDOWS[-1][0]

FEATURES = tuple(
    Feature(f"{stem}_burst_ppm_{window}", "graph/bursts", meaning.format(window, _MONTH), "ppm", _MONTH, 30.0, CRIME)
    for window in ("1h", "1d")
    for stem, meaning in (
        ("fan_in", "distinct accounts that paid v within {0} against those within {1}, rounded down; -1 if none"),
        ("fan_out", "distinct accounts that u paid within {0} against those within {1}, rounded down; -1 if none"),
    )
)
_SHORT = tuple(index(f"{stem}_{window}") for window in ("1h", "1d") for stem in ("payee_payers", "payer_payees"))
_LONG = tuple(index(f"{stem}_{_MONTH}") for stem in ("payee_payers", "payer_payees"))


@njit(cache=True, nogil=True)
def _fill(rows: Any, out: Any) -> None:
    """Write the shares of each row."""
    for i in range(len(rows)):
        for column in range(4):
            month = rows[i, _LONG[column % 2]]
            out[i, column] = rows[i, _SHORT[column]] * 1_000_000 // month if month > 0 else -1


def fill(rows: NDArray[np.int64], out: NDArray[np.int64]) -> None:
    """Write the columns of `FEATURES` for rows whose windows are filled.

    Parameters
    ----------
    rows : ndarray of shape (n, n_features), int64
        Feature rows; window columns as in the catalogue.
    out : ndarray of shape (n, 4), int64
    """
    _fill(rows, out)

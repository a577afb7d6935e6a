"""Bursts of fan-in and fan-out: how much of an account's month of counterparties came within an hour or a day.

Derived from the exact windows of the same row, so that it costs next to nothing.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.catalogue import CRIME, WINDOWS, Feature
from features.ppm import ppm
from features.window_columns import MONTH, PAYEE_PAYERS, PAYER_PAYEES, PER_WINDOW

_SHORT = ("1h", "1d")

FEATURES = tuple(
    Feature(f"{stem}_burst_ppm_{window}", "graph/bursts", meaning.format(window), "ppm", "30d", 30.0, CRIME)
    for window in _SHORT
    for stem, meaning in (
        ("fan_in", "distinct accounts that paid v within {} against those within 30d, rounded down; -1 if none"),
        ("fan_out", "distinct accounts that u paid within {} against those within 30d, rounded down; -1 if none"),
    )
)
_SIDES = (PAYEE_PAYERS, PAYER_PAYEES)
_FIRST = [PER_WINDOW * [name for name, _ in WINDOWS].index(window) for window in _SHORT]
_COLUMNS = tuple(first + side for first in _FIRST for side in _SIDES)


@njit(cache=True, nogil=True)
def _fill(rows: Any, out: Any) -> None:
    """Write the shares of each row."""
    for i in range(len(rows)):
        for column in range(len(_COLUMNS)):
            out[i, column] = ppm(rows[i, _COLUMNS[column]], rows[i, MONTH + _SIDES[column % 2]])


def fill(rows: NDArray[np.int64], out: NDArray[np.int64]) -> None:
    """Write the columns of `FEATURES` for rows whose windows are filled.

    Parameters
    ----------
    rows : ndarray of shape (n, n_features), int64
        Feature rows; window columns as in the catalogue.
    out : ndarray of shape (n, 4), int64
    """
    _fill(rows, out)

"""Features of the payment itself and of its accounts' flows, derived from the windows of the same row."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.catalogue import DAY_MS, HISTORY_DAYS, HOUR_MS, index

_SHANGHAI_MS = 8 * HOUR_MS
_CAP = 10**9

AMOUNT = index("amount_fen")
HOUR = index("hour_of_day")
HISTORY = index("history_days")
PASS_1D = index("payer_pass_ppm_1d")
PASS_7D = index("payer_pass_ppm_7d")
PAYEE_BURST = index("payee_burst_ppm")
PAYER_BURST = index("payer_burst_ppm")
AGAINST_MEAN = index("amount_vs_payer_mean_ppm")

_OUT_1D, _OUT_7D, _OUT_30D = index("payer_out_sum_1d"), index("payer_out_sum_7d"), index("payer_out_sum_30d")
_IN_1D, _IN_7D, _IN_30D = index("payer_in_sum_1d"), index("payer_in_sum_7d"), index("payer_in_sum_30d")
_PAYEE_7D, _PAYEE_30D = index("payee_in_sum_7d"), index("payee_in_sum_30d")
_COUNT_30D = index("payer_out_count_30d")


@njit(cache=True, nogil=True)
def _ratio_ppm(numerator: int, denominator: int) -> int:
    """Whole parts per million, at most 10**9; -1 where there is nothing to divide by."""
    if denominator <= 0:
        return -1
    whole = numerator // denominator
    if whole >= _CAP // 1_000_000:
        return _CAP
    rest = numerator - whole * denominator
    # a remainder times a million must fit 64 bits
    if denominator > 9_000_000_000_000:
        return whole * 1_000_000 + rest // (denominator // 1_000_000)
    return whole * 1_000_000 + rest * 1_000_000 // denominator


@njit(cache=True, nogil=True)
def _fill(rows: Any, amounts_fen: Any, event_times: Any, clocks: Any, first_clock: int) -> None:
    """Write the profile columns."""
    for i in range(len(rows)):
        row = rows[i]
        fen = amounts_fen[i]
        row[AMOUNT] = fen
        row[HOUR] = (event_times[i] + _SHANGHAI_MS) // HOUR_MS % 24
        row[HISTORY] = min((clocks[i] - first_clock) // DAY_MS, HISTORY_DAYS)
        row[PASS_1D] = _ratio_ppm(row[_OUT_1D] + fen, row[_IN_1D])
        row[PASS_7D] = _ratio_ppm(row[_OUT_7D] + fen, row[_IN_7D])
        row[PAYEE_BURST] = _ratio_ppm(row[_PAYEE_7D], row[_PAYEE_30D])
        row[PAYER_BURST] = _ratio_ppm(row[_IN_7D], row[_IN_30D])
        row[AGAINST_MEAN] = -1
        if row[_COUNT_30D] > 0:
            row[AGAINST_MEAN] = _ratio_ppm(fen, row[_OUT_30D] // row[_COUNT_30D])


def fill(
    rows: NDArray[np.int64],
    amounts_fen: NDArray[np.int64],
    event_times: NDArray[np.int64],
    clocks: NDArray[np.int64],
    first_clock: int,
) -> None:
    """Write the profile columns of feature rows whose windows are filled.

    Parameters
    ----------
    rows : ndarray of shape (n, n_features), int64
    amounts_fen, event_times, clocks : ndarrays of shape (n,), int64
    first_clock : int
        Clock of the log's first event, ms.
    """
    _fill(rows, amounts_fen, event_times, clocks, first_clock)

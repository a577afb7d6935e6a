"""Stage 1: append payments to the log, one after the other, and read the exact windows just before each.

Each window keeps a pointer into the log and takes out what leaves it, so that a count costs the same whatever the
window's length, and sums of integers are exact. A payment that makes no entry (not settled, or the second report of one
movement) reads the same windows and leaves nothing behind.
"""

from typing import Any

import numpy as np
from numba import njit

from features.catalogue import WINDOWS, index
from features.graph.log import (
    CLOCK,
    FIRST_CLOCK,
    HEAD,
    IN,
    LAST_IN,
    LAST_OUT,
    N_WINDOWS,
    OUT,
    PAYEES,
    PAYERS,
    STARTS,
    TAIL,
    WIDTHS,
    account_slot,
    pair_slot,
)
from streams.table import find

PER_WINDOW = 16
SECONDS_SINCE_OUT = index("payer_seconds_since_out")
SECONDS_SINCE_IN = index("payee_seconds_since_in")
LATENESS = index("lateness_seconds")
assert index(f"reverse_sum_{WINDOWS[-1][0]}") == PER_WINDOW * N_WINDOWS - 1  # noqa: S101 -- the kernel's columns

# What stage 2 needs to know of a payment: the bound of the past and the last entries of both sides, as of it
QUERY = np.dtype(
    [
        ("clock", np.int64),
        ("bound", np.int64),  # number that the payment's own entry has or would have
        ("payer_in", np.int64),  # numbers of last entries, -1 none
        ("payer_out", np.int64),
        ("payee_in", np.int64),
        ("payee_out", np.int64),
        ("payer", np.int64),  # slots, -1 where the account has no entry alive
        ("payee", np.int64),
    ]
)


@njit(cache=True, nogil=True)
def _evict(
    clock: int,
    entries: Any,
    account_counts: Any,
    account_sums: Any,
    pair_counts: Any,
    pair_sums: Any,
    scalars: Any,
) -> None:
    """Take out of every window what is no longer inside it at `clock`."""
    ring = len(entries) - 1
    for window in range(N_WINDOWS):
        number = scalars[STARTS + window]
        edge_of_window = clock - WIDTHS[window]
        while number < scalars[HEAD]:
            entry = entries[number & ring]
            if entry.clock > edge_of_window:
                break
            payer, payee, pair, fen = entry.payer, entry.payee, entry.pair, entry.amount_fen
            account_counts[payer, OUT + window] -= 1
            account_sums[payer, OUT + window] -= fen
            account_counts[payee, IN + window] -= 1
            account_sums[payee, IN + window] -= fen
            pair_counts[pair, window] -= 1
            pair_sums[pair, window] -= fen
            if pair_counts[pair, window] == 0:
                account_counts[payer, PAYEES + window] -= 1
                account_counts[payee, PAYERS + window] -= 1
            number += 1
        scalars[STARTS + window] = number


@njit(cache=True, nogil=True, inline="always")
def _distance(number: int, last: int, tail: int) -> Any:
    """Link from an entry back to another; 0 where there is none that the ring still holds."""
    return number - last if last >= tail else 0


@njit(cache=True, nogil=True)
def append(
    clocks: Any,
    event_times: Any,
    payers: Any,
    payees: Any,
    amounts_fen: Any,
    amounts_minor: Any,
    positions: Any,
    makes_entry: Any,
    entries: Any,
    account_last: Any,
    account_keys: Any,
    account_counts: Any,
    account_sums: Any,
    account_free: Any,
    account_index: Any,
    pair_keys: Any,
    pair_counts: Any,
    pair_sums: Any,
    pair_free: Any,
    pair_index: Any,
    scalars: Any,
    rows: Any,
    queries: Any,
) -> None:
    """Read the windows of each payment into `rows` and append those that make an entry.

    Parameters
    ----------
    clocks, event_times : ndarrays of shape (n,), int64
        Milliseconds; `clocks` never falls.
    payers, payees : ndarrays of shape (n,), uint64
        Vertices.
    amounts_fen, amounts_minor, positions : ndarrays of shape (n,), int64
    makes_entry : ndarray of shape (n,), bool
    rows : ndarray of shape (n, n_features), int64
        The window columns are written, the rest is left alone.
    queries : ndarray of shape (n,), QUERY
        Written for stage 2.
    """
    ring = len(entries) - 1
    for i in range(len(clocks)):
        clock = clocks[i]
        if clock > scalars[CLOCK]:
            if scalars[FIRST_CLOCK] == np.iinfo(np.int64).min:
                scalars[FIRST_CLOCK] = clock
            scalars[CLOCK] = clock
            _evict(clock, entries, account_counts, account_sums, pair_counts, pair_sums, scalars)
        number = scalars[HEAD]
        if makes_entry[i]:
            u = account_slot(payers[i], account_last, account_keys, account_free, account_index, scalars)
            v = account_slot(payees[i], account_last, account_keys, account_free, account_index, scalars)
            pair = pair_slot((np.uint64(u) << np.uint64(32)) | np.uint64(v), pair_keys, pair_free, pair_index, scalars)
        else:
            u = find(account_index, account_keys, payers[i])
            v = find(account_index, account_keys, payees[i])
            pair = -1
            if u >= 0 and v >= 0:
                pair = find(pair_index, pair_keys, (np.uint64(u) << np.uint64(32)) | np.uint64(v))
        reverse = -1
        if u >= 0 and v >= 0:
            # a pair exists only where the payee has paid out and the payer has received
            last = N_WINDOWS - 1
            if account_counts[v, OUT + last] > 0 and account_counts[u, IN + last] > 0:
                reverse = find(pair_index, pair_keys, (np.uint64(v) << np.uint64(32)) | np.uint64(u))

        row = rows[i]
        for window in range(N_WINDOWS):
            column = PER_WINDOW * window
            if u >= 0:
                row[column] = account_counts[u, OUT + window]
                row[column + 1] = account_sums[u, OUT + window]
                row[column + 2] = account_counts[u, IN + window]
                row[column + 3] = account_sums[u, IN + window]
                row[column + 8] = account_counts[u, PAYEES + window]
                row[column + 9] = account_counts[u, PAYERS + window]
            if v >= 0:
                row[column + 4] = account_counts[v, IN + window]
                row[column + 5] = account_sums[v, IN + window]
                row[column + 6] = account_counts[v, OUT + window]
                row[column + 7] = account_sums[v, OUT + window]
                row[column + 10] = account_counts[v, PAYERS + window]
                row[column + 11] = account_counts[v, PAYEES + window]
            if pair >= 0:
                row[column + 12] = pair_counts[pair, window]
                row[column + 13] = pair_sums[pair, window]
            if reverse >= 0:
                row[column + 14] = pair_counts[reverse, window]
                row[column + 15] = pair_sums[reverse, window]

        query = queries[i]
        query.clock = clock
        query.bound = number
        query.payer = u
        query.payee = v
        query.payer_out = query.payer_in = query.payee_out = query.payee_in = -1
        month = N_WINDOWS - 1
        row[SECONDS_SINCE_OUT] = -1
        row[SECONDS_SINCE_IN] = -1
        # a last entry is alive exactly if the longest window counts one
        if u >= 0 and account_counts[u, OUT + month] > 0:
            query.payer_out = account_last[u, LAST_OUT]
            row[SECONDS_SINCE_OUT] = (clock - entries[query.payer_out & ring].clock) // 1000
        if u >= 0 and account_counts[u, IN + month] > 0:
            query.payer_in = account_last[u, LAST_IN]
        if v >= 0 and account_counts[v, OUT + month] > 0:
            query.payee_out = account_last[v, LAST_OUT]
        if v >= 0 and account_counts[v, IN + month] > 0:
            query.payee_in = account_last[v, LAST_IN]
            row[SECONDS_SINCE_IN] = (clock - entries[query.payee_in & ring].clock) // 1000
        row[LATENESS] = (clock - event_times[i]) // 1000

        if makes_entry[i]:
            entry = entries[number & ring]
            entry.clock = clock
            entry.amount_fen = amounts_fen[i]
            entry.amount_minor = amounts_minor[i]
            entry.position = positions[i]
            entry.payer = u
            entry.payee = v
            entry.pair = pair
            # links reach beyond the longest window: a payment before in the batch may still see what lies there
            tail = scalars[TAIL]
            entry.payer_out = _distance(number, account_last[u, LAST_OUT], tail)
            entry.payer_in = _distance(number, account_last[u, LAST_IN], tail)
            entry.payee_out = _distance(number, account_last[v, LAST_OUT], tail)
            entry.payee_in = _distance(number, account_last[v, LAST_IN], tail)
            account_last[u, LAST_OUT] = number
            account_last[v, LAST_IN] = number
            scalars[HEAD] = number + 1
            fen = amounts_fen[i]
            for window in range(N_WINDOWS):
                account_counts[u, OUT + window] += 1
                account_sums[u, OUT + window] += fen
                account_counts[v, IN + window] += 1
                account_sums[v, IN + window] += fen
                if pair_counts[pair, window] == 0:
                    account_counts[u, PAYEES + window] += 1
                    account_counts[v, PAYERS + window] += 1
                pair_counts[pair, window] += 1
                pair_sums[pair, window] += fen

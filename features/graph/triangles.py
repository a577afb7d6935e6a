"""Triangles that a payment u -> v closes, told apart by the directions of their sides, and reciprocity of both ends.

The payments of u and of v, in and out, are four chains; they are walked in turn, a step of each, so that one does not
wait for the memory of another. Every account met carries four bits, and a pattern is counted at the bit that completes
it.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, Feature

WINDOW = 7 * DAY_MS

FEATURES = tuple(
    Feature(name, "graph/triangles", meaning, unit, "7d", 7.0, CRIME)
    for name, meaning, unit in (
        ("triangles_cycle_7d", "distinct accounts that v paid and that paid u: the event closes a ring", "accounts"),
        (
            "triangles_through_7d",
            "distinct accounts that u paid and that paid v: the event is the short cut",
            "accounts",
        ),
        ("triangles_payee_7d", "distinct accounts that both u and v paid", "accounts"),
        ("triangles_payer_7d", "distinct accounts that paid both u and v", "accounts"),
        ("triangles_accounts_7d", "distinct accounts that both u and v dealt with, either way", "accounts"),
        ("payer_mutual_7d", "distinct accounts that u paid and that paid u, v among them", "accounts"),
        ("payee_mutual_7d", "distinct accounts that v paid and that paid v, u among them", "accounts"),
        ("triangles_truncated", "1 if the search met its budget", "0 or 1"),
    )
)
CYCLE, THROUGH, PAYEE, PAYER, ACCOUNTS, PAYER_MUTUAL, PAYEE_MUTUAL, TRUNCATED = range(len(FEATURES))

# Which chain met an account: payments into u, out of u, into v, out of v
_U_IN, _U_OUT, _V_IN, _V_OUT = 1, 2, 4, 8
_U, _V = _U_IN | _U_OUT, _V_IN | _V_OUT
# Pattern by pattern the bits it takes, in the order of the columns; the fifth takes any bit of either end
_TAKES = (_V_OUT | _U_IN, _U_OUT | _V_IN, _U_OUT | _V_OUT, _U_IN | _V_IN, 0, _U, _V)
# An account met: its bits, and its newest payment with u and with v
ACCOUNT, _BITS, WITH_U, WITH_V = 1, 2, 3, 4


@njit(cache=True, nogil=True)
def count_triangles(
    query: Any, entries: Any, tail: int, budget: int, scratch: Any, stamp: int, out: Any, path: Any
) -> None:
    """Count the triangles of one payment.

    Parameters
    ----------
    query : QUERY record
    entries : ndarray of shape (2**k,), ENTRY
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed before the search stops and says so.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number that no earlier search used on this scratch.
    out : ndarray of shape (8,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries follow, and their numbers: the newest payment with u and with v of each account that
        both dealt with, at most 31 accounts.
    """
    path[0] = 0
    if query.payer == query.payee:
        return
    table, common = scratch[0], scratch[1, :, 0]
    meet(query, entries, tail, budget, table, common, stamp, out)
    for i in range(min(out[ACCOUNTS], (len(path) - 1) // 2)):
        path[0] += 2
        path[2 * i + 1], path[2 * i + 2] = table[common[i], WITH_U], table[common[i], WITH_V]


@njit(cache=True, nogil=True)
def meet(query: Any, entries: Any, tail: int, budget: int, table: Any, common: Any, stamp: int, out: Any) -> None:
    """Enter the counterparties of u and v into a table, count patterns, and list the cells that both dealt with."""
    ring, mask = len(entries) - 1, len(table) - 1
    oldest = query.clock - WINDOW
    links = 0
    u_in, u_out, v_in, v_out = query.payer_in, query.payer_out, query.payee_in, query.payee_out
    while max(max(u_in, u_out), max(v_in, v_out)) >= tail:
        for chain in range(4):
            if chain == 0:
                number = u_in
            elif chain == 1:
                number = u_out
            elif chain == 2:
                number = v_in
            else:
                number = v_out
            if number < tail:
                continue
            entry = entries[number & ring]
            following = -1
            if entry.clock > oldest:
                if links >= budget:
                    out[TRUNCATED] = 1
                    return
                links += 1
                if chain & 1:
                    other, back = entry.payee, entry.payer_out
                else:
                    other, back = entry.payer, entry.payee_in
                following = number - back if back else -1
                if entry.payer != entry.payee:
                    cell = other & mask
                    while table[cell, 0] == stamp and table[cell, ACCOUNT] != other:
                        cell = (cell + 1) & mask
                    if table[cell, 0] != stamp:
                        table[cell, 0], table[cell, ACCOUNT], table[cell, _BITS] = stamp, other, 0
                    before = table[cell, _BITS]
                    bits = before | 1 << chain
                    if bits != before:
                        table[cell, _BITS] = bits
                        _count(before, bits, out)
                        side = _U if chain < 2 else _V
                        if not before & side:
                            table[cell, WITH_U if chain < 2 else WITH_V] = number
                            if before:
                                common[out[ACCOUNTS]] = cell
                                out[ACCOUNTS] += 1
            if chain == 0:
                u_in = following
            elif chain == 1:
                u_out = following
            elif chain == 2:
                v_in = following
            else:
                v_out = following


@njit(cache=True, nogil=True)
def _count(before: int, bits: int, out: Any) -> None:
    """Count the patterns that the newest bit of an account completes."""
    for column in range(len(_TAKES)):
        takes = _TAKES[column]
        if takes and bits & takes == takes and before & takes != takes:
            out[column] += 1

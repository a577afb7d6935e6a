"""Scatter-gather and bicliques in whatever order their payments were made, with u -> v the last of them.

Both ask the same of two sets of accounts around u and v: whom of the one has paid whom of the other? Payers of u that
paid payers of v make v a sink that gathers, payees of u that paid payees of v make u a source that scatters, payers of
v that paid payees of u make a biclique. The smaller set is asked for its counterparties.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, Feature
from features.graph.ahead import read_ahead
from features.graph.log import LAST_IN, LAST_OUT

WEEK, MONTH = 7 * DAY_MS, 30 * DAY_MS

FEATURES = (
    *(
        Feature(name.format(window), "graph/any_order_sharing", meaning, unit, window, days, CRIME)
        for window, days in (("7d", 7.0), ("30d", 30.0))
        for name, meaning, unit in (
            (
                "any_scatter_gather_{}",
                "most distinct middles between a source and a sink, each paid by the one and paying the other in any "
                "order, where the event is one of these payments; 0 if nobody but v paid u and v paid nobody but u",
                "accounts",
            ),
            (
                "any_bicliques_{}",
                "sets of two payers and two payees, u and v among them and all distinct, of which each payer paid each "
                "payee in any order, the event included",
                "sets",
            ),
        )
    ),
    Feature(
        "any_order_sharing_truncated",
        "graph/any_order_sharing",
        "1 if the search met its budget",
        "0 or 1",
        "30d",
        30.0,
        CRIME,
    ),
)
MIDDLES, BICLIQUES = 0, 1  # of a window
PER_WINDOW = 2
TRUNCATED = 2 * PER_WINDOW

# Bits that `count_any_sharing` sets of an account: sink of a scatter-gather of two middles or more; payee of a biclique
SINK, PAYEE = 1, 2

_AHEAD = 8  # links of each chain
# The four sets, each the counterparties of an end: their bits, and the columns of their lists
_U_PAYERS, _U_PAYEES, _V_PAYERS, _V_PAYEES = range(4)
# An account met: the sets it is in, who met it last, how many middles it shares with u as a payer of u, with v as a
# payee of v
_ACCOUNT, _SETS, _MET_BY, _AS_SOURCE, _AS_SINK = range(1, 6)
# Columns of the fourth work area after the lists: chains read ahead, and counters
_CURSORS, _COUNTERS = 4, 5
_SENT = 2  # of an account in the table of the evidence: the newest payment that the source sent it; -1 told already
_STEPS, _OLDER, _CUT = range(3)


@njit(cache=True, nogil=True)
def count_any_sharing(
    query: Any,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
    path: Any,
    members: Any,
) -> None:
    """Count middles and bicliques of one payment over seven and over thirty days.

    Parameters
    ----------
    query : QUERY record
    entries : ndarray of shape (2**k,), ENTRY
    account_last : ndarray of shape (n_accounts, 2), int64
        Numbers of the accounts' last entries at the end of the batch.
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed, of both windows together, before the search stops and says so.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number, above 0, that no earlier search used on this scratch.
    out : ndarray of shape (5,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries follow, and their numbers: the scatter-gather with most middles, two or more, one
        payment each way of every middle, as far as there is room; over seven days if there is one, else over thirty.
    members : ndarray of shape (n_accounts,) or (0,), int64
        If not empty, `SINK` and `PAYEE` are set of the accounts that are it, v or another.
    """
    path[0] = 0
    u, v = query.payer, query.payee
    if u == v or max(query.payer_in, query.payee_in, query.payee_out) < tail:
        return
    counters = scratch[3, :, _COUNTERS]
    counters[_STEPS] = counters[_OLDER] = counters[_CUT] = 0
    _search(
        query, query.clock - WEEK, entries, account_last, tail, budget, scratch, stamp, out[:PER_WINDOW], path, members
    )
    if counters[_OLDER] and not counters[_CUT]:
        _search(
            query, query.clock - MONTH, entries, account_last, tail, budget, scratch, -stamp,
            out[PER_WINDOW : 2 * PER_WINDOW], path, members,
        )  # fmt: skip
    for column in range(PER_WINDOW):
        out[PER_WINDOW + column] = max(out[column], out[PER_WINDOW + column])
    out[TRUNCATED] = counters[_CUT]


@njit(cache=True, nogil=True)
def _search(
    query: Any,
    oldest: int,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
    path: Any,
    members: Any,
) -> None:
    """Count middles and bicliques of one window."""
    table, counters = scratch[0], scratch[3, :, _COUNTERS]
    u, v = query.payer, query.payee
    u_payers = _list_set(query, _U_PAYERS, query.payer_in, oldest, entries, tail, budget, scratch, stamp)
    v_payers = _list_set(query, _V_PAYERS, query.payee_in, oldest, entries, tail, budget, scratch, stamp)
    u_payees = _list_set(query, _U_PAYEES, query.payer_out, oldest, entries, tail, budget, scratch, stamp)
    v_payees = _list_set(query, _V_PAYEES, query.payee_out, oldest, entries, tail, budget, scratch, stamp)
    best, role = -1, 0
    if u_payers > 0 or v_payees > 0:
        out[MIDDLES] = 1
    if u_payers > 0 and v_payers > 0:
        _ask(
            query, _U_PAYERS, u_payers, _V_PAYERS, v_payers, oldest, entries, account_last, tail, budget, scratch,
            stamp, members,
        )  # fmt: skip
        for i in range(u_payers):
            cell = scratch[3, i, _U_PAYERS]
            if table[cell, _AS_SOURCE] >= out[MIDDLES]:
                out[MIDDLES], best, role = 1 + table[cell, _AS_SOURCE], table[cell, _ACCOUNT], _U_PAYERS
    if v_payers > 0 and u_payees > 0 and not counters[_CUT]:
        out[BICLIQUES] = _ask(
            query, _V_PAYERS, v_payers, _U_PAYEES, u_payees, oldest, entries, account_last, tail, budget, scratch,
            stamp, members,
        )  # fmt: skip
    if u_payees > 0 and v_payees > 0 and not counters[_CUT]:
        _ask(
            query, _U_PAYEES, u_payees, _V_PAYEES, v_payees, oldest, entries, account_last, tail, budget, scratch,
            stamp, members,
        )  # fmt: skip
        for i in range(v_payees):
            cell = scratch[3, i, _V_PAYEES]
            if table[cell, _AS_SINK] >= out[MIDDLES]:
                out[MIDDLES], best, role = 1 + table[cell, _AS_SINK], table[cell, _ACCOUNT], _V_PAYEES
    if best >= 0 and path[0] == 0:
        if role == _U_PAYERS:
            _tell(query, best, v, oldest, entries, account_last, tail, budget, scratch[1], stamp, path)
        else:
            _tell(query, u, best, oldest, entries, account_last, tail, budget, scratch[1], stamp, path)


@njit(cache=True, nogil=True)
def _cell(table: Any, account: int, stamp: int) -> int:
    """Cell of an account, or the free one where it would go."""
    mask = len(table) - 1
    cell = account & mask
    while table[cell, 0] == stamp and table[cell, _ACCOUNT] != account:
        cell = (cell + 1) & mask
    return cell


@njit(cache=True, nogil=True)
def _list_set(
    query: Any, which: int, number: int, oldest: int, entries: Any, tail: int, budget: int, scratch: Any, stamp: int
) -> int:
    """List one set of counterparties, u and v left out; how many there are."""
    table, counters = scratch[0], scratch[3, :, _COUNTERS]
    ring = len(entries) - 1
    u, v = query.payer, query.payee
    found = 0
    while number >= tail:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            if entry.clock > query.clock - MONTH:
                counters[_OLDER] = 1
            break
        if counters[_STEPS] >= budget:
            counters[_CUT] = 1
            break
        counters[_STEPS] += 1
        if which in (_U_PAYEES, _V_PAYEES):
            other, back = entry.payee, entry.payer_out
        else:
            other, back = entry.payer, entry.payee_in
        if other != u and other != v:
            cell = _cell(table, other, stamp)
            if table[cell, 0] != stamp:
                table[cell, 0], table[cell, _ACCOUNT], table[cell, _SETS], table[cell, _MET_BY] = stamp, other, 0, -1
                table[cell, _AS_SOURCE] = table[cell, _AS_SINK] = 0
            if not table[cell, _SETS] & 1 << which:
                table[cell, _SETS] |= 1 << which
                scratch[3, found, which] = cell
                found += 1
        number = number - back if back else -1
    return found


@njit(cache=True, nogil=True)
def _ask(
    query: Any,
    payers: int,
    n_payers: int,
    payees: int,
    n_payees: int,
    oldest: int,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    members: Any,
) -> int:
    """Count the pairs of a set of payers and a set of payees between which money moved, by asking the smaller set."""
    table, counters, cursors = scratch[0], scratch[3, :, _COUNTERS], scratch[3, :, _CURSORS]
    ring = len(entries) - 1
    asks_payers = n_payers <= n_payees
    asked, n_asked, way = (payers, n_payers, LAST_OUT) if asks_payers else (payees, n_payees, LAST_IN)
    wanted = 1 << (payees if asks_payers else payers)
    n_ahead = min(n_asked, budget - counters[_STEPS])
    for i in range(n_ahead):
        cursors[i] = account_last[table[scratch[3, i, asked], _ACCOUNT], way]
    read_ahead(cursors[:n_ahead], way, entries, tail, oldest, _AHEAD)
    pairs = 0
    for i in range(n_asked):
        cell = scratch[3, i, asked]
        account = table[cell, _ACCOUNT]
        number = account_last[account, way]
        while number >= tail:
            entry = entries[number & ring]
            if entry.clock <= oldest:
                if entry.clock > query.clock - MONTH:
                    counters[_OLDER] = 1
                break
            if way == LAST_OUT:
                other, back = entry.payee, entry.payer_out
            else:
                other, back = entry.payer, entry.payee_in
            if number < query.bound:  # what came later in the batch is passed over and costs nothing
                if counters[_STEPS] >= budget:
                    counters[_CUT] = 1
                    return pairs
                counters[_STEPS] += 1
                met = _cell(table, other, stamp)
                if table[met, 0] == stamp and table[met, _SETS] & wanted and other != account:
                    # three questions are asked of an account, told apart by who is wanted and which way
                    by = (4 * cell + payees) * 4 + payers
                    if table[met, _MET_BY] != by:
                        table[met, _MET_BY] = by
                        pairs += 1
                        payer, payee = (cell, met) if asks_payers else (met, cell)
                        if payers == _U_PAYERS:
                            table[payer, _AS_SOURCE] += 1
                        elif payees == _V_PAYEES:
                            table[payee, _AS_SINK] += 1
                        if len(members):
                            if payers == _U_PAYERS:
                                members[query.payee] |= SINK
                            elif payees == _V_PAYEES:
                                members[table[payee, _ACCOUNT]] |= SINK
                            else:
                                members[query.payee] |= PAYEE
                                members[table[payee, _ACCOUNT]] |= PAYEE
            number = number - back if back else -1
    return pairs


@njit(cache=True, nogil=True)
def _tell(
    query: Any,
    source: int,
    sink: int,
    oldest: int,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    table: Any,
    stamp: int,
    path: Any,
) -> None:
    """Write the newest payments from a source to its middles and from them to a sink, the event left out."""
    ring = len(entries) - 1
    u, v = query.payer, query.payee
    links, number = 0, account_last[source, LAST_OUT]
    while number >= tail and links < budget:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            break
        if number < query.bound:
            links += 1
            cell = _cell(table, entry.payee, stamp)
            if table[cell, 0] != stamp:
                table[cell, 0], table[cell, _ACCOUNT], table[cell, _SENT] = stamp, entry.payee, number
        back = entry.payer_out
        number = number - back if back else -1
    length = 0
    if sink == v:
        cell = _cell(table, u, stamp)
        if table[cell, 0] == stamp:
            length = 1
            path[1] = table[cell, _SENT]
            table[cell, _SENT] = -1
    links, number = 0, account_last[sink, LAST_IN]
    while number >= tail and links < budget and length + 2 < len(path):
        entry = entries[number & ring]
        if entry.clock <= oldest:
            break
        if number < query.bound:
            links += 1
            middle = entry.payer
            if middle == v and source == u:
                # the event is what v was sent; its newest payment to the sink is told once
                cell = _cell(table, v, stamp)
                if table[cell, 0] != stamp or table[cell, _SENT] >= 0:
                    table[cell, 0], table[cell, _ACCOUNT], table[cell, _SENT] = stamp, v, -1
                    length += 1
                    path[length] = number
            elif middle not in (source, sink):
                cell = _cell(table, middle, stamp)
                if table[cell, 0] == stamp and table[cell, _SENT] >= 0:
                    path[length + 1], path[length + 2] = table[cell, _SENT], number
                    table[cell, _SENT] = -1
                    length += 2
        back = entry.payee_in
        number = number - back if back else -1
    path[0] = length

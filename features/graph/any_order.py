"""Cycles of 2 to 6 accounts that a payment u -> v closes, in whatever order the payments on them were made.

A cycle is told by its accounts: several payments between two of them make no further cycle. The search meets in the
middle. It goes forward from v and backward from u, two accounts deep on either side and a third on the side where less
lies ahead, asks each account for its counterparties once, and takes short cycles before long ones, so that one that is
cut short has at least counted the short ones.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, Feature
from features.graph.ahead import read_ahead
from features.graph.log import LAST_IN, LAST_OUT

WEEK, MONTH = 7 * DAY_MS, 30 * DAY_MS
SHORTEST, LONGEST = 2, 6
N_LENGTHS = LONGEST - SHORTEST + 1

FEATURES = (
    *(
        Feature(
            f"any_cycles_{length}_{window}",
            "graph/any_order",
            f"cycles of {length} distinct accounts along earlier payments in any order that the event closes, parallel "
            "payments taken together",
            "cycles",
            window,
            days,
            CRIME,
        )
        for window, days in (("7d", 7.0), ("30d", 30.0))
        for length in range(SHORTEST, LONGEST + 1)
    ),
    *(
        Feature(
            f"any_cycles_searched_{window}",
            "graph/any_order",
            f"length up to which all of these cycles were counted: {LONGEST} unless the search met its budget",
            "accounts",
            window,
            days,
            CRIME,
        )
        for window, days in (("7d", 7.0), ("30d", 30.0))
    ),
    Feature("any_cycles_truncated", "graph/any_order", "1 if the search met its budget", "0 or 1", "30d", 30.0, CRIME),
)
SEARCHED_WEEK, SEARCHED_MONTH, TRUNCATED = 2 * N_LENGTHS, 2 * N_LENGTHS + 1, 2 * N_LENGTHS + 2

_AHEAD = 8  # links of each chain
# The two sides: forward from v along payments out, backward from u along payments in
_FORWARD, _BACKWARD = LAST_OUT, LAST_IN
# An account met: where its counterparties of either side begin and end in the list of that side
_ACCOUNT, _BEGIN, _END = 0, 1, 3
# A counterparty in the list of one side: the account and the newest payment; for the middle: next of those that lead to
# the same account, and the account that it is a counterparty of
_NODE, _NUMBER, _NEXT, _OWNER = 0, 2, 4, 5
# More of an account: the middle's list of it, who met it last, its newest payment with v and with u or -1
_MIDDLE, _MET_BY, _FIRST = 0, 1, 2
# Counters: accounts, counterparties of either side, steps, whether anything older than the window was seen, payment v u
_NODES, _EDGES, _STEPS, _OLDER, _DIRECT = 0, 1, 3, 4, 5


@njit(cache=True, nogil=True)
def count_any_cycles(
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
    """Count the cycles of one payment over seven and over thirty days.

    Parameters
    ----------
    query : QUERY record
    entries : ndarray of shape (2**k,), ENTRY
    account_last : ndarray of shape (n_accounts, 2), int64
        Numbers of the accounts' last entries at the end of the batch.
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed and ways tried, of both windows together, before the search stops and says so.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number, above 0, that no earlier search used on this scratch.
    out : ndarray of shape (13,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries the first of the shortest cycles has, and their numbers, from u back to v.
    members : ndarray of shape (n_accounts,) or (0,), int64
        If not empty, bit k is set of every account that lies on a cycle of k accounts.
    """
    path[0] = 0
    out[SEARCHED_WEEK] = out[SEARCHED_MONTH] = LONGEST
    u, v = query.payer, query.payee
    if u < 0 or v < 0 or u == v or query.payer_in < tail or query.payee_out < tail:
        return
    ring = len(entries) - 1
    latest_in, latest_out = entries[query.payer_in & ring].clock, entries[query.payee_out & ring].clock
    earlier = min(latest_in, latest_out)
    if earlier <= query.clock - MONTH:
        return
    counters = scratch[3, :, 4]
    counters[_STEPS] = counters[_OLDER] = 0
    if earlier > query.clock - WEEK:
        out[SEARCHED_WEEK] = _search(
            query, query.clock - WEEK, entries, account_last, tail, budget, scratch, stamp,
            out[:N_LENGTHS], path, members,
        )  # fmt: skip
        if not counters[_OLDER]:
            # whatever was reached has all its payments of the month within the week
            out[N_LENGTHS : 2 * N_LENGTHS] = out[:N_LENGTHS]
            out[SEARCHED_MONTH] = out[SEARCHED_WEEK]
            out[TRUNCATED] = out[SEARCHED_WEEK] < LONGEST
            return
    out[SEARCHED_MONTH] = 1
    if out[SEARCHED_WEEK] == LONGEST:
        out[SEARCHED_MONTH] = _search(
            query, query.clock - MONTH, entries, account_last, tail, budget, scratch, -stamp,
            out[N_LENGTHS : 2 * N_LENGTHS], path, members,
        )  # fmt: skip
    for length in range(N_LENGTHS):
        out[N_LENGTHS + length] = max(out[length], out[N_LENGTHS + length])
    out[TRUNCATED] = out[SEARCHED_MONTH] < LONGEST


@njit(cache=True, nogil=True)
def _expand(
    node: int,
    side: int,
    query: Any,
    oldest: int,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
) -> bool:
    """List the counterparties of an account on one side, u and v left out; False if that met the budget."""
    table, nodes, edges, more, counters = scratch[0], scratch[1], scratch[2], scratch[3], scratch[3, :, 4]
    ring, mask = len(entries) - 1, len(table) - 1
    u, v = query.payer, query.payee
    account = nodes[node, _ACCOUNT]
    if account == v:
        number = query.payee_out
    elif account == u:
        number = query.payer_in
    else:
        number = account_last[account, side]
    found = counters[_EDGES + side]
    nodes[node, _BEGIN + side] = found
    whole = True
    while number >= tail:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            if entry.clock > query.clock - MONTH:
                counters[_OLDER] = 1
            break
        if side == _FORWARD:
            other, back = entry.payee, entry.payer_out
        else:
            other, back = entry.payer, entry.payee_in
        if number < query.bound:  # what came later in the batch is passed over and costs nothing
            if counters[_STEPS] >= budget:
                whole = False
                break
            counters[_STEPS] += 1
            if other in (u, v):
                if account in (u, v) and other != account and counters[_DIRECT] < 0:
                    counters[_DIRECT] = number
            elif other != account:
                cell = other & mask
                while table[cell, 0] == stamp and table[cell, 1] != other:
                    cell = (cell + 1) & mask
                if table[cell, 0] != stamp:
                    met = counters[_NODES]
                    counters[_NODES] += 1
                    table[cell, 0], table[cell, 1], table[cell, 2] = stamp, other, met
                    nodes[met, _ACCOUNT], nodes[met, _BEGIN], nodes[met, _BEGIN + 1] = other, -1, -1
                    more[met, _MIDDLE] = more[met, _MET_BY] = more[met, _FIRST] = more[met, _FIRST + 1] = -1
                met = table[cell, 2]
                if more[met, _MET_BY] != 2 * node + side:
                    more[met, _MET_BY] = 2 * node + side
                    edges[found, _NODE + side], edges[found, _NUMBER + side] = met, number
                    found += 1
        number = number - back if back else -1
    nodes[node, _END + side] = counters[_EDGES + side] = found
    return whole


@njit(cache=True, nogil=True)
def _ask_ahead(
    begin: int,
    end: int,
    side: int,
    oldest: int,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
) -> None:
    """Read ahead the chains of counterparties that were not asked yet."""
    nodes, edges, counters, cursors = scratch[1], scratch[2], scratch[3, :, 4], scratch[3, :, 5]
    waiting = 0
    for edge in range(begin, min(end, begin + budget - counters[_STEPS])):
        node = edges[edge, _NODE + side]
        if nodes[node, _BEGIN + side] < 0:
            cursors[waiting] = account_last[nodes[node, _ACCOUNT], side]
            waiting += 1
    read_ahead(cursors[:waiting], side, entries, tail, oldest, _AHEAD)


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
    counts: Any,
    path: Any,
    members: Any,
) -> int:
    """Count the cycles of one window; the length up to which all were counted."""
    nodes, edges, more, counters = scratch[1], scratch[2], scratch[3], scratch[3, :, 4]
    u, v = query.payer, query.payee
    counters[_NODES], counters[_EDGES], counters[_EDGES + 1], counters[_DIRECT] = 2, 0, 0, -1
    # node 0 is where the forward side begins, node 1 where the backward side does
    nodes[_FORWARD, _ACCOUNT], nodes[_BACKWARD, _ACCOUNT] = v, u
    for side in (_BACKWARD, _FORWARD):
        if not _expand(side, side, query, oldest, entries, account_last, tail, budget, scratch, stamp):
            return 1
        for edge in range(nodes[side, _BEGIN + side], nodes[side, _END + side]):
            more[edges[edge, _NODE + side], _FIRST + side] = edges[edge, _NUMBER + side]
    if counters[_DIRECT] >= 0:
        _found(0, 0, -1, -1, -1, -1, counters[_DIRECT], -1, -1, scratch, query, counts, path, members)
    n_forward, n_backward = nodes[_FORWARD, _END], nodes[_BACKWARD, _END + 1]
    if n_forward == 0 or n_backward == 0:
        return LONGEST
    for edge in range(n_backward):
        x = edges[edge, _NODE + _BACKWARD]
        if more[x, _FIRST + _FORWARD] >= 0:
            _found(1, _BACKWARD, x, -1, -1, -1, -1, -1, -1, scratch, query, counts, path, members)

    side = _FORWARD if n_forward < n_backward else _BACKWARD
    begins = n_forward if side == _FORWARD else n_backward
    _ask_ahead(0, begins, side, oldest, entries, account_last, tail, budget, scratch)
    for edge in range(begins):
        x = edges[edge, _NODE + side]
        if not _expand(x, side, query, oldest, entries, account_last, tail, budget, scratch, stamp):
            return 3
        for second in range(nodes[x, _BEGIN + side], nodes[x, _END + side]):
            y = edges[second, _NODE + side]
            if more[y, _FIRST + 1 - side] >= 0:
                number = edges[second, _NUMBER + side]
                _found(2, side, x, y, -1, -1, number, -1, -1, scratch, query, counts, path, members)
    side = 1 - side
    begins = n_forward if side == _FORWARD else n_backward
    _ask_ahead(0, begins, side, oldest, entries, account_last, tail, budget, scratch)
    for edge in range(begins):
        x = edges[edge, _NODE + side]
        if not _expand(x, side, query, oldest, entries, account_last, tail, budget, scratch, stamp):
            return 4

    # the side with fewer ways of two steps goes on, the other waits in the middle
    if counters[_EDGES + _FORWARD] - n_forward < counters[_EDGES + _BACKWARD] - n_backward:
        side, begins, waiting = _FORWARD, n_forward, n_backward
    else:
        side, begins, waiting = _BACKWARD, n_backward, n_forward
    for edge in range(waiting):
        z = edges[edge, _NODE + 1 - side]
        for last in range(nodes[z, _BEGIN + 1 - side], nodes[z, _END + 1 - side]):
            y = edges[last, _NODE + 1 - side]
            edges[last, _NEXT], edges[last, _OWNER] = more[y, _MIDDLE], z
            more[y, _MIDDLE] = last
    for edge in range(begins):
        x = edges[edge, _NODE + side]
        for second in range(nodes[x, _BEGIN + side], nodes[x, _END + side]):
            y = edges[second, _NODE + side]
            last = more[y, _MIDDLE]
            while last >= 0:
                if counters[_STEPS] >= budget:
                    return 4
                counters[_STEPS] += 1
                z = edges[last, _OWNER]
                if z != x:
                    first, third = edges[second, _NUMBER + side], edges[last, _NUMBER + 1 - side]
                    _found(3, side, x, y, z, -1, first, third, -1, scratch, query, counts, path, members)
                last = edges[last, _NEXT]
    for edge in range(begins):
        x = edges[edge, _NODE + side]
        _ask_ahead(
            nodes[x, _BEGIN + side], nodes[x, _END + side], side, oldest, entries, account_last, tail, budget, scratch
        )
        for second in range(nodes[x, _BEGIN + side], nodes[x, _END + side]):
            y = edges[second, _NODE + side]
            if nodes[y, _BEGIN + side] < 0 and not _expand(
                y, side, query, oldest, entries, account_last, tail, budget, scratch, stamp
            ):
                return 5
            for third in range(nodes[y, _BEGIN + side], nodes[y, _END + side]):
                if counters[_STEPS] >= budget:
                    return 5
                counters[_STEPS] += 1
                w = edges[third, _NODE + side]
                last = more[w, _MIDDLE] if w != x else -1
                while last >= 0:
                    if counters[_STEPS] >= budget:
                        return 5
                    counters[_STEPS] += 1
                    z = edges[last, _OWNER]
                    if z != x and z != y:
                        _found(
                            4, side, x, y, w, z, edges[second, _NUMBER + side], edges[third, _NUMBER + side],
                            edges[last, _NUMBER + 1 - side], scratch, query, counts, path, members,
                        )  # fmt: skip
                    last = edges[last, _NEXT]
    return LONGEST


@njit(cache=True, nogil=True)
def _found(
    between: int,
    side: int,
    a: int,
    b: int,
    c: int,
    d: int,
    first: int,
    second: int,
    third: int,
    scratch: Any,
    query: Any,
    counts: Any,
    path: Any,
    members: Any,
) -> None:
    """Count a cycle with so many accounts between u and v, told from where `side` begins, with the payments between."""
    nodes, more = scratch[1], scratch[3]
    counts[between] += 1
    if path[0] == 0:
        path[0] = between + 1
        ends = a if between < 2 else b if between == 2 else c if between == 3 else d
        if between > 0:
            path[1], path[between + 1] = more[a, _FIRST + side], more[ends, _FIRST + 1 - side]
        else:
            path[1] = first
        if between > 1:
            path[2] = first
        if between > 2:
            path[3] = second
        if between > 3:
            path[4] = third
        if side == _FORWARD:
            for i in range(1, between // 2 + 2 if between else 1):
                j = between + 2 - i
                if i < j:
                    path[i], path[j] = path[j], path[i]
    if len(members):
        bit = 1 << (between + 2)
        members[query.payer] |= bit
        members[query.payee] |= bit
        if between > 0:
            members[nodes[a, _ACCOUNT]] |= bit
        if between > 1:
            members[nodes[b, _ACCOUNT]] |= bit
        if between > 2:
            members[nodes[c, _ACCOUNT]] |= bit
        if between > 3:
            members[nodes[d, _ACCOUNT]] |= bit

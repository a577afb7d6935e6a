"""The longest chain of payments that ends in a payment u -> v, each passing on the money of the last within a day.

The search goes back from u and looks at every payment once: the longest chain that ends in it is worked out and kept,
whatever way led there. That may run through one account twice; where the longest does, a second search over the same
payments takes only chains of distinct accounts, and gives up a branch as soon as it cannot be the longest.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, Feature
from features.graph.conservation import is_conserved

WINDOW = 7 * DAY_MS
HOLDING = DAY_MS  # longest time between a payment into an account and the one that passes it on

FEATURES = tuple(
    Feature(name, "graph/chains", meaning, unit, "7d", 7.0, CRIME)
    for name, meaning, unit in (
        (
            "chain_payments_7d",
            "payments of the longest chain through distinct accounts that ends in the event, in rising log order, each "
            "0.8 to 1.05 of the one before (CNY fen where both have a parity, else as sent) and at most 24 hours after "
            "it by the clock; 1 if nothing was passed on, as by a payment to oneself",
            "payments",
        ),
        (
            "chain_seconds_7d",
            "whole seconds from the first payment of that chain to t, the least where several are longest",
            "seconds",
        ),
        ("chains_truncated", "1 if the search met its budget", "0 or 1"),
    )
)
PAYMENTS, SECONDS, TRUNCATED = range(len(FEATURES))

# A payment reached: its entry, the next payment into its payer, the longest chain that ends in it (payments, clock of
# the first, the payment before it), and the payment from which it was reached
_ENTRY, _CURSOR, _LENGTH, _FIRST, _BEFORE, _LATER = range(6)


@njit(cache=True, nogil=True)
def find_longest_chain(
    query: Any,
    amount_fen: int,
    amount_minor: int,
    entries: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
    path: Any,
) -> None:
    """Measure the longest chain that ends in one payment.

    Parameters
    ----------
    query : QUERY record
    amount_fen, amount_minor : int
        The payment's own amount, in CNY fen (0 without a parity) and as sent.
    entries : ndarray of shape (2**k,), ENTRY
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed, in either search, before it stops and says so.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number, above 0, that no earlier search used on this scratch.
    out : ndarray of shape (3,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries of the chain follow (at most 63), and their numbers, newest first, without the event.
    """
    path[0] = 0
    out[PAYMENTS] = 1
    if query.payer_in < tail or query.payer == query.payee:
        return
    if entries[query.payer_in & (len(entries) - 1)].clock < query.clock - HOLDING:
        return
    _measure(query, amount_fen, amount_minor, entries, tail, budget, scratch, stamp, out)
    nodes = scratch[1]
    if _is_simple(entries, scratch, stamp):
        out[PAYMENTS] = nodes[0, _LENGTH]
        out[SECONDS] = (query.clock - nodes[0, _FIRST]) // 1000
        node, length = nodes[0, _BEFORE], 0
        while node >= 0 and length < len(path) - 1:
            length += 1
            path[length] = nodes[node, _ENTRY]
            node = nodes[node, _BEFORE]
        path[0] = length
    else:
        _search_simple(query, amount_fen, amount_minor, entries, tail, budget, scratch, stamp, out, path)


@njit(cache=True, nogil=True)
def _extend(nodes: Any, later: int, node: int) -> None:
    """Let the longest chain that ends in `node` go on with `later`, if that is the longest so far."""
    length, first = nodes[node, _LENGTH] + 1, nodes[node, _FIRST]
    if length > nodes[later, _LENGTH] or (length == nodes[later, _LENGTH] and first > nodes[later, _FIRST]):
        nodes[later, _LENGTH], nodes[later, _FIRST], nodes[later, _BEFORE] = length, first, node


@njit(cache=True, nogil=True)
def _measure(
    query: Any,
    amount_fen: int,
    amount_minor: int,
    entries: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
) -> None:
    """Work out the longest chain that ends in each payment, depth first, accounts other than u and v at will."""
    table, nodes = scratch[0], scratch[1]
    u, v = query.payer, query.payee
    ring, mask = len(entries) - 1, len(table) - 1
    oldest = query.clock - WINDOW
    links, n_nodes, at = 0, 1, 0
    nodes[0, _ENTRY], nodes[0, _CURSOR], nodes[0, _LATER] = query.bound, query.payer_in, -1
    nodes[0, _LENGTH], nodes[0, _FIRST], nodes[0, _BEFORE] = 1, query.clock, -1
    while at >= 0:
        if at == 0:
            payer, clock, fen, minor = u, query.clock, amount_fen, amount_minor
        else:
            later = entries[nodes[at, _ENTRY] & ring]
            payer, clock, fen, minor = later.payer, later.clock, later.amount_fen, later.amount_minor
        number, deeper = nodes[at, _CURSOR], -1
        while number >= tail and deeper < 0:
            entry = entries[number & ring]
            if entry.clock < clock - HOLDING or entry.clock <= oldest:
                break
            if links >= budget:
                out[TRUNCATED] = 1
                while nodes[at, _LATER] >= 0:
                    _extend(nodes, nodes[at, _LATER], at)
                    at = nodes[at, _LATER]
                return
            links += 1
            source = entry.payer
            if (
                source != payer
                and source != u
                and source != v
                and is_conserved(entry.amount_fen, entry.amount_minor, fen, minor)
            ):
                cell = number & mask
                while table[cell, 0] == stamp and table[cell, 1] != number:
                    cell = (cell + 1) & mask
                if table[cell, 0] == stamp:
                    _extend(nodes, at, table[cell, 2])
                else:
                    table[cell, 0], table[cell, 1], table[cell, 2] = stamp, number, n_nodes
                    back = entry.payer_in
                    nodes[n_nodes, _ENTRY], nodes[n_nodes, _CURSOR] = number, number - back if back else -1
                    nodes[n_nodes, _LENGTH], nodes[n_nodes, _FIRST] = 1, entry.clock
                    nodes[n_nodes, _BEFORE], nodes[n_nodes, _LATER] = -1, at
                    deeper = n_nodes
                    n_nodes += 1
            back = entry.payee_in
            number = number - back if back else -1
        if deeper >= 0:
            nodes[at, _CURSOR] = number
            at = deeper
        else:
            if at > 0:
                _extend(nodes, nodes[at, _LATER], at)
            at = nodes[at, _LATER]


@njit(cache=True, nogil=True)
def _mark(accounts: Any, stamp: int, account: int) -> int:
    """Cell of an account; its third column says whether it is on the chain."""
    mask = len(accounts) - 1
    cell = account & mask
    while accounts[cell, 0] == stamp and accounts[cell, 1] != account:
        cell = (cell + 1) & mask
    if accounts[cell, 0] != stamp:
        accounts[cell, 0], accounts[cell, 1], accounts[cell, 2] = stamp, account, 0
    return cell


@njit(cache=True, nogil=True)
def _is_simple(entries: Any, scratch: Any, stamp: int) -> bool:
    """Whether the chain found goes through no account twice."""
    nodes, accounts = scratch[1], scratch[2]
    ring = len(entries) - 1
    node = nodes[0, _BEFORE]
    if nodes[0, _LENGTH] < 4:
        return True  # payments follow upon each other, so that only the payer after next can be the same again
    while node >= 0:
        cell = _mark(accounts, stamp, entries[nodes[node, _ENTRY] & ring].payer)
        if accounts[cell, 2]:
            return False
        accounts[cell, 2] = 1
        node = nodes[node, _BEFORE]
    return True


@njit(cache=True, nogil=True)
def _search_simple(
    query: Any,
    amount_fen: int,
    amount_minor: int,
    entries: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
    path: Any,
) -> None:
    """Find the longest chain of distinct accounts, branch and bound over the payments measured before."""
    table, nodes, accounts, walk = scratch[0], scratch[1], scratch[2], scratch[3]
    ring, mask = len(entries) - 1, len(table) - 1
    oldest = query.clock - WINDOW
    links, level, best_first = 0, 0, query.clock
    walk[0, 0], walk[0, 1], walk[0, 2] = query.bound, query.payer_in, -1
    while level >= 0:
        if level == 0:
            clock, fen, minor = query.clock, amount_fen, amount_minor
        else:
            later = entries[walk[level, 0] & ring]
            clock, fen, minor = later.clock, later.amount_fen, later.amount_minor
        number, deeper = walk[level, 1], False
        while number >= tail and not deeper:
            entry = entries[number & ring]
            if entry.clock < clock - HOLDING or entry.clock <= oldest:
                break
            if links >= budget:
                out[TRUNCATED] = 1
                return
            links += 1
            cell = number & mask
            while table[cell, 0] == stamp and table[cell, 1] != number:
                cell = (cell + 1) & mask
            if table[cell, 0] == stamp and is_conserved(entry.amount_fen, entry.amount_minor, fen, minor):
                node = table[cell, 2]
                most = level + 1 + nodes[node, _LENGTH]
                if most > out[PAYMENTS] or (most == out[PAYMENTS] and nodes[node, _FIRST] > best_first):
                    # minus the stamp is a mark of its own: this table was used to check the first chain
                    account = _mark(accounts, -stamp, entry.payer)
                    if accounts[account, 2] == 0:
                        accounts[account, 2] = 1
                        walk[level + 1, 0], walk[level + 1, 2] = number, account
                        back = entry.payer_in
                        walk[level + 1, 1] = number - back if back else -1
                        deeper = True
            back = entry.payee_in
            number = number - back if back else -1
        walk[level, 1] = number
        if not deeper:
            if level > 0:
                accounts[walk[level, 2], 2] = 0
            level -= 1
            continue
        level += 1
        first = entries[walk[level, 0] & ring].clock
        if level + 1 > out[PAYMENTS] or (level + 1 == out[PAYMENTS] and first > best_first):
            out[PAYMENTS], best_first = level + 1, first
            out[SECONDS] = (query.clock - first) // 1000
            path[0] = min(level, len(path) - 1)
            for above in range(1, path[0] + 1):
                path[above] = walk[above, 0]

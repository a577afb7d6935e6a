"""Cycles of 2 to 10 payments that a payment u -> v closes and on which the money is passed on.

The search first goes back from u, layer by layer, over payments that each pass on 0.8 to 1.05 of the one before, every
payment looked at once; in most cases none of them comes from v, and that is all. Where some do, the payments from which
v can be reached in time are kept, and only along those the cycles are counted.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, Feature
from features.graph.conservation import is_conserved
from features.ppm import ppm

WINDOW = 7 * DAY_MS
LONGEST = 10  # payments, the closing one included

_CYCLE = (
    "simple cycles of 2 to 10 payments in rising log order that the event closes, each payment 0.8 to 1.05 of the one "
    "before (CNY fen where both have a parity, else as sent)"
)
FEATURES = tuple(
    Feature(name, "graph/conserved_cycles", meaning, unit, "7d", 7.0, CRIME)
    for name, meaning, unit in (
        ("conserved_cycles_7d", _CYCLE, "cycles"),
        ("conserved_cycles_shortest_7d", "payments of the shortest of these cycles; 0 if none", "payments"),
        ("conserved_cycles_longest_7d", "payments of the longest of these cycles; 0 if none", "payments"),
        (
            "conserved_cycles_seconds_7d",
            "whole seconds from the first payment to t on the tightest of these cycles; -1 if none",
            "seconds",
        ),
        (
            "conserved_cycles_kept_ppm_7d",
            "smallest ratio of the event to the first payment among these cycles, rounded down; -1 if none",
            "ppm",
        ),
        (
            "conserved_cycles_most_kept_ppm_7d",
            "largest ratio of the event to the first payment among these cycles, rounded down; -1 if none",
            "ppm",
        ),
        ("conserved_cycles_truncated", "1 if the search met its budget", "0 or 1"),
    )
)
COUNT, SHORTEST, LONGEST_FOUND, SECONDS, KEPT, MOST_KEPT, TRUNCATED = range(len(FEATURES))

# A payment reached: its entry, its payer, its steps' range, fewest steps to a payment out of v, last step that led here
_ENTRY, _PAYER, _BEGIN, _END, _DISTANCE, _REACHED = range(6)
# A step between two payments reached: the earlier one, the later one, the next step that leads to the earlier one
_EARLIER, _LATER, _NEXT = range(3)
# A level of the walk: the payment there, and its next step to try
_AT, _CURSOR = range(2)


@njit(cache=True, nogil=True)
def count_conserved_cycles(
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
    """Count the cycles of one payment and describe them.

    Parameters
    ----------
    query : QUERY record
    amount_fen, amount_minor : int
        The payment's own amount, in CNY fen (0 without a parity) and as sent.
    entries : ndarray of shape (2**k,), ENTRY
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed, and again steps of the count, before the search stops and says so.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number that no earlier search used on this scratch.
    out : ndarray of shape (7,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries the tightest cycle has before the event, and their numbers, newest first.
    """
    path[0] = 0
    out[SECONDS] = out[KEPT] = out[MOST_KEPT] = -1
    u, v = query.payer, query.payee
    if u < 0 or v < 0 or u == v or query.payer_in < tail or query.payee_out < tail:
        return
    ring = len(entries) - 1
    oldest = query.clock - WINDOW
    if entries[query.payer_in & ring].clock <= oldest or entries[query.payee_out & ring].clock <= oldest:
        return
    closed = _reach(query, amount_fen, amount_minor, entries, tail, budget, scratch, stamp, out)
    if closed >= 0:
        _measure(scratch, closed)
        _count(query, amount_fen, amount_minor, entries, budget, scratch, out, path)


@njit(cache=True, nogil=True)
def _reach(
    query: Any,
    amount_fen: int,
    amount_minor: int,
    entries: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
) -> int:
    """Find the payments from which money may have come to u; the last of those out of v, the others linked, or -1."""
    table, nodes, steps, chain = scratch[0], scratch[1], scratch[2], scratch[3]
    u, v = query.payer, query.payee
    ring, mask = len(entries) - 1, len(table) - 1
    oldest = query.clock - WINDOW
    links, n_nodes, n_steps, closed = 0, 1, 0, -1
    nodes[0, _ENTRY], nodes[0, _PAYER], nodes[0, _DISTANCE], nodes[0, _REACHED] = query.bound, u, -1, -1
    at, layer, layer_end = 0, 0, 1
    while at < n_nodes:
        if at == layer_end:
            layer += 1
            layer_end = n_nodes
        nodes[at, _BEGIN] = n_steps
        if layer < LONGEST - 1 and nodes[at, _PAYER] != v:
            payer = nodes[at, _PAYER]
            later = nodes[at, _ENTRY]
            if at == 0:
                number, fen, minor = query.payer_in, amount_fen, amount_minor
            else:
                entry = entries[later & ring]
                back = entry.payer_in
                number, fen, minor = later - back if back else -1, entry.amount_fen, entry.amount_minor
            while number >= tail:
                entry = entries[number & ring]
                if entry.clock <= oldest:
                    break
                if links >= budget:
                    out[TRUNCATED] = 1
                    nodes[at, _END] = n_steps
                    # what was reached and not looked into has no steps
                    for rest in range(at + 1, n_nodes):
                        nodes[rest, _BEGIN] = nodes[rest, _END] = n_steps
                    return closed
                links += 1
                source = entry.payer
                if source != payer and source != u and is_conserved(entry.amount_fen, entry.amount_minor, fen, minor):
                    cell = number & mask
                    while table[cell, 0] == stamp and table[cell, 1] != number:
                        cell = (cell + 1) & mask
                    if table[cell, 0] != stamp:
                        table[cell, 0], table[cell, 1], table[cell, 2] = stamp, number, n_nodes
                        nodes[n_nodes, _ENTRY], nodes[n_nodes, _PAYER] = number, source
                        nodes[n_nodes, _DISTANCE], nodes[n_nodes, _REACHED] = -1, -1
                        if source == v:
                            nodes[n_nodes, _DISTANCE] = 0
                            chain[n_nodes, 0] = closed
                            closed = n_nodes
                        n_nodes += 1
                    node = table[cell, 2]
                    steps[n_steps, _EARLIER], steps[n_steps, _LATER] = node, at
                    steps[n_steps, _NEXT] = nodes[node, _REACHED]
                    nodes[node, _REACHED] = n_steps
                    n_steps += 1
                back = entry.payee_in
                number = number - back if back else -1
        nodes[at, _END] = n_steps
        at += 1
    return closed


@njit(cache=True, nogil=True)
def _measure(scratch: Any, closed: int) -> None:
    """Write the fewest steps from every payment back to one out of v, breadth first from those."""
    nodes, steps, queue = scratch[1], scratch[2], scratch[3]
    tail = 0
    while closed >= 0:
        queue[tail, 1] = closed
        tail += 1
        closed = queue[closed, 0]
    head = 0
    while head < tail:
        node = queue[head, 1]
        head += 1
        step = nodes[node, _REACHED]
        while step >= 0:
            later = steps[step, _LATER]
            if nodes[later, _DISTANCE] < 0:
                nodes[later, _DISTANCE] = nodes[node, _DISTANCE] + 1
                queue[tail, 1] = later
                tail += 1
            step = steps[step, _NEXT]


@njit(cache=True, nogil=True)
def _count(
    query: Any,
    amount_fen: int,
    amount_minor: int,
    entries: Any,
    budget: int,
    scratch: Any,
    out: Any,
    path: Any,
) -> None:
    """Walk every cycle once, along payments that can still reach v."""
    nodes, steps, walk = scratch[1], scratch[2], scratch[3]
    v = query.payee
    ring = len(entries) - 1
    tried, tightest = 0, -1
    level = 0
    walk[0, _AT], walk[0, _CURSOR] = 0, nodes[0, _BEGIN]
    while level >= 0:
        at = walk[level, _AT]
        step = walk[level, _CURSOR]
        if step == nodes[at, _END]:
            level -= 1
            continue
        if tried >= budget:
            out[TRUNCATED] = 1
            return
        tried += 1
        walk[level, _CURSOR] = step + 1
        node = steps[step, _EARLIER]
        distance = nodes[node, _DISTANCE]
        if distance < 0 or level + 2 + distance > LONGEST:
            continue
        payer = nodes[node, _PAYER]
        fresh = True
        for above in range(level + 1):
            if nodes[walk[above, _AT], _PAYER] == payer:
                fresh = False
        if not fresh:
            continue
        walk[level + 1, _AT] = node
        if payer != v:
            level += 1
            walk[level, _CURSOR] = nodes[node, _BEGIN]
            continue
        length = level + 2
        first = entries[nodes[node, _ENTRY] & ring]
        span = query.clock - first.clock
        if amount_fen > 0 and first.amount_fen > 0:
            kept = ppm(amount_fen, first.amount_fen)
        else:
            kept = ppm(amount_minor, first.amount_minor)
        if out[COUNT] == 0 or length < out[SHORTEST]:
            out[SHORTEST] = length
        if length > out[LONGEST_FOUND]:
            out[LONGEST_FOUND] = length
        if out[COUNT] == 0 or kept < out[KEPT]:
            out[KEPT] = kept
        if kept > out[MOST_KEPT]:
            out[MOST_KEPT] = kept
        if out[COUNT] == 0 or span < tightest or (span == tightest and length - 1 < path[0]):
            tightest = span
            out[SECONDS] = span // 1000
            path[0] = length - 1
            for above in range(1, length):
                path[above] = nodes[walk[above, _AT], _ENTRY]
        out[COUNT] += 1

"""Temporal cycles of 2 to 6 payments that a payment u -> v closes, counted exactly.

The search walks back from u along payments into it, and from each account it reaches to the payments into that account
before. It needs no last step: the payments out of v are collected first, so that at every account the ones that could
have begun the cycle are looked up instead of searched for, which takes one level off the depth.
"""

from typing import Any

import numpy as np
from numba import njit

from features.catalogue import CYCLE_LENGTHS, PATTERN_WINDOWS, index

HOUR, DAY = PATTERN_WINDOWS[0][1], PATTERN_WINDOWS[1][1]
FIRST_HOUR = index(f"cycles_{CYCLE_LENGTHS[0]}_1h")
FIRST_DAY = index(f"cycles_{CYCLE_LENGTHS[0]}_1d")
TRUNCATED = index("cycles_truncated")
# Accounts on the path besides v: u and up to four more
DEPTH = CYCLE_LENGTHS[-1] - 1


@njit(cache=True, nogil=True)
def count_cycles(
    query: Any, entries: Any, tail: int, budget: int, heads: Any, chains: Any, stamp: int, row: Any
) -> None:
    """Count the cycles of one payment into its feature row.

    Parameters
    ----------
    query : QUERY record
    entries : ndarray of shape (2**k,), ENTRY
    tail : int
        Number of the oldest entry that the ring still holds; what links lead beyond it is older than any window.
    budget : int
        Links followed before the search stops and says so.
    heads : ndarray of shape (2**m, 3), int64
        Scratch table account -> chain of the payments from v to it; a cell counts if it carries `stamp`.
    chains : ndarray of shape (budget, 2), int64
        Scratch: entry number and next link of a chain.
    stamp : int
        A number that no earlier search used on this scratch.
    row : ndarray of shape (n_features,), int64
    """
    u, v = query.payer, query.payee
    if u < 0 or v < 0 or u == v or query.payer_in < 0 or query.payee_out < 0:
        return
    ring = len(entries) - 1
    oldest = query.clock - DAY
    if entries[query.payer_in & ring].clock <= oldest or entries[query.payee_out & ring].clock <= oldest:
        return
    recent = query.clock - HOUR
    mask = len(heads) - 1
    steps = 0

    # the payments out of v, by the account they reach; the newest is first in its chain
    first = query.bound
    number = query.payee_out
    links = 0
    while number >= tail:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            break
        if steps >= budget:
            row[TRUNCATED] = 1
            break
        steps += 1
        first = number
        target = np.int64(entry.payee)
        cell = target & mask
        while heads[cell, 0] == stamp and heads[cell, 1] != target:
            cell = (cell + 1) & mask
        if heads[cell, 0] != stamp:
            heads[cell, 0] = stamp
            heads[cell, 1] = target
            heads[cell, 2] = -1
        # chains run from old to new: a later-found payment is older and goes in front
        chains[links, 0] = number
        chains[links, 1] = heads[cell, 2]
        heads[cell, 2] = links
        links += 1
        back = np.int64(entry.payer_out)
        number = -1 if back == 0 else number - back

    path = np.empty(DEPTH, dtype=np.int64)  # accounts
    cursor = np.empty(DEPTH, dtype=np.int64)  # next payment into that account to try
    level = 0
    path[0] = u
    cursor[0] = query.payer_in
    bound = query.bound
    arrived = True
    while level >= 0:
        if arrived:
            # close the cycle at this account: payments v -> account older than the one just walked
            account = path[level]
            cell = account & mask
            while heads[cell, 0] == stamp and heads[cell, 1] != account:
                cell = (cell + 1) & mask
            if heads[cell, 0] == stamp:
                link = heads[cell, 2]
                while link >= 0 and chains[link, 0] < bound:
                    if steps >= budget:
                        row[TRUNCATED] = 1
                        return
                    steps += 1
                    row[FIRST_DAY + level] += 1
                    if entries[chains[link, 0] & ring].clock > recent:
                        row[FIRST_HOUR + level] += 1
                    link = chains[link, 1]
            arrived = False
        number = cursor[level]
        # a cycle begins with a payment out of v, so that nothing before the first of them matters
        if level == DEPTH - 1 or number < 0 or number <= first:
            level -= 1
            continue
        entry = entries[number & ring]
        if entry.clock <= oldest:
            level -= 1
            continue
        if steps >= budget:
            row[TRUNCATED] = 1
            return
        steps += 1
        back = np.int64(entry.payee_in)
        cursor[level] = -1 if back == 0 else number - back
        source = np.int64(entry.payer)
        fresh = source != v
        for above in range(level + 1):
            if path[above] == source:
                fresh = False
        if fresh:
            level += 1
            path[level] = source
            back = np.int64(entry.payer_in)
            cursor[level] = -1 if back == 0 else number - back
            bound = number
            arrived = True

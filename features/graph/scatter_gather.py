"""Scatter-gather: money of one source that reaches v over several middles, with the payment u -> v gathering from u.

For every source s that paid u, the middles are counted that s paid before they paid v. The newest payment of a middle
to v allows the most, and the newest payment of s to it before that one decides the window, so that one pass over the
payments into v and into its middles gives both windows.
"""

from typing import Any

import numpy as np
from numba import njit

from features.catalogue import PATTERN_WINDOWS, index

HOUR, DAY = PATTERN_WINDOWS[0][1], PATTERN_WINDOWS[1][1]
IN_HOUR = index("scatter_gather_1h")
IN_DAY = index("scatter_gather_1d")
TRUNCATED = index("scatter_gather_truncated")

# Columns of a scratch cell: stamp, account, middles in a day, middles in an hour, paid u within the hour, last middle
STAMP, ACCOUNT, MIDDLES_DAY, MIDDLES_HOUR, IS_RECENT, LAST_MIDDLE = 0, 1, 2, 3, 4, 5


@njit(cache=True, nogil=True)
def count_middles(
    query: Any, entries: Any, tail: int, budget: int, sources: Any, middles: Any, stamp: int, row: Any
) -> None:
    """Count the middles of one payment into its feature row.

    Parameters
    ----------
    query : QUERY record
    entries : ndarray of shape (2**k,), ENTRY
    tail : int
        Number of the oldest entry that the ring still holds; what links lead beyond it is older than any window.
    budget : int
        Links followed before the search stops and says so.
    sources, middles : ndarrays of shape (2**m, 6) and (2**m, 2), int64
        Scratch tables; a cell counts if it carries `stamp`.
    stamp : int
        A number that no earlier search used on this scratch.
    row : ndarray of shape (n_features,), int64
    """
    u, v = query.payer, query.payee
    if u < 0 or u == v or query.payer_in < 0:
        return
    ring = len(entries) - 1
    oldest = query.clock - DAY
    recent = query.clock - HOUR
    mask = len(sources) - 1
    steps = 0
    found = 0

    number = query.payer_in
    while number >= tail:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            break
        if steps >= budget:
            row[TRUNCATED] = 1
            break
        steps += 1
        source = np.int64(entry.payer)
        if source != u and source != v:
            cell = source & mask
            while sources[cell, STAMP] == stamp and sources[cell, ACCOUNT] != source:
                cell = (cell + 1) & mask
            if sources[cell, STAMP] != stamp:
                sources[cell, STAMP] = stamp
                sources[cell, ACCOUNT] = source
                sources[cell, MIDDLES_DAY] = 1  # u itself
                sources[cell, MIDDLES_HOUR] = 1
                sources[cell, IS_RECENT] = entry.clock > recent
                sources[cell, LAST_MIDDLE] = u
                found += 1
                row[IN_DAY] = 1
                if entry.clock > recent:
                    row[IN_HOUR] = 1
        back = np.int64(entry.payee_in)
        number = -1 if back == 0 else number - back
    if found == 0 or v < 0 or query.payee_in < 0:
        return

    number = query.payee_in
    while number >= tail:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            break
        if steps >= budget:
            row[TRUNCATED] = 1
            return
        steps += 1
        middle = np.int64(entry.payer)
        back = np.int64(entry.payer_in)
        if back != 0 and middle != u and middle != v:
            cell = middle & mask
            while middles[cell, 0] == stamp and middles[cell, 1] != middle:
                cell = (cell + 1) & mask
            if middles[cell, 0] != stamp:
                middles[cell, 0] = stamp
                middles[cell, 1] = middle
                inner = number - back
                while inner >= tail:
                    scatter = entries[inner & ring]
                    if scatter.clock <= oldest:
                        break
                    if steps >= budget:
                        row[TRUNCATED] = 1
                        return
                    steps += 1
                    source = np.int64(scatter.payer)
                    if source != middle:
                        cell = source & mask
                        while sources[cell, STAMP] == stamp and sources[cell, ACCOUNT] != source:
                            cell = (cell + 1) & mask
                        if sources[cell, STAMP] == stamp and sources[cell, LAST_MIDDLE] != middle:
                            sources[cell, LAST_MIDDLE] = middle
                            sources[cell, MIDDLES_DAY] += 1
                            if sources[cell, MIDDLES_DAY] > row[IN_DAY]:
                                row[IN_DAY] = sources[cell, MIDDLES_DAY]
                            if scatter.clock > recent:
                                sources[cell, MIDDLES_HOUR] += 1
                                if sources[cell, IS_RECENT] and sources[cell, MIDDLES_HOUR] > row[IN_HOUR]:
                                    row[IN_HOUR] = sources[cell, MIDDLES_HOUR]
                    back = np.int64(scatter.payee_in)
                    inner = -1 if back == 0 else inner - back
        back = np.int64(entry.payee_in)
        number = -1 if back == 0 else number - back

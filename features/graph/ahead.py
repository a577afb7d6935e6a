"""Reading several chains of the log at once, ahead of the search that will follow them one after the other.

A chain is a walk through memory in which each step waits for the last. Chains of different accounts do not wait for
each other, so that stepping along many of them in turn brings their entries into the cache in a fraction of the time.
No value depends on it.
"""

from typing import Any

from numba import njit

from features.graph.log import LAST_OUT


@njit(cache=True, nogil=True)
def read_ahead(cursors: Any, way: int, entries: Any, tail: int, oldest: int, links: int) -> None:
    """Step along each chain up to so many links.

    Parameters
    ----------
    cursors : ndarray of shape (n,), int64
        Number of each chain's first entry, below `tail` for none; overwritten.
    way : int
        `LAST_OUT` or `LAST_IN`: which payments of its account a chain holds.
    entries : ndarray of shape (2**k,), ENTRY
    tail : int
        Number of the oldest entry that the ring still holds.
    oldest : int
        Clock, ms, at which a chain ends.
    links : int
    """
    ring = len(entries) - 1
    alive = len(cursors)
    while links > 0 and alive > 0:
        links -= 1
        alive = 0
        for i in range(len(cursors)):
            number = cursors[i]
            if number >= tail:
                entry = entries[number & ring]
                back = entry.payer_out if way == LAST_OUT else entry.payee_in
                cursors[i] = number - back if back and entry.clock > oldest else -1
                alive += 1

"""Dense subgraphs that grow at a payment u -> v: the core of the accounts that both u and v dealt with.

The network looked at is that of u, v and their common counterparties, two accounts linked if either paid the other
within seven days. u and v are linked to all of it, so that peeling it down to its innermost core takes away common
counterparties only, the one with fewest links first. Where u and v have no counterparty in common, which the triangles
of the same payment say, there is nothing to look at.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, Feature
from features.graph.ahead import read_ahead
from features.graph.log import LAST_OUT
from features.graph.triangles import ACCOUNT, WITH_U, WITH_V, meet
from features.ppm import ppm

WINDOW = 7 * DAY_MS

_NETWORK = "u, v and the accounts that both dealt with, linked where one paid the other"
FEATURES = tuple(
    Feature(name, "graph/dense", meaning, unit, "7d", 7.0, CRIME)
    for name, meaning, unit in (
        ("dense_accounts_7d", f"accounts of the network of {_NETWORK}; 0 where those are u and v alone", "accounts"),
        (
            "dense_density_ppm_7d",
            "links of that network, the event among them, against pairs of its accounts, rounded down; 0 without one",
            "ppm",
        ),
        (
            "dense_core_7d",
            "core number of u and v in that network: the largest k so that a part of it with both has at least k links "
            "at each of its accounts; 0 without one",
            "links",
        ),
        ("dense_core_accounts_7d", "accounts of the largest part that has so many links; 0 without one", "accounts"),
        (
            "dense_core_density_ppm_7d",
            "links of that part, the event among them, against pairs of its accounts, rounded down; 0 without one",
            "ppm",
        ),
        ("dense_truncated", "1 if the search met its budget", "0 or 1"),
    )
)
ACCOUNTS, DENSITY, CORE, CORE_ACCOUNTS, CORE_DENSITY, TRUNCATED = range(len(FEATURES))

_AHEAD = 8  # links of each chain
# A column of a table cell of `meet` that is free: the account's number among the common counterparties
_NUMBER = 5
# A common counterparty: its cell, its links to others, those left, where its list of links begins, its core number
# among them, and a column for chains read ahead and for those to be peeled
_CELL, _DEGREE, _LEFT, _LINKS, _CORE, _QUEUE = range(6)
# A link in the list of one of its ends: the other end, the next link, the payment
_OTHER, _NEXT, _PAYMENT = 0, 1, 2


@njit(cache=True, nogil=True)
def measure_density(
    query: Any,
    common_accounts: int,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
    path: Any,
) -> None:
    """Measure the network around one payment and its innermost core.

    Parameters
    ----------
    query : QUERY record
    common_accounts : int
        `triangles_accounts_7d` of the payment; where it is 0 nothing is looked at.
    entries : ndarray of shape (2**k,), ENTRY
    account_last : ndarray of shape (n_accounts, 2), int64
        Numbers of the accounts' last entries at the end of the batch.
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed to find the network, and again to link it, before the search stops and says so.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number that no earlier search used on this scratch.
    out : ndarray of shape (6,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries follow, and their numbers: of the common counterparties in the innermost core the
        newest payment with u and with v, then a payment of each link between them, as far as there is room.
    """
    path[0] = 0
    if common_accounts == 0 or query.payer == query.payee:
        return
    table, nodes = scratch[0], scratch[1]
    counts = scratch[3, :8, 5]
    counts[:] = 0
    meet(query, entries, tail, budget, table, nodes[:, _CELL], stamp, counts)
    out[TRUNCATED] = counts[7]
    n = counts[4]
    if n == 0:
        return
    for i in range(n):
        table[nodes[i, _CELL], _NUMBER] = i
        nodes[i, _DEGREE], nodes[i, _LINKS] = 0, -1
    n_links = _link(query, n, entries, account_last, tail, budget, scratch, stamp, out)
    out[ACCOUNTS] = n + 2
    # u and v are linked to each other and to every account
    out[DENSITY] = ppm(2 * (n_links + 2 * n + 1), (n + 2) * (n + 1))
    core, n_core, core_links = _peel(n, scratch)
    out[CORE], out[CORE_ACCOUNTS] = core + 2, n_core + 2
    out[CORE_DENSITY] = ppm(2 * (core_links + 2 * n_core + 1), (n_core + 2) * (n_core + 1))
    _tell(n, core, scratch, path)


@njit(cache=True, nogil=True)
def _link(
    query: Any,
    n: int,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
) -> int:
    """Link the common counterparties that paid each other; how many links."""
    table, nodes, pairs, links = scratch[0], scratch[1], scratch[2], scratch[3]
    ring, mask = len(entries) - 1, len(table) - 1
    oldest = query.clock - WINDOW
    cursors = nodes[:, _QUEUE]
    for i in range(n):
        cursors[i] = account_last[table[nodes[i, _CELL], ACCOUNT], LAST_OUT]
    read_ahead(cursors[:n], LAST_OUT, entries, tail, oldest, _AHEAD)
    followed, n_links = 0, 0
    for i in range(n):
        number = account_last[table[nodes[i, _CELL], ACCOUNT], LAST_OUT]
        while number >= tail:
            entry = entries[number & ring]
            if entry.clock <= oldest:
                break
            if number < query.bound:  # what came later in the batch is passed over and costs nothing
                if followed >= budget:
                    out[TRUNCATED] = 1
                    return n_links
                followed += 1
                other = entry.payee
                cell = other & mask
                while table[cell, 0] == stamp and table[cell, ACCOUNT] != other:
                    cell = (cell + 1) & mask
                j = table[cell, _NUMBER]
                # a number is only good if the account carries it: of the others met it was never written
                if table[cell, 0] == stamp and 0 <= j < n and nodes[j, _CELL] == cell and j != i:
                    low, high = min(i, j), max(i, j)
                    cell = (low * 40_503 + high) & mask
                    while pairs[cell, 0] == stamp and (pairs[cell, 1] != low or pairs[cell, 2] != high):
                        cell = (cell + 1) & mask
                    if pairs[cell, 0] != stamp:
                        pairs[cell, 0], pairs[cell, 1], pairs[cell, 2] = stamp, low, high
                        for near, far in ((i, j), (j, i)):
                            place = 2 * n_links + (near == j)
                            links[place, _OTHER], links[place, _NEXT] = far, nodes[near, _LINKS]
                            links[place, _PAYMENT] = number
                            nodes[near, _LINKS] = place
                            nodes[near, _DEGREE] += 1
                        n_links += 1
            back = entry.payer_out
            number = number - back if back else -1
    return n_links


@njit(cache=True, nogil=True)
def _peel(n: int, scratch: Any) -> Any:
    """Core number of every common counterparty; the largest, how many have it, and the links between those."""
    nodes, links = scratch[1], scratch[3]
    for i in range(n):
        nodes[i, _LEFT], nodes[i, _CORE] = nodes[i, _DEGREE], -1
    peeled, core = 0, -1
    while peeled < n:
        core += 1
        waiting = peeled
        for i in range(n):
            if nodes[i, _CORE] < 0 and nodes[i, _LEFT] <= core:
                nodes[i, _CORE] = core
                nodes[waiting, _QUEUE] = i
                waiting += 1
        while peeled < waiting:
            place = nodes[nodes[peeled, _QUEUE], _LINKS]
            peeled += 1
            while place >= 0:
                other = links[place, _OTHER]
                if nodes[other, _CORE] < 0:
                    nodes[other, _LEFT] -= 1
                    if nodes[other, _LEFT] <= core:
                        nodes[other, _CORE] = core
                        nodes[waiting, _QUEUE] = other
                        waiting += 1
                place = links[place, _NEXT]
    n_core, ends = 0, 0
    for i in range(n):
        if nodes[i, _CORE] == core:
            n_core += 1
            place = nodes[i, _LINKS]
            while place >= 0:
                ends += nodes[links[place, _OTHER], _CORE] == core
                place = links[place, _NEXT]
    return core, n_core, ends // 2


@njit(cache=True, nogil=True)
def _tell(n: int, core: int, scratch: Any, path: Any) -> None:
    """Write the payments of the innermost core."""
    table, nodes, links = scratch[0], scratch[1], scratch[3]
    length = 0
    for i in range(n):
        if nodes[i, _CORE] == core and length + 2 < len(path):
            path[length + 1], path[length + 2] = table[nodes[i, _CELL], WITH_U], table[nodes[i, _CELL], WITH_V]
            length += 2
    for i in range(n):
        place = nodes[i, _LINKS] if nodes[i, _CORE] == core else -1
        while place >= 0:
            other = links[place, _OTHER]
            if other > i and nodes[other, _CORE] == core and length + 1 < len(path):
                length += 1
                path[length] = links[place, _PAYMENT]
            place = links[place, _NEXT]
    path[0] = length

"""Bipartite blocks and stacks: several payers that pay the same payees, with u -> v the payment that completes them.

The payers of v and the payees of u stand side by side, and the smaller side is asked whom of the other it dealt with.
Where that finds a block, the search goes on to the accounts that had paid several of its payers before these paid on,
and to those that had paid several of them in turn: the layers of a stack.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, Feature
from features.graph.log import LAST_IN, LAST_OUT
from features.ppm import ppm

WINDOW = DAY_MS

_SIZES = (
    ("2x2", "2 payers and 2 payees"),
    ("2x3", "2 payers and 3 payees"),
    ("3x2", "3 payers and 2 payees"),
    ("3x3", "3 payers and 3 payees"),
)
FEATURES = tuple(
    Feature(name, "graph/bipartite", meaning, unit, "1d", 1.0, CRIME)
    for name, meaning, unit in (
        (
            "bipartite_payers_1d",
            "payers of the block: u and each account that paid v and another account that u paid; 0 if that is u alone",
            "accounts",
        ),
        (
            "bipartite_payees_1d",
            "payees of the block: v and each other account that u and another of its payers paid; 0 if that is v alone",
            "accounts",
        ),
        (
            "bipartite_density_ppm_1d",
            "pairs of a payer and a payee of the block (two accounts) between which money moved, the event included, "
            "against all such pairs, rounded down; 0 without a block",
            "ppm",
        ),
        *(
            (
                f"bicliques_{size}_1d",
                f"sets of {meaning}, u and v among them and all distinct, of which each payer paid each payee, the "
                "event included",
                "sets",
            )
            for size, meaning in _SIZES
        ),
        (
            "stack_layers_1d",
            "layers of payments in time order that end in the event: 0 without a block, 1 for a block, 2 if two stack "
            "payers lie behind it, 3 if two stack sources lie behind those",
            "layers",
        ),
        (
            "stack_payers_1d",
            "accounts outside the block that paid at least two of its payers, each before that payer's last payment "
            "into the block",
            "accounts",
        ),
        (
            "stack_sources_1d",
            "accounts outside block and stack payers that paid at least two stack payers, each before that one's last "
            "payment that counts",
            "accounts",
        ),
        ("bipartite_truncated", "1 if the search met its budget", "0 or 1"),
    )
)
PAYERS, PAYEES, DENSITY, K22, K23, K32, K33, LAYERS, STACK_PAYERS, STACK_SOURCES, TRUNCATED = range(len(FEATURES))

# An account of either side: the one of the other side that met it last, how many did, its payment with u or v, and for
# a payer its newest payment into the block
_ACCOUNT, _LAST, _DEGREE, _NUMBER, _INTO = 1, 2, 3, 4, 5
# An account behind the block: how many payers it paid, its newest payment that counts, and the same for sources
_COUNT, _NEWEST, _ABOVE = 3, 4, 5
# Columns of the lists in the fourth work area: the pairs that met, side by side with both sides and the stack payers
_OUTER, _INNER, _PAIR, _PAYER_LIST, _PAYEE_LIST, _STACK_LIST = range(6)


@njit(cache=True, nogil=True)
def count_bicliques(
    query: Any,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
    path: Any,
) -> None:
    """Measure the block that one payment completes, and the stack above it.

    Parameters
    ----------
    query : QUERY record
    entries : ndarray of shape (2**k,), ENTRY
    account_last : ndarray of shape (n_accounts, 2), int64
        Numbers of the accounts' last entries at the end of the batch.
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed and pairs compared before the search stops and says so.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number that no earlier search used on this scratch.
    out : ndarray of shape (11,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries follow, and their numbers: the newest payment to v of the payer that shares most
        payees with u, then for each such payee the newest payment of that payer and of u to it.
    """
    path[0] = 0
    u, v = query.payer, query.payee
    if u < 0 or v < 0 or u == v or query.payer_out < tail or query.payee_in < tail:
        return
    ring = len(entries) - 1
    oldest = query.clock - WINDOW
    if entries[query.payer_out & ring].clock <= oldest or entries[query.payee_in & ring].clock <= oldest:
        return
    payers, payees, lists = scratch[0], scratch[1], scratch[3]
    n_payees, links = _list_side(
        query.payer_out, LAST_OUT, u, v, entries, tail, oldest, 0, budget, payees, lists[:, _PAYEE_LIST], stamp, out
    )
    if n_payees == 0:
        return
    n_payers, links = _list_side(
        query.payee_in, LAST_IN, v, u, entries, tail, oldest, links, budget, payers, lists[:, _PAYER_LIST], stamp, out
    )
    if n_payers == 0:
        return
    if n_payers <= n_payees:
        n_pairs, links = _meet(
            lists[:n_payers, _PAYER_LIST], payers, payees, LAST_OUT, query.bound, entries, account_last, tail, oldest,
            links, budget, lists, stamp, out,
        )  # fmt: skip
    else:
        n_pairs, links = _meet(
            lists[:n_payees, _PAYEE_LIST], payees, payers, LAST_IN, query.bound, entries, account_last, tail, oldest,
            links, budget, lists, stamp, out,
        )  # fmt: skip
    if n_pairs == 0:
        return
    outer_is_payer = n_payers <= n_payees
    _describe(n_pairs, n_payers, n_payees, outer_is_payer, scratch, stamp, out, path)
    links = _count_3x3(n_pairs, payees if outer_is_payer else payers, links, budget, lists, out)
    out[LAYERS] = 1
    _stack(query, n_payers, entries, tail, links, budget, scratch, stamp, out)


@njit(cache=True, nogil=True)
def _find(table: Any, account: int, stamp: int) -> int:
    """Cell of an account, or the free one where it would go."""
    mask = len(table) - 1
    cell = account & mask
    while table[cell, 0] == stamp and table[cell, _ACCOUNT] != account:
        cell = (cell + 1) & mask
    return cell


@njit(cache=True, nogil=True)
def _list_side(
    number: int,
    way: int,
    owner: int,
    other_end: int,
    entries: Any,
    tail: int,
    oldest: int,
    links: int,
    budget: int,
    table: Any,
    cells: Any,
    stamp: int,
    out: Any,
) -> Any:
    """Enter the counterparties of one account into a table and a list; how many, and links followed so far."""
    ring, found = len(entries) - 1, 0
    while number >= tail:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            break
        if links >= budget:
            out[TRUNCATED] = 1
            break
        links += 1
        if way == LAST_OUT:
            account, back = entry.payee, entry.payer_out
        else:
            account, back = entry.payer, entry.payee_in
        if account != owner and account != other_end:
            cell = _find(table, account, stamp)
            if table[cell, 0] != stamp:
                table[cell, 0], table[cell, _ACCOUNT], table[cell, _LAST], table[cell, _DEGREE] = stamp, account, -1, 0
                table[cell, _NUMBER] = table[cell, _INTO] = number
                cells[found] = cell
                found += 1
        number = number - back if back else -1
    return found, links


@njit(cache=True, nogil=True)
def _meet(
    outer_cells: Any,
    outer: Any,
    inner: Any,
    way: int,
    bound: int,
    entries: Any,
    account_last: Any,
    tail: int,
    oldest: int,
    links: int,
    budget: int,
    lists: Any,
    stamp: int,
    out: Any,
) -> Any:
    """List the pairs of both sides between which money moved; how many, and links followed so far."""
    ring, n_pairs = len(entries) - 1, 0
    for cell in outer_cells:
        account = outer[cell, _ACCOUNT]
        number = account_last[account, way]
        while number >= tail:
            entry = entries[number & ring]
            if entry.clock <= oldest:
                break
            if way == LAST_OUT:
                other, back = entry.payee, entry.payer_out
            else:
                other, back = entry.payer, entry.payee_in
            if number < bound:  # what came later in the batch is passed over and costs nothing
                if links >= budget:
                    out[TRUNCATED] = 1
                    return n_pairs, links
                links += 1
                met = _find(inner, other, stamp)
                if inner[met, 0] == stamp and inner[met, _LAST] != cell and other != account:
                    inner[met, _LAST] = cell
                    inner[met, _DEGREE] += 1
                    outer[cell, _DEGREE] += 1
                    outer[cell, _INTO] = max(outer[cell, _INTO], number)
                    inner[met, _INTO] = max(inner[met, _INTO], number)
                    lists[n_pairs, _OUTER], lists[n_pairs, _INNER], lists[n_pairs, _PAIR] = cell, met, number
                    n_pairs += 1
            number = number - back if back else -1
    return n_pairs, links


@njit(cache=True, nogil=True)
def _describe(
    n_pairs: int, n_payers: int, n_payees: int, outer_is_payer: bool, scratch: Any, stamp: int, out: Any, path: Any
) -> None:
    """Sizes, density and small bicliques of the block, and its evidence."""
    payers, payees, lists = scratch[0], scratch[1], scratch[3]
    out[PAYERS] = out[PAYEES] = 1
    both, best = 0, lists[0, _OUTER if outer_is_payer else _INNER]
    for i in range(n_payers):
        cell = lists[i, _PAYER_LIST]
        degree = payers[cell, _DEGREE]
        if degree > 0:
            out[PAYERS] += 1
            out[K22] += degree
            out[K23] += degree * (degree - 1) // 2
            same = _find(payees, payers[cell, _ACCOUNT], stamp)
            if payees[same, 0] == stamp and payees[same, _DEGREE] > 0:
                both += 1
            if degree > payers[best, _DEGREE]:
                best = cell
    for i in range(n_payees):
        degree = payees[lists[i, _PAYEE_LIST], _DEGREE]
        if degree > 0:
            out[PAYEES] += 1
            out[K32] += degree * (degree - 1) // 2
    # u paid every payee, every other payer paid v
    moved = out[PAYEES] + out[PAYERS] - 1 + n_pairs
    out[DENSITY] = ppm(moved, out[PAYERS] * out[PAYEES] - both)
    path[1] = payers[best, _NUMBER]
    length = 1
    for i in range(n_pairs):
        payer, payee = lists[i, _OUTER], lists[i, _INNER]
        if not outer_is_payer:
            payer, payee = payee, payer
        if payer == best and length + 2 < len(path):
            path[length + 1], path[length + 2] = lists[i, _PAIR], payees[payee, _NUMBER]
            length += 2
    path[0] = length


@njit(cache=True, nogil=True)
def _count_3x3(n_pairs: int, inner: Any, links: int, budget: int, lists: Any, out: Any) -> int:
    """Count pairs of the outer side by the pairs of the inner side that both met; links used so far."""
    if out[K23] == 0 or out[K32] == 0:
        return links
    begin = 0
    while begin < n_pairs:
        cell, end = lists[begin, _OUTER], begin
        while end < n_pairs and lists[end, _OUTER] == cell:
            inner[lists[end, _INNER], _LAST] = cell
            end += 1
        shared = 0
        for i in range(end, n_pairs if end - begin > 1 else end):
            if links >= budget:
                out[TRUNCATED] = 1
                return links
            links += 1
            if inner[lists[i, _INNER], _LAST] == cell:
                shared += 1
            if i + 1 == n_pairs or lists[i + 1, _OUTER] != lists[i, _OUTER]:
                out[K33] += shared * (shared - 1) // 2
                shared = 0
        begin = end
    return links


@njit(cache=True, nogil=True)
def _is_in_block(account: int, query: Any, scratch: Any, stamp: int) -> bool:
    """Whether an account is a payer or a payee of the block."""
    if account == query.payer or account == query.payee:
        return True
    for side in range(2):
        cell = _find(scratch[side], account, stamp)
        if scratch[side, cell, 0] == stamp and scratch[side, cell, _DEGREE] > 0:
            return True
    return False


@njit(cache=True, nogil=True)
def _stack(
    query: Any, n_payers: int, entries: Any, tail: int, links: int, budget: int, scratch: Any, stamp: int, out: Any
) -> None:
    """Count the accounts that paid several payers of the block, and those that paid several of them."""
    payers, behind, lists = scratch[0], scratch[2], scratch[3]
    ring = len(entries) - 1
    oldest = query.clock - WINDOW
    for i in range(-1, n_payers):
        if i < 0:
            payer, number = query.payer, query.payer_in
        else:
            cell = lists[i, _PAYER_LIST]
            if payers[cell, _DEGREE] == 0:
                continue
            payer = payers[cell, _ACCOUNT]
            into = payers[cell, _INTO]
            back = entries[into & ring].payer_in
            number = into - back if back else -1
        while number >= tail:
            entry = entries[number & ring]
            if entry.clock <= oldest:
                break
            if links >= budget:
                out[TRUNCATED] = 1
                return
            links += 1
            source = entry.payer
            if not _is_in_block(source, query, scratch, stamp):
                cell = _find(behind, source, stamp)
                if behind[cell, 0] != stamp:
                    behind[cell, 0], behind[cell, _ACCOUNT], behind[cell, _LAST] = stamp, source, -1
                    behind[cell, _COUNT], behind[cell, _NEWEST], behind[cell, _ABOVE] = 0, -1, 0
                behind[cell, _NEWEST] = max(behind[cell, _NEWEST], number)
                if behind[cell, _LAST] != payer:
                    behind[cell, _LAST] = payer
                    behind[cell, _COUNT] += 1
                    if behind[cell, _COUNT] == 2:
                        lists[out[STACK_PAYERS], _STACK_LIST] = cell
                        out[STACK_PAYERS] += 1
            back = entry.payee_in
            number = number - back if back else -1
    if out[STACK_PAYERS] < 2:
        return
    out[LAYERS] = 2
    for i in range(out[STACK_PAYERS]):
        top = lists[i, _STACK_LIST]
        newest = behind[top, _NEWEST]
        back = entries[newest & ring].payer_in
        number = newest - back if back else -1
        while number >= tail:
            entry = entries[number & ring]
            if entry.clock <= oldest:
                break
            if links >= budget:
                out[TRUNCATED] = 1
                return
            links += 1
            source = entry.payer
            if not _is_in_block(source, query, scratch, stamp):
                cell = _find(behind, source, stamp)
                if behind[cell, 0] != stamp:
                    behind[cell, 0], behind[cell, _ACCOUNT], behind[cell, _LAST] = stamp, source, -1
                    behind[cell, _COUNT], behind[cell, _NEWEST], behind[cell, _ABOVE] = 0, -1, 0
                # how many stack payers it paid, and the last of them, in one number
                if behind[cell, _COUNT] < 2 and behind[cell, _ABOVE] & 0xFFFFFFFF != i + 1:
                    met = (behind[cell, _ABOVE] >> 32) + 1
                    behind[cell, _ABOVE] = met << 32 | (i + 1)
                    if met == 2:
                        out[STACK_SOURCES] += 1
                        if out[STACK_SOURCES] == 2:
                            out[LAYERS] = 3
            back = entry.payee_in
            number = number - back if back else -1

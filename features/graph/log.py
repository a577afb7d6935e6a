"""The state of the temporal graph: a ring of linked entries, accounts and pairs with their windowed counters.

An entry of the log is one settled payment, 64 bytes, one cache line. It holds the distances back to the previous
payments out of and into its payer and its payee, as of itself; walking them visits the past of that moment and nothing
later. Accounts and pairs live in slots that are freed when their last payment leaves the longest window, so that memory
follows what is alive and not what ever was.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.catalogue import WINDOWS
from streams.table import find, grown, grown_index, insert, new_index, remove

N_WINDOWS = len(WINDOWS)
WIDTHS = np.array([width for _, width in WINDOWS], dtype=np.int64)
LONGEST = int(WIDTHS[-1])

ENTRY = np.dtype(
    [
        ("clock", np.int64),  # ms
        ("amount_fen", np.int64),  # CNY fen, 0 without a parity
        ("amount_minor", np.int64),  # as sent, in the payment's own currency
        ("position", np.int64),  # log position of the event
        ("payer", np.int32),  # slots
        ("payee", np.int32),
        ("pair", np.int32),
        ("spare", np.int32),
        ("payer_out", np.uint32),  # distance back to the payer's previous payment out; 0 none
        ("payer_in", np.uint32),
        ("payee_out", np.uint32),
        ("payee_in", np.uint32),
    ]
)

# Columns of an account's last entries
LAST_OUT, LAST_IN = 0, 1
# Columns of an account's counters, four windows each
OUT, IN, PAYEES, PAYERS = 0, N_WINDOWS, 2 * N_WINDOWS, 3 * N_WINDOWS

# The scalars of the graph, kept in one array so that kernels take and change them in place
CLOCK, HEAD, TAIL, FIRST_CLOCK, ACCOUNTS_USED, ACCOUNTS_FREE, PAIRS_USED, PAIRS_FREE, STARTS = 0, 1, 2, 3, 4, 5, 6, 7, 8
N_SCALARS = STARTS + N_WINDOWS


class GraphLog:
    """Ring log, accounts and pairs of the temporal graph.

    Attributes
    ----------
    entries : ndarray of shape (2**k,), ENTRY
        The ring; the entry of number q is at `q % len(entries)`, and `scalars[TAIL] <= q < scalars[HEAD]` are alive.
    account_last : ndarray of shape (n_accounts, 2), int64
        Numbers of the account's last entries out and in, -1 none.
    account_counts : ndarray of shape (n_accounts, 16), int32
        Payments out, payments in, distinct payees, distinct payers; four windows each.
    account_sums : ndarray of shape (n_accounts, 8), int64
        CNY fen out and in; four windows each.
    pair_keys : ndarray of shape (n_pairs,), uint64
        Payer's slot in the high half, payee's in the low half.
    pair_counts, pair_sums : ndarrays of shape (n_pairs, 4), int32 and int64
    """

    def __init__(self) -> None:
        self.entries = np.zeros(1024, dtype=ENTRY)
        self.account_last = np.zeros((1024, 2), dtype=np.int64)
        self.account_keys = np.zeros(1024, dtype=np.uint64)
        self.account_counts = np.zeros((1024, 4 * N_WINDOWS), dtype=np.int32)
        self.account_sums = np.zeros((1024, 2 * N_WINDOWS), dtype=np.int64)
        self.account_free = np.zeros(1024, dtype=np.int32)
        self.account_index = new_index(1024)
        self.pair_keys = np.zeros(1024, dtype=np.uint64)
        self.pair_counts = np.zeros((1024, N_WINDOWS), dtype=np.int32)
        self.pair_sums = np.zeros((1024, N_WINDOWS), dtype=np.int64)
        self.pair_free = np.zeros(1024, dtype=np.int32)
        self.pair_index = new_index(1024)
        self.scalars = np.zeros(N_SCALARS, dtype=np.int64)
        self.scalars[CLOCK] = self.scalars[FIRST_CLOCK] = np.iinfo(np.int64).min

    def reserve(self, payments: int) -> None:
        """Make room for a batch of `payments`, doubling what would not hold it."""
        scalars = self.scalars
        needed = int(scalars[HEAD] - scalars[TAIL]) + payments
        if needed > len(self.entries):
            self.entries = _regrown_ring(self.entries, needed, int(scalars[TAIL]), int(scalars[HEAD]))
        accounts = int(scalars[ACCOUNTS_USED] - scalars[ACCOUNTS_FREE]) + 2 * payments
        if accounts > len(self.account_keys):
            slots = _doubled(len(self.account_keys), accounts)
            for name in ("account_last", "account_keys", "account_counts", "account_sums", "account_free"):
                setattr(self, name, grown(getattr(self, name), slots))
            self.account_index = grown_index(self.account_index, slots)
        pairs = int(scalars[PAIRS_USED] - scalars[PAIRS_FREE]) + payments
        if pairs > len(self.pair_keys):
            slots = _doubled(len(self.pair_keys), pairs)
            for name in ("pair_keys", "pair_counts", "pair_sums", "pair_free"):
                setattr(self, name, grown(getattr(self, name), slots))
            self.pair_index = grown_index(self.pair_index, slots)

    def release(self) -> None:
        """Let go of the entries that no window reaches any more, and of accounts and pairs that have no other.

        Call it when the last batch is wholly done: until then every account of a search keeps its slot and its links.
        """
        _release(
            self.entries,
            self.account_keys,
            self.account_counts,
            self.account_free,
            self.account_index,
            self.pair_keys,
            self.pair_counts,
            self.pair_free,
            self.pair_index,
            self.scalars,
        )

    def position_of(self, number: int) -> int:
        """Log position of the event behind entry `number`."""
        return int(self.entries["position"][number % len(self.entries)])

    def nbytes(self) -> dict[str, int]:
        """Bytes held by log, accounts and pairs."""
        return {
            "log": self.entries.nbytes,
            "accounts": sum(
                array.nbytes
                for array in (
                    self.account_last,
                    self.account_keys,
                    self.account_counts,
                    self.account_sums,
                    self.account_free,
                    self.account_index,
                )
            ),
            "pairs": sum(
                array.nbytes
                for array in (self.pair_keys, self.pair_counts, self.pair_sums, self.pair_free, self.pair_index)
            ),
        }

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return {name: getattr(self, name) for name in _ARRAYS}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        for name in _ARRAYS:
            setattr(self, name, np.array(state[name]))


_ARRAYS = (
    "entries",
    "account_last",
    "account_keys",
    "account_counts",
    "account_sums",
    "account_free",
    "account_index",
    "pair_keys",
    "pair_counts",
    "pair_sums",
    "pair_free",
    "pair_index",
    "scalars",
)


def _doubled(size: int, needed: int) -> int:
    """`size` doubled until it holds `needed`."""
    while size < needed:
        size *= 2
    return size


def _regrown_ring(entries: NDArray[Any], needed: int, tail: int, head: int) -> NDArray[Any]:
    """The same live entries in a larger ring."""
    larger = np.zeros(_doubled(len(entries), needed), dtype=ENTRY)
    numbers = np.arange(tail, head)
    larger[numbers % len(larger)] = entries[numbers % len(entries)]
    return larger


@njit(cache=True, nogil=True)
def account_slot(
    key: Any, account_last: Any, account_keys: Any, account_free: Any, account_index: Any, scalars: Any
) -> int:
    """Slot of an account, made if there is none."""
    slot = find(account_index, account_keys, key)
    if slot >= 0:
        return slot
    if scalars[ACCOUNTS_FREE] > 0:
        scalars[ACCOUNTS_FREE] -= 1
        slot = np.int64(account_free[scalars[ACCOUNTS_FREE]])
    else:
        slot = scalars[ACCOUNTS_USED]
        scalars[ACCOUNTS_USED] += 1
    account_keys[slot] = key
    account_last[slot, LAST_OUT] = -1
    account_last[slot, LAST_IN] = -1
    insert(account_index, key, slot)
    return slot


@njit(cache=True, nogil=True)
def pair_slot(key: Any, pair_keys: Any, pair_free: Any, pair_index: Any, scalars: Any) -> int:
    """Slot of a pair, made if there is none."""
    slot = find(pair_index, pair_keys, key)
    if slot >= 0:
        return slot
    if scalars[PAIRS_FREE] > 0:
        scalars[PAIRS_FREE] -= 1
        slot = np.int64(pair_free[scalars[PAIRS_FREE]])
    else:
        slot = scalars[PAIRS_USED]
        scalars[PAIRS_USED] += 1
    pair_keys[slot] = key
    insert(pair_index, key, slot)
    return slot


@njit(cache=True, nogil=True)
def _release(
    entries: Any,
    account_keys: Any,
    account_counts: Any,
    account_free: Any,
    account_index: Any,
    pair_keys: Any,
    pair_counts: Any,
    pair_free: Any,
    pair_index: Any,
    scalars: Any,
) -> None:
    """Free the slots whose last payment left the longest window, and move the tail of the ring."""
    ring, last = len(entries) - 1, N_WINDOWS - 1
    for number in range(scalars[TAIL], scalars[STARTS + last]):
        entry = entries[number & ring]
        pair = np.int64(entry.pair)
        # one slot may stand behind many entries that left; the index says whether it is free already
        if pair_counts[pair, last] != 0 or find(pair_index, pair_keys, pair_keys[pair]) != pair:
            continue
        remove(pair_index, pair_keys[pair], pair)
        pair_free[scalars[PAIRS_FREE]] = pair
        scalars[PAIRS_FREE] += 1
        for account in (np.int64(entry.payer), np.int64(entry.payee)):
            if account_counts[account, OUT + last] != 0 or account_counts[account, IN + last] != 0:
                continue
            if find(account_index, account_keys, account_keys[account]) == account:
                remove(account_index, account_keys[account], account)
                account_free[scalars[ACCOUNTS_FREE]] = account
                scalars[ACCOUNTS_FREE] += 1
    scalars[TAIL] = scalars[STARTS + last]

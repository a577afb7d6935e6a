"""How money passes through an account: what u hands on, how long it held it, and whether it behaves like a mule.

Money out is taken from the newest money in that has not gone out yet. What is then left of a payment in depends only
on payments after it, so that seven days decide it; taken from the oldest first, it would depend on all that ever came
before. The money that waits stands in a queue of running totals, so that a payment finds its share by halves.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features import account_profile
from features.catalogue import CRIME, DAY_MS, HOUR_MS, Feature
from features.ppm import ppm
from features.prefetch import prefetch
from features.queues import QUEUE, Pool, add, clear, fresh, make_room
from features.window_columns import PAYEE_OUT_SUM, PAYER_OUT_SUM, PAYER_PAYERS, WEEK
from streams.kernel import kernel
from streams.table import grown

NEW_DAYS = 30
"""Days for which an account is new."""

DRAINED_PPM = 900_000
"""Share of the waiting money from which a payment drains its account."""

_WEEK_MS = 7 * DAY_MS
_AHEAD = 8  # payments


def _features() -> Iterator[Feature]:
    """The columns, in order."""
    family, week, fortnight, year = "holding", 7.0, 14.0, 400.0
    for window, span in (("1h", "an hour"), ("1d", "a day")):
        yield Feature(
            f"payer_passed_ppm_{window}",
            family,
            f"share of the last payment into u that went out again within {span} of coming in, this payment included; "
            "-1 if none came in within 7 days",
            "ppm",
            "7d",
            week,
            CRIME,
        )
    yield Feature(
        "payer_held_seconds",
        family,
        "whole seconds for which u held the money of this payment: half of what it takes from money in within 7 days "
        "came in at most so long ago; -1 if it takes none",
        "seconds",
        "7d",
        week,
        CRIME,
    )
    yield Feature(
        "payer_drain_ppm",
        family,
        "the payment against the money in within 7 days that has not gone out; at most 10^9; -1 if there is none",
        "ppm",
        "7d",
        week,
        CRIME,
    )
    for side, who, whose in (("payer", "u", ", this payment included"), ("payee", "v", "")):
        yield Feature(
            f"{side}_quick_ppm_7d",
            family,
            f"share of the money out of {who} that had come in less than a day before it went out{whose}; -1 if none",
            "ppm",
            "7d",
            fortnight,
            CRIME,
        )
    for side, who in (("payer", "u"), ("payee", "v")):
        yield Feature(
            f"{side}_is_new", family, f"1 if {who} is younger than {NEW_DAYS} days", "0 or 1", "400d", year, CRIME
        )
        yield Feature(
            f"{side}_is_awakened",
            family,
            f"1 if {who} moves money again after {account_profile.SLEEP_DAYS} days, since less than 30 days",
            "0 or 1",
            "400d",
            year,
            CRIME,
        )
    yield Feature(
        "payer_mule_payers",
        family,
        "distinct accounts that paid u within 7 days, if u is new or awakened, was paid within a day and now sends on "
        "nine tenths or more of what waits; else 0",
        "accounts",
        "400d",
        year,
        CRIME,
    )


FEATURES = tuple(_features())
_PASSED_1H, _PASSED_1D, _HELD, _DRAIN, _QUICK, _PAYEE_QUICK = range(6)
_NEW, _AWAKENED, _PAYEE_NEW, _PAYEE_AWAKENED, _MULE = range(6, 11)

# One line: the last payment in and what went out since, the quick money of seven days, and the money that waits
_ACCOUNT = np.dtype(
    [
        ("clock", np.int64),
        ("amount", np.int64),
        ("out_1h", np.int64),  # money out within an hour, and a day, of the last payment in
        ("out_1d", np.int64),
        ("quick", np.int64),
        ("base", np.int64),  # running total before the oldest payment that waits
        *QUEUE,
    ]
)
_QUICK_OUT = np.dtype([("clock", np.int64), ("amount", np.int64), ("account", np.int64)])
_HEAD, _TAIL = 0, 1


class Holding:
    """Money that waits in the accounts of the graph, and how quickly it left them."""

    def __init__(self) -> None:
        self._accounts = np.zeros(0, dtype=_ACCOUNT)
        self._outs = np.zeros(1024, dtype=_QUICK_OUT)  # ring of the quick money that left within seven days
        self._marks = np.zeros(2, dtype=np.int64)
        self._pool = Pool(2)

    def update(
        self,
        slots: int,
        queries: NDArray[Any],
        rows: NDArray[np.int64],
        profile: NDArray[np.int64],
        payers: NDArray[np.uint64],
        payees: NDArray[np.uint64],
        amounts_fen: NDArray[np.int64],
        makes_entry: NDArray[np.bool_],
        out: NDArray[np.int64],
    ) -> None:
        """Write the columns of a batch that the graph has just taken, and remember the payments that made an entry.

        Parameters
        ----------
        slots : int
            Account slots of the graph, `len(log.account_keys)`.
        queries : ndarray of shape (n,), QUERY
            As the graph's update left them.
        rows : ndarray of shape (n, n_features), int64
            Window columns filled.
        profile : ndarray of shape (n, len(account_profile.FEATURES)), int64
            What `AccountProfile.update` wrote.
        payers, payees : ndarrays of shape (n,), uint64
            Vertices.
        amounts_fen : ndarray of shape (n,), int64
            CNY fen, 0 without a parity: such a payment moves nothing here, like a payment of u to itself.
        makes_entry : ndarray of shape (n,), bool
        out : ndarray of shape (n, len(FEATURES)), int64
            Written.
        """
        if slots > len(self._accounts):
            self._accounts = fresh(slots, self._accounts)
        self._reserve(len(queries))
        done, swept = 0, -1
        while True:
            done = _hold(
                done,
                queries,
                rows,
                profile,
                payers,
                payees,
                amounts_fen,
                makes_entry,
                self._accounts,
                self._outs,
                self._marks,
                self._pool.nodes,
                self._pool.blocks,
                out,
            )
            if done == len(queries):
                return
            _forget(self._accounts, self._pool.nodes, self._pool.blocks, queries[done]["clock"])
            if self._pool.is_crowded or swept == done:
                self._pool.grow()
            swept = done

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return {"accounts": self._accounts, "outs": self._outs, "marks": self._marks} | self._pool.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._accounts, self._outs = np.array(state["accounts"]), np.array(state["outs"])
        self._marks = np.array(state["marks"])
        self._pool.restore(state)

    def nbytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self.state().values())

    def _reserve(self, payments: int) -> None:
        """Make room in the ring for as many more, doubling it."""
        numbers = np.arange(self._marks[_TAIL], self._marks[_HEAD])
        size = len(self._outs)
        while size < len(numbers) + payments:
            size *= 2
        if size > len(self._outs):
            larger = grown(self._outs[:0], size)
            larger[numbers % size] = self._outs[numbers % len(self._outs)]
            self._outs = larger


@kernel()
def _after(nodes: Any, column: int, first: Any, last: Any, value: Any) -> Any:
    """First place from `first` to `last` whose column is above `value`; `last` if there is none."""
    while first < last:
        middle = (first + last) >> 1
        if nodes[middle, column] > value:
            last = middle
        else:
            first = middle + 1
    return last


@kernel(inline="always")
def _expire(account: Any, nodes: Any, blocks: Any, clock: int) -> None:
    """Let go of the waiting money that came in seven days ago or earlier."""
    place, last = np.int64(account.block) + account.start, account.length
    gone = 0
    while gone < last and nodes[place + gone, 0] <= clock - _WEEK_MS:
        account.base = nodes[place + gone, 1]
        gone += 1
    account.start += gone
    account.length -= gone
    if account.length == 0 and account.size > 0:
        clear(account, nodes, blocks)


@kernel()
def _forget(accounts: Any, nodes: Any, blocks: Any, clock: int) -> None:
    """Give back the blocks of accounts in which nothing waits any more."""
    for slot in range(len(accounts)):
        _expire(accounts[slot], nodes, blocks, clock)


@kernel()
def _hold(
    done: int,
    queries: Any,
    rows: Any,
    profile: Any,
    payers: Any,
    payees: Any,
    amounts_fen: Any,
    makes_entry: Any,
    accounts: Any,
    outs: Any,
    marks: Any,
    nodes: Any,
    blocks: Any,
    out: Any,
) -> int:
    """Go on from payment `done`; the number of payments done when the pool is used up or none is left."""
    ring = len(outs) - 1
    for i in range(done, len(queries)):
        _look_ahead(i, queries, accounts, nodes)
        query, row, line = queries[i], rows[i], out[i]
        clock, u, v = query.clock, query.payer, query.payee
        fen = amounts_fen[i] if payers[i] != payees[i] else 0
        if makes_entry[i] and fen > 0:
            _expire(accounts[v], nodes, blocks, clock)
            if not make_room(accounts[v], nodes, blocks):
                return i
        while marks[_TAIL] < marks[_HEAD] and outs[marks[_TAIL] & ring].clock <= clock - _WEEK_MS:
            gone = outs[marks[_TAIL] & ring]
            accounts[gone.account].quick -= gone.amount
            marks[_TAIL] += 1

        line[_PASSED_1H] = line[_PASSED_1D] = line[_HELD] = line[_DRAIN] = line[_PAYEE_QUICK] = -1
        line[_QUICK] = ppm(0, fen)
        ages = profile[i]
        line[_NEW] = ages[account_profile.AGE] < NEW_DAYS
        line[_AWAKENED] = ages[account_profile.AWAKE] >= 0
        line[_PAYEE_NEW] = ages[account_profile.PAYEE + account_profile.AGE] < NEW_DAYS
        line[_PAYEE_AWAKENED] = ages[account_profile.PAYEE + account_profile.AWAKE] >= 0
        line[_MULE] = 0
        if v >= 0:
            line[_PAYEE_QUICK] = ppm(accounts[v].quick, row[WEEK + PAYEE_OUT_SUM])
        if u >= 0:
            _expire(accounts[u], nodes, blocks, clock)
            taken, quick = _read(accounts[u], nodes, clock, fen, row[WEEK + PAYER_OUT_SUM], line)
            is_suspect = line[_NEW] or line[_AWAKENED]
            if is_suspect and accounts[u].clock > clock - DAY_MS and line[_DRAIN] >= DRAINED_PPM:
                line[_MULE] = row[WEEK + PAYER_PAYERS]
            if makes_entry[i] and fen > 0:
                if quick > 0:
                    leaves = outs[marks[_HEAD] & ring]
                    leaves.clock = clock
                    leaves.amount = quick
                    leaves.account = u
                    marks[_HEAD] += 1
                    accounts[u].quick += quick
                _pay(accounts[u], nodes, blocks, clock, fen, taken)
                _receive(accounts[v], nodes, clock, fen)
    return len(queries)


@kernel(inline="always")
def _look_ahead(i: int, queries: Any, accounts: Any, nodes: Any) -> None:
    """Ask for what the payments after `i` will read: the records, then the newest nodes."""
    if i + 2 * _AHEAD < len(queries):
        query = queries[i + 2 * _AHEAD]
        for slot in (query.payer, query.payee):
            if slot >= 0:
                prefetch(accounts, slot)
                prefetch(accounts["size"], slot)
    if i + _AHEAD < len(queries):
        query = queries[i + _AHEAD]
        for slot in (query.payer, query.payee):
            if slot >= 0 and accounts[slot].length > 0:
                account = accounts[slot]
                prefetch(nodes[:, 0], np.int64(account.block) + account.start + account.length - 1)


@kernel(inline="always")
def _read(account: Any, nodes: Any, clock: int, fen: int, out_7d: int, line: Any) -> tuple[int, int]:
    """Write the columns of u as a payer; what the payment takes of the waiting money, and how much of it is quick."""
    if account.clock > clock - _WEEK_MS:
        out_1h = account.out_1h + (fen if account.clock > clock - HOUR_MS else 0)
        out_1d = account.out_1d + (fen if account.clock > clock - DAY_MS else 0)
        line[_PASSED_1H] = ppm(min(out_1h, account.amount), account.amount)
        line[_PASSED_1D] = ppm(min(out_1d, account.amount), account.amount)
    taken: Any = 0
    quick: Any = 0
    if account.length > 0:
        first = np.int64(account.block) + account.start
        last = first + account.length
        total = nodes[last - 1, 1]
        line[_DRAIN] = ppm(fen, total - account.base)
        taken = min(fen, total - account.base)
        if taken > 0:
            middle = _after(nodes, 1, first, last - 1, total - (taken + 1) // 2)
            line[_HELD] = (clock - nodes[middle, 0]) // 1000
            recent = _after(nodes, 0, first, last, clock - DAY_MS)
            before = nodes[recent - 1, 1] if recent > first else account.base
            quick = max(total - max(total - taken, before), 0)
    line[_QUICK] = ppm(account.quick + quick, out_7d + fen)
    return taken, quick


@kernel(inline="always")
def _pay(account: Any, nodes: Any, blocks: Any, clock: int, fen: int, taken: int) -> None:
    """Take money out of an account, the newest first."""
    if account.clock > clock - HOUR_MS:
        account.out_1h += fen
    if account.clock > clock - DAY_MS:
        account.out_1d += fen
    if taken == 0:
        return
    first = np.int64(account.block) + account.start
    last = first + account.length
    left = nodes[last - 1, 1] - taken
    if left == account.base:
        clear(account, nodes, blocks)
        return
    newest = _after(nodes, 1, first, last - 1, left - 1)
    nodes[newest, 1] = left
    account.length = newest - first + 1


@kernel(inline="always")
def _receive(account: Any, nodes: Any, clock: int, fen: int) -> None:
    """Put money into an account."""
    account.clock = clock
    account.amount = fen
    account.out_1h = account.out_1d = 0
    if account.length == 0:
        account.base = 0
    total = nodes[np.int64(account.block) + account.start + account.length - 1, 1] if account.length > 0 else 0
    place = add(account)
    nodes[place, 0] = clock
    nodes[place, 1] = total + fen

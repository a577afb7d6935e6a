"""What an account was before: how old it is, how long it slept, and how its week compares with its own year.

Accounts are kept by vertex, since they outlive the 30-day slots of the graph: one record each, and a queue of the
28-day periods in which money moved, with the days of each period as bits. All of it is forgotten after 400 days, and a
value never rests on anything older, so that a run that starts 400 days earlier gives the same rows.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import DAY_MS, FINANCE, HISTORY_DAYS, HOUR_MS, Feature
from features.ppm import ppm
from features.prefetch import likely_slot, prefetch, prefetch_cell
from features.queues import NEVER, QUEUE, Pool, add, clear, make_room
from features.window_columns import (
    PAYEE_IN_SUM,
    PAYEE_OUT_SUM,
    PAYER_IN_SUM,
    PAYER_OUT_SUM,
    WEEK,
)
from streams.kernel import kernel
from streams.table import Index, find, grown, grown_index, insert, new_index, remove

AGE_DAYS = 365
"""Days at which the age of an account stops counting."""

SLEEP_DAYS = 180
"""Days without a payment after which an account counts as dormant."""

_AWAKE_DAYS = 30  # how long it is remembered that an account woke
_MEMORY_DAYS = HISTORY_DAYS - _AWAKE_DAYS  # how far back its sleep is looked for, so that 400 days decide
_PERIOD_DAYS = 28
_PERIODS = 13  # a year of 52 weeks
_SHANGHAI_MS = 8 * HOUR_MS
_AHEAD = 8  # payments

_FLOWS = (("in", "into"), ("out", "out of"))


def _features() -> Iterator[Feature]:
    """The columns, in order."""
    family, horizon = "account_profile", float(HISTORY_DAYS)
    for side, who in (("payer", "u"), ("payee", "v")):
        yield Feature(
            f"{side}_age_days",
            family,
            f"days since {who} was opened, as the newest account event of the last 400 days said, or since the first "
            f"of these days on which it paid or was paid, the longer of both, at most {AGE_DAYS}; -1 if unknown",
            "days",
            "400d",
            horizon,
            FINANCE,
        )
        yield Feature(
            f"{side}_dormant_days",
            family,
            f"whole days since {who} last paid or was paid; -1 if not within 400 days",
            "days",
            "400d",
            horizon,
            FINANCE,
        )
        yield Feature(
            f"{side}_awake_days",
            family,
            f"whole days since the last payment of {who} that came {SLEEP_DAYS} to {_MEMORY_DAYS} days after the one "
            f"before, or as the first in {_MEMORY_DAYS} days of an account known to be open for {SLEEP_DAYS} days; 0 "
            f"if this payment is such a one; -1 if none within {_AWAKE_DAYS} days",
            "days",
            "400d",
            horizon,
            FINANCE,
        )
        for flow, way in _FLOWS:
            yield Feature(
                f"{side}_{flow}_change_ppm",
                family,
                f"7-day money {way} {who} against its mean per four weeks over the 13 periods of 28 Shanghai days "
                "before the one in which the seven days began; at most 10^9; -1 if nothing moved in them",
                "ppm",
                "400d",
                horizon,
                FINANCE,
            )


FEATURES = tuple(_features())
_PER_SIDE = len(FEATURES) // 2
AGE, DORMANT, AWAKE, IN_CHANGE, OUT_CHANGE = range(_PER_SIDE)
"""Columns of the payer; those of the payee lie `PAYEE` further on."""
PAYEE = _PER_SIDE

_ACCOUNT = np.dtype(
    [
        ("key", np.uint64),
        ("last", np.int64),  # clock of the last payment
        ("woke", np.int64),  # clock of the last payment after a sleep
        ("opened", np.int64),  # time of opening as last stated, and the clock of that statement
        ("stated", np.int64),
        ("newest_in", np.int64),  # money of the period of the last payment; older periods are in the queue
        ("newest_out", np.int64),
        ("newest_period", np.int32),
        ("newest_days", np.uint32),
        ("year_in", np.int64),  # money of the 13 periods before `year_end`
        ("year_out", np.int64),
        ("year_end", np.int32),
        *QUEUE,
    ]
)
_USED, _FREED, _HAND = 0, 1, 2


class AccountProfile:
    """Age, sleep and yearly flows of accounts by vertex."""

    def __init__(self) -> None:
        self._accounts = np.zeros(1024, dtype=_ACCOUNT)
        self._free = np.zeros(1024, dtype=np.int32)
        self._index: Index = new_index(1024)
        self._marks = np.zeros(3, dtype=np.int64)
        self._pool = Pool(3)

    def __len__(self) -> int:
        """Accounts remembered."""
        return int(self._marks[_USED] - self._marks[_FREED])

    def update(
        self,
        clocks: NDArray[np.int64],
        payers: NDArray[np.uint64],
        payees: NDArray[np.uint64],
        amounts_fen: NDArray[np.int64],
        makes_entry: NDArray[np.bool_],
        rows: NDArray[np.int64],
        out: NDArray[np.int64],
        *,
        at: NDArray[np.int64] | None = None,
        stated_at: NDArray[np.int64] | None = None,
        stated_accounts: NDArray[np.uint64] | None = None,
        stated_clocks: NDArray[np.int64] | None = None,
        opened_at: NDArray[np.int64] | None = None,
    ) -> None:
        """Write the columns of a batch of payments, and remember those that made an entry.

        Parameters
        ----------
        clocks : ndarray of shape (n,), int64
        payers, payees : ndarrays of shape (n,), uint64
            Vertices.
        amounts_fen : ndarray of shape (n,), int64
        makes_entry : ndarray of shape (n,), bool
        rows : ndarray of shape (n, n_features), int64
            Window columns filled.
        out : ndarray of shape (n, len(FEATURES)), int64
            Written.
        at : ndarray of shape (n,), int64, optional
            Index of each payment in the batch; needed only beside statements.
        stated_at, stated_accounts, stated_clocks, opened_at : ndarrays of shape (m,), optional
            Index in the batch, vertex, clock and time of opening (ms) of the account events that state one.
        """
        none = np.zeros(0, dtype=np.int64)
        statements = (
            none if stated_at is None else stated_at,
            np.zeros(0, dtype=np.uint64) if stated_accounts is None else stated_accounts,
            none if stated_clocks is None else stated_clocks,
            none if opened_at is None else opened_at,
        )
        self._reserve(2 * len(clocks) + len(statements[0]))
        places = np.arange(len(clocks), dtype=np.int64) if at is None else at
        done, said = 0, 0
        while True:
            done, said = _profile(
                done,
                said,
                clocks,
                payers,
                payees,
                amounts_fen,
                makes_entry,
                places,
                *statements,
                rows,
                self._accounts,
                self._free,
                self._index,
                self._marks,
                self._pool.nodes,
                self._pool.blocks,
                out,
            )
            if done == len(clocks):
                return
            self._pool.grow()

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        own = {"accounts": self._accounts, "free": self._free, "index": self._index, "marks": self._marks}
        return own | self._pool.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._accounts, self._free = np.array(state["accounts"]), np.array(state["free"])
        self._index, self._marks = np.array(state["index"]), np.array(state["marks"])
        self._pool.restore(state)

    def nbytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self.state().values())

    def _reserve(self, accounts: int) -> None:
        """Make room for as many more."""
        slots = len(self._accounts)
        while slots < len(self) + accounts:
            slots *= 2
        if slots > len(self._accounts):
            self._accounts, self._free = grown(self._accounts, slots), grown(self._free, slots)
            self._index = grown_index(self._index, slots)


@kernel(inline="always")
def _slot(key: Any, accounts: Any, free: Any, index: Any, marks: Any) -> int:
    """Slot of an account, made if there is none."""
    slot = find(index, accounts["key"], key)
    if slot >= 0:
        return slot
    if marks[_FREED] > 0:
        marks[_FREED] -= 1
        slot = np.int64(free[marks[_FREED]])
    else:
        slot = marks[_USED]
        marks[_USED] += 1
    account = accounts[slot]
    account.key = key
    account.last = account.woke = account.stated = account.opened = NEVER
    account.block = account.start = account.length = account.size = 0
    insert(index, key, slot)
    return slot


@kernel(inline="always")
def _sweep(steps: int, clock: int, accounts: Any, free: Any, index: Any, marks: Any, nodes: Any, blocks: Any) -> None:
    """Look at the next few slots and free those whose account is forgotten."""
    oldest = clock - HISTORY_DAYS * DAY_MS
    for _ in range(steps):
        if marks[_HAND] >= marks[_USED]:
            marks[_HAND] = 0
            return
        account = accounts[marks[_HAND]]
        is_free = account.last == NEVER and account.stated == NEVER
        if not is_free and account.last <= oldest and account.stated <= oldest:
            clear(account, nodes, blocks)
            remove(index, account.key, marks[_HAND])
            account.last = account.stated = NEVER
            free[marks[_FREED]] = marks[_HAND]
            marks[_FREED] += 1
        marks[_HAND] += 1


@kernel(inline="always")
def _wakes(account: Any, clock: int) -> bool:
    """Whether a payment at `clock` ends a sleep."""
    memory = clock - _MEMORY_DAYS * DAY_MS
    asleep = clock - SLEEP_DAYS * DAY_MS
    if account.last > memory:
        return account.last <= asleep
    return account.stated > memory and account.opened <= asleep


@kernel()
def _first_day(account: Any, nodes: Any, today: int) -> int:
    """First of the last 400 days on which the account paid or was paid; tomorrow if there is none."""
    cut = today - HISTORY_DAYS + 1
    place = np.int64(account.block) + account.start
    for node in range(account.length + 1):
        if node < account.length:
            first, days = (nodes[place + node, 0] >> _PERIOD_DAYS) * _PERIOD_DAYS, nodes[place + node, 0]
            days &= (1 << _PERIOD_DAYS) - 1
        else:
            first, days = np.int64(account.newest_period) * _PERIOD_DAYS, np.int64(account.newest_days)
        if first < cut:
            days = days >> (cut - first) << (cut - first) if cut - first < _PERIOD_DAYS else 0
        if days:
            while not days & 1:
                days >>= 1
                first += 1
            return first
    return today + 1


@kernel()
def _close_year(account: Any, nodes: Any, end: int) -> None:
    """Add up the periods of the year before period `end`; they do not change any more."""
    account.year_in = account.year_out = 0
    account.year_end = end
    place = np.int64(account.block) + account.start
    for node in range(place, place + account.length):
        period = nodes[node, 0] >> _PERIOD_DAYS
        if end - _PERIODS <= period < end:
            account.year_in += nodes[node, 1]
            account.year_out += nodes[node, 2]
    if end - _PERIODS <= account.newest_period < end:
        account.year_in += account.newest_in
        account.year_out += account.newest_out


@kernel(inline="always")
def _read(account: Any, nodes: Any, clock: int, week_in: int, week_out: int, line: Any, column: int) -> None:
    """Write the columns of one side."""
    today = (clock + _SHANGHAI_MS) // DAY_MS
    oldest = clock - HISTORY_DAYS * DAY_MS
    age: Any = np.int64(-1)
    if account.stated > oldest:
        age = max(today - (account.opened + _SHANGHAI_MS) // DAY_MS, 0)
    line[column + IN_CHANGE] = line[column + OUT_CHANGE] = line[column + DORMANT] = -1
    if account.last > oldest:
        age = max(age, today - _first_day(account, nodes, today))
        line[column + DORMANT] = (clock - account.last) // DAY_MS
        end = (today - 7) // _PERIOD_DAYS
        if account.year_end != end:
            _close_year(account, nodes, end)
        # a year of 13 periods of four weeks, and so the mean is a thirteenth
        line[column + IN_CHANGE] = ppm(week_in * _PERIODS, account.year_in)
        line[column + OUT_CHANGE] = ppm(week_out * _PERIODS, account.year_out)
    line[column + AGE] = min(age, AGE_DAYS)
    line[column + AWAKE] = -1
    if _wakes(account, clock):
        line[column + AWAKE] = 0
    elif account.woke > clock - _AWAKE_DAYS * DAY_MS:
        line[column + AWAKE] = (clock - account.woke) // DAY_MS


@kernel(inline="always")
def _can_turn(account: Any, nodes: Any, blocks: Any, clock: int) -> bool:
    """Have a place for the account's newest period where another one has begun; False if the pool has none."""
    period = (clock + _SHANGHAI_MS) // DAY_MS // _PERIOD_DAYS
    return (
        account.last <= clock - HISTORY_DAYS * DAY_MS
        or account.newest_period == period
        or make_room(account, nodes, blocks)
    )


@kernel(inline="always")
def _remember(account: Any, nodes: Any, blocks: Any, clock: int, fen_in: int, fen_out: int) -> None:
    """Take up a payment of the account."""
    today = (clock + _SHANGHAI_MS) // DAY_MS
    period = today // _PERIOD_DAYS
    is_fresh = account.last <= clock - HISTORY_DAYS * DAY_MS
    if _wakes(account, clock):
        account.woke = clock
    if is_fresh:
        clear(account, nodes, blocks)
    elif account.newest_period != period:
        cut = today - HISTORY_DAYS + 1
        while account.length > 0:
            oldest = nodes[np.int64(account.block) + account.start, 0] >> _PERIOD_DAYS
            if (oldest + 1) * _PERIOD_DAYS > cut:
                break
            account.start += 1
            account.length -= 1
        place = add(account)
        nodes[place, 0] = (np.int64(account.newest_period) << _PERIOD_DAYS) | np.int64(account.newest_days)
        nodes[place, 1] = account.newest_in
        nodes[place, 2] = account.newest_out
    if is_fresh or account.newest_period != period:
        account.newest_period = period
        account.newest_days = account.newest_in = account.newest_out = 0
    if is_fresh:
        account.year_end = np.iinfo(np.int32).min
    account.last = clock
    account.newest_days |= np.uint32(1) << np.uint32(today - period * _PERIOD_DAYS)
    account.newest_in += fen_in
    account.newest_out += fen_out


@kernel(inline="always")
def _look_ahead(i: int, keys: Any, accounts: Any, index: Any) -> None:
    """Ask for what the payments after `i` will read: the cells of the index, then the records."""
    if i + 2 * _AHEAD < len(keys):
        prefetch_cell(index, keys[i + 2 * _AHEAD])
    if i + _AHEAD < len(keys):
        slot = likely_slot(index, keys[i + _AHEAD])
        if slot >= 0:
            prefetch(accounts["key"], slot)
            prefetch(accounts["size"], slot)


@kernel()
def _profile(
    done: int,
    said: int,
    clocks: Any,
    payers: Any,
    payees: Any,
    amounts_fen: Any,
    makes_entry: Any,
    places: Any,
    stated_at: Any,
    stated_accounts: Any,
    stated_clocks: Any,
    opened_at: Any,
    rows: Any,
    accounts: Any,
    free: Any,
    index: Any,
    marks: Any,
    nodes: Any,
    blocks: Any,
    out: Any,
) -> tuple[int, int]:
    """Go on from payment `done` and statement `said`; how many are done when the pool is used up or none is left."""
    for i in range(done, len(clocks) + 1):
        while said < len(stated_at) and (i == len(clocks) or stated_at[said] < places[i]):
            _sweep(1, stated_clocks[said], accounts, free, index, marks, nodes, blocks)
            account = accounts[_slot(stated_accounts[said], accounts, free, index, marks)]
            account.opened = opened_at[said]
            account.stated = stated_clocks[said]
            said += 1
        if i == len(clocks):
            break
        clock, fen = clocks[i], amounts_fen[i]
        _look_ahead(i, payers, accounts, index)
        _look_ahead(i, payees, accounts, index)
        _sweep(2, clock, accounts, free, index, marks, nodes, blocks)
        if makes_entry[i]:
            u = _slot(payers[i], accounts, free, index, marks)
            v = _slot(payees[i], accounts, free, index, marks)
            if not (_can_turn(accounts[u], nodes, blocks, clock) and _can_turn(accounts[v], nodes, blocks, clock)):
                return i, said
        else:
            u = find(index, accounts["key"], payers[i])
            v = find(index, accounts["key"], payees[i])
        line = out[i]
        line[:] = -1
        if u >= 0:
            in_7d, out_7d = rows[i, WEEK + PAYER_IN_SUM], rows[i, WEEK + PAYER_OUT_SUM]
            _read(accounts[u], nodes, clock, in_7d, out_7d, line, 0)
        if v >= 0:
            in_7d, out_7d = rows[i, WEEK + PAYEE_IN_SUM], rows[i, WEEK + PAYEE_OUT_SUM]
            _read(accounts[v], nodes, clock, in_7d, out_7d, line, PAYEE)
        if makes_entry[i]:
            _remember(accounts[u], nodes, blocks, clock, 0, fen)
            _remember(accounts[v], nodes, blocks, clock, fen, 0)
    return len(clocks), said

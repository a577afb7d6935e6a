"""How large the payments of the two sides were, how long u has known v, and whether u pays at its usual hours.

The largest amount of a window comes from a queue that holds only payments which no later one reached: the largest of
a window is the oldest of them inside it. The mean is the sum over the count of the windows already in the row. Accounts
and pairs stand in the slots of the graph: a slot that has changed hands holds nothing younger than 30 days.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import DAY_MS, FINANCE, HOUR_MS, WINDOWS, Feature
from features.graph.log import LONGEST, N_WINDOWS, WIDTHS, GraphLog
from features.ppm import ppm
from features.prefetch import prefetch
from features.queues import QUEUE, Pool, add, clear, fresh, make_room
from features.window_columns import (
    MONTH,
    PAIR_COUNT,
    PAIR_SUM,
    PAYEE_IN_COUNT,
    PAYEE_IN_SUM,
    PAYER_OUT_COUNT,
    PAYER_OUT_SUM,
    PER_WINDOW,
)
from streams.kernel import kernel
from streams.table import find, grown

KNOWN_DAYS = 370
"""Days for which a pair has known each other stop counting here, so that 400 days decide the value."""

_SHANGHAI_MS = 8 * HOUR_MS
_BAND_MS = 4 * HOUR_MS
_BANDS = 6
_AHEAD = 8  # payments
_OLDEST, _NEXT = 0, 1  # numbers of the entries that are counted in a band: the oldest, and the one behind the newest

_SIDES = (
    ("payer_out", "payments out of u"),
    ("payee_in", "payments into v"),
    ("pair", "payments u to v"),
)


def _features() -> Iterator[Feature]:
    """The columns, in order."""
    family = "amounts"
    for window, span in WINDOWS:
        days = span / DAY_MS
        for stem, what in _SIDES:
            largest, mean = f"largest amount of the {what}; -1 if none", f"mean amount of the {what}; -1 if none"
            yield Feature(f"{stem}_max_{window}", family, largest, "CNY fen", window, days, FINANCE)
            yield Feature(f"{stem}_mean_{window}", family, f"{mean}; rounded down", "CNY fen", window, days, FINANCE)
    month = 30.0
    yield Feature("pair_is_new", family, "1 if u has not paid v within 30 days", "0 or 1", "30d", month, FINANCE)
    yield Feature(
        "pair_known_days",
        family,
        f"whole days since u first paid v with no 30 days between two payments since, at most {KNOWN_DAYS}; -1 if new",
        "days",
        "400d",
        400.0,
        FINANCE,
    )
    yield Feature(
        "pair_days_since_last", family, "whole days since u last paid v; -1 if new", "days", "30d", month, FINANCE
    )
    yield Feature(
        "payer_hours_ppm_30d",
        family,
        "share of u's payments out whose own time fell into the same four hours of the Shanghai day (0-4, 4-8, ...) as "
        "that of this payment; -1 if none",
        "ppm",
        "30d",
        month,
        FINANCE,
    )


FEATURES = tuple(_features())

_NEW, _KNOWN, _SINCE, _HOURS = range(2 * len(_SIDES) * N_WINDOWS, len(FEATURES))
_COUNT = np.array([PAYER_OUT_COUNT, PAYEE_IN_COUNT, PAIR_COUNT])
_SUM = np.array([PAYER_OUT_SUM, PAYEE_IN_SUM, PAIR_SUM])

# The newest payment stands in the record itself: most accounts and pairs have no other that counts
_PEAK = np.dtype([("clock", np.int64), ("amount", np.int64), ("first", np.int64), *QUEUE])


class Amounts:
    """Amounts, acquaintance and hours of payments, beside the graph whose slots it shares."""

    def __init__(self) -> None:
        self._outs, self._ins, self._pairs = (np.zeros(0, dtype=_PEAK) for _ in range(3))
        self._hours = np.zeros((0, _BANDS), dtype=np.int32)  # payments out of the last 30 days, by band
        self._bands = np.zeros(0, dtype=np.uint8)  # band of each entry of the ring
        self._marks = np.zeros(2, dtype=np.int64)
        self._pool = Pool(2)

    def update(
        self,
        log: GraphLog,
        queries: NDArray[Any],
        rows: NDArray[np.int64],
        amounts_fen: NDArray[np.int64],
        event_times: NDArray[np.int64],
        makes_entry: NDArray[np.bool_],
        out: NDArray[np.int64],
    ) -> None:
        """Write the columns of a batch that the graph has just taken, and remember the payments that made an entry.

        Parameters
        ----------
        log : GraphLog
        queries : ndarray of shape (n,), QUERY
            As the graph's update left them.
        rows : ndarray of shape (n, n_features), int64
            Window columns filled.
        amounts_fen, event_times : ndarrays of shape (n,), int64
            CNY fen, 0 without a parity; ms.
        makes_entry : ndarray of shape (n,), bool
        out : ndarray of shape (n, len(FEATURES)), int64
            Written.
        """
        if len(queries) == 0:
            return
        self._follow(log)
        done, swept = 0, -1
        while True:
            done = _amounts(
                done,
                queries,
                rows,
                amounts_fen,
                event_times,
                makes_entry,
                log.entries,
                log.pair_index,
                log.pair_keys,
                self._outs,
                self._ins,
                self._pairs,
                self._hours,
                self._bands,
                self._marks,
                self._pool.nodes,
                self._pool.blocks,
                out,
            )
            if done == len(queries):
                return
            for peaks in (self._outs, self._ins, self._pairs):
                _forget(peaks, self._pool.nodes, self._pool.blocks, queries[done]["clock"])
            if self._pool.is_crowded or swept == done:
                self._pool.grow()
            swept = done

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        own = {name: getattr(self, f"_{name}") for name in _ARRAYS}
        return own | self._pool.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        for name in _ARRAYS:
            setattr(self, f"_{name}", np.array(state[name]))
        self._pool.restore(state)

    def nbytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self.state().values())

    def _follow(self, log: GraphLog) -> None:
        """Have a place for every slot and entry of the graph."""
        accounts, pairs, ring = len(log.account_keys), len(log.pair_keys), len(log.entries)
        if accounts > len(self._outs):
            self._outs, self._ins = fresh(accounts, self._outs), fresh(accounts, self._ins)
            self._hours = grown(self._hours, accounts)
        if pairs > len(self._pairs):
            self._pairs = fresh(pairs, self._pairs)
        if ring > len(self._bands):
            bands, numbers = np.zeros(ring, dtype=np.uint8), np.arange(self._marks[_OLDEST], self._marks[_NEXT])
            if len(numbers):
                bands[numbers % ring] = self._bands[numbers % len(self._bands)]
            self._bands = bands


_ARRAYS = ("outs", "ins", "pairs", "hours", "bands", "marks")


@kernel(inline="always")
def _largest(peak: Any, nodes: Any, clock: int, row: Any, column: int) -> None:
    """Write the largest amount of each window."""
    end = np.int64(peak.block) + peak.start + peak.length
    first = end - peak.length
    for window in range(N_WINDOWS):
        edge = clock - WIDTHS[window]
        if peak.clock <= edge:
            row[column] = -1
        else:
            # the oldest node inside the window; what lies inside a narrower one lies inside this
            low = first
            while low < end:
                middle = (low + end) >> 1
                if nodes[middle, 0] > edge:
                    end = middle
                else:
                    low = middle + 1
            row[column] = nodes[end, 1] if end < first + peak.length else peak.amount
        column += 2 * len(_SIDES)


@kernel(inline="always")
def _can_take(peak: Any, nodes: Any, blocks: Any, clock: int, fen: int) -> bool:
    """Have a place for the newest payment where a new one of `fen` leaves it in play; False if the pool has none."""
    return peak.amount <= fen or peak.clock <= clock - LONGEST or make_room(peak, nodes, blocks)


@kernel(inline="always")
def _remember(peak: Any, nodes: Any, blocks: Any, clock: int, fen: int) -> None:
    """Add a payment and let go of those that it outshines or that no window reaches."""
    if peak.clock <= clock - LONGEST:
        clear(peak, nodes, blocks)
    else:
        while peak.length > 0 and nodes[np.int64(peak.block) + peak.start, 0] <= clock - LONGEST:
            peak.start += 1
            peak.length -= 1
        if peak.amount > fen:
            place = add(peak)
            nodes[place, 0] = peak.clock
            nodes[place, 1] = peak.amount
        else:
            while peak.length > 0 and nodes[np.int64(peak.block) + peak.start + peak.length - 1, 1] <= fen:
                peak.length -= 1
        if peak.length == 0:
            clear(peak, nodes, blocks)
    peak.clock = clock
    peak.amount = fen


@kernel()
def _forget(peaks: Any, nodes: Any, blocks: Any, clock: int) -> None:
    """Give back the blocks of accounts or pairs that no window reaches."""
    for slot in range(len(peaks)):
        if peaks[slot].clock <= clock - LONGEST:
            clear(peaks[slot], nodes, blocks)


@kernel(inline="always")
def _look_ahead(
    i: int, queries: Any, entries: Any, makes_entry: Any, outs: Any, ins: Any, pairs: Any, hours: Any, nodes: Any
) -> None:
    """Ask for what the payments after `i` will read: the records, then the nodes."""
    ring = len(entries) - 1
    if i + 2 * _AHEAD < len(queries) and makes_entry[i + 2 * _AHEAD]:
        query = queries[i + 2 * _AHEAD]
        prefetch(outs, query.payer)
        prefetch(ins, query.payee)
        prefetch(pairs, entries[query.bound & ring].pair)
        # a record may lie on two lines
        prefetch(outs["size"], query.payer)
        prefetch(ins["size"], query.payee)
        prefetch(pairs["size"], entries[query.bound & ring].pair)
        prefetch(hours[:, 0], query.payer)
    if i + _AHEAD < len(queries) and makes_entry[i + _AHEAD]:
        query = queries[i + _AHEAD]
        prefetch(nodes[:, 0], outs[query.payer].block)
        prefetch(nodes[:, 0], ins[query.payee].block)
        prefetch(nodes[:, 0], pairs[entries[query.bound & ring].pair].block)


@kernel()
def _amounts(
    done: int,
    queries: Any,
    rows: Any,
    amounts_fen: Any,
    event_times: Any,
    makes_entry: Any,
    entries: Any,
    pair_index: Any,
    pair_keys: Any,
    outs: Any,
    ins: Any,
    pairs: Any,
    hours: Any,
    bands: Any,
    marks: Any,
    nodes: Any,
    blocks: Any,
    out: Any,
) -> int:
    """Go on from payment `done`; the number of payments done when the pool is used up or none is left."""
    ring = len(entries) - 1
    for i in range(done, len(queries)):
        _look_ahead(i, queries, entries, makes_entry, outs, ins, pairs, hours, nodes)
        query = queries[i]
        clock, u, v = query.clock, query.payer, query.payee
        pair = np.int64(-1)
        if makes_entry[i]:
            pair = np.int64(entries[query.bound & ring].pair)
            fen = amounts_fen[i]
            if not (
                _can_take(outs[u], nodes, blocks, clock, fen)
                and _can_take(ins[v], nodes, blocks, clock, fen)
                and _can_take(pairs[pair], nodes, blocks, clock, fen)
            ):
                return i
        elif u >= 0 and v >= 0:
            pair = np.int64(find(pair_index, pair_keys, (np.uint64(u) << np.uint64(32)) | np.uint64(v)))
        while marks[_OLDEST] < query.bound:
            entry = entries[marks[_OLDEST] & ring]
            if entry.clock > clock - LONGEST:
                break
            hours[entry.payer, bands[marks[_OLDEST] & ring]] -= 1
            marks[_OLDEST] += 1

        row, line = rows[i], out[i]
        for side in range(len(_SIDES)):
            for window in range(N_WINDOWS):
                count = row[PER_WINDOW * window + _COUNT[side]]
                mean = row[PER_WINDOW * window + _SUM[side]] // count if count > 0 else -1
                line[2 * (len(_SIDES) * window + side) + 1] = mean
        for column in range(0, 2 * len(_SIDES) * N_WINDOWS, 2):
            line[column] = -1
        if u >= 0:
            _largest(outs[u], nodes, clock, line, 0)
        if v >= 0:
            _largest(ins[v], nodes, clock, line, 2)
        if pair >= 0:
            _largest(pairs[pair], nodes, clock, line, 4)
        line[_NEW], line[_KNOWN], line[_SINCE] = 1, -1, -1
        if pair >= 0 and pairs[pair].clock > clock - LONGEST:
            line[_NEW] = 0
            line[_KNOWN] = min((clock - pairs[pair].first) // DAY_MS, KNOWN_DAYS)
            line[_SINCE] = (clock - pairs[pair].clock) // DAY_MS
        band = (event_times[i] + _SHANGHAI_MS) // _BAND_MS % _BANDS
        line[_HOURS] = -1
        if u >= 0:
            line[_HOURS] = ppm(np.int64(hours[u, band]), row[MONTH + PAYER_OUT_COUNT])

        if makes_entry[i]:
            if pairs[pair].clock <= clock - LONGEST:
                pairs[pair].first = clock
            _remember(outs[u], nodes, blocks, clock, amounts_fen[i])
            _remember(ins[v], nodes, blocks, clock, amounts_fen[i])
            _remember(pairs[pair], nodes, blocks, clock, amounts_fen[i])
            hours[u, band] += 1
            bands[query.bound & ring] = band
            marks[_NEXT] = query.bound + 1
    return len(queries)

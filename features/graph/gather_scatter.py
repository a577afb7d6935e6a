"""Gather-scatter: an account u that many paid and that then pays many, with the payment u -> v among those it makes.

Only a hub is looked at: over the window at least two accounts paid u, and the money out of it, the event included, is
half to twice the money into it. The exact windows say so at once, which spares most payments the search. Sources and
sinks are counted apart: an account that paid u is no sink, so that two who pay each other back and forth make none.
"""

from typing import Any

from numba import njit

from features.catalogue import CRIME, DAY_MS, WINDOWS, Feature
from features.ppm import ppm
from features.window_columns import PAYER_IN_SUM, PAYER_OUT_SUM, PAYER_PAYERS
from features.window_columns import PER_WINDOW as WINDOW_COLUMNS
from features.window_columns import WEEK as WEEK_COLUMNS

DAY, WEEK = DAY_MS, 7 * DAY_MS

FEATURES = (
    *(
        Feature(name.format(window), "graph/gather_scatter", meaning, unit, window, days, CRIME)
        for window, days in (("1d", 1.0), ("7d", 7.0))
        for name, meaning, unit in (
            (
                "gather_sources_{}",
                "distinct accounts other than v that paid u; 0, as are the sinks, unless payer_payers is at least 2 "
                "and payer_out_sum with the event is half to twice payer_in_sum",
                "accounts",
            ),
            (
                "gather_sinks_{}",
                "distinct accounts, no sources, that u paid after the first payment of a source, v included; "
                "0 without a source",
                "accounts",
            ),
            (
                "gather_pass_ppm_{}",
                "money from u to its sinks, the event included, against money from its sources to u, rounded down; "
                "at most 10^9; -1 without a source",
                "ppm",
            ),
        )
    ),
    Feature(
        "gather_scatter_truncated", "graph/gather_scatter", "1 if the search met its budget", "0 or 1", "7d", 7.0, CRIME
    ),
)
SOURCES, SINKS, PASS = 0, 1, 2  # of a window
PER_WINDOW = 3
TRUNCATED = 2 * PER_WINDOW

_DAY_COLUMNS = WINDOW_COLUMNS * [name for name, _ in WINDOWS].index("1d")

# Flags of an account: paid u within a day, within seven; was paid by u since the first source of either window
_SOURCE_DAY, _SOURCE_WEEK, _SINK_DAY, _SINK_WEEK = 1, 2, 4, 8
# At most so many sources, and so many sinks, are kept as evidence
_KEPT = 31


@njit(cache=True, nogil=True)
def _is_hub(windows: Any, amount_fen: int, window: int) -> bool:
    """Whether the payer gathers from several and passes on, by the window whose columns begin at `window`."""
    taken = windows[window + PAYER_IN_SUM]
    passed = windows[window + PAYER_OUT_SUM] + amount_fen
    return windows[window + PAYER_PAYERS] > 1 and 2 * passed >= taken and passed <= 2 * taken


@njit(cache=True, nogil=True)
def count_gather_scatter(
    query: Any,
    amount_fen: int,
    windows: Any,
    entries: Any,
    tail: int,
    budget: int,
    scratch: Any,
    stamp: int,
    out: Any,
    path: Any,
) -> None:
    """Count sources and sinks of the payer of one payment.

    Parameters
    ----------
    query : QUERY record
    amount_fen : int
        The payment's own amount in CNY fen, 0 without a parity.
    windows : ndarray of shape (n_features,), int64
        The payment's row, its window columns filled.
    entries : ndarray of shape (2**k,), ENTRY
    tail : int
        Number of the oldest entry that the ring still holds.
    budget : int
        Links followed before the search stops and says so; sinks are not looked for before all sources are known.
    scratch : ndarray of shape (4, 2**m, 6), int64
    stamp : int
        A number that no earlier search used on this scratch.
    out : ndarray of shape (7,), int64
        `FEATURES`, zeros at entry.
    path : ndarray of shape (64,), int64
        Written: how many entries follow, and their numbers: the newest payment of each of the 31 latest sources, then
        that to each of the 31 latest sinks, over seven days, or over the day where only that has a hub.
    """
    path[0] = 0
    out[PASS] = out[PER_WINDOW + PASS] = -1
    if query.payer == query.payee or query.payer_in < tail:
        return
    hub_day = _is_hub(windows, amount_fen, _DAY_COLUMNS)
    hub_week = _is_hub(windows, amount_fen, WEEK_COLUMNS)
    if not (hub_day or hub_week):
        return
    # where only the day's window has a hub, nothing older matters
    _gather(query, amount_fen, WEEK if hub_week else DAY, entries, tail, budget, scratch[0], stamp, out, path)
    if not hub_day:
        out[SOURCES], out[SINKS], out[PASS] = 0, 0, -1
    if not hub_week:
        out[PER_WINDOW + SOURCES], out[PER_WINDOW + SINKS], out[PER_WINDOW + PASS] = 0, 0, -1


@njit(cache=True, nogil=True)
def _gather(
    query: Any,
    amount_fen: int,
    width: int,
    entries: Any,
    tail: int,
    budget: int,
    table: Any,
    stamp: int,
    out: Any,
    path: Any,
) -> None:
    """Count both windows, the longer no longer than `width`."""
    u, v = query.payer, query.payee
    ring, mask = len(entries) - 1, len(table) - 1
    oldest, recent = query.clock - width, query.clock - DAY
    links, kept = 0, 0
    first_week, first_day = -1, -1
    gathered_week, gathered_day = 0, 0

    number = query.payer_in
    while number >= tail:
        entry = entries[number & ring]
        if entry.clock <= oldest:
            break
        if links >= budget:
            out[TRUNCATED] = 1
            path[0] = kept
            return
        links += 1
        source = entry.payer
        if source != u and source != v:
            cell = source & mask
            while table[cell, 0] == stamp and table[cell, 1] != source:
                cell = (cell + 1) & mask
            if table[cell, 0] != stamp:
                table[cell, 0], table[cell, 1], table[cell, 2] = stamp, source, _SOURCE_WEEK
                out[PER_WINDOW + SOURCES] += 1
                if kept < _KEPT:
                    kept += 1
                    path[kept] = number
                if entry.clock > recent:
                    table[cell, 2] |= _SOURCE_DAY
                    out[SOURCES] += 1
            first_week = number
            gathered_week += entry.amount_fen
            if entry.clock > recent:
                first_day = number
                gathered_day += entry.amount_fen
        back = entry.payee_in
        number = number - back if back else -1
    path[0] = kept
    if first_week < 0:
        return

    most = kept + _KEPT
    scattered_week, scattered_day = amount_fen, amount_fen
    out[PER_WINDOW + SINKS] = 1
    if first_day >= 0:
        out[SINKS] = 1
    number = query.payer_out
    while number > first_week:
        entry = entries[number & ring]
        if links >= budget:
            out[TRUNCATED] = 1
            break
        links += 1
        sink = entry.payee
        if sink == v:
            scattered_week += entry.amount_fen
            if number > first_day:
                scattered_day += entry.amount_fen
        elif sink != u:
            cell = sink & mask
            while table[cell, 0] == stamp and table[cell, 1] != sink:
                cell = (cell + 1) & mask
            if table[cell, 0] != stamp:
                table[cell, 0], table[cell, 1], table[cell, 2] = stamp, sink, 0
            flags = table[cell, 2]
            if not flags & _SOURCE_WEEK:
                scattered_week += entry.amount_fen
                if not flags & _SINK_WEEK:
                    flags |= _SINK_WEEK
                    out[PER_WINDOW + SINKS] += 1
                    if kept < most:
                        kept += 1
                        path[kept] = number
            if not flags & _SOURCE_DAY and first_day >= 0 and number > first_day:
                scattered_day += entry.amount_fen
                if not flags & _SINK_DAY:
                    flags |= _SINK_DAY
                    out[SINKS] += 1
            table[cell, 2] = flags
        back = entry.payer_out
        number = number - back if back else -1
    path[0] = kept
    out[PER_WINDOW + PASS] = ppm(scattered_week, gathered_week)
    if first_day >= 0:
        out[PASS] = ppm(scattered_day, gathered_day)

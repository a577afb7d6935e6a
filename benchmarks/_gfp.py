"""The temporal graph beside the Graph Feature Preprocessor (GFP) of `snapml`, where a person has installed that.

`snapml` is proprietary: it is no dependency, and without it there is no comparison. Both get the same stream in turn,
in one process and on one core each, with the settings that its authors use for laundering.
"""

from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from time import process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._power_law import Stream
from features.catalogue import CYCLE_LENGTHS, DAY_MS, HOUR_MS, index
from features.graph.temporal import TemporalGraph

_BINS = list(range(2, 31))
_PATTERNS = ("fan", "degree", "scatter-gather", "temp-cycle")
_COLUMNS = 5  # edge, payer, payee, time, amount: they come first in its output
_CYCLES = slice(_COLUMNS + 5 * len(_BINS), _COLUMNS + 6 * len(_BINS))
_SCATTERS = slice(_COLUMNS + 4 * len(_BINS), _COLUMNS + 5 * len(_BINS))
_VERTEX = _COLUMNS + 6 * len(_BINS)  # statistics of payer out, payer in, payee out, payee in
_STATISTICS = [0, 1, 2, 3, 4, 8, 9, 10]  # fan, degree, ratio; mean, sum, variance, skew, kurtosis of time and amount
_PER_VERTEX = 3 + 2 * 5
_WARM_DAYS = 2


def compare(stream: Stream) -> Iterator[dict[str, Any]]:
    """Lines of the comparison, the ratios last; nothing without `snapml`.

    Parameters
    ----------
    stream : Stream
        Its first two days warm both.
    """
    try:
        installed = version("snapml")
    except PackageNotFoundError:
        return
    yield {"gfp": f"snapml {installed}", "settings": "laundering, one thread"}
    yield from _example()
    warm = int(np.searchsorted(stream.clocks, stream.clocks[0] + _WARM_DAYS * DAY_MS))
    yield _agreement(stream, warm)
    ratios: dict[str, float] = {}
    for name, batch, rows, repeats, long_cycles in (
        ("gfp_ratio_2048", 2048, 8 * 2048, 3, False),
        ("gfp_ratio_1", 1, 4000, 3, False),
        ("gfp_ratio_with_long_cycles_2048", 2048, 2048, 1, True),
    ):
        line = _alternate(stream, warm, batch, rows, repeats, long_cycles=long_cycles)
        ratios[name] = line["ratio"]
        yield {"against": name} | line
    yield ratios


def _preprocessor(*, long_cycles: bool = False) -> Any:
    """GFP with the settings of its authors for laundering: one day, scatter-gather six hours."""
    from snapml import GraphFeaturePreprocessor

    found = GraphFeaturePreprocessor()
    settings: dict[str, Any] = {"num_threads": 1, "time_window": DAY_MS, "max_no_edges": -1}
    settings |= {"vertex_stats": True, "vertex_stats_tw": DAY_MS, "vertex_stats_cols": [3, 4]}
    settings |= {"vertex_stats_feats": _STATISTICS}
    for pattern in _PATTERNS:
        settings |= {pattern: True, f"{pattern}_tw": DAY_MS, f"{pattern}_bins": _BINS}
    settings |= {"scatter-gather_tw": 6 * HOUR_MS, "lc-cycle": long_cycles}
    if long_cycles:
        settings |= {"lc-cycle_tw": DAY_MS, "lc-cycle_len": 10}
    found.set_params(settings)
    return found


def _table(stream: Stream, start: int, end: int) -> NDArray[np.float64]:
    """Edges as GFP takes them."""
    part = stream.part(start, end)
    return np.column_stack([np.arange(start, end), part.payers, part.payees, part.clocks, part.amounts]).astype(float)


def _alternate(stream: Stream, warm: int, batch: int, rows: int, repeats: int, *, long_cycles: bool) -> dict[str, Any]:
    """Seconds of processor time that both take for the same rows, in turn; the median of the repeats."""
    theirs, ours = _preprocessor(long_cycles=long_cycles), TemporalGraph()
    theirs.partial_fit(_table(stream, 0, warm))
    for start in range(0, warm, 8192):
        ours.update(**stream.keywords(start, min(start + 8192, warm)), patterns=False)  # type: ignore[arg-type]
    taken: list[tuple[float, float]] = []
    for number in range(repeats):
        start, end = warm + number * rows, warm + (number + 1) * rows
        table = _table(stream, start, end)
        taken.append(
            (
                _seconds(lambda at: ours.update(**stream.keywords(at, at + batch)), start, end, batch),  # type: ignore[arg-type]
                _seconds(lambda at, t=table, s=start: theirs.transform(t[at - s : at - s + batch]), start, end, batch),
            )
        )
    our_time, their_time = (float(np.median(times)) for times in zip(*taken, strict=True))
    return {
        "batch": batch,
        "edges_per_s": round(rows / our_time),
        "gfp_edges_per_s": round(rows / their_time),
        "ratio": round(float(np.median([their / our for our, their in taken])), 1),
    }


def _seconds(work: Callable[[int], Any], start: int, end: int, batch: int) -> float:
    """Processor time of the work on each batch."""
    began = process_time()
    for at in range(start, end, batch):
        work(at)
    return process_time() - began


def _agreement(stream: Stream, warm: int, rows: int = 10_000) -> dict[str, Any]:
    """Share of rows on which both agree, one edge at a time, where they mean the same."""
    theirs, ours = _preprocessor(), TemporalGraph()
    theirs.partial_fit(_table(stream, 0, warm))
    for start in range(0, warm, 8192):
        ours.update(**stream.keywords(start, min(start + 8192, warm)), patterns=False)  # type: ignore[arg-type]
    end = min(warm + rows, len(stream))
    table = _table(stream, warm, end)
    gfp = np.vstack([theirs.transform(table[i : i + 1]) for i in range(len(table))])
    found = ours.update(**stream.keywords(warm, end))  # type: ignore[arg-type]

    def column(name: str) -> NDArray[np.int64]:
        return found[:, index(name)]

    is_new = (column("pair_count_1d") == 0).astype(np.int64)
    amounts = stream.amounts[warm:end]
    # GFP counts the edge itself, the engine what was before it
    same = {
        "payer_out_count_1d": (0, 1, column("payer_out_count_1d") + 1),
        "payer_payees_1d": (0, 0, column("payer_payees_1d") + is_new),
        "payer_out_sum_1d": (0, 9, column("payer_out_sum_1d") + amounts),
        "payer_in_count_1d": (1, 1, column("payer_in_count_1d")),
        "payee_in_count_1d": (3, 1, column("payee_in_count_1d") + 1),
        "payee_payers_1d": (3, 0, column("payee_payers_1d") + is_new),
    }
    agree = {
        name: round(float(np.mean(gfp[:, _VERTEX + _PER_VERTEX * vertex + offset] == values)), 5)
        for name, (vertex, offset, values) in same.items()
    }
    cycles = sum(column(f"cycles_{length}_1d") for length in CYCLE_LENGTHS) > 0
    theirs_too = gfp[:, _CYCLES].sum(axis=1) > 0
    return {
        "rows": len(table),
        "equal": agree,
        "rows_with_cycles": int(cycles.sum()),
        "gfp_rows_with_cycles": int(theirs_too.sum()),
        "rows_with_cycles_in_both": int((cycles & theirs_too).sum()),
    }


_TEN = (
    (1, 2, 0, "first of two parallel payments"),
    (1, 2, 1, "second of two parallel payments"),
    (2, 1, 2, "closes a cycle with each of them: two for the engine, one for GFP, which takes parallel edges as one"),
    (3, 4, 10, "a payment"),
    (4, 3, 10, "goes back at the same moment: a cycle for the engine by log order, none for GFP"),
    (5, 6, 20, "source to the first middle"),
    (7, 8, 21, "the second middle pays the target before it was paid itself"),
    (5, 7, 22, "source to the second middle"),
    (6, 8, 23, "first middle to the target: one middle for the engine, two for GFP, which knows no order inside"),
    (7, 8, 24, "second middle to the target, in order: two middles for both"),
)


def _example() -> Iterator[dict[str, Any]]:
    """Ten edges on which definitions part."""
    minute = 60_000
    payers, payees, minutes = (np.array([edge[i] for edge in _TEN], dtype=np.int64) for i in range(3))
    stream = Stream(minutes * minute, payers.astype(np.uint64), payees.astype(np.uint64), np.full(10, 100))
    found = TemporalGraph().update(**stream.keywords(0, 10))  # type: ignore[arg-type]
    theirs, table = _preprocessor(), _table(stream, 0, 10)
    cycles = sum(found[:, index(f"cycles_{length}_1d")] for length in CYCLE_LENGTHS)
    middles = found[:, index("scatter_gather_1d")]
    for number, (payer, payee, at, what) in enumerate(_TEN):
        row = theirs.transform(table[number : number + 1])[0]
        sizes = np.flatnonzero(row[_SCATTERS]) + _BINS[0]
        yield {
            "example": f"{payer} -> {payee} at minute {at}",
            "what": what,
            "cycles": int(cycles[number]),
            "gfp_cycles": int(row[_CYCLES].sum()),
            "middles": int(middles[number]),
            "gfp_middles": int(sizes.max()) if len(sizes) else 0,
        }

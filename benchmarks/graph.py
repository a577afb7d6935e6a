"""The temporal graph on a power-law stream: edges a second, latency of one edge, memory, and GFP beside it.

The stream holds a million payments (see `_power_law.py`); with `--events` above that, that many go through once more in
one run, whose first and last million are compared. `edges_per_s_*` is the whole contract, patterns included.
"""

import json
from collections.abc import Iterator
from time import perf_counter, perf_counter_ns
from typing import Any

import numpy as np

from benchmarks._gfp import compare
from benchmarks._machine import machine
from benchmarks._power_law import DAYS_A_MILLION, MILLION, Stream, power_law
from features.engine import FeatureEngine
from features.graph.log import ACCOUNTS_FREE, ACCOUNTS_USED, HEAD, PAIRS_FREE, PAIRS_USED, TAIL, GraphLog
from features.graph.temporal import TemporalGraph
from streams.batch import Batch
from streams.decode import Decoder

_BATCH = 8192
_ENOUGH = 400_000  # from so many events on, the stream is the whole million
_SINGLES = 100_000
_NOW = 2 * 10**12


def run(events: int) -> Iterator[dict[str, Any]]:
    """Figures for `riskengine bench graph`; the keys of the summary are in the last line."""
    yield machine()
    stream = power_law(MILLION if events >= _ENOUGH else events)
    yield {"stream": stream.facts()}
    summary: dict[str, Any] = {}
    for name, threads, patterns in (
        ("windows_edges_per_s_1core", 1, False),
        ("edges_per_s_1core", 1, True),
        ("edges_per_s_2cores", 2, True),
    ):
        summary[name] = _through_graph(stream, threads, patterns=patterns)
        yield {name: summary[name], "batch": _BATCH, "patterns": patterns}
    for threads in (1, 2):
        name = f"all_families_edges_per_s_{threads}core{'s' if threads > 1 else ''}"
        summary[name] = _through_engine(stream, threads)
        yield {name: summary[name], "batch": _BATCH}
    yield _singles(stream)
    graph = TemporalGraph()
    _feed(graph, stream, patterns=False)
    memory = _memory(graph.log)
    summary["bytes_per_edge"] = memory["bytes_per_edge"]
    yield {"edges": len(stream)} | memory
    if events > MILLION:
        yield _long_run(events)
    summary |= {"gfp_ratio_2048": None, "gfp_ratio_1": None}
    for line in compare(stream):
        summary |= {name: value for name, value in line.items() if name.startswith("gfp_ratio")}
        yield line
    yield summary


def _feed(graph: TemporalGraph, stream: Stream, *, patterns: bool) -> float:
    """Put a stream through a graph; seconds of the slowest batch."""
    slowest = 0.0
    for start in range(0, len(stream), _BATCH):
        began = perf_counter()
        graph.update(**stream.keywords(start, start + _BATCH), patterns=patterns)  # type: ignore[arg-type]
        slowest = max(slowest, perf_counter() - began)
    return slowest


def _through_graph(stream: Stream, threads: int, *, patterns: bool) -> int:
    """Edges a second of the temporal graph; the best of three runs, the first of which also loads the kernels."""
    seconds = []
    for _ in range(3):
        graph = TemporalGraph(threads=threads)
        began = perf_counter()
        _feed(graph, stream, patterns=patterns)
        seconds.append(perf_counter() - began)
    return round(len(stream) / min(seconds))


def _through_engine(stream: Stream, threads: int) -> int:
    """Edges a second of every family over decoded batches."""
    batches = list(_batches(stream))
    seconds = []
    for _ in range(3):
        engine = FeatureEngine(threads=threads)
        began = perf_counter()
        for batch in batches:
            engine.update(batch)
        seconds.append(perf_counter() - began)
    return round(len(stream) / min(seconds))


def _batches(stream: Stream) -> Iterator[Batch]:
    """The stream as accepted batches, every field that a payment may leave out left out."""
    event = {"event_id": "1", "kind": "payment", "event_time": 0, "platform_id": "P", "line": "third_party_payment"}
    event |= {"payer": "A", "payee": "B", "amount_minor": 1}
    decoder = Decoder(b"a key of the benchmark")
    alike, _ = decoder.decode([json.dumps(event).encode()] * _BATCH, source="benchmark", ingest_time=_NOW)
    for start in range(0, len(stream), _BATCH):
        part = stream.part(start, start + _BATCH)
        batch = alike.take(np.arange(len(part)))
        batch.event_time, batch.clock = part.clocks, part.clocks
        batch.position = np.arange(start, start + len(part))
        columns = batch.blocks["payment"].columns
        columns["payer"], columns["payee"], columns["amount_minor"] = part.payers, part.payees, part.amounts
        yield batch


def _singles(stream: Stream) -> dict[str, Any]:
    """Latency of one edge at a time through the public face, on a graph that holds all edges before."""
    count = min(_SINGLES, len(stream) // 2)
    warm = len(stream) - count
    graph = TemporalGraph()
    _feed(graph, stream.part(0, warm), patterns=False)
    taken = np.empty(count, dtype=np.int64)
    for number in range(count):
        keywords = stream.keywords(warm + number, warm + number + 1)
        began = perf_counter_ns()
        graph.update(**keywords)  # type: ignore[arg-type]
        taken[number] = perf_counter_ns() - began
    median, high = np.percentile(taken, [50, 99]) / 1000
    return {
        "batch": 1,
        "median_microseconds": round(float(median), 2),
        "p99_microseconds": round(float(high), 2),
        "edges_per_s": round(count / (taken.sum() / 1e9)),
    }


def _memory(log: GraphLog) -> dict[str, Any]:
    """Bytes an entry, a pair and an account: of their places, and of those that are alive, room to grow included."""
    scalars, held = log.scalars, log.nbytes()
    alive = {
        "edge": (held["log"], len(log.entries), int(scalars[HEAD] - scalars[TAIL])),
        "pair": (held["pairs"], len(log.pair_keys), int(scalars[PAIRS_USED] - scalars[PAIRS_FREE])),
        "account": (held["accounts"], len(log.account_keys), int(scalars[ACCOUNTS_USED] - scalars[ACCOUNTS_FREE])),
    }
    found: dict[str, Any] = {}
    for what, (size, places, living) in alive.items():
        found[f"bytes_per_{what}"] = round(size / places, 1)
        found[f"bytes_held_per_live_{what}"] = round(size / max(living, 1), 1)
        found[f"live_{what}s"] = living
    return found


def _long_run(events: int) -> dict[str, Any]:
    """A stream of many millions in one run: the first and the last of them, the slowest batch, and memory."""
    graph, speeds, slowest = TemporalGraph(), [], 0.0
    _feed(TemporalGraph(), power_law(_ENOUGH), patterns=True)
    for part in range(events // MILLION):
        stream = power_law(MILLION, part=part)
        began = perf_counter()
        slowest = max(slowest, _feed(graph, stream, patterns=True))
        speeds.append(round(len(stream) / (perf_counter() - began)))
    return {
        "millions": len(speeds),
        "days": len(speeds) * DAYS_A_MILLION,
        "edges_per_s_first_million": speeds[0],
        "edges_per_s_last_million": speeds[-1],
        "edges_per_s_each_million": speeds,
        "slowest_batch_ms": round(1000 * slowest, 1),
    } | _memory(graph.log)

"""The pattern tasks of Egressy et al. (2024), decided vertex by vertex from the temporal graph, scored against labels.

Random circulant multigraphs as in the paper (8,192 vertices, average degree 6, radius 11.1) are streamed in the random
order of their times. Degree and fan are read off the window columns, cycles, scatter-gather and biclique off the
members that the any-order families mark, all with the budget out of reach. Labels are found by enumeration, straight
from the definitions. Beside each score stands the best of the paper's graph neural networks.

References
----------
.. [1] Egressy, B. et al. (2024). Provably Powerful Graph Neural Networks for Directed Multigraphs. arXiv:2306.11586.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from benchmarks._machine import machine
from features.graph import any_order, any_order_sharing
from features.graph.any_order import count_any_cycles
from features.graph.any_order_sharing import PAYEE, SINK, count_any_sharing
from features.graph.log import TAIL
from features.graph.search import scratch_cells
from features.graph.temporal import TemporalGraph
from features.window_columns import (
    MONTH,
    PAIR_COUNT,
    PAYEE_IN_COUNT,
    PAYEE_PAYERS,
    PAYER_OUT_COUNT,
    PAYER_PAYEES,
)

TASKS = {
    "degree_in": 99.8,
    "degree_out": 99.6,
    "fan_in": 99.8,
    "fan_out": 99.8,
    "cycle_2": 99.7,
    "cycle_3": 99.7,
    "cycle_4": 99.5,
    "cycle_5": 97.5,
    "cycle_6": 88.8,
    "scatter_gather": 99.1,
    "biclique": 97.8,
}
"""Every task with the best F1 in the paper's table 1, percent."""

_MORE_THAN = 3  # degree and fan: a vertex counts if it has more
_BUDGET = 2**17
_MINUTE_MS = 60_000


@dataclass(frozen=True)
class Multigraph:
    """A directed multigraph whose edges have times.

    Attributes
    ----------
    sources, targets, minutes : ndarrays of shape (n_edges,), int64
        In order of time, ties in order of their making.
    vertices : int
    """

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    minutes: NDArray[np.int64]
    vertices: int


def random_multigraph(seed: int, vertices: int = 8192, degree: float = 6.0, radius: float = 11.1) -> Multigraph:
    """A random circulant multigraph: an edge leads from any vertex to one about `radius` away on the ring."""
    random = np.random.default_rng(seed)
    wanted = int(vertices * degree / 2)
    sources = random.integers(0, vertices, 2 * wanted)
    targets = np.rint(random.normal(sources, radius)).astype(np.int64) % vertices
    kept = np.flatnonzero(sources != targets)[:wanted]
    minutes = np.sort(random.integers(0, min(vertices, 10_000), len(kept)))  # within a week
    return Multigraph(sources[kept], targets[kept], minutes, vertices)


def decide(graph: Multigraph) -> dict[str, NDArray[np.bool_]]:
    """What the temporal graph says of every vertex, task by task."""
    state = TemporalGraph()
    n = len(graph.sources)
    rows = state.update(
        clocks=graph.minutes * _MINUTE_MS,
        payers=graph.sources.astype(np.uint64) + 1,
        payees=graph.targets.astype(np.uint64) + 1,
        amounts_fen=np.ones(n, dtype=np.int64),
        patterns=False,
    )
    log = state.log
    cycles, sharing = np.zeros((2, len(log.account_last)), dtype=np.int64)
    scratch = np.zeros((4, scratch_cells(_BUDGET), 6), dtype=np.int64)
    cut = _search(
        state.queries, log.entries, log.account_last, int(log.scalars[TAIL]), _BUDGET, scratch, cycles, sharing
    )
    if cut:
        raise RuntimeError(f"{cut} searches met their budget of {_BUDGET} links")
    slots = np.full(graph.vertices, -1)
    used = np.unique(np.concatenate([state.queries["payer"], state.queries["payee"]]))
    slots[log.account_keys[used].astype(np.int64) - 1] = used
    found = slots >= 0
    decided = {
        # the columns hold what was before the event
        "degree_in": _most(graph.targets, rows[:, MONTH + PAYEE_IN_COUNT] + 1, graph.vertices) > _MORE_THAN,
        "degree_out": _most(graph.sources, rows[:, MONTH + PAYER_OUT_COUNT] + 1, graph.vertices) > _MORE_THAN,
        "fan_in": _most(graph.targets, _with_new(rows, PAYEE_PAYERS), graph.vertices) > _MORE_THAN,
        "fan_out": _most(graph.sources, _with_new(rows, PAYER_PAYEES), graph.vertices) > _MORE_THAN,
    }
    for length in range(any_order.SHORTEST, any_order.LONGEST + 1):
        decided[f"cycle_{length}"] = found & (cycles[slots] & 1 << length != 0)
    decided["scatter_gather"] = found & (sharing[slots] & SINK != 0)
    decided["biclique"] = found & (sharing[slots] & PAYEE != 0)
    return decided


def _most(vertices: NDArray[np.int64], values: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Largest value at each vertex."""
    most = np.zeros(n, dtype=np.int64)
    np.maximum.at(most, vertices, values)
    return most


def _with_new(rows: NDArray[np.int64], column: int) -> NDArray[np.int64]:
    """Distinct counterparties once the event is counted too."""
    return rows[:, MONTH + column] + (rows[:, MONTH + PAIR_COUNT] == 0)


@njit(nogil=True)
def _search(
    queries: Any,
    entries: Any,
    account_last: Any,
    tail: int,
    budget: int,
    scratch: Any,
    cycles: Any,
    sharing: Any,
) -> int:
    """Mark the members of every pattern; how many searches met their budget."""
    path = np.zeros(64, dtype=np.int64)
    cut = 0
    for i in range(len(queries)):
        row = np.zeros(any_order.TRUNCATED + 1, dtype=np.int64)
        count_any_cycles(queries[i], entries, account_last, tail, budget, scratch, 2 * i + 1, row, path, cycles)
        cut += row[any_order.TRUNCATED]
        row[:] = 0
        count_any_sharing(queries[i], entries, account_last, tail, budget, scratch, 2 * i + 2, row, path, sharing)
        cut += row[any_order_sharing.TRUNCATED]
    return cut


def label(graph: Multigraph) -> dict[str, NDArray[np.bool_]]:
    """What is true of every vertex by definition; of scatter-gather and biclique the sinks count."""
    edges = list(zip(graph.sources.tolist(), graph.targets.tolist(), strict=True))
    after: list[set[int]] = [set() for _ in range(graph.vertices)]
    before: list[set[int]] = [set() for _ in range(graph.vertices)]
    for source, target in edges:
        after[source].add(target)
        before[target].add(source)
    received, sent = Counter(target for _, target in edges), Counter(source for source, _ in edges)
    every = range(graph.vertices)
    members: dict[str, set[int]] = {
        "degree_in": {v for v in every if received[v] > _MORE_THAN},
        "degree_out": {v for v in every if sent[v] > _MORE_THAN},
        "fan_in": {v for v in every if len(before[v]) > _MORE_THAN},
        "fan_out": {v for v in every if len(after[v]) > _MORE_THAN},
        "scatter_gather": {v for v in every if _shares(v, before, before)},
        "biclique": {v for v in every if _shares(v, before, after)},
    } | {f"cycle_{length}": set() for length in range(2, 7)}
    for cycle in cycles_of(after, 6):
        members[f"cycle_{len(cycle)}"].update(cycle)
    return {task: np.isin(np.arange(graph.vertices), list(members[task])) for task in TASKS}


def cycles_of(after: list[set[int]], longest: int) -> Iterator[tuple[int, ...]]:
    """Every simple cycle once, from its smallest vertex on."""

    def walk(path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        for vertex in after[path[-1]]:
            if vertex == path[0]:
                yield path
            elif vertex > path[0] and len(path) < longest and vertex not in path:
                yield from walk((*path, vertex))

    for vertex in range(len(after)):
        yield from walk((vertex,))


def _shares(vertex: int, first: list[set[int]], second: list[set[int]]) -> bool:
    """Whether two neighbours of a vertex have a further neighbour in common."""
    shared = Counter(far for near in first[vertex] for far in second[near] if far != vertex)
    return any(count > 1 for count in shared.values())


def f1(decided: NDArray[np.bool_], labels: NDArray[np.bool_]) -> float:
    """F1 score in percent; 100 where there is nothing to find and nothing was found."""
    wrong = int(np.count_nonzero(decided != labels))
    right = int(np.count_nonzero(decided & labels))
    return 100.0 if right + wrong == 0 else round(200 * right / (2 * right + wrong), 4)


def run(events: int) -> Iterator[dict[str, Any]]:
    """One line a task over five graphs, and how fast the tasks were decided."""
    yield machine()
    graphs = [random_multigraph(seed, min(8192, events // 15)) for seed in range(5)]
    decide(graphs[0])  # compiled
    began = perf_counter()
    decided = [decide(graph) for graph in graphs]
    seconds = perf_counter() - began
    labels = [label(graph) for graph in graphs]
    for task, best_network in TASKS.items():
        scores = [f1(ours[task], true[task]) for ours, true in zip(decided, labels, strict=True)]
        yield {
            "task": task,
            "vertices": sum(len(true[task]) for true in labels),
            "positives": int(sum(np.count_nonzero(true[task]) for true in labels)),
            "f1": sum(scores) / len(scores),
            "f1_best_network": best_network,
        }
    n_edges = sum(len(graph.sources) for graph in graphs)
    yield {"edges": n_edges, "edges_per_second": round(n_edges / seconds), "graphs": len(graphs)}

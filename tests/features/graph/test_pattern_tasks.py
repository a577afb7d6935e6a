"""The pattern tasks of graph neural networks, decided exactly."""

import networkx as nx
import numpy as np
import pytest

from benchmarks.pattern_tasks import TASKS, Multigraph, decide, f1, label, random_multigraph, run


@pytest.mark.parametrize(
    ("seed", "degree", "radius"), [(0, 6, 11.1), (1, 6, 11.1), (2, 6, 4.0), (3, 9, 20.0), (4, 3, 2.0)]
)
def test_every_task_is_decided_without_a_mistake(seed, degree, radius):
    graph = random_multigraph(seed, 600, degree, radius)
    decided, labels = decide(graph), label(graph)
    assert {task: f1(decided[task], labels[task]) for task in TASKS} == dict.fromkeys(TASKS, 100.0)
    assert all(labels[task].any() for task in TASKS)


def test_labels_are_those_of_networkx():
    graph = random_multigraph(5, 300, 6, 6.0)
    multigraph = nx.MultiDiGraph(zip(graph.sources.tolist(), graph.targets.tolist(), strict=True))
    simple = nx.DiGraph(multigraph)
    expected = {task: set() for task in TASKS}
    for task, degrees in (
        ("degree_in", multigraph.in_degree()),
        ("degree_out", multigraph.out_degree()),
        ("fan_in", simple.in_degree()),
        ("fan_out", simple.out_degree()),
    ):
        expected[task] = {vertex for vertex, degree in degrees if degree > 3}
    for cycle in nx.simple_cycles(simple, length_bound=6):
        expected[f"cycle_{len(cycle)}"].update(cycle)
    reversed_ = simple.reverse()
    for sink in simple:
        payers = set(reversed_[sink])
        for other in set(simple) - {sink}:
            if len(payers & set(simple[other])) > 1:
                expected["scatter_gather"].add(sink)
            if len(payers & set(reversed_[other])) > 1:
                expected["biclique"].add(sink)
    labels = label(graph)
    assert {task: set(np.flatnonzero(labels[task]).tolist()) for task in TASKS} == expected


def test_labels_of_a_small_graph_are_those_of_its_drawing():
    # 0 pays 1 and 2, these pay 3 (a scatter-gather) and 4 as well (a biclique), 4 pays 0 twice (two rings of three)
    edges = np.array([(0, 1), (0, 2), (1, 3), (2, 3), (1, 4), (2, 4), (4, 0), (4, 0)])
    graph = Multigraph(edges[:, 0], edges[:, 1], np.arange(len(edges)), 5)
    expected = {task: [] for task in TASKS} | {
        "scatter_gather": [3, 4],
        "biclique": [3, 4],
        "cycle_3": [0, 1, 2, 4],
    }
    labels, decided = label(graph), decide(graph)
    assert {task: np.flatnonzero(labels[task]).tolist() for task in TASKS} == expected
    assert {task: np.flatnonzero(decided[task]).tolist() for task in TASKS} == expected


def test_the_benchmark_prints_a_line_a_task():
    lines = list(run(3000))
    scores = {line["task"]: line["f1"] for line in lines if "task" in line}
    assert scores == dict.fromkeys(TASKS, 100.0)
    assert lines[-1]["edges"] == 5 * 600

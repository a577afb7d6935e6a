"""The benchmark of the graph: its stream has the shape that it states, and its last line the keys that are compared."""

import numpy as np

from benchmarks import graph
from benchmarks._power_law import power_law
from features.catalogue import CYCLE_LENGTHS, index
from features.graph.temporal import TemporalGraph


def test_the_stream_has_hubs_known_pairs_and_payments_both_ways():
    facts = power_law(200_000).facts()
    assert 0.99 * 200_000 < facts["edges"] <= 200_000
    assert 0.70 < facts["pairs"] / facts["edges"] < 0.80
    assert 0.045 < facts["reciprocal_pairs"] / facts["pairs"] < 0.07
    assert facts["most_payments_in"] > facts["most_payments_out"] > 500


def test_the_stream_holds_planted_cycles_and_scatter_gathers():
    stream = power_law(50_000)
    rows = TemporalGraph().update(**stream.keywords(0, len(stream)))
    cycles = sum(rows[:, index(f"cycles_{length}_1d")] for length in CYCLE_LENGTHS[1:])
    assert np.count_nonzero(cycles) >= 580 * 0.05 * 0.8
    assert np.count_nonzero(rows[:, index("scatter_gather_1d")] >= 3) >= 620 * 0.05 * 0.8


def test_parts_of_a_stream_go_on_with_the_same_accounts():
    first, second = power_law(20_000), power_law(20_000, part=1)
    assert first.clocks[-1] <= second.clocks[0]
    assert len(np.intersect1d(first.payers, second.payers)) > 1000


def test_the_last_line_has_the_keys_of_the_summary():
    *_, summary = graph.run(3000)
    assert {"edges_per_s_1core", "edges_per_s_2cores", "bytes_per_edge", "gfp_ratio_2048", "gfp_ratio_1"} <= set(
        summary
    )
    assert summary["edges_per_s_1core"] > 0
    assert summary["bytes_per_edge"] <= 64

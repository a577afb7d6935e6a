"""Dense subgraphs against networkx, and what they promise of budget, batch size and evidence."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.dense import ACCOUNTS, CORE, CORE_ACCOUNTS, CORE_DENSITY, FEATURES, TRUNCATED, measure_density
from tests.features.graph.driver import (
    BUSY,
    DENSE,
    SPARSE,
    differences,
    naive_rows,
    payments_of,
    random_stream,
    search,
    stream_of,
)
from tests.naive.dense import network, row


def run(stream, **options):
    return search(measure_density, FEATURES, stream, **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("accounts", "gaps"), [(5, DENSE), (15, SPARSE), (30, BUSY)])
def test_density_equals_that_of_networkx(seed, accounts, gaps):
    stream = random_stream(seed, 300, accounts, gaps)
    rows, _ = run(stream)
    assert not differences(rows, naive_rows(row, stream), FEATURES)
    assert rows[:, CORE].max() > 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.integers(1, 6),
            st.just(1),
            st.sampled_from([0, 0, 0, HOUR_MS, 7 * DAY_MS - 1, 7 * DAY_MS]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_short_streams_of_any_shape_equal_networkx(payments):
    clocks = np.cumsum([gap for *_, gap in payments])
    stream = stream_of([(*payment[:3], clock) for payment, clock in zip(payments, clocks, strict=True)])
    rows, _ = run(stream, batch=7)
    assert not differences(rows, naive_rows(row, stream), FEATURES)


def test_a_clique_of_five_grows_out_of_a_wider_network():
    clique = [(payer, payee, 1) for payer in range(1, 6) for payee in range(payer + 1, 6) if (payer, payee) != (1, 2)]
    wider = [(third, end, 1) for third in (6, 7) for end in (1, 2)]
    rows, paths = run(stream_of([*clique, *wider, (1, 2, 1)]))
    # 7 accounts, 15 links of 21; the clique has 10 of 10
    assert rows[-1].tolist() == [7, 666_666, 4, 5, 10**6, 0]
    assert sorted(paths[-1]) == list(range(9))


def test_nothing_is_looked_at_where_the_ends_share_nobody():
    rows, paths = run(stream_of([(1, 3, 1), (2, 4, 1), (4, 3, 1), (1, 2, 1)]))
    assert not rows.any()
    assert paths[-1] == []


def test_the_path_is_a_network_as_dense_as_the_core():
    stream = random_stream(2, 250, 25, BUSY)
    rows, paths = run(stream)
    payments = payments_of(stream)
    for i, path in enumerate(paths):
        event = payments[i]
        assert bool(path) == (rows[i, CORE] > 0)
        if not path:
            continue
        told = nx.Graph([(payments[position].payer, payments[position].payee) for position in path])
        told.add_edge(event.payer, event.payee)
        if len(path) == 63:
            continue  # no room for more
        assert len(told) == rows[i, CORE_ACCOUNTS]
        past = [payments[position] for position in range(i) if stream["makes_entry"][position]]
        assert nx.utils.graphs_equal(told, nx.Graph(network(past, event).subgraph(told)))


@pytest.mark.parametrize("budget", [4, 40, 10**5])
def test_rows_and_paths_are_the_same_at_any_batch_size(budget):
    stream = random_stream(7, 500, 15)
    rows, paths = run(stream, batch=1, budget=budget)
    for batch in (13, 500):
        again, same_paths = run(stream, batch=batch, budget=budget)
        assert np.array_equal(rows, again)
        assert paths == same_paths


def test_a_search_that_meets_its_budget_says_so_and_never_counts_more():
    stream = random_stream(3, 300, 12, BUSY)
    full, _ = run(stream)
    for budget in (20, 60):
        cut, _ = run(stream, budget=budget)
        truncated = cut[:, TRUNCATED] == 1
        assert truncated.any()
        assert (cut[:, [ACCOUNTS, CORE]] <= full[:, [ACCOUNTS, CORE]]).all()
        assert np.array_equal(cut[~truncated], full[~truncated])
    assert not full[:, TRUNCATED].any()
    assert (full[:, CORE_DENSITY] <= 10**6).all()


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 100, [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16)[0], run(stream, batch=4000)[0])

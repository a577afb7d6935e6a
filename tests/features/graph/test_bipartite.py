"""Bipartite blocks and stacks against their naive twin, and what they promise of budget, batch size and evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.bipartite import DENSITY, FEATURES, K22, K33, LAYERS, PAYEES, PAYERS, TRUNCATED, count_bicliques
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
from tests.naive.bipartite import row


def run(stream, **options):
    return search(count_bicliques, FEATURES, stream, **options)


def layer(payers, payees):
    return [(payer, payee, 100) for payer in payers for payee in payees]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("accounts", "n", "gaps"), [(5, 150, DENSE), (10, 100, BUSY), (25, 250, BUSY), (50, 300, BUSY), (9, 300, SPARSE)]
)
def test_blocks_and_stacks_equal_their_naive_twin(seed, accounts, n, gaps):
    stream = random_stream(seed, n, accounts, gaps)
    rows, _ = run(stream)
    assert not differences(rows, naive_rows(row, stream), FEATURES)
    assert rows[:, K22].any()


def test_random_streams_reach_every_pattern():
    rows, _ = run(random_stream(0, 250, 20, BUSY))
    assert rows[:, :TRUNCATED].any(axis=0).all()
    assert rows[:, LAYERS].max() == 3


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.integers(1, 6),
            st.just(1),
            st.sampled_from([0, 0, 0, HOUR_MS, DAY_MS - 1, DAY_MS]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_short_streams_of_any_shape_equal_the_naive_twin(payments):
    clocks = np.cumsum([gap for *_, gap in payments])
    stream = stream_of([(*payment[:3], clock) for payment, clock in zip(payments, clocks, strict=True)])
    rows, _ = run(stream, batch=7)
    assert not differences(rows, naive_rows(row, stream), FEATURES)


def test_three_layers_of_three_accounts_each():
    rows, _ = run(
        stream_of([*layer([1, 2, 3], [4, 5, 6]), *layer([4, 5, 6], [7, 8, 9]), *layer([7, 8, 9], [10, 11, 12])])
    )
    assert rows[8].tolist() == [3, 3, 10**6, 4, 2, 2, 1, 1, 0, 0, 0]
    assert rows[17].tolist() == [3, 3, 10**6, 4, 2, 2, 1, 2, 3, 0, 0]
    assert rows[26].tolist() == [3, 3, 10**6, 4, 2, 2, 1, 3, 3, 3, 0]


def test_layers_out_of_time_order_make_no_stack():
    rows, _ = run(stream_of([*layer([4, 5], [7, 8]), *layer([1, 2], [4, 5])]))
    assert rows[-1, LAYERS] == 1
    rows, _ = run(stream_of([(4, 7, 1), (5, 7, 1), (5, 8, 1), *layer([1, 2], [4, 5]), (4, 8, 1)]))
    assert rows[-1].tolist()[LAYERS:] == [1, 0, 0, 0]  # 5 had paid on before money came to it


def test_the_block_may_be_less_than_complete():
    rows, _ = run(stream_of([(1, 7, 1), (1, 8, 1), (2, 8, 1), (2, 9, 1), (3, 7, 1), (3, 9, 1), (1, 9, 1)]))
    assert rows[-1, [PAYERS, PAYEES, DENSITY, K22, K33]].tolist() == [3, 3, 777_777, 2, 0]


def test_the_path_holds_the_payments_of_one_two_by_n():
    stream = random_stream(1, 300, 20, BUSY)
    rows, paths = run(stream)
    payments = payments_of(stream)
    for event, found, path in zip(payments, rows, paths, strict=True):
        assert bool(path) == (found[K22] > 0)
        if path:
            pairs = {(payments[position].payer, payments[position].payee) for position in path}
            assert len(pairs) == len(path)
            other = payments[path[0]].payer
            shared = {payee for payer, payee in pairs if payer == event.payer}
            assert pairs == {(other, event.payee)} | {(x, y) for x in (other, event.payer) for y in shared}


@pytest.mark.parametrize("budget", [4, 40, 10**5])
def test_rows_and_paths_are_the_same_at_any_batch_size(budget):
    stream = random_stream(7, 500, 30, BUSY)
    rows, paths = run(stream, batch=1, budget=budget)
    for batch in (13, 500):
        again, same_paths = run(stream, batch=batch, budget=budget)
        assert np.array_equal(rows, again)
        assert paths == same_paths


def test_a_search_that_meets_its_budget_says_so_and_never_counts_more():
    stream = random_stream(3, 300, 20, BUSY)
    full, _ = run(stream)
    counts = [column for column in range(TRUNCATED) if column != DENSITY]
    for budget in (8, 30, 90):
        cut, _ = run(stream, budget=budget)
        truncated = cut[:, TRUNCATED] == 1
        assert truncated.any()
        assert (cut[:, counts] <= full[:, counts]).all()
        assert np.array_equal(cut[~truncated], full[~truncated])
    assert not full[:, TRUNCATED].any()


def test_what_comes_a_month_later_in_the_batch_hides_nothing():
    payments = [(2, 8, 1, 0), (2, 7, 1, 0), (1, 8, 1, 1), (1, 7, 1, 2), (2, 9, 1, 31 * DAY_MS)]
    for batch in (1, 5):
        assert run(stream_of(payments), batch=batch)[0][3, K22] == 1


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 100, [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16)[0], run(stream, batch=4000)[0])

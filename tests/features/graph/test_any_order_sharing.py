"""Scatter-gather and bicliques in any order against their naive twin, and what they promise of budget and evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.any_order_sharing import FEATURES, MIDDLES, PAYEE, PER_WINDOW, SINK, TRUNCATED, count_any_sharing
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
from tests.naive.any_order_sharing import ends, middles, others, pairs_within, row


def run(stream, **options):
    return search(count_any_sharing, FEATURES, stream, **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    ("accounts", "n", "gaps"), [(4, 100, DENSE), (15, 200, SPARSE), (25, 250, BUSY), (90, 300, BUSY)]
)
def test_sharing_in_any_order_equals_its_naive_twin(seed, accounts, n, gaps):
    stream = random_stream(seed, n, accounts, gaps)
    rows, _ = run(stream)
    assert not differences(rows, naive_rows(row, stream), FEATURES)
    assert rows[:, :TRUNCATED].any(axis=0).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.integers(1, 6),
            st.just(1),
            st.sampled_from([0, 0, 0, HOUR_MS, 7 * DAY_MS - 1, 7 * DAY_MS, 23 * DAY_MS]),
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


def test_the_last_payment_may_scatter_or_gather():
    scatter, gather = [(1, 2, 1), (1, 3, 1), (1, 4, 1)], [(2, 9, 1), (3, 9, 1), (4, 9, 1)]
    rows, paths = run(stream_of([*scatter, *gather]))
    assert rows[-1, MIDDLES] == 3
    assert sorted(paths[-1]) == [0, 1, 2, 3, 4]
    rows, paths = run(stream_of([*gather, *scatter]))
    assert rows[-1, MIDDLES] == 3
    assert sorted(paths[-1]) == [0, 1, 2, 3, 4]


def test_the_path_is_the_scatter_gather_with_most_middles():
    stream = random_stream(2, 250, 30, BUSY)
    rows, paths = run(stream)
    payments = payments_of(stream)
    for event, found, path in zip(payments, rows, paths, strict=True):
        assert bool(path) == (found[PER_WINDOW + MIDDLES] > 1)
        if not path:
            continue
        pairs = [(payments[position].payer, payments[position].payee) for position in path]
        assert len(set(pairs)) == len(pairs)
        told = {*pairs, (event.payer, event.payee)}
        most = found[MIDDLES] if found[MIDDLES] > 1 else found[PER_WINDOW + MIDDLES]
        assert len(told) == 2 * most
        assert any(len(middles(told, *pair)) == most for pair in ends(told, event))


def test_members_are_the_sinks_and_the_payees_of_bicliques():
    stream = random_stream(4, 200, 25, BUSY)
    payments = payments_of(stream)
    _, _, members = search(count_any_sharing, FEATURES, stream, members=True)
    for i, marks in enumerate(members):
        past = [payments[position] for position in range(i) if stream["makes_entry"][position]]
        paid = pairs_within(past, payments[i], 30 * DAY_MS)
        expected = {}
        if not payments[i].is_to_itself:
            for source, sink in ends(paid, payments[i]):
                if len(middles(paid, source, sink)) > 1:
                    expected[sink] = SINK
            for _, payee in others(paid, payments[i]):
                for account in (payee, payments[i].payee):
                    expected[account] = expected.get(account, 0) | PAYEE
        assert marks == expected


@pytest.mark.parametrize("budget", [4, 40, 10**4])
def test_rows_and_paths_are_the_same_at_any_batch_size(budget):
    stream = random_stream(7, 300, 30, [0.3, 0.2, 0.1, 0.2, 0.01, 0.02, 0.01, 0.05, 0.05, 0.05, 0.01])
    rows, paths = run(stream, batch=1, budget=budget)
    for batch in (13, 300):
        again, same_paths = run(stream, batch=batch, budget=budget)
        assert np.array_equal(rows, again)
        assert paths == same_paths


def test_a_search_that_meets_its_budget_says_so_and_never_counts_more():
    stream = random_stream(3, 300, 25, BUSY)
    full, _ = run(stream)
    for budget in (8, 30, 90):
        cut, _ = run(stream, budget=budget)
        truncated = cut[:, TRUNCATED] == 1
        assert truncated.any()
        assert (cut[:, :TRUNCATED] <= full[:, :TRUNCATED]).all()
        assert np.array_equal(cut[~truncated], full[~truncated])
    assert not full[:, TRUNCATED].any()


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 300, [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16, budget=300)[0], run(stream, batch=4000, budget=300)[0])

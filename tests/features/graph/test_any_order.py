"""Cycles in any order against their naive twin, and what they promise of budget, batch size and evidence."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.any_order import FEATURES, N_LENGTHS, SEARCHED_MONTH, SEARCHED_WEEK, TRUNCATED, count_any_cycles
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
from tests.naive.any_order import cycles, row


def run(stream, **options):
    return search(count_any_cycles, FEATURES, stream, **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("accounts", "n", "gaps"), [(5, 60, DENSE), (12, 100, SPARSE), (20, 90, BUSY)])
def test_cycles_in_any_order_equal_their_naive_twin(seed, accounts, n, gaps):
    stream = random_stream(seed, n, accounts, gaps)
    rows, _ = run(stream)
    assert not differences(rows, naive_rows(row, stream), FEATURES)


def test_random_streams_reach_every_length():
    rows, _ = run(random_stream(0, 90, 20, BUSY))
    assert rows[:, : 2 * N_LENGTHS].any(axis=0).all()


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


@pytest.mark.parametrize("length", range(2, 7))
def test_a_ring_is_found_whatever_the_order_of_its_payments(length):
    ring = [(i + 1, (i + 1) % length + 1, 1) for i in range(length)]
    for turn in range(length):
        order = [ring[(turn + 2 * i) % length] if length % 2 else ring[(turn - i) % length] for i in range(length)]
        rows, paths = run(stream_of([*order[:-1], *order]))  # every payment but the last is made twice
        assert not rows[:-1, : 2 * N_LENGTHS].any()
        expected = np.zeros(2 * N_LENGTHS, dtype=int)
        expected[[length - 2, length - 2 + N_LENGTHS]] = 1
        assert np.array_equal(rows[-1, : 2 * N_LENGTHS], expected)
        accounts = [order[position % (length - 1)] for position in paths[-1]]
        assert accounts[0][1] == order[-1][0]
        assert accounts[-1][0] == order[-1][1]
        assert all(later[0] == earlier[1] for later, earlier in pairwise(accounts))


def test_the_path_is_a_shortest_cycle():
    stream = random_stream(2, 150, 25, BUSY)
    rows, paths = run(stream)
    payments = payments_of(stream)
    for i, path in enumerate(paths):
        past = [payments[position] for position in range(i) if stream["makes_entry"][position]]
        found = cycles(past, payments[i], 30 * DAY_MS)
        assert bool(path) == bool(found)
        if path:
            taken = [payments[position] for position in path]
            accounts = (payments[i].payee, *(paid.payee for paid in reversed(taken)))
            assert accounts in found
            within_week = [column for column in range(N_LENGTHS) if rows[i, column]]
            assert len(accounts) == 2 + within_week[0] if within_week else len(accounts) == min(map(len, found))


def test_members_are_all_accounts_on_the_cycles():
    stream = random_stream(4, 120, 15, BUSY)
    payments = payments_of(stream)
    _, _, members = search(count_any_cycles, FEATURES, stream, members=True)
    for i, marks in enumerate(members):
        past = [payments[position] for position in range(i) if stream["makes_entry"][position]]
        expected = {}
        for accounts in cycles(past, payments[i], 30 * DAY_MS):
            for account in accounts:
                expected[account] = expected.get(account, 0) | 1 << len(accounts)
        assert marks == expected


@pytest.mark.parametrize("budget", [4, 40, 10**4])
def test_rows_and_paths_are_the_same_at_any_batch_size(budget):
    stream = random_stream(7, 300, 30, [0.3, 0.2, 0.1, 0.2, 0.01, 0.02, 0.01, 0.05, 0.05, 0.05, 0.01])
    rows, paths = run(stream, batch=1, budget=budget)
    for batch in (13, 300):
        again, same_paths = run(stream, batch=batch, budget=budget)
        assert np.array_equal(rows, again)
        assert paths == same_paths


def test_a_search_that_meets_its_budget_counts_the_short_cycles_whole():
    stream = random_stream(3, 200, 25, BUSY)
    full, _ = run(stream)
    for budget in (8, 30, 200):
        cut, _ = run(stream, budget=budget)
        truncated = cut[:, TRUNCATED] == 1
        assert truncated.any()
        assert (cut[:, :TRUNCATED] <= full[:, :TRUNCATED]).all()
        assert np.array_equal(cut[~truncated], full[~truncated])
        for window, searched in ((0, SEARCHED_WEEK), (N_LENGTHS, SEARCHED_MONTH)):
            for length in range(2, 7):
                whole = cut[:, searched] >= length
                assert np.array_equal(cut[whole, window + length - 2], full[whole, window + length - 2])
    assert not full[:, TRUNCATED].any()


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 300, [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16, budget=300)[0], run(stream, batch=4000, budget=300)[0])

"""Pass-through chains against their naive twin, and what they promise of budget, batch size and evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.chains import FEATURES, PAYMENTS, SECONDS, TRUNCATED, find_longest_chain
from tests.features.graph.driver import (
    AMOUNTS,
    DENSE,
    SPARSE,
    differences,
    naive_rows,
    payments_of,
    random_stream,
    search,
    stream_of,
)
from tests.naive.chains import chains, row


def run(stream, **options):
    return search(find_longest_chain, FEATURES, stream, **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("accounts", "n", "gaps"), [(4, 60, DENSE), (7, 90, DENSE), (15, 250, SPARSE)])
def test_chains_equal_their_naive_twin(seed, accounts, n, gaps):
    stream = random_stream(seed, n, accounts, gaps)
    rows, _ = run(stream, budget=10**6)
    assert not differences(rows, naive_rows(row, stream), FEATURES)
    assert (rows[:, PAYMENTS] > 2).any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.integers(1, 5),
            st.sampled_from(AMOUNTS),
            st.sampled_from([0, 0, HOUR_MS, DAY_MS - 1, DAY_MS, DAY_MS + 1]),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_short_streams_of_any_shape_equal_the_naive_twin(payments):
    clocks = np.cumsum([gap for *_, gap in payments])
    stream = stream_of([(*payment[:3], clock) for payment, clock in zip(payments, clocks, strict=True)])
    rows, _ = run(stream, batch=7)
    assert not differences(rows, naive_rows(row, stream), FEATURES)


def test_a_chain_has_no_longest_length_but_the_path_ends_at_sixty_three():
    rows, paths = run(stream_of([(i, i + 1, 1000) for i in range(1, 121)]))
    assert rows[-1].tolist() == [120, 119 * 60, 0]
    assert paths[-1] == list(range(118, 118 - 63, -1))


def test_money_may_rest_for_a_day_and_no_longer():
    for rest, payments in ((DAY_MS, 2), (DAY_MS + 1, 1)):
        assert run(stream_of([(1, 2, 100, 0), (2, 3, 100, rest)]))[0][-1, PAYMENTS] == payments


def test_a_chain_that_comes_back_to_an_account_is_cut_there():
    payments = [(1, 2, 100), (2, 3, 100), (3, 4, 100), (4, 5, 100), (5, 3, 100), (3, 6, 100), (6, 7, 100)]
    rows, paths = run(stream_of(payments))
    assert rows[-1].tolist() == [4, 3 * 60, 0]  # what 3 had sent to 4 would be its second time
    assert paths[-1] == [5, 4, 3]


def test_the_path_is_a_longest_chain():
    stream = random_stream(1, 120, 6)
    rows, paths = run(stream)
    payments = payments_of(stream)
    entered = [i for i in range(len(payments)) if stream["makes_entry"][i]]
    for i in np.flatnonzero(rows[:, PAYMENTS] > 1):
        taken = [payments[i]] + [payments[position] for position in paths[i]]
        assert len(taken) == rows[i, PAYMENTS]
        assert (payments[i].clock - taken[-1].clock) // 1000 == rows[i, SECONDS]
        assert taken in chains([payments[position] for position in entered if position < i], payments[i])


@pytest.mark.parametrize("budget", [4, 40, 10**5])
def test_rows_and_paths_are_the_same_at_any_batch_size(budget):
    stream = random_stream(7, 500, 10)
    rows, paths = run(stream, batch=1, budget=budget)
    for batch in (13, 500):
        again, same_paths = run(stream, batch=batch, budget=budget)
        assert np.array_equal(rows, again)
        assert paths == same_paths


def test_a_search_that_meets_its_budget_says_so_and_never_finds_more():
    stream = random_stream(3, 300, 6)
    full, _ = run(stream)
    cut, _ = run(stream, budget=8)
    truncated = cut[:, TRUNCATED] == 1
    assert truncated.any()
    assert (cut[:, PAYMENTS] <= full[:, PAYMENTS]).all()
    assert np.array_equal(cut[~truncated], full[~truncated])


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 30, [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16, budget=500)[0], run(stream, batch=4000, budget=500)[0])

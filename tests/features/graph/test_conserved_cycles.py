"""Cycles with conserved amounts against their naive twin, and what they promise of budget, batch size and evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.conserved_cycles import COUNT, FEATURES, LONGEST_FOUND, SECONDS, TRUNCATED, count_conserved_cycles
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
from tests.naive.conserved_cycles import cycles, row


def run(stream, **options):
    return search(count_conserved_cycles, FEATURES, stream, **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("accounts", "n", "gaps"), [(3, 120, DENSE), (6, 120, DENSE), (12, 250, SPARSE)])
def test_conserved_cycles_equal_their_naive_twin(seed, accounts, n, gaps):
    stream = random_stream(seed, n, accounts, gaps)
    rows, _ = run(stream)
    assert not differences(rows, naive_rows(row, stream), FEATURES)
    assert rows[:, COUNT].any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.integers(1, 4),
            st.sampled_from(AMOUNTS),
            st.sampled_from([0, 0, 1, HOUR_MS, 7 * DAY_MS - 1, 7 * DAY_MS]),
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


def test_a_ring_of_ten_is_found_and_one_of_eleven_is_not():
    for accounts, found in ((10, 1), (11, 0)):
        ring = [(i + 1, (i + 1) % accounts + 1, 1000 - 10 * i) for i in range(accounts)]
        rows, paths = run(stream_of(ring))
        assert rows[-1, COUNT] == found
        assert rows[-1, LONGEST_FOUND] == 10 * found
        assert paths[-1] == list(range(accounts - 2, -1, -1)) * found


def test_amounts_are_compared_as_sent_where_one_has_no_parity():
    stream = stream_of([(1, 2, 100), (2, 1, 700)])
    stream["amounts_minor"] = np.array([100, 90])
    assert run(stream)[0][-1, COUNT] == 0
    stream["amounts_fen"][0] = 0
    assert run(stream)[0][-1].tolist() == [1, 2, 2, 60, 900_000, 900_000, 0]


def test_the_path_is_the_tightest_cycle():
    stream = random_stream(1, 150, 6)
    rows, paths = run(stream)
    payments = payments_of(stream)
    entered = [i for i in range(len(payments)) if stream["makes_entry"][i]]
    for i in np.flatnonzero(rows[:, COUNT]):
        taken = [payments[position] for position in reversed(paths[i])]
        past = [payments[position] for position in entered if position < i]
        found = cycles(past, payments[i])
        assert taken in found
        assert (payments[i].clock - taken[0].clock) // 1000 == rows[i, SECONDS]
    assert all(not path for path, count in zip(paths, rows[:, COUNT], strict=True) if count == 0)


@pytest.mark.parametrize("budget", [4, 40, 10**5])
def test_rows_and_paths_are_the_same_at_any_batch_size(budget):
    stream = random_stream(7, 500, 10)
    rows, paths = run(stream, batch=1, budget=budget)
    for batch in (13, 500):
        again, same_paths = run(stream, batch=batch, budget=budget)
        assert np.array_equal(rows, again)
        assert paths == same_paths


def test_a_search_that_meets_its_budget_says_so_and_never_counts_more():
    stream = random_stream(3, 300, 5)
    full, _ = run(stream)
    cut, _ = run(stream, budget=8)
    truncated = cut[:, TRUNCATED] == 1
    assert truncated.any()
    assert not full[:, TRUNCATED].any()
    assert (cut[:, [COUNT, LONGEST_FOUND]] <= full[:, [COUNT, LONGEST_FOUND]]).all()
    assert np.array_equal(cut[~truncated], full[~truncated])


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 30, [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16, budget=500)[0], run(stream, batch=4000, budget=500)[0])

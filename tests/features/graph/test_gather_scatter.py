"""Gather-scatter against its naive twin, and what it promises of budget, batch size and evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.gather_scatter import FEATURES, PER_WINDOW, SINKS, SOURCES, TRUNCATED, count_gather_scatter
from tests.features.graph.driver import (
    DENSE,
    SPARSE,
    differences,
    naive_rows,
    payments_of,
    random_stream,
    search,
    stream_of,
)
from tests.naive.gather_scatter import row


def run(stream, **options):
    return search(count_gather_scatter, FEATURES, stream, **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("accounts", "gaps"), [(3, DENSE), (8, DENSE), (20, SPARSE)])
def test_gather_scatter_equals_its_naive_twin(seed, accounts, gaps):
    stream = random_stream(seed, 400, accounts, gaps)
    rows, _ = run(stream)
    assert not differences(rows, naive_rows(row, stream), FEATURES)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 4),
            st.integers(1, 4),
            st.integers(0, 6),
            st.sampled_from([0, HOUR_MS, DAY_MS - 1, DAY_MS, 7 * DAY_MS - 1, 7 * DAY_MS]),
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


def test_three_gathered_and_three_scattered():
    payments = [(9, 5, 50), (1, 9, 100), (2, 9, 100), (3, 9, 100), (9, 1, 10), (9, 6, 90), (9, 7, 100), (9, 8, 80)]
    rows, paths = run(stream_of(payments))
    # what went to 5 came before, what went to 1 goes back
    assert rows[-1].tolist() == [3, 3, 900_000, 3, 3, 900_000, 0]
    assert paths[-1] == [3, 2, 1, 6, 5]


def test_the_path_names_one_payment_a_source_and_one_a_sink():
    stream = random_stream(1, 300, 12)
    rows, paths = run(stream)
    payments = payments_of(stream)
    for event, found, path in zip(payments, rows, paths, strict=True):
        named = [payments[position] for position in path]
        sources = {paid.payer for paid in named if paid.payee == event.payer}
        sinks = {paid.payee for paid in named if paid.payer == event.payer}
        assert len(path) == len(sources) + len(sinks)
        window = PER_WINDOW if found[PER_WINDOW + SOURCES] else 0
        assert len(sources) == found[window + SOURCES]
        assert len(sinks) + 1 == max(1, found[window + SINKS])
    assert rows[:, SOURCES].any()
    assert rows[:, PER_WINDOW + SOURCES].any()


def test_an_account_that_keeps_or_adds_most_is_no_hub():
    gathers = [(1, 9, 100), (2, 9, 100), (3, 9, 100)]
    for amount, sources in ((149, 0), (150, 3), (600, 3), (601, 0)):
        assert run(stream_of([*gathers, (9, 5, amount)]))[0][-1, SOURCES] == sources


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
    assert (cut[:, :TRUNCATED] <= full[:, :TRUNCATED]).all()
    assert np.array_equal(cut[~truncated], full[~truncated])


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 300, [0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16)[0], run(stream, batch=4000)[0])

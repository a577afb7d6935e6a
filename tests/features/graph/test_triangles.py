"""Triangles against their naive twin, and what they promise of budget, batch size and evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.triangles import ACCOUNTS, CYCLE, FEATURES, PAYEE, PAYER, THROUGH, TRUNCATED, count_triangles
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
from tests.naive.triangles import common, row


def run(stream, **options):
    return search(count_triangles, FEATURES, stream, **options)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("accounts", "gaps"), [(4, DENSE), (15, SPARSE), (40, BUSY)])
def test_triangles_equal_their_naive_twin(seed, accounts, gaps):
    stream = random_stream(seed, 300, accounts, gaps)
    rows, _ = run(stream)
    assert not differences(rows, naive_rows(row, stream), FEATURES)
    assert rows[:, :TRUNCATED].any(axis=0).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 5),
            st.integers(1, 5),
            st.just(1),
            st.sampled_from([0, 0, HOUR_MS, 7 * DAY_MS - 1, 7 * DAY_MS]),
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


@pytest.mark.parametrize(
    ("sides", "kind"),
    [
        ([(2, 3), (3, 1)], CYCLE),
        ([(1, 3), (3, 2)], THROUGH),
        ([(1, 3), (2, 3)], PAYEE),
        ([(3, 1), (3, 2)], PAYER),
    ],
)
def test_a_triangle_is_told_by_the_directions_of_its_sides(sides, kind):
    expected = np.zeros(len(FEATURES), dtype=int)
    expected[[kind, ACCOUNTS]] = 1
    for order in (sides, sides[::-1]):
        rows, paths = run(stream_of([(*side, 1) for side in [*order, (1, 2)]]))
        assert np.array_equal(rows[-1], expected)
        assert sorted(paths[-1]) == [0, 1]


def test_the_path_holds_two_payments_of_every_common_account():
    stream = random_stream(2, 250, 30, BUSY)
    rows, paths = run(stream)
    payments = payments_of(stream)
    for i, path in enumerate(paths):
        past = [payments[position] for position in range(i) if stream["makes_entry"][position]]
        assert len(path) == 2 * rows[i, ACCOUNTS]
        shared = set()
        for with_u, with_v in zip(path[::2], path[1::2], strict=True):
            (third,) = {payments[with_u].payer, payments[with_u].payee} - {payments[i].payer}
            assert {payments[with_v].payer, payments[with_v].payee} == {third, payments[i].payee}
            shared.add(third)
        assert shared == (set() if payments[i].is_to_itself else common(past, payments[i]))


@pytest.mark.parametrize("budget", [4, 40, 10**5])
def test_rows_and_paths_are_the_same_at_any_batch_size(budget):
    stream = random_stream(7, 500, 15)
    rows, paths = run(stream, batch=1, budget=budget)
    for batch in (13, 500):
        again, same_paths = run(stream, batch=batch, budget=budget)
        assert np.array_equal(rows, again)
        assert paths == same_paths


def test_a_search_that_meets_its_budget_says_so_and_never_counts_more():
    stream = random_stream(3, 300, 9, BUSY)
    full, _ = run(stream)
    cut, _ = run(stream, budget=20)
    truncated = cut[:, TRUNCATED] == 1
    assert truncated.any()
    assert not full[:, TRUNCATED].any()
    assert (cut[:, :TRUNCATED] <= full[:, :TRUNCATED]).all()
    assert np.array_equal(cut[~truncated], full[~truncated])


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    stream = random_stream(2, 4000, 300, [0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.04, 0.01])
    assert np.array_equal(run(stream, batch=16)[0], run(stream, batch=4000)[0])

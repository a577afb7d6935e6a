"""Amounts, acquaintance and hours against their naive twin; the same at any batch size and after a restore."""

import numpy as np
import pytest
from hypothesis import given, settings

from features.amounts import FEATURES, Amounts
from features.catalogue import DAY_MS, HOUR_MS
from features.graph.temporal import TemporalGraph
from tests.features.account_streams import (
    DENSE,
    SPARSE,
    Beside,
    differences,
    naive_rows,
    random_movements,
    short_streams,
)
from tests.naive.amounts import amounts_row
from tests.naive.movement import Movement

NAMES = [feature.name for feature in FEATURES]


def beside(family):
    def take(graph, columns, rows, out):
        family.update(
            graph.log,
            graph.queries,
            rows,
            columns["amounts_fen"],
            columns["event_times"],
            columns["makes_entry"],
            out,
        )

    return Beside(take, len(FEATURES))


def rows_of(movements, size=64):
    return beside(Amounts()).feed(movements, size)


def columns(movements, name):
    return rows_of(movements)[:, NAMES.index(name)].tolist()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("accounts", "gaps"), [(2, DENSE), (6, DENSE), (5, SPARSE), (40, SPARSE)])
def test_every_column_equals_the_naive_twin(seed, accounts, gaps):
    movements = random_movements(seed, accounts=accounts, gaps=gaps)
    assert not differences(rows_of(movements), naive_rows(amounts_row, movements), FEATURES)


@settings(max_examples=60, deadline=None)
@given(short_streams())
def test_short_streams_of_any_shape_equal_the_naive_twin(movements):
    assert not differences(rows_of(movements, 7), naive_rows(amounts_row, movements), FEATURES)


def test_rows_are_the_same_at_any_batch_size():
    movements = random_movements(21, n=3000, accounts=25, gaps=SPARSE)
    once = rows_of(movements, 1)
    for size in (7, 500, 4096):
        assert not differences(rows_of(movements, size), once, FEATURES)


def test_rows_go_on_the_same_after_a_restore():
    movements = random_movements(8, n=1200, accounts=12)
    whole = rows_of(movements, 100)
    family = Amounts()
    first = beside(family)
    first.feed(movements[:600], 100)
    restored = Amounts()
    restored.restore({name: array.copy() for name, array in family.state().items()})
    second = beside(restored)
    second.graph.restore(first.graph.state())
    assert np.array_equal(second.feed(movements[600:], 100), whole[600:])


def test_ever_smaller_amounts_keep_every_payment_in_play():
    movements = [Movement(1, 2, 10**6 - i, i * 60_000, i * 60_000) for i in range(5000)]
    found = rows_of(movements, 512)
    expected = [max(10**6 - j for j in range(max(0, i - 59), i)) if i else -1 for i in range(5000)]
    assert found[:, NAMES.index("payer_out_max_1h")].tolist() == expected


def test_an_old_acquaintance_stops_counting_at_370_days():
    movements = [Movement(1, 2, 100, week * 7 * DAY_MS, week * 7 * DAY_MS) for week in range(60)]
    assert columns(movements, "pair_known_days") == [-1] + [min(7 * week, 370) for week in range(1, 60)]


def test_thirty_days_without_a_payment_end_an_acquaintance():
    movements = [Movement(1, 2, 100, clock, clock) for clock in (0, 30 * DAY_MS - 1, 60 * DAY_MS - 1, 60 * DAY_MS)]
    assert columns(movements, "pair_is_new") == [1, 0, 1, 0]
    assert columns(movements, "pair_days_since_last") == [-1, 29, -1, 0]


def test_usual_hours_are_those_of_the_payments_own_times():
    night, noon = 17 * HOUR_MS, 28 * HOUR_MS  # 01:00 and 12:00 in Shanghai
    movements = [
        Movement(1, 2, 100, noon, night),
        Movement(1, 2, 100, noon, noon),
        Movement(1, 2, 100, noon, noon),
        Movement(1, 2, 100, noon, night),
    ]
    assert columns(movements, "payer_hours_ppm_30d") == [-1, 0, 500_000, 333_333]


def test_memory_follows_what_is_alive():
    family = Amounts()
    run = beside(family)
    sizes = []
    for month in range(16):
        rng = np.random.default_rng(month)
        clocks = np.sort(rng.integers(0, 30 * DAY_MS, 3000)) + month * 30 * DAY_MS
        first = 1 + month * 10**6
        sides = zip(rng.integers(50, size=3000).tolist(), rng.integers(900, size=3000).tolist(), strict=True)
        fresh = [
            Movement(first + payer, first + payee, int(rng.integers(10**6)), clock, clock)
            for clock, (payer, payee) in zip(clocks.tolist(), sides, strict=True)
        ]
        run.feed(fresh, 256)
        sizes.append(family.nbytes())
    assert sizes[-1] == sizes[7]


def test_an_empty_batch_changes_nothing():
    Amounts().update(
        TemporalGraph().log,
        np.empty(0, dtype=TemporalGraph().queries.dtype),
        *(np.zeros((0, 1), dtype=np.int64) for _ in range(3)),
        np.zeros(0, dtype=np.bool_),
        np.zeros((0, len(FEATURES)), dtype=np.int64),
    )

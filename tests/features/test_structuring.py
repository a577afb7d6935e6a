"""Payments just under a line against their naive twin; the same at any batch size, after a restore and in a shard."""

import numpy as np
import pytest
from hypothesis import given, settings

from features.catalogue import DAY_MS
from features.structuring import FEATURES, Structuring
from tests.features.account_streams import (
    DENSE,
    SPARSE,
    arrays,
    batches,
    differences,
    naive_rows,
    random_movements,
    short_streams,
)
from tests.naive.movement import Movement
from tests.naive.structuring import structuring_row

NAMES = [feature.name for feature in FEATURES]


def feed(family, movements, size=64):
    parts = []
    for batch in batches(movements, size):
        columns = arrays(batch)
        out = np.full((len(batch), len(FEATURES)), 77, dtype=np.int64)
        places = np.array([paid.place for paid in batch])
        family.update(
            columns["clocks"],
            columns["event_times"],
            columns["payers"],
            columns["payees"],
            np.array([paid.payer_party for paid in batch], dtype=np.uint64),
            np.array([paid.payee_party for paid in batch], dtype=np.uint64),
            columns["amounts_fen"],
            np.array([paid.is_cash for paid in batch], dtype=np.int8),
            np.where(places == 2, 8, 9).astype(np.uint64),
            np.where(places == 1, -1, 3).astype(np.int8),
            np.full(len(batch), 330_100, dtype=np.int32),
            columns["makes_entry"],
            out,
        )
        parts.append(out)
    return np.vstack(parts)


def column(movements, name):
    return feed(Structuring(), movements)[:, NAMES.index(name)].tolist()


def near(clock, **more):
    """A payment just under 200,000 yuan by party 1."""
    return Movement(
        **{"payer": 1, "payee": 2, "fen": 19_000_000, "clock": clock, "time": clock, "payer_party": 1} | more
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("accounts", "gaps"), [(2, DENSE), (6, DENSE), (6, SPARSE), (40, DENSE)])
def test_every_column_equals_the_naive_twin(seed, accounts, gaps):
    movements = random_movements(seed, accounts=accounts, gaps=gaps)
    assert not differences(feed(Structuring(), movements), naive_rows(structuring_row, movements), FEATURES)


@settings(max_examples=60, deadline=None)
@given(short_streams())
def test_short_streams_of_any_shape_equal_the_naive_twin(movements):
    assert not differences(feed(Structuring(), movements, 7), naive_rows(structuring_row, movements), FEATURES)


def test_rows_are_the_same_at_any_batch_size():
    movements = random_movements(4, n=5000, accounts=60)
    once = feed(Structuring(), movements, 1)
    for size in (7, 500, 8192):
        assert not differences(feed(Structuring(), movements, size), once, FEATURES)


def test_rows_go_on_the_same_after_a_restore():
    movements = random_movements(8, n=1000, accounts=12)
    whole = feed(Structuring(), movements, 100)
    first, second = Structuring(), Structuring()
    feed(first, movements[:500], 100)
    second.restore({name: array.copy() for name, array in first.state().items()})
    assert np.array_equal(feed(second, movements[500:], 100), whole[500:])


def test_nothing_older_than_five_days_changes_a_value():
    movements = random_movements(3, n=600, accounts=5)
    whole = feed(Structuring(), movements)
    for start in range(0, 600, 60):
        shard = feed(Structuring(), movements[start:])
        clear = [i for i in range(600 - start) if movements[start + i].clock >= movements[start].clock + 5 * DAY_MS]
        assert not differences(shard[clear], whole[start:][clear], FEATURES)


def test_a_line_is_open_above_and_begins_at_four_fifths():
    amounts = [15_999_999, 16_000_000, 19_999_999, 20_000_000, 4_000_000, 49_999_999, 50_000_000]
    movements = [near(0, fen=fen) for fen in amounts]
    assert column(movements, "near_line") == [0, 200_000, 200_000, 0, 0, 500_000, 0]
    assert column([near(0, fen=4_000_000, is_cash=True)], "near_line") == [50_000]


def test_one_person_over_accounts_days_and_places_is_counted_together():
    movements = [near(day * DAY_MS, payer=1 + day, place=day % 2) for day in range(5)] + [near(5 * DAY_MS - 1)]
    rows = feed(Structuring(), movements)
    last = dict(zip(NAMES, rows[-1].tolist(), strict=True))
    assert last["payer_near_count_5d"] == 1
    assert last["payer_party_near_count_5d"] == 5
    assert last["payer_party_near_sum_5d"] == 95_000_000
    assert last["payer_party_near_count_1d"] == 1
    assert last["payer_party_near_accounts_5d"] == 5
    assert last["payer_party_near_places_5d"] == 2
    assert last["payer_party_near_days_5d"] == 5
    assert last["payee_party_near_count_5d"] == -1


def test_memory_follows_five_days():
    family, sizes = Structuring(), []
    for week in range(6):
        start = 7 * DAY_MS * week
        feed(family, [near(start + i, payer=10**6 * week + i, payer_party=10**6 * week + i) for i in range(3000)], 500)
        sizes.append(family.nbytes())
    assert sizes[-1] == sizes[0]

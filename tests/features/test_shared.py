"""Shared devices, addresses and cards against their naive twin; the same at any batch size, restored and in a shard."""

import numpy as np
import pytest
from hypothesis import given, settings

from features.catalogue import DAY_MS
from features.shared import FEATURES, KINDS, Shared
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
from tests.naive.shared import shared_row

NAMES = [feature.name for feature in FEATURES]


def feed(family, movements, size=64):
    parts = []
    for batch in batches(movements, size):
        columns = arrays(batch)
        out = np.full((len(batch), len(FEATURES)), 77, dtype=np.int64)
        family.update(
            columns["clocks"],
            columns["payers"],
            columns["payees"],
            np.array([paid.payer_party for paid in batch], dtype=np.uint64),
            np.array([paid.payee_party for paid in batch], dtype=np.uint64),
            np.array([paid.takes_in for paid in batch]),
            tuple(np.array([paid.marks[kind] for paid in batch], dtype=np.uint64) for kind in range(len(KINDS))),
            columns["makes_entry"],
            out,
        )
        parts.append(out)
    return np.vstack(parts)


def column(movements, name):
    return feed(Shared(), movements)[:, NAMES.index(name)].tolist()


def used(account, device, clock, **more):
    """A payment of an account from a device."""
    return Movement(
        **{"payer": account, "payee": 99, "fen": 1, "clock": clock, "time": clock, "marks": (device, 0, 0, 0, 0)} | more
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("accounts", "gaps"), [(2, DENSE), (6, DENSE), (6, SPARSE), (40, DENSE)])
def test_every_column_equals_the_naive_twin(seed, accounts, gaps):
    movements = random_movements(seed, accounts=accounts, gaps=gaps)
    assert not differences(feed(Shared(), movements), naive_rows(shared_row, movements), FEATURES)


@settings(max_examples=60, deadline=None)
@given(short_streams())
def test_short_streams_of_any_shape_equal_the_naive_twin(movements):
    assert not differences(feed(Shared(), movements, 7), naive_rows(shared_row, movements), FEATURES)


def test_rows_are_the_same_at_any_batch_size():
    movements = random_movements(4, n=5000, accounts=60, gaps=SPARSE)
    once = feed(Shared(), movements, 1)
    for size in (7, 500, 8192):
        assert not differences(feed(Shared(), movements, size), once, FEATURES)


def test_rows_go_on_the_same_after_a_restore():
    movements = random_movements(8, n=1000, accounts=12)
    whole = feed(Shared(), movements, 100)
    first, second = Shared(), Shared()
    feed(first, movements[:500], 100)
    second.restore({name: array.copy() for name, array in first.state().items()})
    assert np.array_equal(feed(second, movements[500:], 100), whole[500:])


def test_nothing_older_than_thirty_days_changes_a_value():
    movements = random_movements(3, n=600, accounts=5, gaps=SPARSE)
    whole = feed(Shared(), movements)
    for start in range(0, 600, 60):
        shard = feed(Shared(), movements[start:])
        clear = [i for i in range(600 - start) if movements[start + i].clock >= movements[start].clock + 30 * DAY_MS]
        assert not differences(shard[clear], whole[start:][clear], FEATURES)


def test_a_device_of_many_persons_counts_each_once():
    movements = [used(account, 7, account, payer_party=1 + account // 2) for account in range(1, 8)]
    movements += [used(1, 7, DAY_MS), used(50, 7, DAY_MS + 3)]
    assert column(movements, "device_accounts_1d") == [0, 1, 2, 3, 4, 5, 6, 7, 5]
    assert column(movements, "device_accounts_7d")[-1] == 7
    assert column(movements, "device_persons_7d") == [0, 1, 2, 2, 3, 3, 4, 4, 4]
    assert column(movements, "device_is_new") == [1, 1, 1, 1, 1, 1, 1, 0, 1]


def test_the_device_belongs_to_the_side_that_acts():
    movements = [used(1, 7, 0), used(2, 7, 1, payee=1, takes_in=True), used(1, 8, 2)]
    assert column(movements, "account_devices_1d") == [0, 1, 1]
    assert column(movements, "device_is_new") == [1, 0, 1]


def test_marks_of_one_value_and_different_kinds_are_not_the_same():
    movements = [used(1, 7, 0), used(2, 0, 1, marks=(0, 7, 0, 0, 0))]
    assert column(movements, "ip_accounts_1d") == [-1, 0]


def test_device_features_serve_the_fight_against_fraud_only():
    for feature in FEATURES:
        if "card" in feature.name:
            continue
        expected = ("fraud", "laundering") if "persons" in feature.name else ("fraud",)
        assert feature.purposes == expected


def test_memory_follows_thirty_days():
    family, sizes = Shared(), []
    for month in range(6):
        start, first = 31 * DAY_MS * month, 1 + 10**6 * month
        feed(family, [used(first + i, first + i, start + i, payer_party=first + i) for i in range(3000)], 500)
        sizes.append(family.nbytes())
    assert sizes[-1] == sizes[1]

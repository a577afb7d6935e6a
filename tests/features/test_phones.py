"""Shared telephone numbers against their naive twin; the same at any batch size and after a restore."""

import numpy as np
import pytest

from features.catalogue import DAY_MS
from features.phones import FEATURES, Phones
from tests.features.account_streams import DENSE, YEARS, arrays, batches, differences, random_movements
from tests.naive.movement import Movement
from tests.naive.phones import phones_row

NAMES = [feature.name for feature in FEATURES]


def random_statements(seed, movements):
    rng = np.random.default_rng(seed)
    return [
        (
            number,
            int(rng.integers(1, 7)),
            bool(rng.random() < 0.4),
            int(rng.integers(0, 5)),
            movements[number].clock,
        )
        for number in np.sort(rng.integers(0, len(movements), len(movements) // 4)).tolist()
    ]


def feed(family, movements, statements, size=64, start=0):
    parts = []
    for batch in batches(movements, size):
        columns = arrays(batch)
        out = np.full((len(batch), len(FEATURES)), 77, dtype=np.int64)
        said = [one for one in statements if start <= one[0] < start + len(batch)]
        family.update(
            columns["clocks"],
            columns["payers"],
            columns["payees"],
            np.array([paid.payer_party for paid in batch], dtype=np.uint64),
            np.array([paid.payee_party for paid in batch], dtype=np.uint64),
            out,
            at=2 * np.arange(len(batch)),
            stated_at=np.array([2 * (one[0] - start) - 1 for one in said], dtype=np.int64),
            holders=np.array([one[1] for one in said], dtype=np.uint64),
            are_parties=np.array([one[2] for one in said], dtype=np.bool_),
            phones=np.array([one[3] for one in said], dtype=np.uint64),
            stated_clocks=np.array([one[4] for one in said], dtype=np.int64),
        )
        parts.append(out)
        start += len(batch)
    return np.vstack(parts)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("gaps", [DENSE, YEARS])
def test_every_column_equals_the_naive_twin(seed, gaps):
    movements = random_movements(seed, gaps=gaps)
    statements = random_statements(seed, movements)
    expected = np.array([phones_row(number, event, statements) for number, event in enumerate(movements)])
    assert not differences(feed(Phones(), movements, statements), expected, FEATURES)


def test_rows_are_the_same_at_any_batch_size():
    movements = random_movements(3, n=2000, accounts=20, gaps=YEARS)
    statements = random_statements(3, movements)
    once = feed(Phones(), movements, statements, 1)
    for size in (7, 500, 4096):
        assert np.array_equal(feed(Phones(), movements, statements, size), once)


def test_rows_go_on_the_same_after_a_restore():
    movements = random_movements(8, n=600, accounts=12)
    statements = random_statements(8, movements)
    whole = feed(Phones(), movements, statements)
    first, second = Phones(), Phones()
    feed(first, movements[:300], statements)
    second.restore({name: array.copy() for name, array in first.state().items()})
    assert np.array_equal(feed(second, movements[300:], statements, start=300), whole[300:])


def test_a_number_goes_with_the_account_that_is_closed_or_takes_another():
    movements = [Movement(1, 2, 100, clock, clock, payee_party=4) for clock in range(4)]
    statements = [
        (0, 1, False, 7, 0),
        (0, 3, False, 7, 0),
        (0, 4, True, 7, 0),
        (2, 3, False, 0, 2),
        (3, 1, False, 8, 3),
    ]
    rows = feed(Phones(), movements, statements)
    assert rows[:, NAMES.index("payer_phone_accounts")].tolist() == [2, 2, 1, 1]
    assert rows[:, NAMES.index("payer_phone_parties")].tolist() == [1, 1, 1, 0]
    assert rows[:, NAMES.index("payee_phone_accounts")].tolist() == [2, 2, 1, 0]


def test_what_nobody_stated_for_400_days_is_forgotten():
    movements = [Movement(1, 2, 100, clock, clock) for clock in (0, 400 * DAY_MS - 1, 400 * DAY_MS)]
    rows = feed(Phones(), movements, [(0, 1, False, 7, 0)])
    assert rows[:, 0].tolist() == [1, 1, -1]


def test_payments_without_statements_know_no_number():
    movements = random_movements(1, n=20)
    assert (feed(Phones(), movements, []) == -1).all()

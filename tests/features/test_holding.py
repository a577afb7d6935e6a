"""Pass-through, holding time and mules against their naive twin; the same at any batch size, restored, in a shard."""

import numpy as np
import pytest
from hypothesis import given, settings

from features import account_profile
from features.account_profile import AccountProfile
from features.catalogue import DAY_MS, HOUR_MS
from features.holding import FEATURES, Holding
from tests.features.account_streams import DENSE, SPARSE, YEARS, Beside, differences, random_movements, short_streams
from tests.naive.account_profile import account_profile_row
from tests.naive.holding import holding_row
from tests.naive.movement import Movement

NAMES = [feature.name for feature in FEATURES]


def beside(family, profiles):
    def take(graph, columns, rows, out):
        profile = np.zeros((len(out), len(account_profile.FEATURES)), dtype=np.int64)
        profiles.update(
            columns["clocks"],
            columns["payers"],
            columns["payees"],
            columns["amounts_fen"],
            columns["makes_entry"],
            rows,
            profile,
        )
        family.update(
            len(graph.log.account_keys),
            graph.queries,
            rows,
            profile,
            columns["payers"],
            columns["payees"],
            columns["amounts_fen"],
            columns["makes_entry"],
            out,
        )

    return Beside(take, len(FEATURES))


def rows_of(movements, size=64):
    return beside(Holding(), AccountProfile()).feed(movements, size)


def naive_rows(movements):
    return np.array(
        [
            holding_row(movements[:i], event, account_profile_row(movements[:i], event, []))
            for i, event in enumerate(movements)
        ]
    )


def column(movements, name):
    return rows_of(movements)[:, NAMES.index(name)].tolist()


def paid(*payments):
    """Payments `(payer, payee, fen, clock)`."""
    return [Movement(payer, payee, fen, clock, clock) for payer, payee, fen, clock in payments]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("accounts", "gaps"), [(2, DENSE), (4, SPARSE), (5, YEARS), (20, DENSE)])
def test_every_column_equals_the_naive_twin(seed, accounts, gaps):
    movements = random_movements(seed, n=200, accounts=accounts, gaps=gaps)
    assert not differences(rows_of(movements), naive_rows(movements), FEATURES)


@settings(max_examples=60, deadline=None)
@given(short_streams())
def test_short_streams_of_any_shape_equal_the_naive_twin(movements):
    assert not differences(rows_of(movements, 7), naive_rows(movements), FEATURES)


def test_rows_are_the_same_at_any_batch_size():
    movements = random_movements(4, n=4000, accounts=60, gaps=SPARSE)
    once = rows_of(movements, 1)
    for size in (7, 500, 4096):
        assert not differences(rows_of(movements, size), once, FEATURES)


def test_rows_go_on_the_same_after_a_restore():
    movements = random_movements(8, n=1000, accounts=12)
    whole = rows_of(movements, 100)
    family, profiles = Holding(), AccountProfile()
    first = beside(family, profiles)
    first.feed(movements[:500], 100)
    restored, old = Holding(), AccountProfile()
    restored.restore({name: array.copy() for name, array in family.state().items()})
    old.restore(profiles.state())
    second = beside(restored, old)
    second.graph.restore(first.graph.state())
    assert np.array_equal(second.feed(movements[500:], 100), whole[500:])


@pytest.mark.parametrize("seed", range(3))
def test_nothing_older_than_14_days_changes_how_money_passes(seed):
    movements = random_movements(seed, n=600, accounts=5)
    whole = rows_of(movements)
    passing = [i for i, feature in enumerate(FEATURES) if feature.horizon_days <= 14]
    for start in range(0, 600, 60):
        shard = rows_of(movements[start:])
        clear = [i for i in range(600 - start) if movements[start + i].clock >= movements[start].clock + 14 * DAY_MS]
        assert np.array_equal(shard[clear][:, passing], whole[start:][clear][:, passing])


def test_money_goes_out_newest_first():
    movements = paid((1, 9, 100, 0), (2, 9, 60, HOUR_MS), (9, 5, 90, 2 * HOUR_MS), (9, 5, 70, 3 * HOUR_MS))
    assert column(movements, "payer_held_seconds")[2:] == [3600, 3 * 3600]
    assert column(movements, "payer_drain_ppm")[2:] == [90 * 10**6 // 160, 10**6]
    # of the last payment in, nothing went on within an hour, and more than all within a day
    assert column(movements, "payer_passed_ppm_1h")[2:] == [0, 0]
    assert column(movements, "payer_passed_ppm_1d")[2:] == [10**6, 10**6]


def test_half_of_the_money_decides_how_long_it_was_held():
    movements = paid((1, 9, 50, 0), (1, 9, 50, HOUR_MS), (9, 5, 100, 2 * HOUR_MS))
    assert column(movements, "payer_held_seconds")[-1] == 3600
    movements = paid((1, 9, 51, 0), (1, 9, 50, HOUR_MS), (9, 5, 101, 2 * HOUR_MS))
    assert column(movements, "payer_held_seconds")[-1] == 7200


def test_money_of_last_week_waits_no_more():
    movements = paid((1, 9, 50, 0), (1, 9, 50, 1), (9, 5, 100, 7 * DAY_MS))
    assert column(movements, "payer_drain_ppm")[-1] == 2 * 10**6
    assert column(movements, "payer_held_seconds")[-1] == (7 * DAY_MS - 1) // 1000


def test_quick_money_is_a_share_of_all_money_out():
    movements = paid((9, 5, 100, 0), (1, 9, 100, 0), (9, 5, 50, HOUR_MS), (9, 5, 50, DAY_MS), (9, 5, 1, DAY_MS + 1))
    assert column(movements, "payer_quick_ppm_7d")[2:] == [333_333, 250_000, 50 * 10**6 // 201]
    assert column([*movements, *paid((3, 9, 1, DAY_MS + 1))], "payee_quick_ppm_7d")[-1] == 50 * 10**6 // 201


def test_a_new_account_that_many_pay_and_one_payment_empties_is_a_mule():
    ins = [(payer, 9, 100, payer * 60_000) for payer in range(1, 8)]
    assert column(paid(*ins, (9, 50, 690, HOUR_MS)), "payer_mule_payers")[-1] == 7
    assert column(paid(*ins, (9, 50, 600, HOUR_MS)), "payer_mule_payers")[-1] == 0
    old = [(9, 8, 1, -60 * DAY_MS)]
    assert column(paid(*old, *ins, (9, 50, 690, HOUR_MS)), "payer_mule_payers")[-1] == 0
    asleep = [(9, 8, 1, -200 * DAY_MS)]
    assert column(paid(*asleep, *ins, (9, 50, 690, HOUR_MS)), "payer_mule_payers")[-1] == 7


def test_a_payment_to_oneself_moves_nothing():
    movements = paid((1, 9, 100, 0), (9, 9, 100, 1), (9, 5, 100, 2))
    assert column(movements, "payer_drain_ppm") == [-1, 0, 10**6]


def test_memory_follows_what_waits():
    family = Holding()
    run, sizes = beside(family, AccountProfile()), []
    for month in range(16):
        rng = np.random.default_rng(month)
        clocks = np.sort(rng.integers(0, 30 * DAY_MS, 3000)) + month * 30 * DAY_MS
        ids = (1 + month * 10**6 + rng.integers(0, 300, (3000, 2))).tolist()
        run.feed([Movement(a, b, 100, t, t) for (a, b), t in zip(ids, clocks.tolist(), strict=True)], 256)
        sizes.append(family.nbytes())
    assert sizes[-1] == sizes[7]

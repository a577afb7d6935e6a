"""Age, sleep and yearly flows against their naive twin; the same at any batch size, after a restore, in a shard."""

import numpy as np
import pytest
from hypothesis import given, settings

from features.account_profile import FEATURES, AccountProfile
from features.catalogue import DAY_MS
from tests.features.account_streams import DENSE, SPARSE, YEARS, Beside, differences, random_movements, short_streams
from tests.naive.account_profile import account_profile_row
from tests.naive.movement import Movement

NAMES = [feature.name for feature in FEATURES]


def random_statements(seed, movements):
    """Account events between the payments, some of them later than the first payments."""
    rng = np.random.default_rng(seed)
    statements = []
    for number in np.sort(rng.integers(0, len(movements), len(movements) // 8)).tolist():
        clock = movements[number].clock
        opened = clock - int(rng.choice([-DAY_MS, 0, 20 * DAY_MS, 180 * DAY_MS, 350 * DAY_MS, 4000 * DAY_MS]))
        statements.append((number, int(rng.integers(1, 8)), clock, opened))
    return statements


def beside(family, statements=()):
    """The family beside a graph, with the statements that fall into each batch."""
    seen = [0]

    def take(_, columns, rows, out):
        n = len(out)
        # a payment stands at an even index of the batch, the statements before it at the odd one before
        said = [statement for statement in statements if seen[0] <= statement[0] < seen[0] + n]
        family.update(
            columns["clocks"],
            columns["payers"],
            columns["payees"],
            columns["amounts_fen"],
            columns["makes_entry"],
            rows,
            out,
            at=2 * np.arange(n),
            stated_at=np.array([2 * (number - seen[0]) - 1 for number, *_ in said], dtype=np.int64),
            stated_accounts=np.array([vertex for _, vertex, _, _ in said], dtype=np.uint64),
            stated_clocks=np.array([clock for _, _, clock, _ in said], dtype=np.int64),
            opened_at=np.array([opened for *_, opened in said], dtype=np.int64),
        )
        seen[0] += n

    return Beside(take, len(FEATURES))


def rows_of(movements, size=64, statements=()):
    return beside(AccountProfile(), statements).feed(movements, size)


def column(movements, name, statements=()):
    return rows_of(movements, statements=statements)[:, NAMES.index(name)].tolist()


def paid(*clocks, payer=1, payee=2, fen=100):
    return [Movement(payer, payee, fen, clock, clock) for clock in clocks]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("accounts", "gaps"), [(2, SPARSE), (7, YEARS), (30, YEARS), (6, DENSE)])
def test_every_column_equals_the_naive_twin(seed, accounts, gaps):
    movements = random_movements(seed, accounts=accounts, gaps=gaps)
    statements = random_statements(seed, movements)
    expected = [account_profile_row(movements[:i], event, statements) for i, event in enumerate(movements)]
    assert not differences(rows_of(movements, 32, statements), np.array(expected), FEATURES)


@settings(max_examples=60, deadline=None)
@given(short_streams())
def test_short_streams_of_any_shape_equal_the_naive_twin(movements):
    expected = [account_profile_row(movements[:i], event, []) for i, event in enumerate(movements)]
    assert not differences(rows_of(movements, 7), np.array(expected), FEATURES)


def test_rows_are_the_same_at_any_batch_size():
    movements = random_movements(4, n=3000, accounts=60, gaps=YEARS)
    statements = random_statements(4, movements)
    once = rows_of(movements, 1, statements)
    for size in (7, 500, 4096):
        assert not differences(rows_of(movements, size, statements), once, FEATURES)


def test_rows_go_on_the_same_after_a_restore():
    movements = random_movements(8, n=1000, accounts=12, gaps=YEARS)
    whole = rows_of(movements, 100)
    family = AccountProfile()
    first = beside(family)
    first.feed(movements[:500], 100)
    restored = AccountProfile()
    restored.restore({name: array.copy() for name, array in family.state().items()})
    second = beside(restored)
    second.graph.restore(first.graph.state())
    assert np.array_equal(second.feed(movements[500:], 100), whole[500:])


@pytest.mark.parametrize("seed", range(3))
def test_nothing_older_than_400_days_changes_a_value(seed):
    movements = random_movements(seed, n=600, accounts=5, gaps=SPARSE)
    whole = rows_of(movements)
    for start in range(0, 600, 75):
        shard = rows_of(movements[start:])
        clear = [i for i in range(600 - start) if movements[start + i].clock >= movements[start].clock + 400 * DAY_MS]
        assert not differences(shard[clear], whole[start:][clear], FEATURES)


def test_age_counts_from_what_was_stated_or_seen_first():
    movements = paid(0, 10 * DAY_MS, 20 * DAY_MS, 420 * DAY_MS)
    assert column(movements, "payer_age_days") == [-1, 10, 20, -1]
    opened = [(1, 1, 10 * DAY_MS, -90 * DAY_MS), (1, 2, 10 * DAY_MS, 40 * DAY_MS)]
    assert column(movements, "payer_age_days", opened) == [-1, 100, 110, -1]
    assert column(movements, "payee_age_days", opened) == [-1, 10, 20, -1]


def test_an_account_that_pays_after_half_a_year_is_awake_for_thirty_days():
    movements = paid(0, 180 * DAY_MS, 181 * DAY_MS, 210 * DAY_MS - 1, 210 * DAY_MS)
    assert column(movements, "payer_awake_days") == [-1, 0, 1, 29, -1]
    assert column(movements, "payer_dormant_days") == [-1, 180, 1, 28, 0]


def test_an_account_known_to_be_old_wakes_with_its_first_payment():
    opened = [(0, 1, 0, -180 * DAY_MS), (0, 2, 0, -179 * DAY_MS)]
    assert column(paid(0, DAY_MS), "payer_awake_days", opened) == [0, 1]
    assert column(paid(0, DAY_MS), "payee_awake_days", opened) == [-1, -1]


def test_a_week_is_compared_with_the_mean_four_weeks_of_the_year_before():
    months = [28 * DAY_MS * month for month in range(14)]
    movements = paid(*months, fen=1300) + paid(14 * 28 * DAY_MS, 14 * 28 * DAY_MS + 7 * DAY_MS - 1, fen=2600)
    changes = column(movements, "payer_out_change_ppm")
    # the seven days of the last payment began in the period before, so that the year ends before that
    assert changes[-1] == 2600 * 10**6 // 1300
    assert column(movements, "payee_in_change_ppm") == changes
    assert column(movements, "payer_in_change_ppm")[-1] == -1


def test_forgotten_accounts_give_their_place_to_new_ones():
    family = AccountProfile()
    run, sizes = beside(family), []
    for year in range(5):
        rng = np.random.default_rng(year)
        clocks = np.sort(rng.integers(0, 400 * DAY_MS, 4000)) + 400 * DAY_MS * year
        first = 1 + 10**6 * year
        ids = (first + rng.integers(0, 900, (4000, 2))).tolist()
        run.feed([Movement(a, b, 100, t, t) for (a, b), t in zip(ids, clocks.tolist(), strict=True)], 256)
        sizes.append(family.nbytes())
    assert len(family) < 2000
    assert sizes[-1] == sizes[2]

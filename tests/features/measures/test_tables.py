"""Keyed rows that are forgotten: equal to a dict, however small the table starts and whenever it is tidied."""

import numpy as np
import pytest

from features.measures.tables import NEVER, ExpiringTable, claim, combined, keys_of, look


def row(table: ExpiringTable, key: int, today: int, until: int) -> np.ndarray:
    return table.values[claim(*table.arrays(), np.uint64(key), today, until)]


@pytest.mark.parametrize("room", [1, 64])
def test_table_equals_a_dict_with_last_days(room):
    rng = np.random.default_rng(1)
    table, twin, today = ExpiringTable(1), {}, 0
    for step in range(4000):
        today += int(rng.random() < 0.05)
        if step % room == 0:
            table.reserve(room, today=today)
        key, until = int(rng.integers(400)), today + int(rng.integers(0, 30))
        held = twin.get(key)
        if held is None or held[1] < today:
            held = twin[key] = [0, until]
        held[0] += step
        row(table, key, today, until)[0] += step
        asked = int(rng.integers(400))
        slot = look(table.index, table.keys, table.expiry, np.uint64(asked), today)
        expected = twin.get(asked)
        alive = expected is not None and expected[1] >= today
        assert (slot >= 0) == alive
        assert not alive or table.values[slot, 0] == expected[0]


def test_dead_rows_make_room_before_the_table_grows():
    table = ExpiringTable(1)
    for day in range(1000):
        table.reserve(4, today=day)
        for key in range(4):
            row(table, 10 * day + key, day, day + 1)
    assert len(table.keys) <= 64


def test_row_without_a_last_day_stays():
    table = ExpiringTable(1)
    table.reserve(1, today=0)
    row(table, 5, 0, NEVER)[0] = 9
    for day in range(100):
        table.reserve(8, today=10**6)
        row(table, 100 + day, 10**6, 10**6)
    assert row(table, 5, 10**8, NEVER)[0] == 9


def test_state_brings_every_row_back():
    table, other = ExpiringTable(2), ExpiringTable(2)
    table.reserve(50, today=0)
    for key in range(50):
        row(table, key, 0, 7)[:] = key, -key
    other.restore(table.state())
    assert [row(other, key, 7, 7).tolist() for key in range(50)] == [[key, -key] for key in range(50)]


def test_keys_of_other_parts_rules_and_periods_differ():
    words = np.arange(20, dtype=np.uint64)
    left, right = (part.ravel() for part in np.meshgrid(words, words))
    keys = [keys_of(left, right, salt, np.full(400, number)) for salt in (1, 2**63) for number in (0, 1)]
    assert len(set(np.concatenate(keys).tolist())) == 1600
    assert combined(np.uint64(1), np.uint64(2)) != combined(np.uint64(2), np.uint64(1))

"""Facts of payments: own day and clock, what is open, which sides count, and what a second report confirms."""

import pytest

from features.measures.parity import UNKNOWN, Parities
from features.measures.payments import BALANCE, IN, NOBODY, OUT, PaymentReader
from tests.events import DAY, accepted, payment

BOTH = {"payer_person": "ID:1", "payee_person": "ID:2"}


def facts(*events: dict):
    return PaymentReader(Parities()).update(accepted(list(events)))


def counts(*events: dict) -> list[int]:
    return facts(*events).counts.tolist()


@pytest.mark.parametrize(
    ("fields", "bits"),
    [
        (BOTH, OUT | IN),
        (BOTH | {"direction": "out"}, OUT),
        (BOTH | {"direction": "in"}, IN),
        ({"payer_person": "ID:1"}, OUT),
        ({"payer_person": "ID:1", "direction": "in"}, NOBODY),
        ({}, NOBODY),
        ({"funding": "balance"}, NOBODY | BALANCE),
        (BOTH | {"funding": "balance", "direction": "in"}, IN),
        (BOTH | {"status": "refused"}, 0),
        (BOTH | {"collected_under": "statistics"}, 0),
    ],
)
def test_sides_that_count(fields, bits):
    assert counts(payment(1, **fields)) == [bits]


def test_each_side_of_a_movement_counts_once():
    one = BOTH | {"payment_id": "m"}
    sides = [payment(1, **one, direction="out"), payment(2, **one), payment(3, **one)]
    assert counts(*sides) == [OUT, IN, 0]


def test_movement_is_remembered_for_45_days():
    one = BOTH | {"payment_id": "m"}
    later = [payment(2, at=45 * DAY, **one), payment(3, at=46 * DAY, **one)]
    assert counts(payment(1, **one), *later) == [OUT | IN, 0, OUT | IN]


def test_day_stays_open_for_35_days_behind_the_clock():
    found = facts(payment(1, at=35 * DAY, **BOTH), payment(2, **BOTH), payment(3, at=36 * DAY), payment(4, **BOTH))
    assert found.is_open.tolist() == [True, True, True, False]
    assert (found.today - found.day).tolist() == [0, 35, 0, 36]


def test_late_register_counts_by_platform():
    reader = PaymentReader(Parities())
    late = [payment(n, platform_id=f"P{n % 2}", **BOTH) for n in range(3)]
    reader.update(accepted([payment(9, at=40 * DAY), *late, payment(8, platform_id="P0", status="refused")]))
    assert sorted(reader.late().values()) == [1, 2]


def test_value_is_unknown_without_a_parity():
    found = facts(payment(1, amount=7), payment(2, amount=7, currency="USD"), payment(3, amount=7, currency="EUR"))
    assert found.fen.tolist() == [7, UNKNOWN, UNKNOWN]
    assert found.cents.tolist() == [UNKNOWN, 7, UNKNOWN]
    assert found.is_cny.tolist() == [True, False, False]

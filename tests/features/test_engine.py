"""Feature rows of decoded events against the naive twin, with states, repeats, second reports and parities."""

import numpy as np
import pytest

from features.catalogue import names
from features.engine import FeatureEngine
from streams.intake import Intake
from tests.events import DAY, START, accepted, decoded, payment, random_payments
from tests.naive.graph import Paid, feature_row

CONTRACT = names()[: names().index("cycles_truncated")]


def column(rows, name):
    return rows.values[:, names().index(name)].tolist()


def naive_rows(events):
    seen, movements, past, rows, clock = set(), set(), [], [], 0
    for event in events:
        if event["event_id"] in seen:
            continue
        seen.add(event["event_id"])
        clock = max(clock, event["event_time"])
        row = feature_row(past, event["payer"], event["payee"], clock, event["event_time"])
        rows.append([row[name] for name in CONTRACT])
        movement = event.get("payment_id")
        if event.get("status", "settled") == "settled" and movement not in movements:
            past.append(Paid(event["payer"], event["payee"], event["amount_minor"], clock))
            if movement is not None:
                movements.add(movement)
    return np.array(rows)


def rows_of(events, batch, threads=1):
    intake, engine = Intake(), FeatureEngine(budget=10**5, threads=threads)
    whole = decoded(events)
    parts = []
    for start in range(0, len(whole), batch):
        part = whole.take(np.arange(start, min(start + batch, len(whole))))
        parts.append(engine.update(intake.accept(part).batch).values)
    return np.vstack(parts)


@pytest.mark.parametrize("seed", range(3))
def test_rows_of_decoded_events_equal_the_naive_twin(seed):
    events = random_payments(seed, n=250)
    assert np.array_equal(rows_of(events, 64)[:, : len(CONTRACT)], naive_rows(events))


def test_rows_do_not_depend_on_batch_size_or_threads():
    events = random_payments(7, n=600, accounts=20)
    once = rows_of(events, 1)
    for batch in (97, 4096):
        for threads in (1, 2):
            assert np.array_equal(rows_of(events, batch, threads), once)


def test_a_payment_that_is_not_settled_gets_a_row_and_makes_no_edge():
    rows = FeatureEngine().update(
        accepted([payment(1), payment(2, status="refused"), payment(3, status="attempted"), payment(4)])
    )
    assert column(rows, "payer_out_count_1h") == [0, 1, 1, 1]
    assert rows.counts.tolist() == [True, False, False, True]


def test_the_second_report_of_a_movement_counts_once():
    rows = FeatureEngine().update(
        accepted(
            [
                payment(1, payment_id="m"),
                payment(2, payment_id="m", platform_id="BANK-1", direction="in"),
                payment(3),
            ]
        )
    )
    assert column(rows, "pair_count_1d") == [0, 1, 1]


def test_money_of_a_currency_without_parity_is_counted_and_not_summed():
    parity = {
        "event_id": "r1",
        "kind": "reference",
        "event_time": START + 2,
        "platform_id": "PBOC",
        "series": "parity",
        "code": "USD",
        "value_e6": 7_180_000,
        "per_units": 1,
    }
    rows = FeatureEngine().update(
        accepted(
            [
                payment(1, currency="USD", amount=100, at=1),
                parity,
                payment(2, currency="USD", amount=100, at=3),
                payment(3, at=4),
            ]
        )
    )
    assert column(rows, "amount_fen") == [0, 718, 100]
    assert column(rows, "payer_out_count_1h") == [0, 1, 2]
    assert column(rows, "payer_out_sum_1h") == [0, 0, 718]


def test_a_parity_counts_only_for_what_stands_after_it_at_any_batch_size():
    events = [payment(n, currency="USD", at=n) for n in range(6)]
    events.insert(3, {"event_id": "r", "kind": "reference", "event_time": START, "platform_id": "PBOC",
                      "series": "parity", "code": "USD", "value_e6": 7_000_000, "per_units": 1})  # fmt: skip
    assert np.array_equal(rows_of(events, 1), rows_of(events, 100))


def test_profile_ratios_are_parts_per_million_of_the_accounts_own_flows():
    rows = FeatureEngine().update(
        accepted(
            [
                payment(1, payer="S", payee="A", amount=1000),
                payment(2, payer="A", payee="B", amount=900, at=1000),
                payment(3, payer="A", payee="B", amount=300, at=9 * DAY),
            ]
        )
    )
    assert column(rows, "payer_pass_ppm_1d") == [-1, 900_000, -1]
    assert column(rows, "amount_vs_payer_mean_ppm") == [-1, -1, 333_333]
    assert column(rows, "payer_burst_ppm") == [-1, 1_000_000, 0]
    assert column(rows, "history_days") == [0, 0, 9]
    assert column(rows, "hour_of_day") == [8, 8, 8]


def test_evidence_of_a_cycle_names_its_payments():
    engine = FeatureEngine()
    rows = engine.update(
        accepted(
            [
                payment(0, "X", "A"),
                payment(1, "A", "B", at=1),
                payment(2, "B", "C", at=2),
                payment(3, "X", "C", at=3),
                payment(4, "C", "A", at=4),
            ]
        )
    )
    assert column(rows, "cycles_3_1h")[-1] == 1
    assert rows.evidence(4, "cycle") == [2, 1]
    assert rows.evidence(4, "payer_in") == [3, 2]


def test_evidence_of_a_scatter_gather_names_both_layers():
    engine = FeatureEngine()
    events = [payment(n, "S", f"M{n}", at=n) for n in range(3)]
    events += [payment(10 + n, f"M{n}", "T", at=10 + n) for n in range(3)]
    rows = engine.update(accepted(events))
    assert column(rows, "scatter_gather_1h")[-1] == 3
    assert rows.evidence(5, "scatter_gather") == [4, 3, 2, 1, 0]


def test_rows_go_on_the_same_after_a_restore():
    events = random_payments(9, n=500)
    whole = rows_of(events, 100)
    intake, first = Intake(), FeatureEngine(budget=10**5)
    batch = decoded(events)
    head = first.update(intake.accept(batch.take(np.arange(250))).batch).values
    second = FeatureEngine(budget=10**5)
    second.restore({name: array.copy() for name, array in first.state().items()})
    tail = second.update(intake.accept(batch.take(np.arange(250, len(batch)))).batch).values
    assert np.array_equal(np.vstack([head, tail]), whole)

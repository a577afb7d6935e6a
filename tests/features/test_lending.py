"""The lending book against its naive twin, and what each word does to a balance."""

import numpy as np
import pytest

from features.lending import LendingBook, lending_features
from streams.intake import Intake
from tests.events import DAY, accepted, decoded
from tests.naive.lending import NaiveLending

NAMES = [feature.name for feature in lending_features()]
NOON = 1_489_982_400_000  # 2017-03-20T12:00+08:00


def loan(number: int, status: str = "issued", principal: int = 10_000_000, at: int = 0, **more) -> dict:
    return {
        "event_id": f"l{number}", "kind": "loan", "event_time": NOON + at, "platform_id": "P1",
        "line": "network_lending", "loan_id": "L1", "status": status, "borrower_id": "ID:1", "principal_minor":
        principal,
    } | more  # fmt: skip


def repay(number: int, principal: int, at: int = 0, **more) -> dict:
    return {
        "event_id": f"r{number}", "kind": "repay", "event_time": NOON + at, "platform_id": "P1",
        "line": "network_lending", "loan_id": "L1", "principal_minor": principal,
    } | more  # fmt: skip


def owed_after(*events: dict) -> int:
    """What the borrower owes after the events, as the next loan event sees it."""
    probe = loan(999, "applied", 1, at=max(event["event_time"] for event in events) - NOON, loan_id="probe")
    rows = LendingBook().update(accepted([*events, probe]))
    return int(rows.values[-1, NAMES.index("borrower_outstanding_fen")])


def stream(seed: int, n: int) -> list[dict]:
    """Loans and repayments out of order, told twice, by several platforms, in several currencies."""
    rng = np.random.default_rng(seed)

    def one(*values):
        return values[int(rng.integers(len(values)))]

    now, events = NOON - 300 * DAY, []
    for number in range(n):
        now += int(one(0, 0, 1, DAY // 24, DAY, 2 * DAY))
        time = now - (int(one(DAY, 10 * DAY)) if rng.random() < 0.1 else 0)
        kind = rng.random()
        if kind < 0.04:
            event = {
                "event_id": f"x{number}", "kind": "reference", "event_time": time, "platform_id": "PBC",
                "series": "parity", "code": "USD", "per_units": 100, "value_e6": int(690_000_000 * rng.uniform(0.9,
                1.1)), "valid_from": str(np.datetime64(time + DAY // 3, "ms").astype("datetime64[D]")),
            }  # fmt: skip
            events.append(event)
            continue
        amount = int(one(20_000_000, 100_000_000, 500_000_000, 1_000_000)) + int(one(-1, 0, 1, -500_000))
        where = {"platform_id": f"P{rng.integers(3)}", "loan_id": f"L{rng.integers(25)}"}
        if kind < 0.6:
            status = one("applied", "issued", "issued", "issued", "drawn", "renewed", "repaid", "default", "refused")
            status = one(status, status, status, "written_off", "cancelled") if rng.random() < 0.1 else status
            # a loan keeps its borrower
            whose = sum(map(ord, where["platform_id"] + where["loan_id"])) % 6
            borrower = f"ID:{whose}" if whose < 4 else f"USCC:{whose}"
            event = loan(number, status, amount, **where, borrower_id=borrower)
            event["line"] = one("network_lending", "network_lending", "micro_credit", "crowdfunding")
            if status == "drawn" and rng.random() < 0.7:
                event["draw_minor"] = amount // 3
            if rng.random() < 0.3:
                event["loan_type"] = one("p2p", "bank")
            if rng.random() < 0.2:
                event["borrower_type"] = one("person", "org", "individual_business")
            if rng.random() < 0.5:
                event |= {"rate_nominal_ppm": int(rng.integers(10**6)), "term_days": int(rng.integers(900))}
        else:
            event = repay(number, int(one(amount // 2, amount, amount // 7)), **where)
            if rng.random() < 0.25:
                event["status"] = one("attempted", "reversed", "settled")
            if rng.random() < 0.5:
                event["due_date"] = str(
                    np.datetime64(time + DAY // 3, "ms").astype("datetime64[D]") + int(one(-1, 0, 1))
                )
            if rng.random() < 0.3:
                event["paid_at"] = time - DAY
        event["event_time"] = time
        if rng.random() < 0.3:
            event["payment_id"] = f"m{number // 20}-{rng.integers(6)}"
        if rng.random() < 0.1:
            event["currency"] = one("USD", "EUR")
        if rng.random() < 0.04:
            event["collected_under"] = "statistics"
        events.append(event)
    return events


def run(events: list[dict], size: int, restore_at: int | None = None):
    """Rows and raises by event, at a batch size, perhaps over a restore."""
    book, intake = LendingBook(), Intake()
    rows, raises, names = {}, {}, []
    for start in range(0, len(events), size):
        if restore_at is not None and start >= restore_at:
            state, restore_at = book.state(), None
            book = LendingBook()
            book.restore(state)
        batch = intake.accept(decoded(events[start : start + size])).batch
        names += batch.event_id
        found = book.update(batch)
        for row, values in zip(found.rows.tolist(), found.values.tolist(), strict=True):
            rows[batch.event_id[row]] = dict(zip(NAMES, values, strict=True))
        for number, row in enumerate(found.raise_rows.tolist()):
            first = int(found.evidence_ends[number - 1]) if number else 0
            chain = slice(first, int(found.evidence_ends[number]))
            told = [names[position] for position in found.evidence_positions[chain].tolist()]
            here = found.evidence_is_here[chain].tolist()
            raises[batch.event_id[row]] = (
                int(found.raise_borrower_type[number]), int(found.raise_loan_type[number]),
                int(found.raise_platform_fen[number]), int(found.raise_total_fen[number]),
                bool(found.raise_is_known[number]),
                sorted(name for name, is_here in zip(told, here, strict=True) if is_here), sorted(told),
            )  # fmt: skip
    return rows, raises


@pytest.mark.parametrize("seed", range(4))
def test_lending_book_equals_its_naive_twin(seed):
    events = stream(seed, 700)
    rows, raises = run(events, 4096)
    naive, seen = NaiveLending(), 0
    types = {"person": 0, "org": 1, "individual_business": 2}
    kinds = {"p2p": 0, "bank": 4, "micro": 3, None: -1}
    for event in events:
        row, raised = naive.feed(event)
        if row is not None:
            assert rows[event["event_id"]] == row, event["event_id"]
        expected = None
        if raised is not None:
            seen += 1
            expected = (
                types[raised.borrower_type], kinds[raised.loan_type], raised.platform_fen, raised.total_fen,
                raised.is_known, raised.open_here, raised.open_anywhere,
            )  # fmt: skip
        assert raises.get(event["event_id"]) == expected, event["event_id"]
    assert seen > 50


@pytest.mark.parametrize("size", [1, 7])
def test_lending_book_does_not_depend_on_the_batch_size(size):
    events = stream(20, 500)
    assert run(events, size) == run(events, 4096)


def test_lending_book_goes_on_the_same_after_a_restore():
    events = stream(21, 500)
    assert run(events, 50, restore_at=250) == run(events, 4096)


def test_second_issue_of_a_loan_does_not_count_twice():
    assert owed_after(loan(1), loan(2, at=1)) == 10_000_000


def test_draws_of_an_issued_loan_are_parts_of_its_face():
    assert owed_after(loan(1), loan(2, "drawn", at=1, draw_minor=4_000_000)) == 10_000_000


def test_draws_of_a_loan_that_was_never_issued_add_up():
    draws = (loan(n, "drawn", at=n, draw_minor=3_000_000) for n in (1, 2))
    assert owed_after(*draws) == 6_000_000


def test_draw_without_an_amount_is_the_whole_principal():
    assert owed_after(loan(1, "drawn")) == 10_000_000


def test_attempted_repayment_lowers_nothing():
    assert owed_after(loan(1), repay(1, 4_000_000, at=1, status="attempted")) == 10_000_000


def test_reversed_repayment_gives_back():
    paid = repay(1, 4_000_000, at=1, payment_id="m")
    assert owed_after(loan(1), paid) == 6_000_000
    assert owed_after(loan(1), paid, repay(2, 4_000_000, at=2, payment_id="m", status="reversed")) == 10_000_000


def test_second_report_of_a_repayment_lowers_nothing():
    assert owed_after(loan(1), *(repay(n, 4_000_000, at=n, payment_id="m") for n in (1, 2))) == 6_000_000


def test_balance_never_falls_below_zero():
    assert owed_after(loan(1), repay(1, 40_000_000, at=1)) == 0


def test_repayment_told_before_the_loan_counts_when_the_loan_is_told():
    assert owed_after(repay(1, 4_000_000), loan(1, at=1)) == 6_000_000


@pytest.mark.parametrize("status", ["repaid", "cancelled"])
def test_closed_loan_owes_nothing(status):
    assert owed_after(loan(1), loan(2, status, at=1)) == 0


@pytest.mark.parametrize("status", ["default", "written_off", "renewed"])
def test_what_does_not_pay_a_loan_leaves_the_balance(status):
    assert owed_after(loan(1), loan(2, status, at=1)) == 10_000_000


def test_loan_told_by_two_platforms_with_one_payment_counts_once():
    other = loan(2, at=1, platform_id="P2", loan_id="Z", payment_id="m")
    assert owed_after(loan(1, payment_id="m"), other) == 10_000_000


def test_two_loans_of_one_platform_in_one_payment_both_count():
    assert owed_after(loan(1, payment_id="m"), loan(2, at=1, loan_id="Z", payment_id="m")) == 20_000_000


def test_loan_that_was_only_asked_for_is_forgotten_after_400_days():
    asked, again = loan(1, "applied"), loan(2, "applied", at=401 * DAY)
    late = loan(3, "applied", at=401 * DAY + 1)
    rows = LendingBook().update(accepted([asked, again, late]))
    assert rows.values[:, NAMES.index("borrower_applications_7d")].tolist() == [0, 0, 1]


def test_events_collected_for_statistics_have_no_row():
    rows = LendingBook().update(accepted([loan(1, collected_under="statistics"), loan(2, loan_id="Z")]))
    assert rows.rows.tolist() == [1]
    assert rows.values[0, NAMES.index("borrower_outstanding_fen")] == 0

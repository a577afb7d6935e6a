"""The caps on borrowers: each at and over its line, on the days around it, once a key and day, in log order."""

import pytest

from riskengine.rules.rule import Rule
from streams.clock import parse_time, shanghai_day
from tests.features.test_lending import stream
from tests.naive.lending import NaiveLending, caps
from tests.riskengine.rules_builders import Court, judged, party

NUMBER = iter(range(10**6))
CAPS = {
    "p2p.borrower_cap.person_platform": 20_000_000, "p2p.borrower_cap.person_total": 100_000_000,
    "p2p.borrower_cap.org_platform": 100_000_000, "p2p.borrower_cap.org_total": 500_000_000,
}  # fmt: skip


def loan(principal: int, day: str = "2018-03-05", **more) -> dict:
    number = next(NUMBER)
    return {
        "event_id": f"l{number}", "kind": "loan", "event_time": f"{day}T10:00:00+08:00", "platform_id": "P1",
        "line": "network_lending", "loan_id": f"L{number}", "status": "issued", "borrower_id": "ID:1",
        "principal_minor": principal,
    } | more  # fmt: skip


def repay(of: dict, principal: int, **more) -> dict:
    return {
        "event_id": f"r{next(NUMBER)}", "kind": "repay", "event_time": of["event_time"],
        "platform_id": of["platform_id"], "line": "network_lending", "loan_id": of["loan_id"],
        "principal_minor": principal,
    } | more  # fmt: skip


def rules(*events: dict) -> list[str]:
    return [hit.rule for hit in judged(*events)]


def rule(identity: str) -> Rule:
    return next(one for one in Court().rules.rules if one.id == identity)


def owing(cap: str, amount: int, day: str = "2018-03-05") -> list[dict]:
    """Loans that bring the balance of a cap to an amount without reaching the other cap."""
    whose = "USCC:1" if ".org_" in cap else "ID:1"
    if cap.endswith("platform"):
        return [loan(amount, day, borrower_id=whose)]
    part = CAPS[cap.replace("total", "platform")]
    platforms = [loan(part, day, borrower_id=whose, platform_id=f"P{n}") for n in range(amount // part)]
    return [*platforms, *([loan(amount % part, day, borrower_id=whose, platform_id="PX")] if amount % part else [])]


@pytest.mark.parametrize(("cap", "line"), CAPS.items())
def test_cap_is_broken_by_more_than_the_line(cap, line):
    assert rules(*owing(cap, line - 1)) == rules(*owing(cap, line)) == []
    assert rules(*owing(cap, line + 1)) == [cap]
    assert rules(*owing(cap, line + 1, "2016-08-16")) == []
    assert rules(*owing(cap, line + 1, "2016-08-17")) == [cap]


@pytest.mark.parametrize(("cap", "line"), CAPS.items())
def test_a_hit_says_what_is_owed(cap, line):
    hit = judged(*owing(cap, line + 3))[-1]
    assert (hit.measured, hit.threshold, hit.unit, hit.crossing) == (line + 3, line, "fen", True)
    assert hit.subject == party("USCC:1" if ".org_" in cap else "ID:1")
    assert (hit.platform is None) == cap.endswith("total")


@pytest.mark.parametrize("cap", CAPS)
def test_severity_is_low_until_the_transition_ends(cap):
    one = rule(cap)
    assert one.severity_on(shanghai_day(parse_time("2017-08-23T23:59:59+08:00"))) == "low"
    assert one.severity_on(shanghai_day(parse_time("2017-08-24T00:00:00+08:00"))) == "high"
    assert (one.verdict, one.declared_verdict, one.basis) == ("flag", "violation", "s")


def test_hits_come_once_a_day_and_again_on_the_next():
    loans = [loan(20_000_000), loan(1), loan(1), loan(1, "2018-03-06")]
    hits = judged(*loans)
    assert [(hit.measured, hit.crossing) for hit in hits] == [
        (20_000_001, True),
        (20_000_002, False),
        (20_000_003, True),
    ]


def test_a_hit_rests_on_the_loans_still_owed():
    first, gone, here, there = loan(9_000_000), loan(9_000_000), loan(9_000_000), loan(1, platform_id="P2")
    hit = judged(first, gone, gone | {"event_id": "gone", "status": "repaid"}, there, here, last := loan(3_000_000))[-1]
    assert hit.rule == "p2p.borrower_cap.person_platform"
    assert hit.earlier == [here["event_id"], first["event_id"]]
    assert hit.event_id == last["event_id"]


def test_repaid_principal_makes_room():
    first = loan(20_000_000)
    assert rules(first, repay(first, 5_000_000), loan(5_000_000)) == []


def test_a_reversed_repayment_raises_the_balance_and_is_judged():
    first = loan(20_000_000)
    events = [first, repay(first, 1, payment_id="m"), loan(1), repay(first, 1, payment_id="m", status="reversed")]
    hits = judged(*events)
    assert [(hit.event_id, hit.measured) for hit in hits] == [(events[-1]["event_id"], 20_000_001)]


def test_an_event_that_raises_nothing_is_not_judged():
    first = loan(20_000_001)
    assert len(rules(first, first | {"event_id": "again", "event_time": "2018-03-06T10:00:00+08:00"})) == 1


def test_only_loans_of_network_lending_count():
    assert rules(loan(90_000_000, line="micro_credit")) == []
    assert rules(loan(90_000_000, loan_type="bank")) == []
    assert rules(loan(20_000_001, line="micro_credit", loan_type="p2p")) == ["p2p.borrower_cap.person_platform"]


def test_an_individual_business_is_held_to_the_higher_line_and_not_judged_on_the_lower():
    court = Court()
    assert court.feed([loan(100_000_000, borrower_type="individual_business")]) == []
    coverage = court.rules.coverage()
    assert coverage["p2p.borrower_cap.person_platform"].not_judged == 1
    assert coverage["p2p.borrower_cap.org_platform"].clear == 1
    business = loan(100_000_001, borrower_type="individual_business")
    assert rules(business) == ["p2p.borrower_cap.org_platform"]


def test_a_loan_of_untold_type_is_not_judged():
    court = Court()
    assert court.feed([loan(90_000_000, line="crowdfunding")]) == []
    assert court.rules.coverage()["p2p.borrower_cap.person_platform"].not_judged == 1


def test_a_late_loan_is_judged_in_the_order_of_the_log():
    late = loan(1, "2018-01-05")
    hit = judged(loan(20_000_000), late)[-1]
    assert (hit.event_id, hit.measured) == (late["event_id"], 20_000_001)
    assert hit.occasion == shanghai_day(parse_time("2018-01-05T10:00:00+08:00"))


@pytest.mark.parametrize("seed", [3, 4])
def test_caps_equal_their_naive_twin(seed):
    events = stream(seed, 700)
    naive, expected = NaiveLending(), []
    for event in events:
        _, raised = naive.feed(event)
        if raised is not None:
            for cap, measured, line in caps(raised, event["event_time"]):
                expected.append((event["event_id"], cap, party(raised.borrower), measured, line))
    found = [(hit.event_id, hit.rule, hit.subject, hit.measured, hit.threshold) for hit in Court().feed(events)]
    assert sorted(found) == sorted(expected)
    assert len(expected) > 20

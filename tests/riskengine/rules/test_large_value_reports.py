"""The four large-value reports: each just under, at and over its line, on the days around it; what counts together."""

from datetime import datetime, timedelta

import pytest

from riskengine.rules.rule import UNITS
from tests.riskengine.rules_builders import Court, judged, party

YUAN = 100
CASH = {"cash": True, "payee_person": "ID:1", "direction": "in"}
ORG = {"cash": False, "payee_org": "USCC:1", "direction": "in"}
DOMESTIC = {"cash": False, "cross_border": False, "payee_person": "ID:1", "direction": "in"}
CROSS = {"cash": False, "cross_border": True, "payee_person": "ID:1", "direction": "in"}
RULES = {"aml.lvt.cash": CASH, "aml.lvt.org": ORG, "aml.lvt.person_domestic": DOMESTIC, "aml.lvt.person_cross": CROSS}
NUMBER = iter(range(10**6))


def paid(amount: int, day: str = "2025-03-03", clock: str = "10:00:00", **more) -> dict:
    return {
        "event_id": f"n{next(NUMBER)}", "kind": "payment", "event_time": f"{day}T{clock}+08:00", "platform_id": "P1",
        "line": "network_banking", "payer": "X", "payee": "Y", "amount_minor": amount,
    } | more  # fmt: skip


def parity(value_e6: int, code: str = "USD", day: str = "2025-03-03", **more) -> dict:
    return {
        "event_id": f"r{next(NUMBER)}", "kind": "reference", "event_time": f"{day}T00:00:00+08:00",
        "platform_id": "PBC", "series": "parity", "code": code, "value_e6": value_e6, "per_units": 100,
        "valid_from": day,
    } | more  # fmt: skip


def rules(*events: dict) -> list[str]:
    return [hit.rule for hit in judged(*events) if hit.rule.startswith("aml.lvt")]


LINES = [
    ("aml.lvt.cash", 50_000 * YUAN, "CNY"),
    ("aml.lvt.cash", 10_000 * 100, "USD"),
    ("aml.lvt.org", 2_000_000 * YUAN, "CNY"),
    ("aml.lvt.org", 200_000 * 100, "USD"),
    ("aml.lvt.person_domestic", 500_000 * YUAN, "CNY"),
    ("aml.lvt.person_domestic", 100_000 * 100, "USD"),
    ("aml.lvt.person_cross", 200_000 * YUAN, "CNY"),
    ("aml.lvt.person_cross", 10_000 * 100, "USD"),
]


@pytest.mark.parametrize(("rule", "line", "currency"), LINES)
def test_report_is_owed_from_the_line_on(rule, line, currency):
    def hit(amount):
        return rules(paid(amount, currency=currency, **RULES[rule]))

    assert hit(line - 1) == []
    assert hit(line) == [rule]
    assert hit(line + 1) == [rule]


@pytest.mark.parametrize(("rule", "line", "currency"), LINES)
def test_report_says_what_was_measured_against_which_line(rule, line, currency):
    (hit,) = judged(paid(line + 7, currency=currency, **RULES[rule]))
    assert (hit.measured, hit.threshold, hit.crossing) == (line + 7, line, True)
    assert hit.unit == {"CNY": "fen", "USD": "usd_cents"}[currency]
    assert hit.unit in UNITS
    assert (hit.criterion, hit.platform, hit.subject) == ("in", "P1", party(RULES[rule].get("payee_person", "USCC:1")))


@pytest.mark.parametrize("rule", ["aml.lvt.org", "aml.lvt.person_domestic"])
def test_transfers_are_reported_from_july_2017_on(rule):
    amount = 300_000_000
    assert rules(paid(amount, "2017-06-30", **RULES[rule])) == []
    assert rules(paid(amount, "2017-07-01", **RULES[rule])) == [rule]


def test_cash_before_july_2017_is_held_to_the_earlier_line():
    assert rules(paid(19_999_999, "2017-06-30", **CASH)) == []
    assert rules(paid(20_000_000, "2017-06-30", **CASH)) == ["aml.lvt.cash"]
    assert rules(paid(5_000_000, "2017-07-01", **CASH)) == ["aml.lvt.cash"]
    assert rules(paid(1_000_000, "2017-06-30", currency="USD", **CASH)) == ["aml.lvt.cash"]


def test_cross_border_before_july_2017_has_no_line_in_yuan():
    assert rules(paid(90_000_000_000, "2017-06-30", **CROSS)) == []
    assert rules(paid(999_999, "2017-06-30", currency="USD", **CROSS)) == []
    assert rules(paid(1_000_000, "2017-06-30", currency="USD", **CROSS)) == ["aml.lvt.person_cross"]


def test_a_rule_does_not_judge_before_its_first_period():
    assert rules(paid(90_000_000_000, "2007-02-28", **CASH)) == []
    assert rules(paid(90_000_000_000, "2007-03-01", **CASH)) == ["aml.lvt.cash"]


def test_the_law_changes_at_midnight_in_shanghai():
    assert rules(paid(5_000_000, "2017-06-30", "23:59:59.999", **CASH)) == []
    assert rules(paid(5_000_000, "2017-07-01", "00:00:00", **CASH)) == ["aml.lvt.cash"]


def test_payments_of_one_day_add_up():
    hits = judged(paid(3_000_000, **CASH), paid(1_999_999, **CASH), paid(1, **CASH), paid(1, **CASH))
    assert [(hit.measured, hit.crossing) for hit in hits] == [(5_000_000, True), (5_000_001, False)]


def test_a_report_rests_on_every_payment_of_the_day():
    events = [paid(2_000_000, **CASH), paid(9, "2025-03-03", **ORG), paid(2_500_000, **CASH), paid(600_000, **CASH)]
    (hit,) = judged(*events)
    assert hit.earlier == [events[2]["event_id"], events[0]["event_id"]]


@pytest.mark.parametrize(
    "other",
    [
        {"day": "2025-03-04"},
        {"day": "2025-03-02", "clock": "23:59:59"},
        {"platform_id": "P2"},
        {"payee_person": "ID:2"},
        {"direction": "out", "payer_person": "ID:1"},
        {"cash": False, "cross_border": False},
    ],
)
def test_other_day_platform_customer_side_or_matter_does_not_add_up(other):
    first = paid(3_000_000, **CASH)
    kept = {"day": "2025-03-03"} | CASH | other
    assert rules(first, paid(3_000_000, **kept)) == []


def test_accounts_of_one_customer_add_up():
    assert rules(paid(3_000_000, payee="Y1", **CASH), paid(2_000_000, payee="Y2", **CASH)) == ["aml.lvt.cash"]


def test_without_a_direction_each_named_side_counts_for_itself():
    both = {"payer_person": "ID:1", "payee_person": "ID:2", "cash": False, "cross_border": False}
    hits = judged(paid(50_000_000, **both))
    assert [(hit.criterion, hit.subject) for hit in hits] == [("out", party("ID:1")), ("in", party("ID:2"))]


def test_direction_leaves_the_other_side_out():
    both = {"payer_person": "ID:1", "payee_org": "USCC:2", "cash": False, "cross_border": False}
    assert rules(paid(200_000_000, direction="out", **both)) == ["aml.lvt.person_domestic"]
    assert rules(paid(200_000_000, direction="in", **both)) == ["aml.lvt.org"]


def test_individual_business_counts_with_organisations():
    business = DOMESTIC | {"payee_type": "individual_business"}
    assert rules(paid(199_999_999, **business)) == []
    assert rules(paid(200_000_000, **business)) == ["aml.lvt.org"]


def test_the_type_of_the_identity_decides_where_no_type_is_said():
    assert rules(paid(60_000_000, **(DOMESTIC | {"payee_person": "USCC:5"}))) == []


@pytest.mark.parametrize(
    ("missing", "unjudged"),
    [
        ("cash", {"aml.lvt.cash", "aml.lvt.person_domestic"}),
        ("cross_border", {"aml.lvt.person_domestic", "aml.lvt.person_cross"}),
        ("payee_person", {"aml.lvt.org", "aml.lvt.person_domestic"}),
    ],
)
def test_what_a_missing_field_leaves_open_is_not_judged(missing, unjudged):
    event = paid(90_000_000_000, **DOMESTIC)
    del event[missing]
    court = Court()
    assert court.feed([event]) == []
    coverage = court.rules.coverage()
    assert {rule for rule in RULES if coverage[rule].not_judged} == unjudged
    assert not any(coverage[rule].clear or coverage[rule].hit for rule in RULES)


def test_coverage_counts_hits_and_what_was_clear():
    court = Court()
    court.feed([paid(1, **CASH), paid(5_000_000, **CASH), paid(1, **CASH)])
    cash = court.rules.coverage()["aml.lvt.cash"]
    assert (cash.hit, cash.clear, cash.not_judged, cash.judged_share) == (2, 1, 0, 1.0)


def test_two_reports_of_one_side_count_once():
    report = {"payment_id": "m1", **CASH}
    assert rules(paid(3_000_000, **report), paid(3_000_000, **report)) == []


def test_reports_of_both_sides_count_once_each():
    sides = {"payment_id": "m1", "payer_person": "ID:1", "payee_person": "ID:2", "cash": False, "cross_border": False}
    hits = judged(
        paid(50_000_000, direction="out", **sides), paid(50_000_000, platform_id="P2", direction="in", **sides)
    )
    assert [(hit.criterion, hit.platform) for hit in hits] == [("out", "P1"), ("in", "P2")]


def test_a_report_without_an_identity_does_not_use_its_side_up():
    nameless = {key: value for key, value in CASH.items() if key != "payee_person"}
    events = [paid(6_000_000, payment_id="m1", **nameless), paid(6_000_000, payment_id="m1", **CASH)]
    assert rules(*events) == ["aml.lvt.cash"]


@pytest.mark.parametrize("status", ["attempted", "refused", "reversed", "refunded", "charged_back"])
def test_only_settled_payments_count(status):
    assert rules(paid(6_000_000, status=status, **CASH)) == []


def test_what_is_collected_for_statistics_is_not_judged():
    court = Court()
    assert court.feed([paid(6_000_000, collected_under="statistics", **CASH)]) == []
    assert court.rules.coverage()["aml.lvt.cash"].judged_share is None


@pytest.mark.parametrize("line", ["network_lending", "crowdfunding"])
def test_lending_and_crowdfunding_platforms_owe_the_cash_report_only(line):
    assert rules(paid(900_000_000, line=line, **ORG), paid(900_000_000, line=line, **DOMESTIC)) == []
    assert rules(paid(5_000_000, line=line, **CASH)) == ["aml.lvt.cash"]


def test_yuan_and_dollars_of_different_days_need_no_parity():
    assert rules(paid(4_999_999, **CASH), paid(999_999, "2025-03-04", currency="USD", **CASH)) == []


def test_a_day_with_both_is_converted_and_held_to_the_lower_line():
    # 50,000 yuan is the lower line for cash, 10,000 dollars for money across the border
    dollars = {"currency": "USD"}
    events = [parity(700_000_000), paid(1_500_000, **CASH), paid(500_000, **dollars, **CASH)]
    (hit,) = judged(*events)
    assert (hit.measured, hit.threshold, hit.unit) == (1_500_000 + 3_500_000, 5_000_000, "fen")
    events = [parity(700_000_000), paid(3_500_000, **CROSS), paid(500_000, **dollars, **CROSS)]
    (hit,) = judged(*events)
    assert (hit.measured, hit.threshold, hit.unit) == (500_000 + 500_000, 1_000_000, "usd_cents")


def test_one_cent_less_on_a_mixed_day_is_clear():
    assert rules(parity(700_000_000), paid(3_500_000, **CROSS), paid(499_999, currency="USD", **CROSS)) == []


def test_other_currencies_are_held_to_the_line_in_dollars():
    # 1,500,000 yen at 4.80 yuan for 100, and 7.20 yuan for a dollar: 10,000 dollars
    yen = parity(4_800_000, "JPY")
    assert rules(parity(720_000_000), yen, paid(1_500_000, currency="JPY", **CASH)) == ["aml.lvt.cash"]
    assert rules(parity(720_000_000), yen, paid(1_499_999, currency="JPY", **CASH)) == []


def test_the_parity_of_the_event_day_converts():
    yen = parity(4_800_000, "JPY")
    later = [parity(360_000_000, day="2025-03-04"), paid(750_000, "2025-03-04", currency="JPY", **CASH)]
    assert rules(parity(720_000_000), yen, *later) == ["aml.lvt.cash"]
    assert rules(parity(720_000_000), yen, later[0], paid(750_000, currency="JPY", **CASH)) == []


def test_money_without_a_parity_is_not_judged():
    court = Court()
    assert court.feed([paid(10**12, currency="EUR", **CASH)]) == []
    assert court.rules.coverage()["aml.lvt.cash"].not_judged == 1


def test_what_is_over_its_own_line_is_reported_without_a_parity():
    assert rules(paid(5_000_000, **CASH), paid(1, currency="EUR", **CASH)) == ["aml.lvt.cash", "aml.lvt.cash"]


def test_a_parity_that_has_ended_converts_no_more():
    ended = parity(480_000_000, "JPY", valid_to="2025-03-03")
    assert rules(parity(720_000_000), ended, paid(10**9, "2025-03-04", currency="JPY", **CASH)) == []


def on(day: int, amount: int) -> dict:
    """Cash so many days after the first of March."""
    start = datetime.fromisoformat("2025-03-01")
    return paid(amount, (start + timedelta(days=day)).date().isoformat(), **CASH)


def test_a_late_payment_counts_on_its_own_day_for_35_days():
    assert rules(on(0, 3_000_000), on(35, 1), on(0, 2_000_000)) == ["aml.lvt.cash"]


def test_what_comes_after_35_days_goes_to_the_late_register():
    court = Court()
    assert court.feed([on(0, 3_000_000), on(36, 1), on(0, 2_000_000)]) == []
    assert list(court.rules.late().values()) == [1]
    assert court.rules.coverage()["aml.lvt.cash"].not_judged == 1


def test_a_report_is_no_blame():
    for pack in (rule for rule in Court().rules.rules if rule.id.startswith("aml.lvt")):
        assert (pack.verdict, pack.severity, pack.audience) == ("report", "info", "customer")

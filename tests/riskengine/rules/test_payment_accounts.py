"""The class limits of payment accounts: at the line and over it, over years and lives, and what is not judged."""

import pytest

from tests.riskengine.rules_builders import Court, judged, party, vertex

NUMBER = iter(range(10**6))
FLAGS = ("pay.acct.class1_life", "pay.acct.class2_year", "pay.acct.class3_year")


def account(acct_id: str = "A", acct_class: str | None = "I", day: str = "2024-01-01", **more) -> dict:
    event = {
        "event_id": f"a{next(NUMBER)}", "kind": "account", "event_time": f"{day}T09:00:00+08:00", "platform_id": "P1",
        "line": "third_party_payment", "acct_id": acct_id, "action": "open", "person_id": "ID:1",
    } | more  # fmt: skip
    return event if acct_class is None else event | {"acct_class": acct_class}


def paid(amount: int, payer: str = "A", day: str = "2024-05-01", **more) -> dict:
    event = {
        "event_id": f"n{next(NUMBER)}", "kind": "payment", "event_time": f"{day}T10:00:00+08:00", "platform_id": "P1",
        "line": "third_party_payment", "payer": payer, "payee": "SHOP", "amount_minor": amount, "funding": "balance",
        "same_name": False, "payee_acct_type": "payment",
    } | more  # fmt: skip
    return {name: value for name, value in event.items() if value is not None}


def rules(*events: dict) -> list[str]:
    return [hit.rule for hit in judged(*events) if hit.rule in FLAGS]


def unjudged(*events: dict) -> set[str]:
    court = Court()
    assert not [hit for hit in court.feed(list(events)) if hit.rule in FLAGS]
    return {rule for rule in FLAGS if court.rules.coverage()[rule].not_judged}


@pytest.mark.parametrize(
    ("rule", "acct_class", "line"),
    [
        ("pay.acct.class1_life", "I", 100_000),
        ("pay.acct.class2_year", "II", 10_000_000),
        ("pay.acct.class3_year", "III", 20_000_000),
    ],
)
def test_limit_is_broken_by_more_than_the_line(rule, acct_class, line):
    def hit(*amounts, day="2024-05-01"):
        return rules(account(acct_class=acct_class, day="2016-01-01"), *(paid(amount, day=day) for amount in amounts))

    assert hit(line - 1) == hit(line) == []
    assert hit(line + 1) == [rule]
    assert hit(line, 1) == [rule]
    assert hit(line + 1, day="2016-06-30") == []
    assert hit(line + 1, day="2016-07-01") == [rule]


def test_hit_names_the_account_or_the_person_at_the_platform():
    first, second = judged(account(), paid(100_001)), judged(account(acct_class="II"), paid(10_000_001))
    assert (first[0].subject, first[0].platform, first[0].occasion) == (vertex("A"), None, 0)
    assert (second[0].subject, second[0].platform) == (party("ID:1"), "P1")
    assert (second[0].measured, second[0].threshold, second[0].unit) == (10_000_001, 10_000_000, "fen")


def test_limits_are_flags_until_a_lawyer_has_signed_them():
    verdicts = {rule.id: rule.verdict for rule in Court().rules.rules}
    assert {verdicts[rule] for rule in FLAGS} == {"flag"}
    signed = Court(signed=frozenset({"pay.acct.class1_life"}))
    assert {rule.id: rule.verdict for rule in signed.rules.rules if rule.id in FLAGS} == {
        "pay.acct.class1_life": "violation", "pay.acct.class2_year": "flag", "pay.acct.class3_year": "flag",
    }  # fmt: skip


def test_class_one_adds_up_over_years_and_goes_on_as_one_episode():
    hits = judged(account(day="2020-01-01"), *(paid(60_000, day=f"202{year}-05-01") for year in (1, 2, 3)))
    assert [(hit.measured, hit.crossing) for hit in hits] == [(120_000, True), (180_000, False)]


def test_class_one_counts_transfers_to_the_own_bank_account():
    assert rules(account(), paid(100_001, same_name=True, payee_acct_type="bank")) == ["pay.acct.class1_life"]


@pytest.mark.parametrize(("acct_class", "line"), [("II", 10_000_000), ("III", 20_000_000)])
def test_a_year_does_not_count_transfers_to_the_own_bank_account(acct_class, line):
    own = {"same_name": True, "payee_acct_type": "bank"}
    assert rules(account(acct_class=acct_class), paid(line + 1, **own)) == []
    assert len(rules(account(acct_class=acct_class), paid(line + 1, same_name=True, payee_acct_type="payment"))) == 1


def test_a_year_starts_anew_on_the_first_of_january():
    opened = account(acct_class="II")
    assert rules(opened, paid(6_000_000, day="2024-12-31"), paid(6_000_000, day="2025-01-01")) == []


def test_accounts_up_to_class_two_of_a_person_add_up_at_one_platform():
    opened = [account("A", "II"), account("B", "I"), account("C", "III")]
    events = [paid(9_999_900, "A"), paid(100, "B"), paid(1, "C"), paid(1, "A")]
    assert rules(*opened, *events) == ["pay.acct.class2_year"]
    assert rules(*opened, paid(9_999_900, "A"), paid(9_999_900, "A", platform_id="P2", payer_person="ID:1")) == []


def test_all_accounts_of_a_person_with_a_class_three_account_add_up():
    opened = [account("A", "III"), account("B", "II")]
    assert rules(*opened, paid(10_000_000, "A"), paid(10_000_000, "B"), paid(1, "A")) == ["pay.acct.class3_year"]


def test_closing_the_class_three_account_ends_the_higher_limit():
    opened = [account("A", "III"), account("B", "II"), account("A", None, action="close", day="2024-02-01")]
    assert rules(*opened, paid(10_000_000, "B"), paid(10_000_001, "A")) == []


def test_an_account_opened_again_after_closing_starts_a_new_life():
    again = [account(action="close", day="2024-05-02"), account(day="2024-05-03")]
    assert rules(account(), paid(100_000), *again, paid(100_000, day="2024-05-04")) == []


def test_class_is_as_of_the_payment():
    assert rules(paid(100_001), account(day="2024-06-01")) == []
    upgraded = account(acct_class="II", action="update", day="2024-02-01")
    assert rules(account(), upgraded, paid(100_001)) == []


def test_a_field_that_a_later_event_leaves_out_keeps_its_value():
    assert rules(account(), account(acct_class=None, action="freeze"), paid(100_001)) == ["pay.acct.class1_life"]


@pytest.mark.parametrize(
    "other",
    [
        {"funding": "card"},
        {"direction": "in"},
        {"status": "attempted"},
        {"payer_acct_type": "bank"},
    ],
)
def test_what_is_no_payment_out_of_a_payment_accounts_balance_does_not_count(other):
    assert rules(account(), paid(100_001, **other)) == []


def test_one_movement_counts_once():
    events = [paid(60_000, payment_id="m"), paid(60_000, payment_id="m", direction="out")]
    assert rules(account(), *events) == []


def test_what_is_missing_leaves_a_limit_not_judged():
    everything = set(FLAGS)
    assert unjudged(paid(1)) == everything
    assert unjudged(account(), paid(1, funding=None)) == {"pay.acct.class1_life", "pay.acct.class2_year"}
    silent = {"same_name": None, "payee_acct_type": None}
    assert unjudged(account(acct_class="III"), paid(1, **silent)) == {"pay.acct.class3_year"}
    assert unjudged(account(), paid(1, line="network_banking")) == {"pay.acct.class1_life", "pay.acct.class2_year"}


def test_limits_of_persons_do_not_hold_for_organisations():
    firm = account(acct_class="II", person_id="USCC:1")
    assert rules(firm, paid(10_000_001)) == []

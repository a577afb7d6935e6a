"""The six typologies: the scheme hits in yuan and in other units, the innocent look-alike does not."""

import numpy as np
import pytest

from tests.riskengine.rules_builders import Court, party, vertex

HOUR, DAY = 3_600_000, 86_400_000
START = 1_740_960_000_000  # 2025-03-03T08:00:00+08:00
YUAN = 100
NUMBER = iter(range(10**6))


def paid(payer: str, payee: str, yuan: float, at: float, **more) -> dict:
    """A payment so many hours after the start."""
    return {
        "event_id": f"n{next(NUMBER)}", "kind": "payment", "event_time": START + int(at * HOUR), "platform_id": "P1",
        "line": "network_banking", "payer": payer, "payee": payee, "amount_minor": round(yuan * YUAN),
    } | more  # fmt: skip


def judged(events: list[dict]) -> list[tuple[str, int, str]]:
    """Rule, subject and criterion of typology hits that begin an episode."""
    found = Court().feed(sorted(events, key=lambda event: event["event_time"]))
    return [(hit.rule, hit.subject, hit.criterion) for hit in found if hit.crossing]


def rules(events: list[dict]) -> set[str]:
    return {rule for rule, _, _ in judged(events) if rule.startswith("aml.") and not rule.startswith("aml.lvt")}


def living(account: str, days: int, until: float, per_day: int = 2, yuan: float = 60) -> list[dict]:
    """Everyday spending in shops over the days before an hour."""
    rng = np.random.default_rng(len(account))
    return [
        paid(account, f"SHOP{rng.integers(40)}", yuan, until - 24 * day - 3 * number, purpose="goods")
        for day in range(1, days)
        for number in range(per_day)
    ]


# circles


def circle(yuan: float, at: float = 800, fee: float = 0.98) -> list[dict]:
    names = ["A", "B", "C", "D"]
    return [
        paid(payer, payee, yuan * fee**step, at + step)
        for step, (payer, payee) in enumerate(zip(names, [*names[1:], "A"], strict=True))
    ]


def test_cycle_is_about_the_account_that_the_money_comes_back_to():
    assert judged(circle(50_000)) == [("aml.cycle", vertex("A"), "yuan")]


def test_cycle_in_other_units_hits_by_the_accounts_own_level():
    everyday = [event for name in "ABCD" for event in living(name, 30, 800)]
    small = [event | {"amount_minor": event["amount_minor"] // 100} for event in [*everyday, *circle(50_000)]]
    assert ("aml.cycle", vertex("A"), "own level") in judged(small)


def test_red_packets_that_go_round_among_friends_are_no_cycle():
    everyday = [event for name in "ABCD" for event in living(name, 30, 800)]
    assert rules([*everyday, *circle(20, fee=1)]) == set()


def test_supply_chain_that_keeps_its_margin_is_no_cycle():
    chain = [paid("A", "B", 900_000, 800), paid("B", "C", 300_000, 801), paid("C", "A", 100_000, 802)]
    assert rules(chain) == set()


def test_typologies_rest_on_the_graph():
    kinds = {
        rule.id: rule.evidence for rule in Court().rules.rules if rule.id.startswith("aml.") and "lvt" not in rule.id
    }
    assert kinds == {
        "aml.cycle": "cycle", "aml.fanin": "payer_flows", "aml.fanout": "payer_flows",
        "aml.scatter_gather": "scatter_gather", "aml.passthrough": "payer_flows", "aml.structuring": "event",
    }  # fmt: skip


# fan-in


def collected(yuan: float, payers: int = 12, at: float = 900) -> list[dict]:
    paid_in = [paid(f"V{n}", "M", yuan, at + n / 10) for n in range(payers)]
    return [*paid_in, paid("M", "BOSS", yuan * payers * 0.95, at + 5)]


def test_fanin_is_about_the_account_that_collects():
    assert ("aml.fanin", vertex("M"), "yuan") in judged([*living("M", 38, 900), *collected(3000)])


def test_fanin_in_other_units_hits_by_the_accounts_own_level():
    assert ("aml.fanin", vertex("M"), "own level") in judged([*living("M", 38, 900, yuan=5), *collected(30)])


def test_nine_payers_are_no_fanin():
    assert rules(collected(3000, payers=9)) == set()


def sweeps(days: int, ticket: float, payee: str = "SHOPBANK", customers: int = 30, **more) -> list[dict]:
    """Sales every day, swept out every evening."""
    events = []
    for day in range(days):
        sales = [paid(f"C{(day * 7 + n) % 200}", "SHOP", ticket, day * 24 + n / 10) for n in range(customers)]
        events += [*sales, paid("SHOP", payee, ticket * customers, day * 24 + 13, **more)]
    return events


@pytest.mark.parametrize("ticket", [45, 2000])
def test_shop_that_is_swept_every_day_is_no_fanin(ticket):
    # a month of sales: the week is a quarter of it; before that only what the payments say keeps it out
    assert rules(sweeps(40, ticket, payer_org="USCC:1", payee_org="USCC:2", purpose="withdraw")) == set()
    later = [hit.rule for hit in Court().feed(sweeps(60, ticket)) if hit.occasion > (START + 35 * DAY) // DAY]
    assert "aml.fanin" not in later


def test_rent_that_an_agent_passes_on_is_no_fanin():
    months = [
        event
        for month in range(2)
        for event in (
            *(paid(f"T{n}", "AGENT", 2500, month * 720 + n, purpose="rent") for n in range(15)),
            paid("AGENT", "OWNER", 37_000, month * 720 + 16, purpose="rent"),
        )
    ]
    assert rules(months) == set()


# fan-out


def spread(yuan: float, payees: int = 14, at: float = 900, **more) -> list[dict]:
    out = [paid("M", f"W{n}", yuan / payees, at + 1 + n / 10, **more) for n in range(payees)]
    return [paid("SOURCE", "M", yuan, at), *out]


def test_fanout_is_about_the_account_that_spreads():
    assert judged([*living("M", 30, 600), *spread(90_000)])[0] == ("aml.fanout", vertex("M"), "yuan")


def test_fanout_in_other_units_hits_by_the_accounts_own_level():
    assert ("aml.fanout", vertex("M"), "own level") in judged([*living("M", 30, 600, yuan=1), *spread(900)])


def test_wages_are_no_fanout():
    assert rules(spread(300_000, payees=40, payer_org="USCC:1", purpose="salary")) == set()
    assert rules(spread(300_000, payees=40, purpose="salary")) == set()


def test_spending_a_salary_over_the_month_is_no_fanout():
    month = [paid("FIRM", "P", 9000, 700, purpose="salary")]
    month += [paid("P", f"S{n % 15}", 250, 701 + n * 12, purpose="transfer") for n in range(30)]
    assert rules(month) == set()


# scatter-gather


def scattered(yuan: float, middles: int = 5, at: float = 900) -> list[dict]:
    names = [f"X{n}" for n in range(middles)]
    out = [paid("S", name, yuan / middles, at + n / 10) for n, name in enumerate(names)]
    back = [paid(name, "T", yuan / middles * 0.97, at + 3 + n / 10) for n, name in enumerate(names)]
    return [*out, *back]


def test_scatter_gather_is_about_the_account_that_gathers():
    assert ("aml.scatter_gather", vertex("T"), "yuan") in judged(scattered(200_000))


def test_scatter_gather_in_other_units_hits_by_the_accounts_own_level():
    assert ("aml.scatter_gather", vertex("T"), "own level") in judged(scattered(2_000))


def test_colleagues_in_one_shop_are_no_scatter_gather():
    wages = [paid("FIRM", f"E{n}", 8000, 900 + n / 10, purpose="salary") for n in range(6)]
    shopping = [paid(f"E{n}", "SHOP", 60, 910 + n / 10, purpose="goods") for n in range(6)]
    assert rules([*wages, *shopping]) == set()


# pass-through


def passed(yuan: float, times: int = 3, at: float = 900, wait: float = 0.3) -> list[dict]:
    return [
        event
        for n in range(times)
        for event in (paid("S", "M", yuan, at + 20 * n), paid("M", "T", yuan * 0.98, at + 20 * n + wait))
    ]


def test_passthrough_is_about_the_account_that_money_passes():
    assert judged(passed(30_000)) == [("aml.passthrough", vertex("M"), "yuan")] * 2


def test_passthrough_in_other_units_hits_by_the_accounts_own_level():
    assert ("aml.passthrough", vertex("M"), "own level") in judged(passed(300))


def test_money_that_rests_for_a_day_is_no_passthrough():
    assert rules(passed(30_000, wait=15)) == set()


def test_salary_that_pays_the_rent_at_once_is_no_passthrough():
    months = [paid("FIRM", "P", 9000, 700), paid("P", "LANDLORD", 8800, 700.5, purpose="rent")]
    assert rules(months) == set()


# structuring


def cash(number: int, yuan: float, at: float, **more) -> dict:
    side = {"direction": "in", "cash": True, "payee_person": "ID:1"}
    return paid("CASH", f"ACCT{number}", yuan, at) | side | more


def structured(*amounts: float, step: float = 24, **more) -> list[tuple[int, str]]:
    events = [cash(number, yuan, 24 * 10 + step * number, **more) for number, yuan in enumerate(amounts)]
    return [(hit.subject, hit.criterion) for hit in Court().feed(events) if hit.rule == "aml.structuring"]


def test_three_cash_amounts_just_under_the_line_in_five_days_are_structuring():
    assert structured(49_000, 47_500, 40_000) == [(party("ID:1"), "cash 50,000 in")]
    assert structured(49_000, 47_500) == []


def test_amounts_at_the_line_or_below_four_fifths_of_it_are_not_near():
    assert structured(49_000, 47_500, 50_000) == structured(49_000, 47_500, 39_999.99) == []


def test_window_of_five_days_is_open_at_its_far_end():
    assert structured(49_000, 49_000, 49_000, step=60) == []
    assert structured(49_000, 49_000, 49_000, step=59.99) == [(party("ID:1"), "cash 50,000 in")]


def test_transfers_of_persons_have_lines_of_their_own():
    transfer = {"cash": False, "cross_border": False}
    assert structured(190_000, 180_000, 170_000, **transfer) == [(party("ID:1"), "200,000 in")]
    assert structured(490_000, 480_000, 470_000, **transfer) == [(party("ID:1"), "500,000 in")]
    firm = transfer | {"payee_person": None, "payee_org": "USCC:1"}
    assert structured(190_000, 180_000, 170_000, **firm) == []


def test_sides_and_customers_are_counted_apart():
    events = [cash(n, 49_000, 240 + n, payee_person=f"ID:{n % 2}") for n in range(4)]
    assert [hit for hit in Court().feed(events) if hit.rule == "aml.structuring"] == []


def test_account_stands_for_a_customer_who_is_not_named():
    events = [paid("CASH", "ACCT", 49_000, 240 + n, cash=True) for n in range(3)]
    found = {(hit.subject, hit.criterion) for hit in Court().feed(events) if hit.rule == "aml.structuring"}
    assert found == {(vertex("CASH"), "cash 50,000 out"), (vertex("ACCT"), "cash 50,000 in")}


def test_customer_with_many_payments_is_not_avoiding_a_line():
    busy = [cash(1, 49_000, 240 + n) for n in range(3)]
    busy += [paid(f"C{n}", "ACCT1", 700, 230 + n / 10) for n in range(15)]
    found = Court().feed(sorted(busy, key=lambda event: event["event_time"]))
    assert [hit for hit in found if hit.rule == "aml.structuring"] == []


def test_structuring_rests_on_the_amounts_in_the_window():
    events = [cash(n, 49_000, 240 + 24 * n) for n in range(4)]
    hits = [hit for hit in Court().feed(events) if hit.rule == "aml.structuring"]
    assert hits[0].earlier == [events[1]["event_id"], events[0]["event_id"]]
    assert [(hit.measured, hit.threshold, hit.unit) for hit in hits] == [(3, 3, "count"), (4, 3, "count")]


# all of them


def test_a_payment_that_moved_nothing_is_no_typology():
    refused = [event | {"status": "refused"} for event in circle(50_000)]
    assert rules(refused) == set()


def test_one_alert_an_account_and_day():
    twice = [*circle(50_000, at=786), *circle(50_000, at=792)]
    found = [hit for hit in Court().feed(twice) if hit.rule == "aml.cycle"]
    assert [hit.crossing for hit in found if hit.subject == vertex("A")].count(True) == 1


def test_search_that_met_its_budget_is_not_judged():
    from features.engine import FeatureEngine

    court = Court()
    court.features = FeatureEngine(budget=1)
    crowd = [paid(f"A{n}", f"A{(n * 7 + 1) % 12}", 100, 800 + n / 100) for n in range(12)]
    court.feed([*crowd, *(event | {"event_id": f"again{n}"} for n, event in enumerate(crowd))])
    assert court.rules.coverage()["aml.cycle"].not_judged > 0

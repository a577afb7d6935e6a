"""The law against its naive twin, on random streams full of edges, at any batch size and after a restore."""

import numpy as np
import pytest

from tests.naive.law import NaiveLaw
from tests.riskengine.rules_builders import Court, party, vertex

HOUR = 3_600_000
DAY = 24 * HOUR
MIDNIGHT_2016_12_20 = 1_482_163_200_000  # in Shanghai
RATES = {"USD": (690_000_000, 100), "EUR": (7_400_000, 1), "JPY": (6_100_000, 100)}
LAW = ("aml.lvt", "pay.acct")


def stream(seed: int, n: int) -> list[dict]:
    """Events over New Year and the day on which the lines changed, with ties, latecomers and holes."""
    rng = np.random.default_rng(seed)

    def one(*values):
        return values[int(rng.integers(len(values)))]

    def maybe(share):
        return rng.random() < share

    now = MIDNIGHT_2016_12_20
    events: list[dict] = []
    for number in range(n):
        now += int(one(0, 0, 1, 60_000, HOUR, 9 * HOUR))
        if number == n // 2:
            now = 1_498_665_600_000 + one(0, DAY)  # 2017-06-29
        if maybe(0.1):
            now += DAY - (now + 8 * HOUR) % DAY - one(0, 1)  # the last millisecond of a day, or the first of the next
        time = now - (int(one(HOUR, DAY, 3 * DAY, 34 * DAY, 36 * DAY, 50 * DAY)) if maybe(0.15) else 0)
        event = {
            "event_id": f"e{number}", "event_time": time, "platform_id": one("P1", "P2"),
            "line": one("third_party_payment", "network_payment", "network_banking", "network_lending"),
        }  # fmt: skip
        kind = rng.random()
        if kind < 0.06:
            currency = one("USD", "USD", "EUR", "JPY")
            value, per = RATES[currency]
            event |= {
                "kind": "reference", "series": "parity", "code": currency, "per_units": per,
                "value_e6": int(value * rng.uniform(0.95, 1.05)),
                "valid_from": str(np.datetime64(time + 8 * HOUR, "ms").astype("datetime64[D]") - int(one(0, 0, 5))),
            }  # fmt: skip
            if maybe(0.2):
                event["valid_to"] = str(np.datetime64(time + 8 * HOUR, "ms").astype("datetime64[D]") + int(one(0, 20)))
        elif kind < 0.14:
            event |= {
                "kind": "account",
                "acct_id": f"A{rng.integers(6)}",
                "action": one("open", "update", "close", "open"),
            }
            event |= {"person_id": f"ID:{rng.integers(4)}"} if maybe(0.85) else {"org_id": "USCC:9"}
            if maybe(0.8):
                event["acct_class"] = one("I", "II", "III")
            if maybe(0.3):
                event["acct_type"] = one("payment", "payment", "bank")
        else:
            event |= paid(rng, one, maybe, n)
        events.append(event)
    return events


def paid(rng, one, maybe, n) -> dict:
    """One payment."""
    near = int(one(5_000_000, 20_000_000, 50_000_000, 200_000_000, 100_000, 10_000_000, 1_000_000))
    amount = max(1, int(one(near, near - 1, near + 1, near // 2, near // 3, int(rng.integers(1, near + 1)))))
    event = {"kind": "payment", "payer": f"A{rng.integers(6)}", "payee": f"A{rng.integers(6)}", "amount_minor": amount}
    for side in ("payer", "payee"):
        if maybe(0.7):
            event |= (
                {f"{side}_person": f"ID:{rng.integers(4)}"}
                if maybe(0.6)
                else {f"{side}_org": f"USCC:{rng.integers(2)}"}
            )
        if maybe(0.15):
            event[f"{side}_type"] = one("person", "org", "individual_business")
    choices = {
        "direction": ("in", "out"), "cash": (True, False, False), "cross_border": (True, False, False),
        "funding": ("balance", "balance", "card"), "same_name": (True, False), "payee_acct_type": ("bank", "payment"),
        "payer_acct_type": ("payment", "payment", "bank"), "currency": ("USD", "EUR", "JPY", "CNY"),
        "payment_id": tuple(f"m{i}" for i in range(n // 4)),
        "status": ("settled", "attempted", "refused", "reversed"),
        "collected_under": ("statistics", "supervision"),
    }  # fmt: skip
    share = {
        "direction": 0.6,
        "cash": 0.85,
        "cross_border": 0.85,
        "currency": 0.4,
        "status": 0.1,
        "payer_acct_type": 0.2,
    }
    share |= {"payment_id": 0.25, "collected_under": 0.05}
    for name, values in choices.items():
        if maybe(share.get(name, 0.7)):
            event[name] = one(*values)
    return event


def by_name(hit) -> tuple:
    """A hit of either side, its subject as a hash."""
    subject = hit.subject
    if isinstance(subject, str):
        subject = vertex(subject) if subject.startswith("A") else party(subject)
    return (
        hit.event_id, hit.rule, subject, hit.platform, hit.occasion, hit.criterion, hit.measured, hit.threshold,
        hit.unit, hit.crossing,
    )  # fmt: skip


def expected(events: list[dict]) -> list[tuple]:
    law = NaiveLaw()
    return [by_name(hit) for event in events for hit in law.feed(event)]


def found(hits) -> list[tuple]:
    return [by_name(hit) for hit in hits if hit.rule.startswith(LAW)]


@pytest.mark.parametrize("seed", range(6))
def test_law_equals_its_naive_twin(seed):
    events = stream(seed, 700)
    hits = found(Court().feed(events))
    assert sorted(hits) == sorted(expected(events))
    assert len({hit[1] for hit in hits}) >= 5


@pytest.mark.parametrize("size", [1, 7])
def test_law_does_not_depend_on_the_batch_size(size):
    events = stream(11, 500)
    whole, parts = Court(), Court()
    hits = whole.feed(events)
    assert parts.feed(events, size) == hits
    assert parts.rules.coverage() == whole.rules.coverage()
    assert parts.rules.late() == whole.rules.late()
    assert any(hit.earlier for hit in hits)


def test_law_goes_on_the_same_after_a_restore():
    events = stream(12, 600)
    whole, court = Court(), Court()
    hits = whole.feed(events)
    first = court.feed(events[:251], 50)
    court = court.rebuilt()
    assert first + court.feed(events[251:], 50) == hits
    assert court.rules.coverage() == whole.rules.coverage()


def test_hits_come_in_log_order_and_then_in_the_order_of_the_rules():
    events = stream(13, 500)
    court = Court()
    order = {rule.id: number for number, rule in enumerate(court.rules.rules)}
    place = {event["event_id"]: number for number, event in enumerate(events)}
    keys = [(place[hit.event_id], order[hit.rule]) for hit in court.feed(events)]
    assert keys == sorted(keys)

"""What is planted: every scheme has the shape it is called after, the truth names what was sent, no event tells."""

import collections

import numpy as np
import pytest

from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.schemes import SCHEMES, Stage
from riskengine.simulator.setup import Setup
from riskengine.simulator.world import World, build_world

LABELS = {"fraud", "laundering", "default", "problem_platform", "illegal_fundraising", "insurance_fraud", "breach"}
TARGET_TYPES = {"event", "account", "party", "platform", "loan"}

# What planting is called in the truth and in the code; `"scheme"` alone is a field of credit records
_CODE = ("plant", "variant", "truth", "mule", "launder", "scatter", "structuring", "takeover", "victim", "collector")
_CODE += ("simulat", "nominee", "decoy")
WORDS = {*_CODE, *(name for scheme in SCHEMES for name in (scheme.name, *scheme.variants) if "_" in name)}


def planted(scheme: str, variant: str, seed: int = 1) -> tuple[World, dict[str, np.ndarray]]:
    world = build_world(Setup(accounts=1_000, days=40, seed=seed))
    stage = Stage(world)
    chosen = next(found for found in SCHEMES if found.name == scheme)
    stage.begin(world.truth.open(chosen.name, variant, chosen.label))
    chosen.variants[variant](stage)
    stage.flush()
    table = world.ledger.table()
    rows = table["tag"] > 0
    return world, {name: column[rows] for name, column in table.items()}


@pytest.mark.parametrize(("scheme", "variant"), [(s.name, variant) for s in SCHEMES for variant in s.variants])
def test_every_variant_plants_something_and_names_it(scheme, variant):
    world, rows = planted(scheme, variant)
    assert len(rows["time"]) >= 1
    named = world.truth.instances[0].targets
    assert named or scheme in {"account_takeover", "telecom_fraud"}
    assert {kind for kind, _, _ in named} <= TARGET_TYPES


def test_every_scheme_is_in_the_truth(province):
    assert {row["scheme"] for row in province.truth} - {""} == {scheme.name for scheme in SCHEMES}


def test_truth_has_words_of_the_closed_sets_only(province):
    assert {row["label"] for row in province.truth} <= LABELS
    assert {row["target_type"] for row in province.truth} <= TARGET_TYPES


def test_every_target_of_the_truth_was_sent(province):
    assert province.targets("event") <= {event["event_id"] for event in province.events}
    vertices = {event[side] for event in province.of_kind("payment") for side in ("payer", "payee") if side in event}
    assert province.targets("account") <= vertices | {event["acct_id"] for event in province.of_kind("account")}
    assert province.targets("loan") <= {event["loan_id"] for event in province.of_kind("loan")}
    assert province.targets("party") <= {event["borrower_id"] for event in province.of_kind("loan")}
    assert province.targets("platform") <= {event["platform_id"] for event in province.events if "platform_id" in event}


def test_labels_become_known_only_after_the_last_event(province):
    last = collections.defaultdict(str)
    times = {e["event_id"]: e["event_time"] for e in province.events if isinstance(e["event_time"], str)}
    for row in province.truth:
        if row["target_type"] == "event" and row["target"] in times:
            last[row["instance"]] = max(last[row["instance"]], times[row["target"]])
    assert last
    assert all(row["known_at"] > last[row["instance"]] for row in province.truth if row["instance"])


def test_about_one_payment_in_two_hundred_is_planted(province):
    assert 3_000 <= province.summary["planted_payments_ppm"] <= 8_000


def test_no_word_of_an_event_tells_what_was_planted(province):
    sent = b"\n".join(province.lines)
    assert {word for word in WORDS if word.encode() in sent} == set()


def test_planted_and_innocent_payments_carry_the_same_fields(province):
    bad = province.targets("event")
    fields = collections.defaultdict(set)
    for event in province.of_kind("payment"):
        fields[event["event_id"] in bad] |= set(event)
    assert fields[True] <= fields[False]


def test_cycles_come_back_to_where_they_began_within_the_day():
    _, rows = planted("cycle", "six_accounts")
    order = np.argsort(rows["time"], kind="stable")
    payer, payee = rows["payer"][order], rows["payee"][order]
    members = set(payer.tolist()) & set(payee.tolist())
    assert len(members) == 6
    start = int(np.flatnonzero(np.isin(payer, list(members)))[0])
    assert payee[start + 5] == payer[start]
    assert rows["time"][order][start + 5] - rows["time"][order][start] < DAY


def test_cycle_amounts_decay():
    _, rows = planted("cycle", "costly")
    order = np.argsort(rows["time"], kind="stable")
    inside = np.isin(rows["payer"][order], rows["payee"])
    amounts = rows["amount"][order][inside]
    assert amounts[1] < amounts[0]


def test_collector_takes_from_ten_payers_and_passes_most_on():
    world, rows = planted("fan_in", "plain")
    collector = world.accounts.vertex.index(world.truth.instances[0].targets[0][1])
    came, went = rows["payee"] == collector, rows["payer"] == collector
    assert len(set(rows["payer"][came].tolist())) >= 10
    assert rows["amount"][went].sum() > 0.8 * rows["amount"][came].sum()
    assert np.ptp(rows["time"][came]) < 7 * DAY


def test_few_payers_stay_under_the_rule_of_ten():
    world, rows = planted("fan_in", "few_payers")
    collector = world.accounts.vertex.index(world.truth.instances[0].targets[0][1])
    assert len(set(rows["payer"][rows["payee"] == collector].tolist())) < 10


def test_middles_of_a_scatter_pay_one_sink():
    _, rows = planted("scatter_gather", "plain")
    middles = set(rows["payer"].tolist()) & set(rows["payee"].tolist())
    sinks = collections.Counter(
        payee for payer, payee in zip(rows["payer"].tolist(), rows["payee"].tolist(), strict=True) if payer in middles
    )
    assert sinks.most_common(1)[0][1] >= 3


def test_mules_of_a_chain_pass_on_within_the_hour():
    _, rows = planted("pass_through", "plain")
    order = np.argsort(rows["time"], kind="stable")
    first = rows["time"][order][:4]
    assert (np.diff(first) < HOUR).all()
    assert (np.diff(rows["amount"][order][:4]) < 0).all()


def test_structured_cash_stays_just_under_the_line():
    _, rows = planted("structuring", "just_under")
    cash = rows["amount"][rows["funding"] == 5]
    assert len(cash) >= 3
    assert cash.min() >= 4_900_000
    assert cash.max() < 5_000_000


def test_taken_over_account_pays_by_a_device_nobody_had():
    world, rows = planted("account_takeover", "night")
    strange = rows["device"] >= 2 * len(world.people)
    assert strange.sum() >= 3
    hours = (rows["time"][strange] + 8 * HOUR) // HOUR % 24
    assert (hours < 6).all()


def test_money_of_telecom_fraud_leaves_within_the_hour():
    world, rows = planted("telecom_fraud", "authority")
    mule = world.accounts.vertex.index(world.truth.instances[0].targets[0][1])
    came = rows["time"][rows["payee"] == mule].min()
    went = rows["time"][rows["payer"] == mule].min()
    assert 0 < went - came < HOUR


@pytest.mark.parametrize(
    ("variant", "line"),
    [("one_platform", 20_000_000), ("many_platforms", 100_000_000), ("firm_many_platforms", 500_000_000)],
)
def test_borrowers_pass_the_cap(variant, line):
    world, _ = planted("borrower_cap", variant)
    principal = [
        fields["principal_minor"]
        for fields, kind, tag in zip(world.records.fields, world.records.kind, world.records.tag, strict=True)
        if kind == "loan" and fields["status"] == "issued" and tag
    ]
    assert sum(principal) > line


@pytest.mark.parametrize(
    ("variant", "limit"), [("first_class", 100_000), ("second_class_burst", 10_000_000), ("third_class", 20_000_000)]
)
def test_wallets_pass_the_limit_of_their_class(variant, limit):
    _, rows = planted("account_class", variant)
    assert rows["amount"].sum() > limit
    assert (rows["funding"] == 0).all()


def test_money_of_a_false_loan_reaches_the_platform_itself():
    world, rows = planted("self_financing", "sister_firm")
    own = {house.own for house in world.houses}
    assert own & set(rows["payee"].tolist())

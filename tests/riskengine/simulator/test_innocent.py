"""The innocent life of the province: incomes carry spending, limits hold, and the look-alikes are there."""

import collections

import numpy as np
import pytest

from riskengine.simulator import balances, employment, friends, home, trade
from riskengine.simulator import province as way
from riskengine.simulator.borrowing import borrow
from riskengine.simulator.network_lending import Market
from riskengine.simulator.setup import Setup
from riskengine.simulator.vocabulary import CURRENCY, FUNDING, PURPOSE
from riskengine.simulator.world import World, build_world


def new_world(accounts: int = 800, days: int = 31, seed: int = 5) -> World:
    return build_world(Setup(accounts=accounts, days=days, seed=seed))


def columns(world: World, purpose: str) -> dict[str, np.ndarray]:
    table = world.ledger.table()
    rows = table["purpose"] == PURPOSE[purpose]
    return {name: column[rows] for name, column in table.items()}


@pytest.fixture(scope="module")
def life() -> World:
    world = new_world()
    way.live_on(world)
    return world


def test_wages_are_one_payer_with_many_payees_within_an_hour():
    world = new_world(accounts=2_000)
    employment.pay_wages(world)
    wages = columns(world, "salary")
    payer = collections.Counter(wages["payer"].tolist()).most_common(1)[0][0]
    rows = wages["payer"] == payer
    assert len(set(wages["payee"][rows].tolist())) > 30
    assert np.ptp(wages["time"][rows]) < 3_600_000


def test_some_landlord_collects_from_many_tenants():
    world = new_world(accounts=2_000)
    home.pay_rent(world)
    rent = columns(world, "rent")
    tenants = collections.defaultdict(set)
    for payer, payee in zip(rent["payer"].tolist(), rent["payee"].tolist(), strict=True):
        tenants[payee].add(payer)
    assert max(map(len, tenants.values())) >= 10


def test_group_purchases_pay_one_supplier_after_many_buyers():
    world = new_world(accounts=2_000)
    friends.buy_together(world)
    bought = columns(world, "goods")
    payees = collections.Counter(bought["payee"].tolist())
    organiser, buyers = payees.most_common(1)[0]
    assert buyers >= 12
    assert (bought["payer"] == organiser).any()


def test_supply_circles_close_in_weeks_and_not_in_a_day():
    world = new_world(days=90)
    trade.buy_in_circles(world)
    assert (columns(world, "goods")["amount"] > 0).all()
    table = world.ledger.table()
    first, second = table["time"][:2]
    assert second - first > 3 * 86_400_000


def test_pooled_cash_goes_to_the_head_of_the_group():
    world = new_world()
    trade.pool_cash(world)
    heads = set(world.firms.bank[np.unique(world.firms.head)].tolist())
    pooled = columns(world, "internal")
    assert all(
        (payer in heads) or (payee in heads) for payer, payee in zip(pooled["payer"], pooled["payee"], strict=True)
    )


def test_no_account_falls_below_zero(life):
    opening = balances.opening_balances(life)
    assert (opening + 1 > 0).all()
    # What every person had to have at first is small beside what comes in
    people = life.people
    assert np.median(opening[people.bank] / (people.income * 12)) < 0.3
    assert np.mean(opening[people.bank] > people.income * 36) < 0.02


def test_innocent_borrowers_stay_below_the_caps():
    world = new_world(accounts=3_000)
    borrow(world, {"network_lending": Market(world).lend})
    owed: collections.Counter[tuple[int, str]] = collections.Counter()
    total: collections.Counter[str] = collections.Counter()
    kind = {}
    for fields, platform, name in zip(world.records.fields, world.records.platform, world.records.kind, strict=True):
        if name == "loan" and fields["status"] == "issued" and world.platforms[platform].line == "network_lending":
            owed[platform, fields["borrower_id"]] += fields["principal_minor"]
            total[fields["borrower_id"]] += fields["principal_minor"]
            kind[fields["borrower_id"]] = fields["borrower_type"]
    assert all(sum_ <= (20_000_000 if kind[who] == "person" else 100_000_000) for (_, who), sum_ in owed.items())
    assert all(sum_ <= (100_000_000 if kind[who] == "person" else 500_000_000) for who, sum_ in total.items())


def test_innocent_wallets_of_class_one_pay_almost_nothing(life):
    table = life.ledger.table()
    classes = life.accounts.array("acct_class")[table["payer"]]
    kind = life.accounts.array("acct_type")[table["payer"]]
    rows = (table["tag"] == 0) & (kind == 1) & (classes == 0)
    spent = np.bincount(table["payer"][rows], table["amount"][rows], len(life.accounts))
    assert spent.max(initial=0) <= 100_000


def test_large_cash_is_there_and_is_not_planted(life):
    table = life.ledger.table()
    large = (table["funding"] == FUNDING["cash"]) & (table["amount"] >= 5_000_000)
    assert large.sum() >= 5
    assert (table["tag"][large] == 0).all()


def test_borrowers_with_many_lenders_fail_more_often():
    from riskengine.simulator.borrowing import NEVER, _failure

    rng = np.random.default_rng(1)
    world = new_world()
    one = np.mean([_failure(rng, world, 1, 600_000) < NEVER for _ in range(2_000)])
    four = np.mean([_failure(rng, world, 4, 600_000) < NEVER for _ in range(2_000)])
    assert four > 2 * one


def test_foreign_money_has_an_order_or_a_quota(life):
    table = life.ledger.table()
    foreign = table["currency"] != CURRENCY["CNY"]
    assert foreign.any()
    assert (table["link"][foreign] >= 0).all()


def test_households_share_telephones_and_addresses(life):
    people = life.people
    assert len(np.unique(people.phone)) < len(people)
    assert len(np.unique(people.home_ip)) < len(people)
    assert len(people.carrier) < 50

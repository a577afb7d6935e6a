"""What households pay besides shopping: rent, bills, topping up the wallet, moving savings, and cash.

Rent collection is the innocent twin of a collector account: one landlord, many tenants in the first days of the month,
and most of it sent on to a bank account of the landlord's own.
"""

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.people import RETIRED, SELF_EMPLOYED, STUDENT
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.vocabulary import CHANNEL, PURPOSE
from riskengine.simulator.world import World


def top_up(world: World) -> None:
    """Once a week or so money goes from the bank to the wallet, about as much as the wallet spends."""
    rng = world.setup.random("top_up")
    people, rhythm = world.people, world.rhythm
    owners = np.flatnonzero((people.wallet >= 0) & (people.wallet_share > 0))
    need = people.budget[owners] * people.wallet_share[owners]
    for week in range(0, rhythm.days, 7):
        amount = (need * (7 / 30.4) * (0.9 + 0.35 * rng.random(len(owners)))).astype(np.int64)
        amount = np.where(amount > 20_000, amount // 10_000 * 10_000, np.maximum(amount, 5_000))
        device, ip = world.gadgets(rng, owners)
        time = rhythm.moments(rng, week + rng.integers(-1, 5, len(owners)), "retail")
        here = (time >= people.joined[owners]) & (time >= rhythm.begin)
        world.ledger.add(
            time[here],
            people.bank[owners[here]],
            people.wallet[owners[here]],
            amount[here],
            purpose="topup",
            device=device[here],
            ip=ip[here],
        )


def pay_rent(world: World) -> None:
    """Tenants pay in the first ten days; landlords with many tenants send most of it on to an account of their own."""
    rng = world.setup.random("rent")
    people, rhythm = world.people, world.rhythm
    tenants = np.flatnonzero((people.role < RETIRED) & (rng.random(len(people)) < 0.26))
    landlords = rng.permutation(len(people))[: max(4, len(people) // 30)]
    weight = 1.0 / np.arange(1, len(landlords) + 1) ** 0.8
    of_tenant = landlords[rng.choice(len(landlords), len(tenants), p=weight / weight.sum())]
    rent = np.maximum(people.income[tenants] * (0.12 + 0.14 * rng.random(len(tenants))), 30_000).astype(np.int64)
    rent = rent // 5_000 * 5_000
    for day_number in rhythm.month_days(1):
        time = rhythm.moments(rng, day_number + rng.integers(0, 10, len(tenants)), "evening")
        device, ip = world.gadgets(rng, tenants)
        world.ledger.add(time, people.bank[tenants], people.bank[of_tenant], rent, purpose="rent", device=device, ip=ip)
        income = np.bincount(of_tenant, rent, len(people))
        large = np.flatnonzero((income > 800_000) & (people.second >= 0))
        large = large[world.accounts.array("opened")[people.second[large]] < rhythm.begin]
        world.ledger.add(
            rhythm.moments(rng, day_number + rng.integers(10, 13, len(large)), "evening"),
            people.bank[large],
            people.second[large],
            (income[large] * 0.85).astype(np.int64) // 10_000 * 10_000,
            purpose="transfer",
        )


def pay_bills(world: World) -> None:
    """Power, water, gas and telephone, from the wallet or the bank, once a month each at most."""
    rng = world.setup.random("bills")
    people, rhythm = world.people, world.rhythm
    payers = np.flatnonzero(people.role != STUDENT)
    for utility, day_of_month, middle in ((0, 18, 9.6), (1, 21, 8.4), (2, 23, 8.3), (3, 6, 8.6)):
        for day_number in rhythm.month_days(day_of_month):
            who = payers[rng.random(len(payers)) < 0.55]
            by_wallet = rng.random(len(who)) < people.wallet_share[who]
            world.ledger.add(
                rhythm.moments(rng, day_number + rng.integers(-4, 6, len(who)), "evening"),
                np.where(by_wallet, people.wallet[who], people.bank[who]),
                world.outside.utilities[utility],
                np.exp(rng.normal(middle, 0.45, len(who))).astype(np.int64),
                purpose="utility",
                channel="online",
            )


def move_savings(world: World) -> None:
    """Owners of a second bank account move a round part of their pay there within hours: in and out, and innocent."""
    rng = world.setup.random("savings")
    people, rhythm, accounts = world.people, world.rhythm, world.accounts
    opened = accounts.array("opened")
    kind = accounts.array("acct_type")
    savers = np.flatnonzero(people.second >= 0)
    savers = savers[(kind[people.second[savers]] == 0) & (people.income[savers] > 500_000)]
    days = world.firms.payday[np.maximum(people.employer[savers], 0)]
    for day_of_month in np.unique(days).tolist():
        who = savers[days == day_of_month]
        for day_number in rhythm.month_days(int(day_of_month)):
            time = rhythm.moments(rng, day_number + rng.integers(0, 3, len(who)), "evening")
            ready = opened[people.second[who]] < time
            amount = people.income[who] * rng.choice([0.2, 0.3, 0.5, 0.9], len(who))
            world.ledger.add(
                time[ready],
                people.bank[who[ready]],
                people.second[who[ready]],
                np.maximum(amount[ready].astype(np.int64) // 10_000 * 10_000, 10_000),
                purpose="transfer",
            )


def use_cash(world: World) -> None:
    """Notes from the machine, the takings of stalls at the counter, and now and then a large sum that is reported."""
    rng = world.setup.random("cash")
    people, rhythm = world.people, world.rhythm
    rate = np.where(people.role == RETIRED, 0.05, 0.008)
    who = np.repeat(np.arange(len(people)), rng.poisson(rate * rhythm.days))
    who = who[people.joined[who] == rhythm.begin]
    _cash(world, rng, who, rng.integers(2, 31, len(who)) * 10_000, "withdraw", "atm")
    stalls = np.flatnonzero((people.role == SELF_EMPLOYED) & (rng.random(len(people)) < 0.4))
    stalls = np.repeat(stalls, rng.poisson(0.16 * rhythm.days, len(stalls)))
    # Wholesalers among them pay in several times as much, now and then near the line of 50,000 yuan
    scale = np.where(stalls % 8 == 0, 5.0, 1.0)
    takings = (np.exp(rng.normal(13.1, 0.75, len(stalls))) * scale).astype(np.int64)
    takings = np.minimum(takings // 10_000 * 10_000, 9_000_000)
    _cash(world, rng, stalls, takings + 10_000, "topup", "counter")
    wealthy = np.flatnonzero(people.income > 1_200_000)
    wealthy = np.repeat(wealthy, rng.poisson(0.002 * rhythm.days, len(wealthy)))
    amount = rng.integers(50, 160, len(wealthy)) * 100_000
    half = rng.random(len(wealthy)) < 0.5
    _cash(world, rng, wealthy[half], amount[half], "topup", "counter")
    _cash(world, rng, wealthy[~half], amount[~half], "withdraw", "counter")


def _cash(
    world: World,
    rng: np.random.Generator,
    who: NDArray[np.int64],
    amount: NDArray[np.int64],
    purpose: str,
    channel: str,
) -> None:
    """Cash of persons: in for `topup`, out for `withdraw`."""
    if len(who) == 0:
        return
    account = world.people.bank[who]
    cash = world.accounts.cash(account)
    payer, payee = (cash, account) if purpose == "topup" else (account, cash)
    day = world.rhythm.pick_days(rng, len(who), "private")
    world.ledger.add(
        world.rhythm.moments(rng, day, "day"),
        payer,
        payee,
        amount,
        purpose=purpose,
        channel=CHANNEL[channel],
        funding="cash",
    )


def buy_dear_things(world: World) -> None:
    """Cars, renovations and flats: a few large payments of persons with savings to firms and strangers."""
    rng = world.setup.random("dear_things")
    people, rhythm = world.people, world.rhythm
    able = np.flatnonzero((people.income > 700_000) & (people.joined == rhythm.begin))
    who = np.repeat(able, rng.poisson(0.0035 * rhythm.days, len(able)))
    firm = rng.random(len(who)) < 0.7
    seller = np.where(
        firm,
        world.firms.bank[rng.integers(0, len(world.firms.bank), len(who))],
        world.outside.people[rng.integers(0, len(world.outside.people), len(who))],
    )
    device, ip = world.gadgets(rng, who)
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(who), "private"), "day")
    amount = np.exp(rng.normal(15.6, 0.8, len(who))).astype(np.int64) // 100_000 * 100_000
    parts = rng.integers(1, 4, len(who))
    for part in range(3):
        pays = np.flatnonzero(parts > part)
        world.ledger.add(
            time[pays] + part * (DAY * 2 + HOUR),
            people.bank[who[pays]],
            seller[pays],
            np.maximum(amount[pays] // parts[pays], 100_000),
            purpose=np.where(firm[pays], PURPOSE["goods"], PURPOSE["transfer"]),
            device=device[pays],
            ip=ip[pays],
        )

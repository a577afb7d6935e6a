"""Money between people: relatives, friends, red packets, shared dinners, savings circles and group purchases.

Most of the innocent shapes that look like laundering live here: an organiser who collects from thirty neighbours and
pays the supplier at once, a savings circle in which the pot goes round, loans among friends that come back after days.
"""

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.vocabulary import ACCT_CLASSES
from riskengine.simulator.world import World

_FRIENDS = 8


def befriend(world: World) -> NDArray[np.int64]:
    """Each person's friends: mostly neighbours in the list of the city, some from anywhere.

    Returns
    -------
    ndarray of shape (n_people, 8), int64
        Rows in `People`.
    """
    rng = world.setup.random("befriend")
    people = world.people
    by_city = np.lexsort((people.household, people.city))
    place = np.empty(len(people), dtype=np.int64)
    place[by_city] = np.arange(len(people))
    hop = rng.integers(1, 40, (len(people), _FRIENDS)) * rng.choice([-1, 1], (len(people), _FRIENDS))
    friend = by_city[(place[:, None] + hop) % len(people)]
    anyone = rng.integers(0, len(people), friend.shape)
    return np.where(rng.random(friend.shape) < 0.15, anyone, friend)


def send(world: World, friends: NDArray[np.int64]) -> None:
    """Transfers to friends and relatives, here and in other provinces: many small ones, few large ones."""
    rng = world.setup.random("send")
    people, rhythm = world.people, world.rhythm
    who = np.repeat(np.arange(len(people)), rng.poisson(0.11 * rhythm.days, len(people)))
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(who), "private"), "evening")
    acts = (time >= people.joined[who]) & (people.income[who] > 0)
    who, time = who[acts], time[acts]
    to = friends[who, rng.integers(0, _FRIENDS, len(who))]
    scale = people.income[who] / 600_000.0
    size = rng.choice(3, len(who), p=[0.66, 0.29, 0.05])
    amount = np.exp(rng.normal(np.array([9.6, 11.6, 14.2])[size], np.array([0.9, 0.8, 0.7])[size])) * scale
    amount = np.where(rng.random(len(who)) < 0.75, amount // 10_000 * 10_000, amount).astype(np.int64)
    amount = np.maximum(amount, 1_000)
    # A transfer of some size goes from bank to bank, a small one from wallet to wallet
    small = (amount < 150_000) & (people.wallet_share[who] > 0) & (people.wallet_share[to] > 0)
    away = rng.random(len(who)) < 0.18
    payer = np.where(small, people.wallet[who], people.bank[who])
    payee = np.where(small, people.wallet[to], people.bank[to])
    elsewhere = world.outside.people[(who * 3 + rng.integers(0, 3, len(who))) % len(world.outside.people)]
    payer = np.where(away, people.bank[who], payer)
    payee = np.where(away, elsewhere, payee)
    device, ip = world.gadgets(rng, who)
    world.ledger.add(time, payer, payee, amount, purpose="transfer", device=device, ip=ip)
    back = np.flatnonzero(rng.random(len(who)) < 0.1)
    # What was lent comes back, often within the week: short cycles without any harm
    world.ledger.add(
        time[back] + (rng.exponential(4.0, len(back)) * DAY).astype(np.int64) + HOUR,
        payee[back],
        payer[back],
        amount[back],
        purpose="transfer",
    )
    receive = np.flatnonzero(rng.random(len(people)) < 0.25)
    receive = np.repeat(receive, rng.poisson(0.05 * rhythm.days, len(receive)))
    world.ledger.add(
        rhythm.moments(rng, rhythm.pick_days(rng, len(receive), "private"), "evening"),
        world.outside.people[(receive * 3 + rng.integers(0, 3, len(receive))) % len(world.outside.people)],
        people.bank[receive],
        np.exp(rng.normal(12.0, 1.1, len(receive))).astype(np.int64) // 10_000 * 10_000 + 10_000,
        purpose="transfer",
    )


def send_red_packets(world: World, friends: NDArray[np.int64]) -> None:
    """Small lucky amounts from wallet to wallet, in thousands on the eves and feasts."""
    rng = world.setup.random("red_packets")
    people, rhythm = world.people, world.rhythm
    owners = np.flatnonzero(people.wallet_share > 0)
    strength = float(rhythm.weights["gifts"].sum())
    who = np.repeat(owners, rng.poisson(0.035 * strength, len(owners)))
    to = friends[who, rng.integers(0, _FRIENDS, len(who))]
    both = (people.wallet[to] >= 0) & (people.wallet[to] != people.wallet[who])
    who, to = who[both], to[both]
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(who), "gifts"), "evening")
    device, ip = world.gadgets(rng, who)
    world.ledger.add(
        time,
        people.wallet[who],
        people.wallet[to],
        rng.choice([88, 188, 520, 666, 888, 1_000, 2_000, 5_200, 8_800, 20_000], len(who)),
        purpose="transfer",
        funding="balance",
        device=device,
        ip=ip,
    )


def share_dinners(world: World, friends: NDArray[np.int64]) -> None:
    """One pays the restaurant, and three to seven friends send their parts within the evening."""
    rng = world.setup.random("dinners")
    people, rhythm = world.people, world.rhythm
    hosts = np.flatnonzero((people.wallet_share > 0) & (people.joined == rhythm.begin))
    hosts = np.repeat(hosts, rng.poisson(0.012 * rhythm.days, len(hosts)))
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(hosts), "retail"), "evening")
    guests = rng.integers(3, 8, len(hosts))
    bill = np.exp(rng.normal(8.9, 0.4, len(hosts))).astype(np.int64)
    host = np.repeat(np.arange(len(hosts)), guests)
    seat = np.arange(len(host)) - np.repeat(np.cumsum(guests) - guests, guests)
    guest = friends[hosts[host], seat]
    pays = (people.wallet_share[guest] > 0) & (guest != hosts[host])
    host, guest = host[pays], guest[pays]
    device, ip = world.gadgets(rng, guest)
    world.ledger.add(
        time[host] + rng.integers(HOUR // 12, 3 * HOUR, len(host)),
        people.wallet[guest],
        people.wallet[hosts[host]],
        bill[host],
        purpose="transfer",
        funding="balance",
        device=device,
        ip=ip,
    )


def buy_together(world: World) -> None:
    """Group purchases: 12 to 60 neighbours pay an organiser within two days, who pays the supplier in one sum."""
    rng = world.setup.random("buy_together")
    people, rhythm = world.people, world.rhythm
    able = np.flatnonzero((people.wallet_share > 0) & (people.joined == rhythm.begin))
    # What passes through an organiser's hands needs the class with the highest limit
    hosts = able[world.accounts.array("acct_class")[people.wallet[able]] == ACCT_CLASSES.index("III")]
    for organiser in rng.choice(hosts, min(len(hosts), max(2, len(people) // 150)), replace=False).tolist():
        neighbours = able[people.city[able] == people.city[organiser]]
        supplier = int(world.firms.bank[int(rng.integers(0, len(world.firms.bank)))])
        for start in rng.integers(0, rhythm.days, max(1, rhythm.days // 15)).tolist():
            many = min(len(neighbours), int(rng.integers(12, 61)))
            buyers = rng.choice(neighbours, many, replace=False)
            buyers = buyers[buyers != organiser]
            price = int(rng.integers(19, 129)) * 100 - 10
            begin = int(rhythm.day_start(start)) + 9 * HOUR
            device, ip = world.gadgets(rng, buyers)
            world.ledger.add(
                begin + rng.integers(0, 38 * HOUR, len(buyers)),
                people.wallet[buyers],
                people.wallet[organiser],
                price * rng.choice([1, 1, 1, 2, 3], len(buyers)),
                purpose="goods",
                funding="balance",
                device=device,
                ip=ip,
            )
            world.ledger.add(
                np.array([begin + 40 * HOUR + int(rng.integers(0, 5 * HOUR))]),
                int(people.wallet[organiser]),
                supplier,
                int(price * len(buyers) * 1.3),
                purpose="goods",
                funding="balance",
            )


def trade_privately(world: World) -> None:
    """Dealers in cars, tea or cloth who trade through their own accounts: large sums come in and soon go out again."""
    rng = world.setup.random("trade_privately")
    people, rhythm = world.people, world.rhythm
    able = np.flatnonzero((people.joined == rhythm.begin) & (people.income > 500_000))
    dealers = able[rng.random(len(able)) < 0.045]
    who = np.repeat(dealers, rng.poisson(0.42 * rhythm.days, len(dealers)))
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(who), "private"), "day")
    amount = np.exp(rng.normal(14.6, 1.0, len(who))).astype(np.int64) // 10_000 * 10_000 + 10_000
    strangers = world.outside.people
    partners = (who * 11 + rng.integers(0, 9, len(who))) % len(strangers)
    near = dealers[rng.integers(0, len(dealers), len(who))] if len(dealers) else who
    buyer = np.where(rng.random(len(who)) < 0.3, people.bank[near], strangers[partners])
    device, ip = world.gadgets(rng, who)
    world.ledger.add(time, buyer, people.bank[who], amount, purpose="transfer")
    pays = rng.random(len(who)) < 0.85
    seller = np.where(
        rng.random(len(who)) < 0.25,
        world.firms.bank[who % len(world.firms.bank)],
        strangers[(partners * 5 + 1) % len(strangers)],
    )
    # Half pay their own seller within the day
    wait = np.where(rng.random(len(who)) < 0.5, 5 * HOUR, 2 * DAY)
    world.ledger.add(
        (time + rng.exponential(1.0, len(who)) * wait).astype(np.int64)[pays] + 600_000,
        people.bank[who[pays]],
        seller[pays],
        (amount * rng.uniform(0.75, 0.98, len(who))).astype(np.int64)[pays] // 10_000 * 10_000 + 10_000,
        purpose="transfer",
        device=device[pays],
        ip=ip[pays],
    )


def save_in_circles(world: World, friends: NDArray[np.int64]) -> None:
    """Savings circles (标会): eight friends pay in each fortnight, and the pot goes to another one each time."""
    rng = world.setup.random("savings_circles")
    people, rhythm = world.people, world.rhythm
    able = np.flatnonzero((people.joined == rhythm.begin) & (people.income > 450_000))
    for first in rng.choice(able, max(2, len(people) // 300), replace=False).tolist():
        members = np.unique(np.append(friends[first], first))
        members = members[people.joined[members] == rhythm.begin]
        stake = int(rng.integers(5, 40)) * 10_000
        for turn, start in enumerate(range(int(rng.integers(0, 14)), rhythm.days, 14)):
            winner = int(members[turn % len(members)])
            payers = members[members != winner]
            time = rhythm.moments(rng, np.full(len(payers), start), "evening")
            world.ledger.add(time, people.bank[payers], int(people.bank[winner]), stake, purpose="transfer")

"""What firms pay each other: customers, suppliers, taxes, cash pooling within a group, and slow circles of suppliers.

The circles are the innocent twins of laundering cycles: goods stand behind each leg, weeks lie between the legs, and
the amounts do not match. Pooling is the twin of a fan-in that is drained.
"""

import numpy as np

from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.world import World


def trade(world: World) -> None:
    """Customers of other provinces pay the firms, and the firms pay their suppliers, on working days."""
    rng = world.setup.random("trade")
    firms, rhythm, outside = world.firms, world.rhythm, world.outside
    count = len(firms.bank)
    wages = np.bincount(
        np.maximum(world.people.employer, 0), np.where(world.people.employer >= 0, world.people.income, 0), count
    )
    working = float(rhythm.weights["business"].sum())
    # Receipts of a month: wages and half as much again, so that firms live
    monthly = np.maximum(wages * 1.7, 6_000_000.0)
    arrivals = rng.poisson(np.minimum(40.0, 1.0 + monthly / 40_000_000.0) * working)
    firm = np.repeat(np.arange(count), arrivals)
    share = rng.lognormal(0.0, 0.9, len(firm))
    share /= np.bincount(firm, share, count)[firm]
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(firm), "business"), "office")
    customers = outside.firms[rng.integers(0, len(outside.firms), (count, 9))]
    world.ledger.add(
        time,
        customers[firm, rng.integers(0, 9, len(firm))],
        firms.bank[firm],
        (share * monthly[firm] * working / 21.0).astype(np.int64),
        purpose="goods",
        channel="online",
    )
    payments = rng.poisson(np.minimum(25.0, 1.0 + monthly / 60_000_000.0) * working)
    payer = np.repeat(np.arange(count), payments)
    share = rng.lognormal(0.0, 0.8, len(payer))
    share /= np.bincount(payer, share, count)[payer]
    # Supply runs one way, from later to earlier firms: what goes round in it is made in `buy_in_circles` alone
    tier = payer + rng.integers(1, 6, len(payer)) * 7
    near = firms.bank[np.where(tier < count, tier, payer)]
    far = outside.firms[rng.integers(0, len(outside.firms), len(payer))]
    payee = np.where((rng.random(len(payer)) < 0.55) & (near != firms.bank[payer]), near, far)
    world.ledger.add(
        rhythm.moments(rng, rhythm.pick_days(rng, len(payer), "business"), "office"),
        firms.bank[payer],
        payee,
        (share * monthly[payer] * 0.4 * working / 21.0).astype(np.int64),
        purpose="goods",
        channel="online",
    )


def pool_cash(world: World) -> None:
    """Members of a group send the day's balance to the head at closing time and get the week's need back on Monday."""
    rng = world.setup.random("pool_cash")
    firms, rhythm = world.firms, world.rhythm
    members = np.flatnonzero(firms.head != np.arange(len(firms.head)))
    for day in np.flatnonzero(rhythm.working).tolist():
        swept = np.exp(rng.normal(14.2, 0.5, len(members))).astype(np.int64)
        begin = int(rhythm.day_start(day))
        world.ledger.add(
            begin + 17 * HOUR + rng.integers(0, HOUR, len(members)),
            firms.bank[members],
            firms.bank[firms.head[members]],
            swept,
            purpose="internal",
            channel="online",
        )
        if rhythm.dates[day].weekday() == 0:
            world.ledger.add(
                begin + 9 * HOUR + rng.integers(0, HOUR, len(members)),
                firms.bank[firms.head[members]],
                firms.bank[members],
                np.exp(rng.normal(15.7, 0.3, len(members))).astype(np.int64),
                purpose="internal",
                channel="online",
            )


def buy_in_circles(world: World) -> None:
    """Rings of three to five firms that buy from each other, a leg every one to two weeks, with goods."""
    rng = world.setup.random("circles")
    firms, rhythm = world.firms, world.rhythm
    for _ in range(max(2, len(firms.bank) // 12)):
        ring = rng.choice(len(firms.bank), int(rng.integers(3, 6)), replace=False)
        amount = float(np.exp(rng.normal(15.3, 0.6)))
        moment = int(rhythm.begin + rng.integers(0, 7 * 24) * HOUR)
        leg = 0
        while moment < rhythm.end:
            day = rhythm.next_working(int((moment - rhythm.begin) // (24 * HOUR)))
            world.ledger.add(
                rhythm.moments(rng, np.array([day]), "office"),
                firms.bank[ring[leg % len(ring)]],
                firms.bank[ring[(leg + 1) % len(ring)]],
                np.array([int(amount * (0.6 + 0.9 * rng.random()))]),
                purpose="goods",
                channel="online",
            )
            leg += 1
            moment += int(rng.integers(6 * 24, 15 * 24) * HOUR)


def pay_taxes(world: World) -> None:
    """Firms pay the month's tax between the 10th and the 15th, and their power and telephone."""
    rng = world.setup.random("taxes")
    firms, rhythm, outside = world.firms, world.rhythm, world.outside
    count = len(firms.bank)
    for payee, purpose, middle in ((outside.treasury, "tax", 13.8), (outside.utilities[0], "utility", 12.6)):
        for day_number in rhythm.month_days(12):
            day = np.array([rhythm.next_working(day_number + int(k)) for k in rng.integers(-2, 3, count)])
            world.ledger.add(
                rhythm.moments(rng, np.maximum(day, 0), "office"),
                firms.bank,
                payee,
                np.exp(rng.normal(middle, 0.7, count)).astype(np.int64),
                purpose=purpose,
                channel="online",
            )


def draw_cash(world: World) -> None:
    """Some firms draw 50,000 to 300,000 yuan in cash at the counter: large-value cash, reported, and nothing wrong."""
    rng = world.setup.random("draw_cash")
    firms, rhythm = world.firms, world.rhythm
    draws = rng.poisson(0.035 * float(rhythm.weights["business"].sum()), len(firms.bank))
    firm = np.repeat(np.arange(len(firms.bank)), draws)
    if len(firm) == 0:
        return
    world.ledger.add(
        rhythm.moments(rng, rhythm.pick_days(rng, len(firm), "business"), "office"),
        firms.bank[firm],
        world.accounts.cash(firms.bank[firm]),
        rng.integers(50, 301, len(firm)) * 100_000,
        purpose="withdraw",
        channel="counter",
        funding="cash",
    )

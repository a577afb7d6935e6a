"""Payment accounts beyond the limit of their class: 1,000 yuan in a life, 100,000 or 200,000 in a year.

The limits are those of the measures of 2015, article 11; they count what is paid out of the balance.
"""

import numpy as np

from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage
from riskengine.simulator.vocabulary import ACCT_CLASSES


def _spend(
    stage: Stage,
    acct_class: str,
    *,
    yuan: tuple[float, float],
    limit: int,
    days: float,
    to_bank: bool = False,
) -> None:
    """Balance payments of one wallet to shops and others until its limit is passed by a tenth to a half."""
    rng = stage.rng
    world = stage.world
    people = world.people
    start = stage.when(min(days, world.rhythm.days * 0.8) * 24, 9, 12)
    classes = world.accounts.array("acct_class")[people.wallet]
    able = (people.wallet >= 0) & (classes == ACCT_CLASSES.index(acct_class)) & (people.joined < start)
    candidates = np.flatnonzero(able)
    wallet = int(people.wallet[int(rng.choice(candidates))])
    stage.name_accounts(wallet)
    goal = limit * 100 * float(rng.uniform(1.1, 1.5))
    spent, time = 0.0, float(start)
    span = min(days, (world.rhythm.end - start) / DAY * 0.9) * DAY
    # The money comes from outside first, so that there is a balance to spend
    stage.pay(time - HOUR, stage.outsiders(1)[0], wallet, goal * 1.02, planted=False)
    mean = 100 * float(np.sqrt(yuan[0] * yuan[1]))
    step = span / max(2.0, goal / mean)
    while spent < goal:
        amount = min(float(stage.sum_between(*yuan)), goal - spent + 10_000)
        shop = int(rng.choice(world.shops.wallet))
        payee = shop if not to_bank and rng.random() < 0.7 else stage.outsiders(1)[0]
        purpose = "goods" if payee == shop else "transfer"
        stage.pay(time, wallet, payee, amount, purpose=purpose, funding="balance")
        spent += amount
        time += step * float(rng.uniform(0.6, 1.4))


def _two_accounts(stage: Stage) -> None:
    """Two class II accounts of one person at one institution, each below the limit, together above it."""
    rng = stage.rng
    world = stage.world
    people = world.people
    start = stage.when(min(20.0, world.rhythm.days * 0.8) * 24, 9, 12)
    classes = world.accounts.array("acct_class")[people.wallet]
    able = (people.wallet >= 0) & (classes == ACCT_CLASSES.index("II")) & (people.joined < start)
    person = int(rng.choice(np.flatnonzero(able)))
    first = int(people.wallet[person])
    platform = world.platforms[world.accounts.platform[first]]
    second = world.accounts.add(
        platform.platform_id,
        int(people.party[person]),
        platform=platform.index,
        acct_type="payment",
        acct_class=ACCT_CLASSES.index("II"),
        opened=start - int(rng.integers(2, 20)) * HOUR,
    )
    stage.name_accounts(first, second)
    span = min(20.0, (world.rhythm.end - start) / DAY * 0.9) * DAY
    for wallet in (first, second):
        stage.pay(start - HOUR, stage.outsiders(1)[0], wallet, 7_500_000, planted=False)
        for _ in range(9):
            time = start + float(rng.random()) * span
            stage.pay(time, wallet, stage.outsiders(1)[0], stage.sum_between(6_200, 7_800), funding="balance")


SCHEME = Scheme(
    name="account_class",
    label="breach",
    share=0.05,
    variants={
        "first_class": lambda stage: _spend(stage, "I", yuan=(40, 260), limit=1_000, days=20.0),
        "first_class_transfers": lambda stage: _spend(stage, "I", yuan=(150, 600), limit=1_000, days=6.0, to_bank=True),
        "second_class": lambda stage: _spend(stage, "II", yuan=(2_500, 9_000), limit=100_000, days=30.0),
        "second_class_burst": lambda stage: _spend(stage, "II", yuan=(8_000, 18_000), limit=100_000, days=3.0),
        "third_class": lambda stage: _spend(stage, "III", yuan=(9_000, 30_000), limit=200_000, days=25.0),
        "two_accounts": _two_accounts,
    },
)

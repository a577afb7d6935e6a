"""Taken-over accounts: a stranger's device pays out of somebody's account, fast, mostly at night, to a new payee."""

from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _rob(
    stage: Stage,
    *,
    payments: tuple[int, int] = (3, 9),
    hours: tuple[int, int] = (0, 5),
    share: tuple[float, float] = (0.15, 0.5),
    gap_minutes: tuple[float, float] = (0.5, 6.0),
    first_to_wallet: bool = False,
    shops: bool = False,
    same_city: bool = False,
) -> None:
    """One victim: payments of part of a month's income each, by a new device."""
    rng = stage.rng
    people = stage.world.people
    time = float(stage.when(6, *hours))
    victim = stage.anybody(1, int(time))[0]
    device, ip = stage.new_device()
    if same_city:
        ip = int(people.carrier[int(rng.integers(0, len(people.carrier)))])
    income = float(people.income[victim])
    source = stage.account(victim, int(time), wallet=0.4, yuan=income / 100 * share[1])
    count = int(rng.integers(payments[0], payments[1] + 1))
    wallet = int(people.wallet[victim])
    if first_to_wallet and wallet >= 0 and stage.world.accounts.acct_class[wallet] > 0:
        total = income * count * share[1]
        stage.pay(time, int(people.bank[victim]), wallet, total, purpose="topup", device=device, ip=ip)
        source = wallet
        time += 120_000
    mule = stage.recruit(1, int(time))[0]
    payee = (
        stage.account(mule, int(time), wallet=0.4, yuan=income / 100 * share[1])
        if rng.random() < 0.5
        else stage.outsiders(1)[0]
    )
    stage.name_accounts(payee)
    for _ in range(count):
        target = int(rng.choice(stage.world.shops.wallet)) if shops else payee
        amount = income * float(rng.uniform(*share)) // 100 * 100
        purpose = "goods" if shops else "transfer"
        stage.pay(time, source, target, amount, purpose=purpose, device=device, ip=ip)
        time += float(rng.uniform(*gap_minutes)) * 60_000
    if shops:
        stage.name_accounts(source)
    elif stage.world.accounts.platform[payee] >= 0:
        # The mule passes it on before the victim wakes up
        onward = income * count * (share[0] + share[1]) / 2 * 0.9
        stage.pay(time + HOUR / 3, payee, stage.outsiders(1)[0], onward)


SCHEME = Scheme(
    name="account_takeover",
    label="fraud",
    share=0.07,
    variants={
        "night": _rob,
        "day_small": lambda stage: _rob(stage, hours=(9, 18), share=(0.02, 0.06), gap_minutes=(10.0, 50.0)),
        "through_wallet": lambda stage: _rob(stage, first_to_wallet=True),
        "in_shops": lambda stage: _rob(stage, shops=True, hours=(11, 22), payments=(3, 6)),
        "one_blow": lambda stage: _rob(stage, payments=(1, 1), share=(1.5, 4.0), hours=(1, 23)),
        "known_network": lambda stage: _rob(stage, same_city=True, hours=(19, 23)),
    },
)

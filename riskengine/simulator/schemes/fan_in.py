"""Collector accounts: many payers into one account within a week, and the money leaves at once or drop by drop.

The payers are players, victims or buyers of something that is not for sale; only collectors and those behind them are
named in the truth.
"""

from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _collect(
    stage: Stage,
    *,
    payers: tuple[int, int] = (12, 30),
    days: tuple[float, float] = (0.6, 3.0),
    yuan: tuple[float, float] = (300, 12_000),
    collectors: int = 1,
    drain: str = "one_sum",
    purpose: str = "transfer",
    wallet: float = 0.3,
) -> None:
    """One collector (or two that share a telephone), filled by many and drained."""
    rng = stage.rng
    span = float(rng.uniform(*days))
    start = stage.when(span * 24 + 10, 8, 12)
    people = stage.recruit(collectors, start)
    each = yuan[1] * payers[1] / 8
    accounts = [stage.account(person, start, wallet=wallet, yuan=each) for person in people]
    stage.name_accounts(*accounts)
    shared = int(stage.world.people.device[people[0]])
    taken = [0.0] * len(accounts)
    count = int(rng.integers(payers[0], payers[1] + 1))
    away = stage.outsiders(count // 3)
    near = [
        stage.account(person, start, wallet=0.5, yuan=yuan[1]) for person in stage.anybody(count - len(away), start)
    ]
    for number, payer in enumerate(away + near):
        which = number % len(accounts)
        if payer == accounts[which]:
            continue
        amount = stage.sum_between(*yuan)
        taken[which] += amount
        stage.pay(start + float(rng.random()) * span * DAY, payer, accounts[which], amount, purpose=purpose)
    for account, total in zip(accounts, taken, strict=True):
        _drain(stage, account, total, start, span, drain, shared if collectors > 1 else None)


def _drain(stage: Stage, account: int, total: float, start: int, span: float, how: str, device: int | None) -> None:
    """What was collected leaves: in one to three sums, each evening in part, or as notes from machines."""
    rng = stage.rng
    if how == "one_sum":
        sinks = stage.outsiders(int(rng.integers(1, 4)))
        left = total * float(rng.uniform(0.88, 0.99))
        for number, sink in enumerate(sinks):
            time = start + span * DAY + float(rng.uniform(0.1, 9.0)) * HOUR + number * 300_000
            stage.pay(time, account, sink, left / len(sinks), device=device)
    elif how == "each_evening":
        sinks = stage.outsiders(2)
        evenings = max(2, int(span))
        for evening in range(evenings):
            part = total / evenings * float(rng.uniform(0.7, 0.95))
            stage.pay(
                start + (evening + 0.95) * DAY * span / evenings, account, sinks[evening % 2], part, device=device
            )
    else:
        cash = int(stage.world.accounts.cash([account])[0])
        notes = min(total * 0.95, 4_000_000.0)
        for number in range(max(1, int(notes // 900_000))):
            # Machines give at most 20,000 yuan a day; 5,000 to 10,000 at a time
            time = start + span * DAY + number * float(rng.uniform(0.2, 5.0)) * HOUR
            amount = int(rng.integers(50, 100)) * 10_000
            stage.pay(time, account, cash, amount, purpose="withdraw", channel="atm", funding="cash")


SCHEME = Scheme(
    name="fan_in",
    label="laundering",
    share=0.17,
    variants={
        "plain": _collect,
        "slow_week": lambda stage: _collect(stage, payers=(10, 15), days=(5.5, 6.8), drain="each_evening"),
        # Fewer than the ten payers that the usual rule asks for
        "few_payers": lambda stage: _collect(stage, payers=(6, 9), yuan=(3_000, 30_000)),
        "shop_front": lambda stage: _collect(stage, payers=(14, 35), yuan=(100, 2_000), purpose="goods", wallet=0.8),
        "two_collectors": lambda stage: _collect(stage, payers=(16, 26), collectors=2),
        "cash_out": lambda stage: _collect(stage, yuan=(500, 5_000), drain="notes", wallet=0.0),
        "round_tickets": lambda stage: _collect(
            stage, payers=(20, 45), yuan=(95, 105), drain="each_evening", wallet=0.9
        ),
    },
)

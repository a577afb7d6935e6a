"""Telecom fraud: the victim pays a stranger's account of their own will, in large sums, and it is emptied at once."""

from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _mule(stage: Stage, at: int) -> int:
    """The account that takes the money; named in the truth."""
    account = stage.account(stage.recruit(1, at)[0], at)
    stage.name_accounts(account)
    return account


def _empty(stage: Stage, account: int, amount: float, time: float, *, hands: int = 2) -> None:
    """Within half an hour everything goes on to a few accounts elsewhere."""
    for number, sink in enumerate(stage.outsiders(hands)):
        when = time + float(stage.rng.uniform(3.0, 28.0)) * 60_000 + number * 60_000
        stage.pay(when, account, sink, amount * 0.98 / hands)


def _authority(stage: Stage, *, victims: tuple[int, int] = (1, 1), sums: tuple[int, int] = (1, 3)) -> None:
    """A false officer: one to three transfers of what the victim has saved."""
    rng = stage.rng
    start = stage.when(30, 9, 16)
    mule = _mule(stage, start)
    for victim in stage.anybody(int(rng.integers(victims[0], victims[1] + 1)), start):
        source = stage.account(victim, start)
        if source == mule:
            continue
        time = start + float(rng.uniform(0.0, 5.0 if victims[1] > 1 else 0.5)) * HOUR
        for _ in range(int(rng.integers(sums[0], sums[1] + 1))):
            # Nobody loses more than was saved
            amount = min(stage.sum_between(15_000, 180_000), int(stage.world.people.income[victim]) * 12)
            stage.pay(time, source, mule, amount)
            _empty(stage, mule, amount, time)
            time += float(rng.uniform(8.0, 50.0)) * 60_000


def _investment(stage: Stage) -> None:
    """A false investment: small sums that come back with a gain, then larger and larger ones that do not."""
    rng = stage.rng
    start = stage.when(9 * 24, 19, 22)
    mule = _mule(stage, start)
    source = stage.account(stage.anybody(1, start)[0], start)
    amount = float(stage.sum_between(500, 2_000))
    for step in range(int(rng.integers(4, 7))):
        time = start + step * DAY * float(rng.uniform(1.0, 1.4))
        stage.pay(time, source, mule, amount)
        if step < 2:
            stage.pay(time + 20 * HOUR, mule, source, amount * 1.08)
        else:
            _empty(stage, mule, amount, time, hands=1)
        amount = min(amount * float(rng.uniform(2.2, 4.0)), 15_000_000.0)


def _tasks(stage: Stage) -> None:
    """False work: orders to be prepaid, paid back with a commission at first, to a new account for each."""
    rng = stage.rng
    start = stage.when(30, 10, 15)
    victim = stage.anybody(1, start)[0]
    source = stage.account(victim, start, wallet=0.5, yuan=10_000)
    amount = float(stage.sum_between(100, 300))
    time = float(start)
    for step in range(int(rng.integers(5, 8))):
        mule = _mule(stage, start)
        if mule == source:
            continue
        stage.pay(time, source, mule, amount, purpose="goods")
        if step < 3:
            stage.pay(time + 900_000, mule, source, amount * 1.05)
        else:
            _empty(stage, mule, amount, time, hands=1)
        amount = min(amount * float(rng.uniform(1.8, 3.0)), 6_000_000.0)
        time += float(rng.uniform(15.0, 90.0)) * 60_000


def _loan_fee(stage: Stage) -> None:
    """A false lender takes fees in advance from many, small ones, and empties the account in the evening."""
    rng = stage.rng
    start = stage.when(40, 9, 11)
    mule = _mule(stage, start)
    total = 0.0
    for victim in stage.anybody(int(rng.integers(5, 9)), start):
        source = stage.account(victim, start, wallet=0.5, yuan=4_000)
        for fee in range(int(rng.integers(1, 4))):
            if source == mule:
                continue
            amount = stage.sum_between(600, 4_000)
            total += amount
            stage.pay(start + float(rng.uniform(0.0, 9.0)) * HOUR + fee * 400_000, source, mule, amount, purpose="fee")
    _empty(stage, mule, total, start + 11 * HOUR, hands=1)


SCHEME = Scheme(
    name="telecom_fraud",
    label="fraud",
    share=0.08,
    variants={
        "authority": _authority,
        "several_victims": lambda stage: _authority(stage, victims=(4, 7), sums=(1, 2)),
        "investment": _investment,
        "tasks": _tasks,
        "loan_fee": _loan_fee,
    },
)

"""Chains of mules: each account passes on what it got, within minutes, hours or a night, through several hands."""

from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _chain(
    stage: Stage,
    *,
    length: tuple[int, int] = (4, 7),
    minutes: tuple[float, float] = (4.0, 40.0),
    yuan: tuple[float, float] = (15_000, 300_000),
    keep: tuple[float, float] = (0.92, 0.99),
    pieces: tuple[int, int] = (1, 1),
    wallet: float = 0.3,
    ends_in_cash: bool = False,
) -> None:
    """One chain that carries several sums on different days."""
    rng = stage.rng
    count = int(rng.integers(length[0], length[1] + 1))
    start = stage.when(count * minutes[1] / 60 + 4, 7, 20 if minutes[1] < 100 else 9)
    members = [stage.account(person, start, wallet=wallet, yuan=yuan[1]) for person in stage.recruit(count, start)]
    # One hand in the middle may lie in another province; never two in a row, which nobody would report
    if count > 4 and rng.random() < 0.5:
        members[2] = stage.outsiders(1)[0]
    stage.name_accounts(*members)
    first, last = stage.outsiders(2)
    for _ in range(int(rng.integers(1, 5))):
        amount = float(stage.sum_between(*yuan))
        time = float(start)
        stage.pay(time, first, members[0], amount)
        targets = [*members[1:], last]
        if ends_in_cash:
            targets[-1] = int(stage.world.accounts.cash([members[-1]])[0])
        for payer, payee in zip(members, targets, strict=True):
            time += float(rng.uniform(*minutes)) * 60_000
            amount *= float(rng.uniform(*keep))
            _forward(stage, payer, payee, amount, time, int(rng.integers(pieces[0], pieces[1] + 1)))
        start += int(rng.uniform(20, 100) * HOUR)


def _forward(stage: Stage, payer: int, payee: int, amount: float, time: float, pieces: int) -> None:
    """One hand passes it on, in one sum or several; notes only up to what a counter hands out unasked."""
    notes = stage.world.accounts.party[payee] < 0
    if notes:
        amount = min(amount, 4_600_000.0)
        stage.pay(time, payer, payee, amount // 10_000 * 10_000, purpose="withdraw", channel="counter", funding="cash")
        return
    for piece in range(pieces):
        stage.pay(time + piece * 120_000, payer, payee, amount / pieces)


SCHEME = Scheme(
    name="pass_through",
    label="laundering",
    share=0.13,
    variants={
        "plain": _chain,
        "some_hours": lambda stage: _chain(stage, minutes=(90.0, 300.0), length=(4, 5)),
        "in_pieces": lambda stage: _chain(stage, pieces=(2, 4), length=(4, 5)),
        "over_nights": lambda stage: _chain(stage, minutes=(1_000.0, 1_700.0), length=(4, 5)),
        # Less than the nine tenths that the usual rule asks for
        "part_kept": lambda stage: _chain(stage, keep=(0.66, 0.82)),
        "small_sums": lambda stage: _chain(stage, yuan=(1_500, 8_000), wallet=0.8),
        "ends_in_cash": lambda stage: _chain(stage, ends_in_cash=True, wallet=0.0),
    },
)

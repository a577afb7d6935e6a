"""Cycles: money goes round three to six accounts and comes back to where it began, a little less each time.

Textbook rings close within hours with large sums; the others are small, costly, slow, split, or look like trade.
"""

from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _ring(
    stage: Stage,
    *,
    length: tuple[int, int] = (3, 5),
    hours: tuple[float, float] = (2.0, 8.0),
    yuan: tuple[float, float] = (20_000, 300_000),
    keep: tuple[float, float] = (0.965, 0.995),
    wallet: float = 0.15,
    pieces: int = 1,
    goods: bool = False,
) -> None:
    """One ring that sends several sums round, a round every few days."""
    rng = stage.rng
    span = float(rng.uniform(*hours))
    start = stage.when(span, 7, 14 if span < 9 else 3)
    count = int(rng.integers(length[0], length[1] + 1))
    members = [stage.account(person, start, wallet=wallet, yuan=yuan[1]) for person in stage.recruit(count, start)]
    stage.name_accounts(*members)
    for turn in range(int(rng.integers(2, 6))):
        amount = float(stage.sum_between(*yuan))
        if turn == 0 and rng.random() < 0.7:
            stage.pay(start - float(rng.uniform(1.0, 20.0)) * HOUR, stage.outsiders(1)[0], members[0], amount * 1.05)
        cuts = sorted(float(rng.uniform(0.02, 0.98)) for _ in range(len(members) - 2))
        for hop, at in enumerate((0.0, *cuts, 1.0)):
            payer, payee = members[hop], members[(hop + 1) % len(members)]
            parts = int(rng.integers(2, pieces + 1)) if pieces > 1 and rng.random() < 0.7 else 1
            for part in range(parts):
                # Exact halves would be too easy to see
                share = amount / parts * (1.0 + (0.1 if part % 2 else -0.1) * (parts == 2))
                purpose = ("goods", "services")[hop % 2] if goods else "transfer"
                stage.pay(start + at * span * HOUR + part * 90_000, payer, payee, share, purpose=purpose)
            if goods:
                _shop_beside(stage, payer, start + at * span * HOUR)
            amount *= float(rng.uniform(*keep))
        start += int(rng.uniform(22, 110) * HOUR)


def _shop_beside(stage: Stage, payer: int, time: float) -> None:
    """An ordinary purchase between two hops."""
    shop = int(stage.rng.choice(stage.world.shops.wallet))
    stage.pay(time + 1_200_000, payer, shop, stage.sum_between(20, 400), purpose="goods", planted=False)


SCHEME = Scheme(
    name="cycle",
    label="laundering",
    share=0.13,
    variants={
        "plain": _ring,
        "six_accounts": lambda stage: _ring(stage, length=(6, 6), hours=(9.0, 21.0)),
        # Below the 10,000 yuan a hop that the usual rule asks for
        "small_sums": lambda stage: _ring(stage, length=(3, 4), yuan=(2_500, 9_500), wallet=0.7),
        "costly": lambda stage: _ring(stage, keep=(0.84, 0.92)),
        "in_pieces": lambda stage: _ring(stage, pieces=3),
        # Longer than the day that a short search looks back
        "over_days": lambda stage: _ring(stage, hours=(34.0, 66.0)),
        "behind_goods": lambda stage: _ring(stage, yuan=(2_000, 18_000), wallet=0.6, goods=True),
    },
)

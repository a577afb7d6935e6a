"""Scatter and gather: a source pays several middles, and they pay one sink, so that no single path shows the sum."""

from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _spread(
    stage: Stage,
    *,
    middles: tuple[int, int] = (3, 8),
    hours: tuple[float, float] = (2.0, 12.0),
    yuan: tuple[float, float] = (30_000, 500_000),
    forwarded: tuple[float, float] = (0.93, 0.99),
    wallet: float = 0.2,
    sink_firm: bool = False,
    strangers: float = 0.35,
    rounds: tuple[int, int] = (1, 3),
) -> None:
    """One source, its middles and its sink, for one to three rounds."""
    rng = stage.rng
    span = float(rng.uniform(*hours))
    start = stage.when(span + 6, 8, 13)
    count = int(rng.integers(middles[0], middles[1] + 1))
    people = stage.recruit(count + 2, start)
    source, sink, *rest = (stage.account(person, start, wallet=wallet, yuan=yuan[1]) for person in people)
    if sink_firm:
        sink = stage.company()
    # Middles in other provinces are reported by the two ends all the same
    away = stage.outsiders(len(rest))
    chain = [other if rng.random() < strangers else own for own, other in zip(rest, away, strict=True)]
    stage.name_accounts(source, sink, *chain)
    for _ in range(int(rng.integers(rounds[0], rounds[1] + 1))):
        total = float(stage.sum_between(*yuan))
        if rng.random() < 0.7:
            stage.pay(start - float(rng.uniform(0.5, 20.0)) * HOUR, stage.outsiders(1)[0], source, total * 1.03)
        shares = rng.dirichlet([8.0] * len(chain))
        for middle, share in zip(chain, shares.tolist(), strict=True):
            if middle in {source, sink}:
                continue
            amount = total * share // 100 * 100
            out = start + float(rng.uniform(0.0, 0.35)) * span * HOUR
            back = start + float(rng.uniform(0.45, 1.0)) * span * HOUR
            stage.pay(out, source, middle, amount)
            stage.pay(
                back,
                middle,
                sink,
                amount * float(rng.uniform(*forwarded)),
                purpose="goods" if sink_firm else "transfer",
            )
        start += int(rng.uniform(30, 130) * HOUR)


SCHEME = Scheme(
    name="scatter_gather",
    label="laundering",
    share=0.13,
    variants={
        "plain": _spread,
        "ten_middles": lambda stage: _spread(stage, middles=(9, 10), hours=(6.0, 18.0)),
        "within_an_hour": lambda stage: _spread(stage, hours=(0.4, 0.95), middles=(3, 5)),
        # The middles wait longer than the day that a short search looks back
        "late_gather": lambda stage: _spread(stage, hours=(60.0, 110.0)),
        "part_kept": lambda stage: _spread(stage, forwarded=(0.55, 0.75)),
        "small_sums": lambda stage: _spread(stage, yuan=(4_000, 20_000), wallet=0.8),
        "to_a_firm": lambda stage: _spread(stage, sink_firm=True),
    },
)

"""Distribution: one large credit, split within hours or days over many accounts.

It looks like payroll, and in one variant says so; but the hub is a person, the credit came just before, and the payees
are strangers to each other.
"""

from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.schemes.stage import Scheme, Stage


def _distribute(
    stage: Stage,
    *,
    payees: tuple[int, int] = (11, 28),
    hours: tuple[float, float] = (1.0, 8.0),
    yuan: tuple[float, float] = (40_000, 400_000),
    purpose: str = "transfer",
    first_share: float = 0.0,
    layers: int = 1,
    credit: bool = True,
) -> None:
    """One hub: the credit, then the payments out; with two layers some payees split on."""
    rng = stage.rng
    span = float(rng.uniform(*hours))
    start = stage.when(span + 12, 8, 14)
    hub = stage.account(stage.recruit(1, start)[0], start)
    stage.name_accounts(hub)
    total = float(stage.sum_between(*yuan))
    source = stage.outsiders(1)[0] if rng.random() < 0.6 else stage.company()
    if credit:
        stage.pay(start, source, hub, total, purpose="transfer")
    _split(stage, hub, total * float(rng.uniform(0.9, 0.99)), start, span, payees, purpose, first_share, layers)


def _split(
    stage: Stage,
    hub: int,
    total: float,
    start: float,
    span: float,
    payees: tuple[int, int],
    purpose: str,
    first_share: float,
    layers: int,
) -> None:
    """Payments from a hub to many, uneven, within the span."""
    rng = stage.rng
    count = int(rng.integers(payees[0], payees[1] + 1))
    away = stage.outsiders(count // 2)
    near = [
        stage.account(person, int(start), wallet=0.3, yuan=5_000)
        for person in stage.anybody(count - len(away), int(start))
    ]
    shares = rng.dirichlet([6.0] * count) * (1.0 - first_share)
    shares[0] += first_share
    below: list[tuple[int, float]] = []
    for payee, share in zip(near + away, shares.tolist(), strict=False):
        if payee == hub:
            continue
        time = start + (0.05 + 0.95 * float(rng.random())) * span * HOUR
        stage.pay(time, hub, payee, total * share // 100 * 100, purpose=purpose)
        below.append((payee, total * share))
    if layers > 1:
        for payee, amount in below[:2]:
            stage.name_accounts(payee)
            _split(stage, payee, amount * 0.95, start + span * HOUR, span, (5, 8), purpose, 0.0, 1)


SCHEME = Scheme(
    name="fan_out",
    label="laundering",
    share=0.13,
    variants={
        "plain": _distribute,
        "as_wages": lambda stage: _distribute(stage, purpose="salary", payees=(12, 24)),
        "over_days": lambda stage: _distribute(stage, hours=(50.0, 140.0), payees=(10, 18)),
        # One payee gets more than the three tenths that the usual rule allows
        "one_large": lambda stage: _distribute(stage, first_share=0.42),
        "two_layers": lambda stage: _distribute(stage, payees=(6, 9), layers=2),
        "few_payees": lambda stage: _distribute(stage, payees=(6, 9)),
        "from_savings": lambda stage: _distribute(stage, credit=False, yuan=(20_000, 90_000)),
    },
)

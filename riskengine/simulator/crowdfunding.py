"""Crowdfunding: rewards, charity for the sick and a few equity projects, filled by many small payers in days.

A charity case is the innocent twin of a collector account: hundreds of strangers pay one account within a week, and the
sum goes out in one payment when the case closes.
"""

import numpy as np

from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.world import World

# type, share of projects, usual backers, usual ticket in fen
_KINDS = (
    ("reward", 0.45, 40, 9_900),
    ("donation", 0.45, 70, 3_000),
    ("equity", 0.1, 14, 2_000_000),
)
_TEXTS = {
    "reward": "支持新品首发，达标后按档位寄送产品",
    "donation": "为治病筹款，善款由托管账户统一拨付",
    "equity": "股权项目，仅向合格投资者开放",
}


def raise_funds(world: World) -> None:
    """All projects of the time simulated: published, filled, then closed and paid out, or failed and given back."""
    rng = world.setup.random("crowdfunding")
    platforms = world.by_line["crowdfunding"]
    count = max(3 * len(platforms), round(len(world.people) * world.rhythm.days / 5_500))
    kinds = rng.choice(len(_KINDS), count, p=[kind[1] for kind in _KINDS])
    for number in range(count):
        platform = platforms[number % len(platforms)]
        kind = _KINDS[number % 3] if number < 3 else _KINDS[int(kinds[number])]
        start = world.rhythm.begin + int(rng.uniform(0.0, max(0.5, world.rhythm.days - 3)) * DAY)
        _project(world, rng, platform, kind, start)


def _project(
    world: World, rng: np.random.Generator, platform: Platform, kind: tuple[str, float, int, int], start: int
) -> None:
    """One project from its first day to its last."""
    name, _, usual, ticket = kind
    people = world.people
    able = np.flatnonzero(people.income > (900_000 if name == "equity" else 100_000))
    backers = rng.choice(able, min(len(able), 3 + int(rng.poisson(usual * rng.lognormal(0, 0.5)))), replace=False)
    issuer = int(rng.integers(0, len(people)))
    firm = int(rng.integers(0, len(world.firms.bank)))
    party, account = (
        (int(people.party[issuer]), int(people.bank[issuer]))
        if name == "donation"
        else (int(world.firms.party[firm]), int(world.firms.bank[firm]))
    )
    days = int(rng.integers(3, 15))
    steps = rng.choice([1, 1, 2, 3, 5], len(backers))
    amounts = np.maximum(ticket * steps * np.exp(0.5 * rng.standard_normal(len(backers))), 1_000)
    amounts = amounts.astype(np.int64) // 1_000 * 1_000
    target = int(amounts.sum() * rng.choice([0.9, 1.0, 1.6], p=[0.4, 0.4, 0.2]))
    project_id = world.number("CP")
    custody = world.houses[platform.index].pool
    fields = {
        "project_id": project_id,
        "project_type": name,
        "region": f"{world.parties.region[party]:06d}",
        "issuer_id": world.parties.party_id[party],
        "issuer_type": "person" if name == "donation" else "org",
        "target_minor": target,
        "description": _TEXTS[name],
        "over_funding_rule": True,
        "open_to_public": name != "equity",
        "kyc_gate": name == "equity",
        "custodian_id": world.platforms[world.accounts.platform[custody]].org,
        "published_at": platform.stamp(start),
        "text_simhash": f"{int(rng.integers(0, 1 << 62)):016x}",
    }
    world.records.add("project", start, platform.index, {**fields, "status": "published", "raised_minor": 0})
    # Most come in the first two days, when friends pass the link on
    when = start + 60_000 + (np.minimum(rng.exponential(0.25, len(backers)), 0.98) * days * DAY).astype(np.int64)
    _back(world, rng, platform, project_id, backers, when, amounts, name)
    end = start + days * DAY
    raised = int(amounts[when < end].sum())
    done = {"project_id": project_id, "raised_minor": raised, "investors": len(backers)}
    done["closed_at"] = platform.stamp(end)
    success = raised * 10 >= target * 8 or name == "donation"
    world.records.add("project", end, platform.index, {**done, "status": "closed" if success else "failed"})
    link = world.ledger.links([f',"project_id":"{project_id}"'])
    if success:
        world.ledger.add(
            np.array([end + int(rng.integers(2, 30)) * HOUR]),
            custody,
            account,
            raised - raised // 100,
            purpose="donation" if name == "donation" else "other",
            channel="online",
            reporter=platform.index,
            side="in",
            link=link,
        )
        return
    world.ledger.add(
        end + rng.integers(HOUR, 20 * HOUR, len(backers)),
        custody,
        people.bank[backers],
        amounts,
        purpose="redeem",
        channel="online",
        reporter=platform.index,
        side="in",
        link=int(link[0]),
    )


def _back(
    world: World,
    rng: np.random.Generator,
    platform: Platform,
    project_id: str,
    backers: np.ndarray,
    when: np.ndarray,
    amounts: np.ndarray,
    kind: str,
) -> None:
    """The backers' payments into custody, and an `invest` for each that is no gift."""
    people = world.people
    device, ip = world.gadgets(rng, backers)
    link = int(world.ledger.links([f',"project_id":"{project_id}"'])[0])
    movements = world.ledger.add(
        when,
        people.bank[backers],
        world.houses[platform.index].pool,
        amounts,
        purpose="donation" if kind == "donation" else "invest",
        reporter=platform.index,
        side="out",
        device=device,
        ip=ip,
        link=link,
    )
    if kind == "donation":
        return
    for person, time, amount, movement in zip(
        backers.tolist(), when.tolist(), amounts.tolist(), movements.tolist(), strict=True
    ):
        fields = {
            "investor_id": world.parties.party_id[int(people.party[person])],
            "region": f"{int(people.county[person]):06d}",
            "amount_minor": amount,
            "status": "settled",
            "investor_type": "person",
            "project_id": project_id,
            "channel": "app",
            "money_source": "own",
            "payment_id": world.payment_id(movement),
        }
        world.records.add("invest", time, platform.index, fields)

"""Wealth management: funds on sale, their daily value, and savers who buy, get interest and take money out.

A money fund gives small sums back at once (T0, at most 10,000 yuan a day) and larger ones the next working day; riskier
products ask for a rating first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.world import World

# type, offering, structure, asset class, risk 1 to 5, yearly yield in ppm
_SHELF = (
    ("money_fund", "public", "open", "cash", 1, 22_000),
    ("fund", "public", "open", "mixed", 3, 60_000),
    ("fund", "public", "open", "equity", 4, 90_000),
    ("bank_wealth", "public", "closed", "fixed_income", 2, 38_000),
)


@dataclass(frozen=True, slots=True)
class Product:
    """One thing on sale."""

    product_id: str
    platform: Platform
    product_type: str
    risk: int
    yield_ppm: int
    account: int


def offer(world: World) -> list[Product]:
    """Put the products on the shelves and report their values on working days.

    Returns
    -------
    list of Product
        Each platform's shelf; the first of a platform is its money fund.
    """
    rng = world.setup.random("offer")
    rhythm = world.rhythm
    shelf: list[Product] = []
    for platform in world.by_line["wealth_management"]:
        house = world.houses[platform.index]
        for kind, offering, structure, asset_class, risk, yield_ppm in _SHELF:
            product = Product(world.number("PD"), platform, kind, risk, yield_ppm, house.pool)
            shelf.append(product)
            fields: dict[str, object] = {
                "product_id": product.product_id,
                "status": "on_sale",
                "product_type": kind,
                "offering": offering,
                "structure": structure,
                "asset_class": asset_class,
                "term_days": 180 if structure == "closed" else None,
                "risk_class": risk,
                "separate_account": True,
                "rolling_issue": False,
                "split_maturity": False,
                "nav_linked": True,
                "promises_principal": False,
                "manager_org": world.party_of(house.own),
                "issuer_org": world.party_of(house.own),
                "terms_text": "净值型产品，不保证本金和收益，投资须谨慎",
            }
            world.records.add("product", rhythm.begin + int(rng.integers(0, HOUR)), platform.index, fields)
            value = 1_000_000
            for day in np.flatnonzero(rhythm.working).tolist():
                value = int(value * (1 + yield_ppm / 365e6 + (risk - 1) * 0.002 * float(rng.standard_normal())))
                value = 1_000_000 if kind == "money_fund" else value
                daily = {
                    "product_id": product.product_id,
                    "status": "on_sale",
                    "nav_e6": value,
                    "nav_date": rhythm.dates[day].isoformat(),
                }
                time = int(rhythm.day_start(day)) + 18 * HOUR + int(rng.integers(0, HOUR))
                world.records.add("product", time, platform.index, daily)
    return shelf


def save(world: World, shelf: list[Product]) -> None:
    """Savers buy after pay day, mostly the money fund, and take out what they need."""
    rng = world.setup.random("save")
    people, rhythm = world.people, world.rhythm
    savers = np.flatnonzero((people.income > 380_000) & (people.joined == rhythm.begin))
    savers = savers[rng.random(len(savers)) < 0.38]
    for product in shelf:
        share = 0.36 if product.product_type == "money_fund" else 0.07
        holders = savers[rng.random(len(savers)) < share]
        if product.risk > 1:
            holders = _rate(world, rng, product, holders)
        bought = _move(world, rng, product, holders, "invest", 0.045)
        _move(world, rng, product, np.intersect1d(bought, holders), "redeem", 0.03)


def _rate(world: World, rng: np.random.Generator, product: Product, holders: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ratings of those who want a product with risk; who fails does not buy."""
    passed = rng.random(len(holders)) < 0.9
    for person, good in zip(holders.tolist(), passed.tolist(), strict=True):
        time = world.rhythm.begin + int(rng.integers(0, HOUR))
        fields = {
            "investor_id": world.parties.party_id[int(world.people.party[person])],
            "status": "passed" if good else "failed",
            "product_id": product.product_id,
            "investor_rating": min(5, product.risk + int(rng.integers(0, 2))) if good else max(1, product.risk - 1),
            "product_risk": product.risk,
            "assessed_at": product.platform.stamp(time),
            "expires_at": product.platform.stamp(time + 365 * DAY),
        }
        world.records.add("suitability", time, product.platform.index, fields)
    return holders[passed]


def _move(
    world: World, rng: np.random.Generator, product: Product, holders: NDArray[np.int64], kind: str, rate: float
) -> NDArray[np.int64]:
    """Purchases or redemptions of a product, each with its payment; gives who made one."""
    people, rhythm = world.people, world.rhythm
    who = np.repeat(holders, rng.poisson(rate * rhythm.days, len(holders)))
    if len(who) == 0:
        return who
    day = rhythm.pick_days(rng, len(who), "business" if product.risk > 1 else "private")
    asked = rhythm.moments(rng, day, "evening")
    amount = people.income[who] * np.exp(rng.normal(-1.2, 0.8, len(who))) * (1.0 if kind == "invest" else 1.3)
    amount = np.maximum(amount.astype(np.int64) // 10_000 * 10_000, 10_000)
    # CSRC and PBOC 2018 No. 10: at most 10,000 yuan a day at once; half of it leaves room for a second one
    at_once = (product.product_type == "money_fund") & (amount <= 500_000) & (kind == "redeem")
    settled = asked + np.where(at_once | (kind == "invest"), 60_000, 20 * HOUR) + rng.integers(0, HOUR, len(who))
    device, ip = world.gadgets(rng, who)
    payer, payee = people.bank[who], np.full(len(who), product.account)
    if kind == "redeem":
        payer, payee = payee, payer
    movements = world.ledger.add(
        settled,
        payer,
        payee,
        amount,
        purpose=kind,
        reporter=product.platform.index,
        side="out" if kind == "invest" else "in",
        device=device,
        ip=ip,
    )
    for row, person in enumerate(who.tolist()):
        fields: dict[str, object] = {
            "investor_id": world.parties.party_id[int(people.party[person])],
            "region": f"{int(people.county[person]):06d}",
            "amount_minor": int(amount[row]),
            "status": "settled",
            "investor_type": "person",
            "product_id": product.product_id,
            "product_type": product.product_type,
            "requested_at": product.platform.stamp(int(asked[row])),
            "settled_at": product.platform.stamp(int(settled[row])),
            "payment_id": world.payment_id(int(movements[row])),
        }
        if kind == "invest":
            fields |= {"channel": "app", "sale_platform_owner": "self", "money_source": "own"}
        else:
            fields |= {
                "mode": "T0" if at_once[row] else "T1",
                "sales_org": product.platform.org,
                "shortfall_paid_by": "none",
                "to_account": world.accounts.vertex[int(people.bank[person])],
            }
        world.records.add(kind, int(settled[row]), product.platform.index, fields)
    return who

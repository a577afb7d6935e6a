"""Who borrows, from how many lenders, how much, and who can no longer pay.

Borrowers of several platforms, with instalments that are high for their income, fail more often: that is what a credit
model can find. All innocent debts stay below the caps on network loans.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from riskengine.simulator.lending import Loan, apply, instalments, issue, repay
from riskengine.simulator.people import STUDENT
from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.world import World

NEVER = 1 << 61

# By line: usual size and most in fen, instalments at least and most, rate per year at least and most in ppm
_TERMS = {
    "network_lending": (1_500_000, 12_000_000, 3, 12, 80_000, 155_000),
    "micro_credit": (800_000, 5_000_000, 2, 6, 120_000, 150_000),
    "network_banking": (3_000_000, 19_000_000, 6, 24, 48_000, 110_000),
}
_PURPOSES = ("consumption", "housing", "vehicle", "education", "medical", "business")

Lender = Callable[[World, np.random.Generator, Loan, int, int, bool], None]


@dataclass(frozen=True, slots=True)
class Debtor:
    """One who borrows: the party, the account, what comes in a month, and when the money ends."""

    party: int
    account: int
    income: int
    fails_at: int
    scale: float
    device: str | None


def borrow(world: World, lend_through: dict[str, Lender]) -> None:
    """All innocent loans: the opening book, and the applications of the time simulated.

    Parameters
    ----------
    lend_through : dict of str to callable
        Lines whose loans are made by somebody else's hand (network lending, with its investors).
    """
    rng = world.setup.random("borrow")
    people = world.people
    adults = np.flatnonzero((people.role != STUDENT) & (people.joined == world.rhythm.begin))
    for person in adults[rng.random(len(adults)) < 0.24].tolist():
        lenders = _lenders(rng, world)
        income = int(people.income[person])
        debtor = Debtor(
            party=int(people.party[person]),
            account=int(people.bank[person]),
            income=income,
            fails_at=_failure(rng, world, len(lenders), income),
            scale=min(2.5, income / 600_000),
            device=world.devices[int(people.device[person])],
        )
        for platform in lenders:
            _borrow_once(rng, world, debtor, platform, lend_through)
    for firm in np.flatnonzero(rng.random(len(world.firms.bank)) < 0.5).tolist():
        debtor = Debtor(
            party=int(world.firms.party[firm]),
            account=int(world.firms.bank[firm]),
            income=20_000_000,
            fails_at=_failure(rng, world, 1, 20_000_000),
            scale=6.0,
            device=None,
        )
        for platform in _lenders(rng, world)[:2]:
            _borrow_once(rng, world, debtor, platform, lend_through)


def _lenders(rng: np.random.Generator, world: World) -> list[Platform]:
    """One lender for most, up to five for some; never the same twice."""
    count = int(rng.choice([1, 2, 3, 4, 5], p=[0.66, 0.18, 0.09, 0.05, 0.02]))
    lines = rng.choice(list(_TERMS), count, p=[0.42, 0.3, 0.28])
    chosen: list[Platform] = []
    for line in lines.tolist():
        platforms = world.by_line[line]
        platform = platforms[int(rng.integers(0, len(platforms)))]
        if platform not in chosen:
            chosen.append(platform)
    return chosen


def _failure(rng: np.random.Generator, world: World, lenders: int, income: int) -> int:
    """When the borrower's money ends; never for most, sooner with many lenders and a small income."""
    odds = -2.5 + 0.75 * (lenders - 1) - 0.9 * np.log(income / 600_000) + 0.5 * rng.standard_normal()
    if rng.random() >= 1.0 / (1.0 + np.exp(-odds)):
        return NEVER
    return world.rhythm.begin + int(rng.uniform(-50, world.rhythm.days)) * DAY


def _borrow_once(
    rng: np.random.Generator, world: World, debtor: Debtor, platform: Platform, lend_through: dict[str, Lender]
) -> None:
    """One loan of one borrower: from the opening book, or applied for on the way."""
    line = platform.line or ""
    usual, most, shortest, longest, low, high = _TERMS[line]
    count = int(rng.integers(shortest, longest + 1))
    principal = int(min(most, usual * debtor.scale * float(rng.lognormal(0.0, 0.7)), debtor.income * 8))
    principal = max(100_000, principal // 100_000 * 100_000)
    opening = rng.random() < 0.55
    rhythm = world.rhythm
    if opening:
        # The next instalment falls within the month; some instalments of those who failed lie before the first day
        first_due = rhythm.begin + int(rng.integers(-20 if debtor.fails_at < rhythm.begin else 0, 30)) * DAY
        time = rhythm.begin + int(rng.integers(0, HOUR))
        signed_at = min(first_due, rhythm.begin) - int(rng.integers(20, 200)) * DAY
    else:
        day = np.array([int(rng.integers(0, rhythm.days))])
        time = int(rhythm.moments(rng, day, "day")[0])
        signed_at = time - HOUR // 6
        first_due = int(rhythm.day_start(day)[0]) + 30 * DAY
    loan = Loan(
        loan_id=world.number("LN"),
        platform=platform,
        borrower=debtor.party,
        account=debtor.account,
        lender_account=world.houses[platform.index].pool,
        principal=principal,
        rate_ppm=int(rng.integers(low // 1000, high // 1000)) * 1000,
        signed_at=signed_at,
        schedule=[],
        lenders=(platform.org,),
        extra=_extra(rng, platform, debtor, principal),
    )
    loan.schedule = instalments(principal, loan.rate_ppm, first_due, count, 30)
    lender = lend_through.get(line)
    if lender is not None:
        lender(world, rng, loan, time, debtor.fails_at, opening)
        return
    if not opening:
        outcome = str(rng.choice(["issued", "refused", "cancelled"], p=[0.72, 0.22, 0.06]))
        apply(world, loan, time - int(rng.integers(HOUR // 4, DAY)), outcome, device=debtor.device)
        if outcome != "issued":
            return
    issue(world, loan, time, paid=not opening)
    if not opening:
        spend_loan(world, rng, loan, time)
    repay(world, rng, loan, fails_at=debtor.fails_at)


def spend_loan(world: World, rng: np.random.Generator, loan: Loan, time: int) -> None:
    """Most of the money is spent within days, some of it within the hour: money in and out, and innocent."""
    if rng.random() < 0.25:
        return
    parts = int(rng.integers(1, 4))
    sellers = world.firms.bank[rng.integers(0, len(world.firms.bank), parts)]
    sellers = np.where(sellers == loan.account, world.outside.firms[0], sellers)
    world.ledger.add(
        time + (rng.exponential(1.2, parts) * DAY).astype(np.int64) + 10 * 60_000,
        loan.account,
        sellers,
        np.maximum((loan.principal * rng.uniform(0.3, 0.9) / parts * np.ones(parts)).astype(np.int64), 100),
        purpose="goods",
    )


def _extra(rng: np.random.Generator, platform: Platform, debtor: Debtor, principal: int) -> dict[str, object]:
    """Fields of the issue that differ by line."""
    firm = debtor.device is None
    fields: dict[str, object] = {
        "purpose": "business" if firm else _PURPOSES[int(rng.choice(6, p=[0.55, 0.1, 0.1, 0.1, 0.07, 0.08]))],
        "channel": "own_app" if platform.line != "network_banking" else "own_web",
        "secured": "none",
        "device_id": debtor.device,
    }
    if platform.line == "network_banking":
        fields["credit_limit_minor"] = min(20_000_000, principal * 3 // 2) if not firm else principal * 2
    return fields

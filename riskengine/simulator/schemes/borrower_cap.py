"""Borrowers of network loans beyond the caps: 200,000 yuan on a platform, a million in all, five times that for firms.

The caps are those of the measures of 2016, article 17. Variants hide the sum behind a second certificate or a relative.
"""

import numpy as np

from riskengine.simulator.lending import Loan, instalments, issue
from riskengine.simulator.network_lending import LAST_DAY, Market
from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR, day_of
from riskengine.simulator.schemes.stage import Scheme, Stage
from riskengine.simulator.vocabulary import PERSON


def lend(stage: Stage, platform: Platform, party: int, account: int, yuan: int, time: int) -> Loan | None:
    """One loan of a scheme on a network platform, filled by innocent lenders; None once the line is closed."""
    world, rng = stage.world, stage.rng
    if day_of(time) > LAST_DAY or time >= world.rhythm.end:
        return None
    market = Market(world)
    loan = Loan(
        loan_id=world.number("LN"),
        platform=platform,
        borrower=party,
        account=account,
        lender_account=world.houses[platform.index].pool,
        principal=yuan * 100,
        rate_ppm=int(rng.integers(90, 150)) * 1000,
        signed_at=time - HOUR // 6,
        schedule=[],
        project_id=world.number("PJ"),
        tag=stage.instance.number,
        extra={"purpose": "business" if rng.random() < 0.5 else "consumption", "channel": "own_app", "secured": "none"},
    )
    first_due = int(world.rhythm.day_start((time - world.rhythm.begin) // DAY)) + 30 * DAY
    loan.schedule = instalments(loan.principal, loan.rate_ppm, first_due, int(rng.integers(6, 13)), 30)
    count = min(len(market.lenders), max(6, yuan // 20_000))
    investors = rng.choice(market.lenders, count, replace=False)
    loan.lenders = [world.parties.party_id[int(world.people.party[i])] for i in investors.tolist()]
    market.publish(world, rng, loan, time)
    market.fill(world, rng, loan, time, investors, rng.dirichlet(np.full(count, 4.0)))
    issue(world, loan, time)
    stage.planted += 1
    stage.instance.name("loan", loan.loan_id)
    stage.instance.name("party", world.parties.party_id[party])
    return loan


def _borrower(stage: Stage, at: int, *, firm: bool) -> tuple[int, int]:
    """Party and account of the one who borrows too much."""
    world = stage.world
    if firm:
        row = int(stage.rng.integers(0, len(world.firms.bank)))
        return int(world.firms.party[row]), int(world.firms.bank[row])
    person = stage.recruit(1, at)[0]
    return int(world.people.party[person]), int(world.people.bank[person])


def _borrow(stage: Stage, *, firm: bool, platforms: int, yuan: tuple[int, int], loans: int, days: float = 12.0) -> None:
    """Several loans on one platform or on many, some days apart; each is below the cap of its platform."""
    rng = stage.rng
    start = max(stage.when(days * 24 + 48, 9, 17), stage.world.rhythm.begin + 3 * DAY)
    party, account = _borrower(stage, start, firm=firm)
    lines = stage.world.by_line["network_lending"]
    order = rng.permutation(len(lines)).tolist()
    for number in range(loans):
        platform = lines[order[number % min(platforms, len(order))]]
        time = start + int(number * days / loans * DAY) + int(rng.integers(0, 6 * HOUR))
        lend(stage, platform, party, account, int(rng.integers(*yuan)) // 100 * 100, time)
    stage.name_accounts(account)


def _second_certificate(stage: Stage) -> None:
    """Half of the loans run on a passport; only the platform's own note joins it to the identity card."""
    rng, world = stage.rng, stage.world
    start = max(stage.when(12 * 24, 9, 17), world.rhythm.begin + 3 * DAY)
    party, account = _borrower(stage, start, firm=False)
    passport = f"PASSPORT:E{int(rng.integers(10_000_000, 99_999_999))}"
    other = world.parties.add(passport, PERSON, world.parties.name[party], world.parties.region[party])
    platform = world.by_line["network_lending"][int(rng.integers(0, len(world.by_line["network_lending"])))]
    fields = {
        "party_id": world.parties.party_id[party],
        "party_type": "person",
        "other_ids": [passport],
        "kyc_status": "full",
    }
    world.records.add("party", start - DAY, platform.index, fields)
    for number in range(4):
        borrower = other if number % 2 else party
        lend(stage, platform, borrower, account, int(rng.integers(550, 900)) * 100, start + number * 2 * DAY)
    stage.name_accounts(account)


def _through_kin(stage: Stage) -> None:
    """Three relatives borrow below the cap each, and all of it reaches one account within the day."""
    rng, world = stage.rng, stage.world
    start = max(stage.when(8 * 24, 9, 17), world.rhythm.begin + 3 * DAY)
    people = stage.recruit(3, start)
    head = int(world.people.bank[people[0]])
    platform = world.by_line["network_lending"][int(rng.integers(0, len(world.by_line["network_lending"])))]
    for number, person in enumerate(people):
        account = int(world.people.bank[person])
        yuan = int(rng.integers(1_300, 1_900)) * 100
        time = start + number * DAY
        if lend(stage, platform, int(world.people.party[person]), account, yuan, time) and account != head:
            stage.pay(time + 5 * HOUR, account, head, yuan * 98, purpose="transfer")
        stage.name_accounts(account)


SCHEME = Scheme(
    name="borrower_cap",
    label="breach",
    share=0.015,
    variants={
        "one_platform": lambda stage: _borrow(stage, firm=False, platforms=1, yuan=(70_000, 110_000), loans=3),
        "many_platforms": lambda stage: _borrow(stage, firm=False, platforms=6, yuan=(176_000, 198_000), loans=6),
        "firm_one_platform": lambda stage: _borrow(stage, firm=True, platforms=1, yuan=(360_000, 560_000), loans=3),
        "firm_many_platforms": lambda stage: _borrow(stage, firm=True, platforms=6, yuan=(880_000, 990_000), loans=6),
        "second_certificate": _second_certificate,
        "through_kin": _through_kin,
    },
)

"""Wages, pensions and allowances: what comes into the people's accounts, on which day of the month.

Payroll is one payer with many payees within an hour, month after month: the innocent twin of a fan-out.
"""

import numpy as np

from riskengine.simulator.people import EMPLOYED, RETIRED, STUDENT
from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.world import World


def pay_wages(world: World) -> None:
    """Each firm pays its staff on its pay day, within two hours of the morning; some firms also on the 25th a bonus."""
    rng = world.setup.random("wages")
    people, firms, rhythm = world.people, world.firms, world.rhythm
    staff = np.flatnonzero((people.role == EMPLOYED) & (people.employer >= 0))
    payday = firms.payday[people.employer[staff]]
    for day_of_month in np.unique(firms.payday).tolist():
        paid = staff[payday == day_of_month]
        if len(paid) == 0:
            continue
        for day_number in rhythm.month_days(int(day_of_month)):
            day = _working_before(world, day_number)
            begin = int(rhythm.day_start(day)) + 9 * HOUR + firms.party % 5 * HOUR // 2
            time = begin[people.employer[paid]] + rng.integers(0, HOUR // 2, len(paid))
            wages = people.income[paid] * (0.94 + 0.12 * rng.random(len(paid)))
            joined = people.joined[paid] < time
            world.ledger.add(
                time[joined],
                firms.bank[people.employer[paid[joined]]],
                people.bank[paid[joined]],
                wages[joined].astype(np.int64),
                purpose="salary",
                channel="online",
            )


def pay_pensions(world: World) -> None:
    """The social security fund pays every pensioner in the middle of the month."""
    rng = world.setup.random("pensions")
    people, rhythm = world.people, world.rhythm
    retired = np.flatnonzero(people.role == RETIRED)
    for day_number in rhythm.month_days(15):
        day = np.full(len(retired), _working_before(world, day_number))
        world.ledger.add(
            rhythm.moments(rng, day, "batch") + 3 * HOUR,
            world.outside.pensions,
            people.bank[retired],
            people.income[retired],
            purpose="salary",
            channel="other",
        )


def send_allowances(world: World) -> None:
    """Parents send students their month's money; parents who live elsewhere send it from outside."""
    rng = world.setup.random("allowances")
    people, rhythm = world.people, world.rhythm
    students = np.flatnonzero(people.role == STUDENT)
    earners = np.flatnonzero(people.role == EMPLOYED)
    first = np.searchsorted(people.household[earners], people.household[students])
    first = np.minimum(first, len(earners) - 1)
    at_home = people.household[earners[first]] == people.household[students]
    elsewhere = world.outside.people[rng.integers(0, len(world.outside.people), len(students))]
    payer = np.where(at_home, people.bank[earners[first]], elsewhere)
    for day_number in rhythm.month_days(1):
        day = np.minimum(day_number + rng.integers(0, 5, len(students)), rhythm.days)
        world.ledger.add(
            rhythm.moments(rng, day, "evening"),
            payer,
            people.bank[students],
            people.income[students] // 10_000 * 10_000 + 10_000,
            purpose="kin_transfer",
        )


def _working_before(world: World, day: int) -> int:
    """The day itself or the last working day before it (wages fall due before a holiday)."""
    while day > 0 and not world.rhythm.working[day]:
        day -= 1
    return day

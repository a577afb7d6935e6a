"""Self-financing: a platform lends its investors' money to itself, behind a sister firm, a stranger or nominees."""

from riskengine.simulator.duties import related_firm
from riskengine.simulator.network_lending import LAST_DAY
from riskengine.simulator.platforms import Platform
from riskengine.simulator.records import Records
from riskengine.simulator.rhythm import DAY, HOUR, day_of
from riskengine.simulator.schemes.borrower_cap import lend
from riskengine.simulator.schemes.stage import Scheme, Stage


def _platform(stage: Stage) -> Platform:
    """The platform that finances itself: one of the last of the line, so that few of them are bad."""
    lines = stage.world.by_line["network_lending"]
    platform = lines[len(lines) - 1 - int(stage.rng.integers(0, 2))]
    stage.instance.name("platform", platform.platform_id, "problem_platform")
    return platform


def _start(stage: Stage, days: float) -> int:
    """A morning with room for the filling of the first project."""
    return max(stage.when(days * 24, 9, 13), stage.world.rhythm.begin + 3 * DAY)


def _through_firm(stage: Stage, *, sister: bool) -> None:
    """Loans to one firm whose money goes to the platform's own account within a day."""
    rng, world = stage.rng, stage.world
    start = _start(stage, 12)
    if day_of(start) > LAST_DAY:
        return
    platform = _platform(stage)
    firm = related_firm(world, platform) if sister else int(rng.integers(0, len(world.firms.bank)))
    account, own = int(world.firms.bank[firm]), world.houses[platform.index].own
    stage.name_accounts(account)
    for number in range(int(rng.integers(2, 5))):
        yuan = int(rng.integers(1_200, 2_800)) * 100
        time = start + number * 3 * DAY
        if lend(stage, platform, int(world.firms.party[firm]), account, yuan, time):
            when = time + float(rng.uniform(1.0, 20.0)) * HOUR
            stage.pay(when, account, own, yuan * float(rng.uniform(93, 99)), purpose="services", channel="online")


def _nominees(stage: Stage, *, small: bool = False) -> None:
    """Persons sign the loans; within the day the money of all of them is in one account behind the platform."""
    rng, world = stage.rng, stage.world
    start = _start(stage, 8)
    if day_of(start) > LAST_DAY:
        return
    platform = _platform(stage)
    people = stage.recruit(int(rng.integers(5, 9)), start)
    behind = int(world.people.bank[people[0]]) if rng.random() < 0.5 else stage.outsiders(1)[0]
    stage.name_accounts(behind)
    for number, person in enumerate(people[1:]):
        account = int(world.people.bank[person])
        yuan = int(rng.integers(80, 250) if small else rng.integers(600, 1_900)) * 100
        time = start + int(number * 14 * HOUR)
        if lend(stage, platform, int(world.people.party[person]), account, yuan, time) is None:
            continue
        kept = float(rng.uniform(0.02, 0.06))
        stage.pay(time + float(rng.uniform(0.3, 22.0)) * HOUR, account, behind, yuan * 100 * (1.0 - kept))
        stage.name_accounts(account)


def _new_for_old(stage: Stage) -> None:
    """Each new loan of the same borrower repays the one before it."""
    rng, world = stage.rng, stage.world
    start = _start(stage, 16)
    if day_of(start) > LAST_DAY:
        return
    platform = _platform(stage)
    person = stage.recruit(1, start)[0]
    account, party = int(world.people.bank[person]), int(world.people.party[person])
    stage.name_accounts(account)
    yuan = int(rng.integers(400, 900)) * 100
    before = None
    for number in range(4):
        time = start + number * 4 * DAY
        loan = lend(stage, platform, party, account, yuan, time)
        if loan is not None and before is not None:
            due = time + 3 * HOUR
            stage.pay(due, account, world.houses[platform.index].pool, before.principal, purpose="loan_repay")
            _repaid(world.records, platform, before.loan_id, before.principal, due, world.party_of(account), stage)
        before = loan
        yuan = yuan * 105 // 100


def _repaid(
    records: Records, platform: Platform, loan_id: str, principal: int, time: int, payer: str, stage: Stage
) -> None:
    """The repayment in full out of a new loan."""
    fields = {
        "loan_id": loan_id,
        "principal_minor": principal,
        "status": "settled",
        "paid_at": platform.stamp(time),
        "payer_id": payer,
        "source": "new_loan",
    }
    records.add("repay", time, platform.index, fields, tag=stage.instance.number)


SCHEME = Scheme(
    name="self_financing",
    label="breach",
    share=0.02,
    variants={
        "sister_firm": lambda stage: _through_firm(stage, sister=True),
        "hidden_firm": lambda stage: _through_firm(stage, sister=False),
        "nominees": _nominees,
        "small_nominees": lambda stage: _nominees(stage, small=True),
        "new_for_old": _new_for_old,
    },
)

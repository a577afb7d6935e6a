"""Online insurance: policies sold on the insurer's own pages, premiums, second thoughts, surrenders and claims.

Most policies are small and yearly; a few life policies take a single large premium. A premium is paid from the
applicant's own bank account.
"""

import numpy as np

from riskengine.simulator.people import STUDENT
from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.world import World

# type, share, usual premium in fen, sum insured as a multiple, term in days
_KINDS = (
    ("health", 0.36, 38_000, 900, 365),
    ("accident", 0.3, 9_900, 3_000, 365),
    ("motor", 0.2, 320_000, 60, 365),
    ("life", 0.08, 900_000, 8, 3_650),
    ("property", 0.06, 22_000, 1_500, 365),
)
_CAUSES = {"motor": "collision", "property": "fire", "accident": "injury", "health": "other", "life": "death"}


def insure(world: World) -> None:
    """All policies of the time simulated, with what becomes of them."""
    rng = world.setup.random("insure")
    people, rhythm = world.people, world.rhythm
    adults = np.flatnonzero((people.role != STUDENT) & (people.joined == rhythm.begin))
    who = np.repeat(adults, rng.poisson(0.0075 * rhythm.days, len(adults)))
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(who), "private"), "evening")
    kinds = rng.choice(len(_KINDS), len(who), p=[kind[1] for kind in _KINDS])
    insurers = world.by_line["online_insurance"]
    which = rng.integers(0, len(insurers), len(who))
    for row, person in enumerate(who.tolist()):
        _sell(world, rng, insurers[which[row]], person, int(time[row]), _KINDS[kinds[row]])


def _sell(
    world: World,
    rng: np.random.Generator,
    insurer: Platform,
    person: int,
    time: int,
    kind: tuple[str, float, int, int, int],
) -> None:
    """One policy: proposed, paid, issued, and perhaps given back or claimed on."""
    name, _, usual, multiple, term = kind
    people = world.people
    applicant = world.parties.party_id[int(people.party[person])]
    premium = int(usual * rng.lognormal(0.0, 0.45)) // 100 * 100 + 100
    premium = min(premium, int(people.income[person]) * 3)
    single = name == "life" and rng.random() < 0.4
    policy_id = world.number("PO")
    begins = time + 24 * HOUR
    fields: dict[str, object] = {
        "policy_id": policy_id,
        "region": f"{int(people.county[person]):06d}",
        "insurer_id": insurer.org,
        "seller_org": insurer.org,
        "product_id": f"{name.upper()}-{insurer.index:03d}",
        "product_type": name,
        "applicant_id": applicant,
        "insured_id": applicant,
        "premium_payer_id": applicant,
        "applicant_type": "person",
        "premium_minor": premium,
        "sum_insured_minor": premium * multiple,
        "premium_mode": "single" if single or term == 365 else "regular",
        "platform_owner": "self",
        "video_ref": f"V{policy_id}",
        "recorded": True,
        "starts_at": insurer.stamp(begins),
        "ends_at": insurer.stamp(begins + term * DAY),
        "term_days": term,
    }
    world.records.add("policy", time - 10 * 60_000, insurer.index, {**fields, "status": "proposed"})
    device, ip = world.gadgets(rng, np.array([person]))
    link = world.ledger.links([f',"policy_id":"{policy_id}"'])
    account = int(people.bank[person])
    pool = world.houses[insurer.index].own
    common = {"channel": "mobile", "reporter": insurer.index, "link": link}
    movement = world.ledger.add(
        np.array([time]), account, pool, premium, purpose="premium", side="out", device=device, ip=ip, **common
    )
    issued = {**fields, "status": "issued", "payment_id": world.payment_id(int(movement[0]))}
    world.records.add("policy", time + 60_000, insurer.index, issued)
    fate = rng.random()
    if fate < 0.05:
        _give_back(world, rng, insurer, fields, account, link, time, premium)
    elif fate < 0.13:
        _claim(world, rng, insurer, person, policy_id, name, time, min(premium * multiple, premium * 30), link)


def _give_back(
    world: World,
    rng: np.random.Generator,
    insurer: Platform,
    fields: dict[str, object],
    account: int,
    link: np.ndarray,
    time: int,
    premium: int,
) -> None:
    """Cancelled within the fifteen days of second thoughts, or surrendered later for less."""
    cooling = rng.random() < 0.7
    then = time + int(rng.integers(1, 14) if cooling else rng.integers(20, 80)) * DAY
    value = premium if cooling else premium * 8 // 10
    back: dict[str, object] = {
        **fields,
        "status": "cancelled_cooling_off" if cooling else "surrendered",
        "surrendered_at": insurer.stamp(then),
        "surrender_value_minor": value,
        "surrender_account": world.accounts.vertex[account],
    }
    world.records.add("policy", then, insurer.index, back)
    world.ledger.add(
        np.array([then + 2 * HOUR]),
        world.houses[insurer.index].own,
        account,
        value,
        purpose="surrender",
        channel="online",
        reporter=insurer.index,
        side="in",
        link=link,
    )


def _claim(
    world: World,
    rng: np.random.Generator,
    insurer: Platform,
    person: int,
    policy_id: str,
    kind: str,
    time: int,
    most: int,
    link: np.ndarray,
) -> None:
    """A claim from its report to its payment or refusal."""
    people = world.people
    claimant = world.parties.party_id[int(people.party[person])]
    loss = time + int(rng.integers(2, 45)) * DAY
    claimed = max(10_000, int(most * rng.beta(1.5, 4.0)))
    fields: dict[str, object] = {
        "insurance_claim_id": world.number("IC"),
        "policy_id": policy_id,
        "region": f"{int(people.county[person]):06d}",
        "claimant_id": claimant,
        "claimed_minor": claimed,
        "loss_time": insurer.stamp(loss),
        "reported_at": insurer.stamp(loss + 8 * HOUR),
        "place_region": f"{int(people.county[person]):06d}",
        "cause": _CAUSES[kind],
        "police_report": bool(rng.random() < 0.4),
    }
    then = loss + 8 * HOUR
    refused = rng.random() < 0.15
    for status in ("reported", "in_review", "refused" if refused else "approved"):
        world.records.add("insurance_claim", then, insurer.index, {**fields, "status": status})
        then += int(rng.integers(12, 60)) * HOUR
    if refused:
        return
    paid = claimed * int(rng.integers(70, 101)) // 100
    world.ledger.add(
        np.array([then]),
        world.houses[insurer.index].own,
        int(people.bank[person]),
        paid,
        purpose="claim_payout",
        channel="online",
        reporter=insurer.index,
        side="in",
        link=link,
    )
    done = {**fields, "status": "paid", "payee_id": claimant, "paid_minor": paid}
    world.records.add("insurance_claim", then + 60_000, insurer.index, done)

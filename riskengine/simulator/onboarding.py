"""What platforms say about their customers: the party and its accounts, at the start, as people join, as things change.

Everything known on the first day is told in its first half hour; an account's `opened_at` then lies years back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.people import STUDENT
from riskengine.simulator.rhythm import HOUR
from riskengine.simulator.vocabulary import (
    ACCT_CLASSES,
    ACCT_TYPE,
    ACCT_TYPES,
    INDIVIDUAL_BUSINESS,
    PARTY_TYPES,
    PERSON,
)
from riskengine.simulator.world import World

_CHANNELS = {0: 1, 1: 3, 2: 5}
_OCCUPATIONS = ("1", "3", "4", "5", "6")
_CHANGES = (("update", "customer"), ("freeze", "court"), ("suspend", "platform"))
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Holder:
    """What is known of a party beyond its row: the person behind it, or the trade of the organisation."""

    person: int = -1
    industry: str | None = None


def welcome(world: World, opening: NDArray[np.int64]) -> None:
    """The `party` and `account` events of every customer.

    Parameters
    ----------
    opening : ndarray of shape (n_accounts,), int64
        Balance of each account when it enters the simulation, in fen.
    """
    rng = world.setup.random("welcome")
    seen: set[tuple[int, int]] = set()
    begin = world.rhythm.begin
    for account, holder in _customers(world):
        platform = world.platforms[world.accounts.platform[account]]
        party = world.accounts.party[account]
        opened = world.accounts.opened[account]
        is_new = opened >= begin
        # The opening book comes in the first half hour, before most payments
        time = opened if is_new else begin + int(rng.integers(0, HOUR // 2))
        if (party, platform.index) not in seen:
            seen.add((party, platform.index))
            fields = _person(world, rng, holder) if holder.person >= 0 else _organisation(world, rng, holder)
            known = {"party_id": world.parties.party_id[party], "name": world.parties.name[party], **fields}
            known["party_type"] = PARTY_TYPES[world.parties.party_type[party]]
            known["residence_region"] = f"{world.parties.region[party]:06d}"
            known["region"] = known["residence_region"]
            world.records.add("party", max(begin, time - 60_000), platform.index, known)
        world.records.add(
            "account",
            time,
            platform.index,
            {
                **_account(world, account, holder),
                "action": "open",
                "status": "active",
                "opened_at": platform.stamp(opened),
                "balance_minor": int(opening[account]) if not is_new else 0,
            },
        )


def change(world: World) -> None:
    """What happens to a few accounts on the way: checked anew, frozen by a court, suspended, closed by the customer."""
    rng = world.setup.random("change")
    people, rhythm = world.people, world.rhythm
    wallets = people.wallet[people.wallet >= 0]
    spare = people.second[people.second >= 0]
    spare = spare[world.accounts.array("opened")[spare] < rhythm.begin]
    for account in rng.choice(wallets, max(1, len(wallets) // 80)).tolist():
        party = world.accounts.party[account]
        action, by = _CHANGES[int(rng.choice(3, p=[0.9, 0.03, 0.07]))]
        time = int(rhythm.moments(rng, rng.integers(0, rhythm.days, 1), "day")[0])
        platform = world.accounts.platform[account]
        fields: dict[str, object] = {
            "acct_id": world.accounts.vertex[account],
            "action": action,
            "person_id": world.parties.party_id[party],
            "action_by": by,
        }
        if action == "update":
            fields["verify_channels"] = 5
            world.records.add("account", time, platform, fields)
            continue
        world.records.add(
            "account", time, platform, {**fields, "status": "frozen" if action == "freeze" else "suspended"}
        )
        back = {**fields, "action": "unfreeze" if action == "freeze" else "reactivate", "status": "active"}
        world.records.add("account", time + int(rng.integers(1, 6)) * HOUR, platform, back)
    # Only accounts that nobody uses are closed
    used = np.zeros(len(world.accounts), dtype=np.bool_)
    table = world.ledger.table()
    used[table["payer"]] = True
    used[table["payee"]] = True
    idle = spare[~used[spare]]
    for account in idle[rng.random(len(idle)) < 0.1].tolist():
        time = int(rhythm.moments(rng, rng.integers(0, rhythm.days, 1), "office")[0])
        platform_index = world.accounts.platform[account]
        fields = {
            "acct_id": world.accounts.vertex[account],
            "action": "close",
            "status": "closed",
            "person_id": world.party_of(account),
            "closed_at": world.platforms[platform_index].stamp(time),
            "action_by": "customer",
        }
        world.records.add("account", time, platform_index, fields)


def _customers(world: World) -> Iterator[tuple[int, _Holder]]:
    """Every customer account and who holds it, in the order of the accounts."""
    holders: dict[int, _Holder] = {}
    for person, party in enumerate(world.people.party.tolist()):
        holders[party] = _Holder(person=person)
    for party, industry in zip(world.firms.party.tolist(), world.firms.industry, strict=True):
        holders[party] = _Holder(industry=industry)
    for party, mcc in zip(world.shops.party.tolist(), world.shops.mcc, strict=True):
        holders[party] = _Holder(industry=mcc)
    for account, (party, platform) in enumerate(zip(world.accounts.party, world.accounts.platform, strict=True)):
        if party in holders and platform >= 0:
            yield account, holders[party]


def _person(world: World, rng: np.random.Generator, holder: _Holder) -> dict[str, object]:
    """What a platform knows of a person."""
    people, n = world.people, holder.person
    birth = _EPOCH + timedelta(days=int(people.birth[n]))
    fields: dict[str, object] = {
        "phone": _phone(int(people.phone[n])),
        "birth_date": birth.isoformat(),
        "nationality": "CHN",
        "occupation": _OCCUPATIONS[int(rng.integers(0, len(_OCCUPATIONS)))],
        # What people say they earn is not quite what comes in
        "income_minor": int(people.income[n] * 12 * rng.uniform(0.85, 1.1)) // 100_000 * 100_000,
        "household_id": f"HH{int(people.household[n]):07d}",
        "party_class": "ordinary",
        "risk_class": "low" if rng.random() < 0.9 else "medium",
        "kyc_status": "full" if rng.random() < 0.92 else "basic",
        "status": "active",
    }
    relative = n + 1 if n + 1 < len(people) and people.household[n + 1] == people.household[n] else n - 1
    if relative >= 0 and people.household[relative] == people.household[n] and rng.random() < 0.3:
        gap = abs(int(people.birth[relative] - people.birth[n])) > 18 * 365
        elder = people.birth[relative] < people.birth[n]
        relation = ("parent" if elder else "child") if gap else "spouse"
        other = world.parties.party_id[int(people.party[relative])]
        fields["related"] = [{"id": other, "relation": relation}]
    return fields


def _organisation(world: World, rng: np.random.Generator, holder: _Holder) -> dict[str, object]:
    """What a platform knows of an organisation."""
    return {
        "phone": f"+86571{int(rng.integers(10_000_000, 99_999_999))}",
        "industry": holder.industry,
        "party_class": "ordinary",
        "risk_class": "low",
        "kyc_status": "full",
        "status": "active",
        "legal_rep_person": world.parties.party_id[int(world.people.party[int(rng.integers(0, len(world.people)))])],
    }


def _account(world: World, account: int, holder: _Holder) -> dict[str, object]:
    """The account itself: holder, type, class, and how the holder was checked."""
    accounts, people = world.accounts, world.people
    party = accounts.party[account]
    kind = world.parties.party_type[party]
    fields: dict[str, object] = {
        "acct_id": accounts.vertex[account],
        "holder_type": PARTY_TYPES[kind],
        "acct_type": ACCT_TYPES[accounts.acct_type[account]],
        "region": f"{world.parties.region[party]:06d}",
        "person_id" if kind == PERSON else "org_id": world.parties.party_id[party],
    }
    if kind != PERSON:
        fields["face_to_face"] = kind != INDIVIDUAL_BUSINESS
        return fields
    n = holder.person
    fields["phone"] = _phone(int(people.phone[n]))
    if people.phone[n] != n:
        fields["phone_explanation"] = "family" if n % 5 else "none"
    acct_class = accounts.acct_class[account]
    if acct_class >= 0:
        fields["acct_class"] = ACCT_CLASSES[acct_class]
    if accounts.acct_type[account] == ACCT_TYPE["payment"]:
        fields["verify_channels"] = _CHANNELS[max(0, acct_class)]
        fields["face_to_face"] = False
        fields["linked_accounts"] = [accounts.vertex[int(people.bank[n])]]
    else:
        fields["face_to_face"] = True
        fields["card_type"] = "debit"
    if people.role[n] == STUDENT:
        fields["agreed_day_minor"] = 1_000_000
    return fields


def _phone(number: int) -> str:
    """A mobile number."""
    return f"+86{13_000_000_000 + number * 7_919 % 5_999_999_993}"

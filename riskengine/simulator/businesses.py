"""Firms and shops of the province: where they sit, how large they are, and the accounts they keep.

Firms pay wages and each other; some belong to a group whose head pools their cash. Shops belong to a person of the
province, take money through an acquiring platform and sweep it to a bank account of their own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator import names
from riskengine.simulator.parties import Accounts, Parties
from riskengine.simulator.people import CITY_WEIGHTS, SELF_EMPLOYED, People
from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import Rhythm
from riskengine.simulator.setup import Setup
from riskengine.simulator.vocabulary import INDIVIDUAL_BUSINESS, ORG
from streams.regions import CITIES, REGIONS, counties_of


@dataclass(frozen=True, slots=True)
class Firms:
    """Companies, one row each; arrays of shape (n_firms,).

    Attributes
    ----------
    party, bank : int64
        Party row, and account row of the main account.
    city : int64
        Index into `CITIES`.
    size : float64
        Relative number of employees.
    payday : int64
        Day of the month of the wages.
    head : int64
        The firm that pools its cash, itself where it belongs to no group.
    """

    party: NDArray[np.int64]
    bank: NDArray[np.int64]
    city: NDArray[np.int64]
    size: NDArray[np.float64]
    payday: NDArray[np.int64]
    head: NDArray[np.int64]
    industry: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shops:
    """Merchants, one row each; arrays of shape (n_shops,).

    Attributes
    ----------
    party, wallet, bank : int64
        Party row; the account at the acquirer; the bank account that takes the sweep.
    owner : int64
        Row of the owning person in `People`.
    city : int64
        Index into `CITIES`.
    weight : float64
        How much custom it draws.
    price : float64
        Its usual ticket in fen.
    online : bool
        Whether it sells to the whole province.
    """

    party: NDArray[np.int64]
    wallet: NDArray[np.int64]
    bank: NDArray[np.int64]
    owner: NDArray[np.int64]
    city: NDArray[np.int64]
    weight: NDArray[np.float64]
    price: NDArray[np.float64]
    online: NDArray[np.bool_]
    mcc: tuple[str, ...]


def firm_count(setup: Setup) -> int:
    """How many firms a province has."""
    return max(10, round(setup.accounts * 0.009))


def shop_count(setup: Setup) -> int:
    """How many shops a province has."""
    return max(22, round(setup.accounts * 0.032))


def found_firms(
    setup: Setup,
    rhythm: Rhythm,
    by_line: dict[str, tuple[Platform, ...]],
    parties: Parties,
    accounts: Accounts,
) -> Firms:
    """Found the firms; every fifth belongs to a group of three or four."""
    rng = setup.random("firms")
    count = firm_count(setup)
    city = rng.choice(len(CITIES), count, p=CITY_WEIGHTS)
    called, industry = names.firm_names(rng, [REGIONS[CITIES[c]].name_zh for c in city.tolist()])
    banks = by_line["network_banking"]
    party, bank = [], []
    for number in range(count):
        counties = counties_of(CITIES[int(city[number])])
        county = counties[int(rng.integers(0, len(counties)))]
        code = names.credit_code(county, 100_000 + number)
        party.append(parties.add(f"USCC:{code}", ORG, called[number], county))
        keeper = banks[int(rng.integers(0, len(banks)))]
        opened = rhythm.begin - int(rng.integers(200, 3000)) * 86_400_000
        bank.append(accounts.add(keeper.platform_id, party[-1], platform=keeper.index, opened=opened))
    head = np.arange(count)
    for first in range(0, count - 3, 15):
        head[first : first + 4] = first
    return Firms(
        party=np.array(party, dtype=np.int64),
        bank=np.array(bank, dtype=np.int64),
        city=city,
        size=np.power(1.0 + rng.permutation(count), -0.6),
        payday=rng.choice([5, 8, 10, 15, 20, 25, 28], count),
        head=head,
        industry=tuple(industry),
    )


def found_shops(
    setup: Setup,
    by_line: dict[str, tuple[Platform, ...]],
    parties: Parties,
    accounts: Accounts,
    people: People,
) -> Shops:
    """Found the shops, each owned by a self-employed person of its city where there is one."""
    rng = setup.random("shops")
    count = shop_count(setup)
    called, mcc = names.shop_names(rng, count)
    owners = np.flatnonzero(people.role == SELF_EMPLOYED)
    owner = owners[rng.permutation(max(len(owners), count))[:count] % len(owners)]
    acquirers = by_line["third_party_payment"] + by_line["network_payment"]
    banks = by_line["network_banking"]
    party, wallet, bank = [], [], []
    for number in range(count):
        county = int(people.county[owner[number]])
        kind, code = (INDIVIDUAL_BUSINESS, "92") if rng.random() < 0.75 else (ORG, "91")
        identity = "USCC:" + names.credit_code(county, 300_000 + number, code)
        party.append(parties.add(identity, kind, called[number], county))
        acquirer = acquirers[int(rng.integers(0, len(acquirers)))]
        keeper = banks[int(rng.integers(0, len(banks)))]
        opened = 1_450_000_000_000 + int(rng.integers(0, 100_000_000)) * 1000
        wallet.append(
            accounts.add(acquirer.platform_id, party[-1], platform=acquirer.index, acct_type="payment", opened=opened)
        )
        bank.append(accounts.add(keeper.platform_id, party[-1], platform=keeper.index, opened=opened))
    dear = np.array([{"5732": 60_000, "5691": 18_000, "5541": 25_000, "5641": 16_000}.get(m, 3_500) for m in mcc])
    return Shops(
        party=np.array(party, dtype=np.int64),
        wallet=np.array(wallet, dtype=np.int64),
        bank=np.array(bank, dtype=np.int64),
        owner=owner,
        city=people.city[owner],
        weight=np.power(1.0 + rng.permutation(count), -0.7),
        price=dear * np.exp(0.35 * rng.standard_normal(count)),
        online=np.array([code == "5399" for code in mcc], dtype=np.bool_),
        mcc=tuple(mcc),
    )

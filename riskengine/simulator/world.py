"""The province as one object: who lives there, who keeps the accounts, and the books that all generators write in.

A generator is a function of a `World`; it reads the tables and adds payments to the ledger and other events to the
records. Nothing here decides anything, it only holds what they share.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.businesses import Firms, Shops, found_firms, found_shops
from riskengine.simulator.ledger import Ledger
from riskengine.simulator.outside import Outside, open_outside
from riskengine.simulator.parties import Accounts, Parties
from riskengine.simulator.people import People, settle_people
from riskengine.simulator.platforms import Platform, found_platforms
from riskengine.simulator.records import Records
from riskengine.simulator.rhythm import Rhythm
from riskengine.simulator.setup import Setup, scatter
from riskengine.simulator.truth import Truth


@dataclass(slots=True)
class House:
    """The accounts of one platform's own: where its money and its customers' money lies.

    Attributes
    ----------
    party : int
        Row of the platform's organisation.
    own, pool : int
        Account rows: its own money at a bank; customers' money (custody, reserve, fund), by the line.
    """

    party: int
    own: int
    pool: int


@dataclass(slots=True)
class World:
    """Everything of one simulation.

    Attributes
    ----------
    by_line : dict of str to tuple of Platform
        Platforms of each line.
    houses : list of House
        By platform index.
    devices, addresses : list of str
        Device ids and IP addresses that columns of the ledger point to.
    """

    setup: Setup
    rhythm: Rhythm
    platforms: tuple[Platform, ...]
    by_line: dict[str, tuple[Platform, ...]]
    parties: Parties
    accounts: Accounts
    houses: list[House]
    outside: Outside
    people: People
    firms: Firms
    shops: Shops
    devices: list[str]
    addresses: list[str]
    ledger: Ledger = field(default_factory=Ledger)
    records: Records = field(default_factory=Records)
    truth: Truth = field(default_factory=Truth)
    counters: dict[str, int] = field(default_factory=dict)

    @property
    def register(self) -> Platform:
        """The authority that reports registrations."""
        return self.platforms[-2]

    @property
    def market(self) -> Platform:
        """The authority that reports parities and other references."""
        return self.platforms[-1]

    def payment_id(self, movement: int) -> str:
        """The `payment_id` of a movement, as all reports of it carry it."""
        return f"ZM{scatter(int(movement), self.setup.seed):010d}"

    def number(self, prefix: str) -> str:
        """A new business id such as a loan's, unique in the simulation and in no visible order."""
        count = self.counters.get(prefix, 0)
        self.counters[prefix] = count + 1
        return f"{prefix}{scatter(count, self.setup.seed):010d}"

    def party_of(self, account: int) -> str:
        """The party id of an account's holder."""
        return self.parties.party_id[self.accounts.party[account]]

    def gadgets(
        self, rng: np.random.Generator, persons: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Device and address of one action of each of the persons: at home, on the carrier's network, or out.

        Returns
        -------
        device, ip : ndarray of shape (n,), int64
        """
        where = rng.random(len(persons))
        carrier = self.people.carrier[rng.integers(0, len(self.people.carrier), len(persons))]
        ip = np.where(where < 0.5, self.people.home_ip[persons], carrier)
        # Students and clerks share the one address of their campus or office; a few are travelling
        ip = np.where(where > 0.8, self.people.day_ip[persons], ip)
        spare = len(self.addresses) - 1 - rng.integers(0, len(self.people), len(persons))
        ip = np.where(where > 0.985, spare, ip)
        tablet = rng.random(len(persons)) < 0.03
        return np.where(tablet, len(self.people) + persons, self.people.device[persons]), ip


def build_world(setup: Setup) -> World:
    """Found the platforms and settle people, firms and shops.

    Parameters
    ----------
    setup : Setup
        How large, how long, which seed.

    Returns
    -------
    World
        With empty books.
    """
    rhythm = Rhythm(setup.start, setup.days)
    platforms = found_platforms(setup)
    parties = Parties()
    accounts = Accounts(setup.seed)
    by_line: dict[str, tuple[Platform, ...]] = {}
    for platform in platforms:
        if platform.line is not None:
            by_line[platform.line] = (*by_line.get(platform.line, ()), platform)
    houses = [_open_house(platform, by_line, parties, accounts) for platform in platforms]
    outside = open_outside(setup, parties, accounts)
    firms = found_firms(setup, rhythm, by_line, parties, accounts)
    people, devices, addresses = settle_people(setup, rhythm, by_line, parties, accounts, firms)
    shops = found_shops(setup, by_line, parties, accounts, people)
    return World(
        setup,
        rhythm,
        platforms,
        by_line,
        parties,
        accounts,
        houses,
        outside,
        people,
        firms,
        shops,
        devices,
        addresses,
    )


def _open_house(
    platform: Platform, by_line: dict[str, tuple[Platform, ...]], parties: Parties, accounts: Accounts
) -> House:
    """A platform's own account at a bank, and the account where its customers' money lies."""
    party = parties.add(platform.org, 1, platform.name, platform.region)
    banks = by_line["network_banking"]
    bank = banks[platform.index % len(banks)]
    pools = {
        "third_party_payment": "reserve",
        "network_payment": "reserve",
        "cross_border": "reserve",
        "network_lending": "custody",
        "crowdfunding": "custody",
        "wealth_management": "fund",
    }
    kind = pools.get(platform.line or "", "own")
    own = accounts.add(bank.platform_id, party, platform=bank.index, acct_type="own")
    pool = own if kind == "own" else accounts.add(bank.platform_id, party, platform=bank.index, acct_type=kind)
    return House(party, own, pool)

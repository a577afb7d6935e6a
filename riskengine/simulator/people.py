"""The people: households with incomes, budgets, accounts, telephones and devices, in all eleven cities.

A person spends what the month brings in, less savings; a household shares its county, its home address on the network
and sometimes a telephone. Some people join only while the simulation runs, and some open a further account then.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator import names
from riskengine.simulator.parties import Accounts, Parties
from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR, Rhythm
from riskengine.simulator.setup import Setup
from riskengine.simulator.vocabulary import PERSON
from streams.regions import CITIES, counties_of

if TYPE_CHECKING:
    from riskengine.simulator.businesses import Firms

# Residents in units of ten thousand, census of 2020, in the order of CITIES
_RESIDENTS = np.array([1194, 940, 957, 540, 337, 527, 705, 228, 116, 662, 251], dtype=np.float64)
CITY_WEIGHTS: NDArray[np.float64] = _RESIDENTS / _RESIDENTS.sum()

EMPLOYED, SELF_EMPLOYED, RETIRED, STUDENT = 0, 1, 2, 3
_ROLE_SHARES = (0.66, 0.1, 0.14, 0.1)

_CARRIERS = 24
_CAMPUSES = 6


@dataclass(frozen=True, slots=True)
class People:
    """Persons with accounts, one row each; arrays of shape (n_people,) unless they say otherwise.

    Attributes
    ----------
    party, household : int64
        Party row; number of the household.
    city, county : int64
        Index into `CITIES`; six-digit code.
    birth : int64
        Days since 1970-01-01.
    role : int64
        EMPLOYED, SELF_EMPLOYED, RETIRED or STUDENT.
    employer : int64
        Row of the firm, -1 where there is none.
    income, budget : int64
        Fen a month: what comes in, and what shopping may take.
    visits : float64
        Purchases a day.
    bank, wallet, second : int64
        Account rows; -1 where there is none. `second` is a further account that some open later.
    wallet_share : float64
        Share of purchases paid out of the wallet; 0 without one.
    device, home_ip, day_ip : int64
        Device; address at home and in the daytime (campus or office).
    phone : int64
        Number of the telephone; relatives sometimes share one.
    joined : int64
        UTC ms from which the person acts; the first midnight for most.
    carrier : ndarray of shape (n_carriers,), int64
        Addresses of the mobile networks, shared by thousands.
    """

    party: NDArray[np.int64]
    household: NDArray[np.int64]
    city: NDArray[np.int64]
    county: NDArray[np.int64]
    birth: NDArray[np.int64]
    role: NDArray[np.int64]
    employer: NDArray[np.int64]
    income: NDArray[np.int64]
    budget: NDArray[np.int64]
    visits: NDArray[np.float64]
    bank: NDArray[np.int64]
    wallet: NDArray[np.int64]
    second: NDArray[np.int64]
    wallet_share: NDArray[np.float64]
    device: NDArray[np.int64]
    home_ip: NDArray[np.int64]
    day_ip: NDArray[np.int64]
    phone: NDArray[np.int64]
    joined: NDArray[np.int64]
    carrier: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.party)


def settle_people(
    setup: Setup,
    rhythm: Rhythm,
    by_line: dict[str, tuple[Platform, ...]],
    parties: Parties,
    accounts: Accounts,
    firms: "Firms",
) -> tuple[People, list[str], list[str]]:
    """Settle households and open their accounts.

    Returns
    -------
    people : People
    devices, addresses : list of str
        What the numbers of devices and addresses stand for.
    """
    rng = setup.random("people")
    count = max(60, round(setup.accounts * 0.475))
    household, city, county = _households(rng, count)
    role = rng.choice(4, count, p=_ROLE_SHARES)
    role[: min(8, count)] = SELF_EMPLOYED
    low, high = np.array([22, 25, 58, 16]), np.array([56, 58, 82, 23])
    birth = ((rhythm.begin // DAY) - (low[role] + rng.random(count) * (high - low)[role]) * 365.25).astype(np.int64)
    income = _incomes(rng, role)
    budget = (income * (0.42 + 0.25 * rng.random(count))).astype(np.int64)
    # Those who join open their accounts by day
    later = rng.integers(0, setup.days, count) * DAY + rng.integers(9 * HOUR, 20 * HOUR, count)
    joined = np.where(rng.random(count) < 0.05, later, 0) + rhythm.begin
    party = _register(rng, parties, household, county, birth)
    bank, wallet, second = _open_accounts(rng, setup, rhythm, by_line, accounts, party, joined)
    homes = int(household[-1]) + 1
    # A child's or grandparent's telephone often belongs to the household's first member
    first = np.searchsorted(household, np.arange(homes))
    shares = (role >= RETIRED) & (rng.random(count) < 0.18)
    own = np.arange(count)
    employer = _employers(rng, role, city, firms)
    home_ip = _CARRIERS + _CAMPUSES + len(firms.party) + household
    day_ip = np.where(employer >= 0, _CARRIERS + _CAMPUSES + employer, home_ip)
    day_ip = np.where(role == STUDENT, _CARRIERS + city % _CAMPUSES, day_ip)
    carrier = np.arange(_CARRIERS)
    return (
        People(
            party=party,
            household=household,
            city=city,
            county=county,
            birth=birth,
            role=role,
            employer=employer,
            income=income,
            budget=budget,
            visits=np.minimum(8.0, rng.gamma(2.2, 0.62, count) + 0.08),
            bank=bank,
            wallet=wallet,
            second=second,
            wallet_share=_wallet_share(rng, accounts, wallet, budget),
            device=np.where(shares, first[household], own),
            home_ip=home_ip,
            day_ip=day_ip,
            phone=np.where(shares, first[household], own),
            joined=joined,
            carrier=carrier,
        ),
        # A telephone and a tablet for each person, and as many devices and addresses of nobody here
        [f"{value:012x}" for value in rng.integers(1 << 40, 1 << 47, 3 * count).tolist()],
        _addresses(rng, _CARRIERS + _CAMPUSES + len(firms.party) + homes + count),
    )


def _households(rng: np.random.Generator, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Household numbers (rising), and city and county of each person; every city has at least one household."""
    sizes = rng.choice([1, 2, 3, 4, 5], count, p=[0.28, 0.32, 0.26, 0.09, 0.05])
    household = np.repeat(np.arange(count), sizes)[:count]
    homes = int(household[-1]) + 1
    city = rng.choice(len(CITIES), homes, p=CITY_WEIGHTS)
    city[: len(CITIES)] = np.arange(len(CITIES))[:homes]
    county = np.zeros(homes, dtype=np.int64)
    for number, code in enumerate(CITIES):
        counties = np.array(counties_of(code))
        here = np.flatnonzero(city == number)
        weights = rng.random(len(counties)) + 0.4
        county[here] = rng.choice(counties, len(here), p=weights / weights.sum())
    return household, city[household], county[household]


def _incomes(rng: np.random.Generator, role: NDArray[np.int64]) -> NDArray[np.int64]:
    """Monthly incomes in fen, whole yuan."""
    middle = np.array([620_000, 900_000, 340_000, 160_000])[role]
    spread = np.array([0.45, 0.8, 0.35, 0.3])[role]
    drawn = middle * np.exp(spread * rng.standard_normal(len(role)))
    return (np.minimum(drawn, 20_000_000) // 100 * 100).astype(np.int64)


def _employers(
    rng: np.random.Generator, role: NDArray[np.int64], city: NDArray[np.int64], firms: "Firms"
) -> NDArray[np.int64]:
    """The firm of each employed person: one of the city where there is one, by size."""
    employer = np.full(len(role), -1, dtype=np.int64)
    for number in range(len(CITIES)):
        staff = np.flatnonzero((role == EMPLOYED) & (city == number))
        here = np.flatnonzero(firms.city == number)
        if len(here) == 0:
            here = np.arange(len(firms.party))
        employer[staff] = rng.choice(here, len(staff), p=firms.size[here] / firms.size[here].sum())
    return employer


def _register(
    rng: np.random.Generator,
    parties: Parties,
    household: NDArray[np.int64],
    county: NDArray[np.int64],
    birth: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Party rows with names and certificates; a few hold a certificate that is no identity card."""
    count = len(household)
    called = names.person_names(rng, household * 7 + (rng.random(count) < 0.35))
    sequence = rng.integers(0, 1000, count).tolist()
    kind = rng.random(count).tolist()
    seen: set[str] = set()
    rows = []
    for number in range(count):
        born = date.fromordinal(date(1970, 1, 1).toordinal() + int(birth[number]))
        serial = sequence[number]
        identity = "ID:" + names.identity_number(int(county[number]), born, serial)
        while identity in seen:
            serial = (serial + 1) % 1000
            identity = "ID:" + names.identity_number(int(county[number]), born, serial)
        if kind[number] > 0.99:
            kinds = ("HKMO:H", "TAIWAN:T", "PASSPORT:E", "RESIDENCE:R")
            identity = kinds[number % 4] + f"{10_000_000 + number:08d}"
        seen.add(identity)
        rows.append(parties.add(identity, PERSON, called[number], int(county[number])))
    return np.array(rows, dtype=np.int64)


def _open_accounts(
    rng: np.random.Generator,
    setup: Setup,
    rhythm: Rhythm,
    by_line: dict[str, tuple[Platform, ...]],
    accounts: Accounts,
    party: NDArray[np.int64],
    joined: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """A bank account for everybody, a wallet for most, a further account for some (most of those opened on the way)."""
    banks = by_line["network_banking"]
    payers = by_line["third_party_payment"] + by_line["network_payment"]
    count = len(party)
    which_bank = rng.choice(len(banks), count, p=_falling(len(banks)))
    which_wallet = rng.choice(len(payers), count, p=_falling(len(payers)))
    classes = rng.choice(3, count, p=[0.12, 0.45, 0.43])
    has_wallet = rng.random(count) < 0.82
    has_second = rng.random(count) < 0.24
    second_kind = rng.random(count) < 0.5
    age = rng.integers(100, 2500, count) * DAY - rng.integers(9 * HOUR, 20 * HOUR, count)
    later = rhythm.begin + (rng.random(count) * setup.days * DAY).astype(np.int64)
    fresh = rng.random(count) < 0.6
    bank = np.full(count, -1, dtype=np.int64)
    wallet = np.full(count, -1, dtype=np.int64)
    second = np.full(count, -1, dtype=np.int64)
    for n in rng.permutation(count).tolist():
        is_new = joined[n] > rhythm.begin
        opened = int(joined[n]) if is_new else rhythm.begin - int(age[n])
        keeper = banks[which_bank[n]]
        bank[n] = accounts.add(keeper.platform_id, int(party[n]), platform=keeper.index, acct_class=0, opened=opened)
        if has_wallet[n]:
            payer = payers[which_wallet[n]]
            wallet[n] = accounts.add(
                payer.platform_id,
                int(party[n]),
                platform=payer.index,
                acct_type="payment",
                acct_class=int(classes[n]),
                opened=opened,
            )
        if has_second[n]:
            opened = max(opened, int(later[n])) if fresh[n] else opened
            house, kind = (banks, "bank") if second_kind[n] else (payers, "payment")
            keeper = house[(which_bank[n] + which_wallet[n] + 1) % len(house)]
            second[n] = accounts.add(
                keeper.platform_id,
                int(party[n]),
                platform=keeper.index,
                acct_type=kind,
                acct_class=0 if kind == "bank" else 1,
                opened=opened,
            )
    return bank, wallet, second


def _wallet_share(
    rng: np.random.Generator, accounts: Accounts, wallet: NDArray[np.int64], budget: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Share of the shopping paid out of the wallet: what the yearly limit of the account's class leaves room for."""
    acct_class = np.where(wallet >= 0, accounts.array("acct_class")[wallet], 0)
    # Fen a month; a year of these stays well below the limits of classes II and III, and class I is hardly used
    room = np.array([0.0, 650_000.0, 1_350_000.0])[acct_class]
    return np.minimum(0.35 + 0.5 * rng.random(len(wallet)), room / budget)


def _falling(count: int) -> NDArray[np.float64]:
    """Market shares of competitors: the first is the largest."""
    shares = 1.0 / np.arange(1, count + 1) ** 0.7
    return shares / shares.sum()


def _addresses(rng: np.random.Generator, count: int) -> list[str]:
    """IP addresses of access networks; carriers first, then campuses, offices and homes."""
    parts = rng.integers(0, 256, (count, 3)).tolist()
    first = rng.choice([36, 60, 112, 115, 122, 125, 183, 218], count).tolist()
    return [f"{a}.{b}.{c}.{d}" for a, (b, c, d) in zip(first, parts, strict=True)]

"""Who stands outside: people and firms of other provinces, public bodies, and sellers and buyers abroad.

Their accounts are vertices of the graph but no platform of the province reports them, so that the province is no closed
world: money comes from somewhere and goes somewhere.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator import names
from riskengine.simulator.parties import Accounts, Parties
from riskengine.simulator.setup import Setup
from riskengine.simulator.vocabulary import ORG, PERSON

# Counties of other provinces, and the bank whose accounts people hold there
_ELSEWHERE = (310115, 320105, 320508, 340104, 350203, 360102, 410105, 420106, 440305, 510107, 110105, 430102)
_COUNTRIES = ("USA", "DEU", "JPN", "GBR", "KOR", "AUS", "FRA", "NLD", "HKG", "THA")


@dataclass(frozen=True, slots=True)
class Outside:
    """Account rows of those who live or sit outside.

    Attributes
    ----------
    people, firms : ndarray, int64
        Persons and companies of other provinces.
    sellers, buyers : ndarray, int64
        Companies abroad that sell to or buy from the province.
    utilities : ndarray, int64
        Power, water, gas and telephone companies.
    treasury, pensions : int
        The tax office and the social security fund.
    """

    people: NDArray[np.int64]
    firms: NDArray[np.int64]
    sellers: NDArray[np.int64]
    buyers: NDArray[np.int64]
    utilities: NDArray[np.int64]
    treasury: int
    pensions: int


def open_outside(setup: Setup, parties: Parties, accounts: Accounts) -> Outside:
    """Open the accounts of those outside, in number with the province."""
    rng = setup.random("outside")
    size = max(40, setup.accounts // 6)
    people = _persons(rng, size, parties, accounts)
    firms = _companies(rng, max(20, setup.accounts // 50), parties, accounts)
    sellers = _abroad(rng, max(8, setup.accounts // 400), parties, accounts)
    buyers = _abroad(rng, max(8, setup.accounts // 400), parties, accounts)
    bodies = []
    for number, name in enumerate(
        ("国网浙江电力", "浙江水务", "浙江燃气", "浙江电信", "浙江省税务", "浙江社会保险基金")
    ):
        kind = "11" if number >= 4 else "91"
        party = parties.add("USCC:" + names.credit_code(330106, 980_000 + number, kind), ORG, name, 330106)
        bodies.append(accounts.add("BANK-3300", party, acct_type="bank"))
    return Outside(people, firms, sellers, buyers, np.array(bodies[:4], dtype=np.int64), bodies[4], bodies[5])


def _persons(rng: np.random.Generator, count: int, parties: Parties, accounts: Accounts) -> NDArray[np.int64]:
    """Persons of other provinces with a bank account each."""
    called = names.person_names(rng, rng.integers(0, 48, count))
    county = rng.choice(_ELSEWHERE, count).tolist()
    year = rng.integers(1955, 2002, count).tolist()
    rows = []
    for number in range(count):
        birth = date(year[number], 1 + number % 12, 1 + number % 28)
        identity = names.identity_number(county[number], birth, number % 1000)
        party = parties.add(f"ID:{identity}", PERSON, called[number], county[number])
        rows.append(accounts.add(f"BANK-{county[number] // 100}", party))
    return np.array(rows, dtype=np.int64)


def _companies(rng: np.random.Generator, count: int, parties: Parties, accounts: Accounts) -> NDArray[np.int64]:
    """Companies of other provinces with a bank account each."""
    county = rng.choice(_ELSEWHERE, count).tolist()
    called, _ = names.firm_names(rng, ["中联"] * count)
    rows = []
    for number in range(count):
        code = names.credit_code(county[number], 500_000 + number)
        party = parties.add(f"USCC:{code}", ORG, called[number], county[number])
        rows.append(accounts.add(f"BANK-{county[number] // 100}", party))
    return np.array(rows, dtype=np.int64)


def _abroad(rng: np.random.Generator, count: int, parties: Parties, accounts: Accounts) -> NDArray[np.int64]:
    """Companies abroad with an account each."""
    rows = []
    for number in rng.integers(10_000, 99_999, count).tolist():
        country = _COUNTRIES[number % len(_COUNTRIES)]
        party = parties.add(f"FOREIGNREG:{country}{number}{len(parties)}", ORG, f"{country} Trading {number}", 0)
        rows.append(accounts.add(f"SWIFT-{country}", party, country=country))
    return np.array(rows, dtype=np.int64)

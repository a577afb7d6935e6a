"""The two tables everybody shares: parties (who) and accounts (the vertices of the payment graph, held by parties).

Rows are only ever added; a row's number is the handle by which all other parts speak of a party or an account.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.setup import scatter
from riskengine.simulator.vocabulary import ACCT_TYPE


@dataclass(slots=True)
class Parties:
    """Persons and organisations, one row each.

    Attributes
    ----------
    party_id : list of str
        `TYPE:NUMBER`, empty for one that nobody identifies.
    party_type : list of int
        Index into `vocabulary.PARTY_TYPES`.
    name : list of str
    region : list of int
        County of residence or seat; 0 abroad.
    """

    party_id: list[str] = field(default_factory=list)
    party_type: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    region: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.party_id)

    def add(self, party_id: str, party_type: int, name: str, region: int) -> int:
        """Add one party and give its row."""
        self.party_id.append(party_id)
        self.party_type.append(party_type)
        self.name.append(name)
        self.region.append(region)
        return len(self.party_id) - 1


class Accounts:
    """Accounts, one row each.

    Attributes
    ----------
    vertex : list of str
        The string that stands as payer or payee.
    party : list of int
        Row of the holder in `Parties`, -1 for a cash vertex.
    platform : list of int
        The platform that keeps and reports the account, -1 for one outside.
    acct_type, acct_class : list of int
        Index into the closed sets; class -1 where there is none.
    opened : list of int
        UTC ms; accounts opened before the simulation have earlier times.
    country : list of str
        ISO 3166 alpha-3, empty for the home country.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.vertex: list[str] = []
        self.party: list[int] = []
        self.platform: list[int] = []
        self.acct_type: list[int] = []
        self.acct_class: list[int] = []
        self.opened: list[int] = []
        self.country: list[str] = []
        self._cash: dict[int, int] = {}
        self._arrays: dict[str, NDArray[np.int64]] = {}

    def __len__(self) -> int:
        return len(self.vertex)

    def add(
        self,
        institution: str,
        party: int,
        *,
        platform: int = -1,
        acct_type: str = "bank",
        acct_class: int = -1,
        opened: int = 0,
        country: str = "",
    ) -> int:
        """Open one account and give its row; its number says nothing about the order of opening."""
        row = len(self.vertex)
        self.vertex.append(f"{institution}:{scatter(row, self.seed):010d}")
        self.party.append(party)
        self.platform.append(platform)
        self.acct_type.append(ACCT_TYPE[acct_type])
        self.acct_class.append(acct_class)
        self.opened.append(opened)
        self.country.append(country)
        return row

    def cash(self, accounts: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """The cash vertex beside each account, one for each account and not one for all.

        Returns
        -------
        ndarray of shape (n,), int64
            Account rows of the cash vertices, opened where they were not there yet.
        """
        return np.array([self._cash_of(int(account)) for account in accounts], dtype=np.int64)

    def _cash_of(self, account: int) -> int:
        """The cash vertex of one account."""
        if account not in self._cash:
            row = self.add("CASH", -1, acct_type="none")
            self.vertex[row] = f"{self.vertex[account]}:cash"
            self._cash[account] = row
        return self._cash[account]

    def array(self, name: str) -> NDArray[np.int64]:
        """One of the integer columns as an array, made again only when rows were added.

        Returns
        -------
        ndarray of shape (n_accounts,), int64
        """
        known = self._arrays.get(name)
        if known is None or len(known) != len(self.vertex):
            known = np.array(getattr(self, name), dtype=np.int64)
            self._arrays[name] = known
        return known

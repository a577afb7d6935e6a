"""Where a scheme finds its people, its hour and its payments: the stage that all schemes play on.

Those who take part are ordinary persons with an ordinary life beside it; what they do here goes through the same ledger
as everything else, and only the tag of the row, which is never written, tells it apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.truth import Instance
from riskengine.simulator.vocabulary import ACCT_TYPE, CHANNEL, FUNDING, PURPOSE
from riskengine.simulator.world import World

# How many of a ring have served another ring before, and how many opened their account only lately
_SERVED_BEFORE = 0.35
_FRESH = 0.4


class Stage:
    """The means of a scheme.

    Parameters
    ----------
    world : World
        The province, alive.

    Attributes
    ----------
    rng : numpy.random.Generator
        Dice of the schemes.
    instance : Instance
        The one being planted.
    planted : int
        Payments planted so far.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = world.setup.random("schemes")
        self.instance = Instance(0, "", "", "")
        self.planted = 0
        self._veterans: list[int] = []
        self._seen: set[int] = set()
        people = world.people
        opened = world.accounts.array("opened")
        # When the account that a ring would use was opened, the latest of a person's
        self._ready = np.maximum(opened[people.bank], np.where(people.second >= 0, opened[people.second], 0))
        self._holder = {int(row): person for person, row in enumerate(people.bank.tolist())}
        for rows in (people.wallet, people.second):
            self._holder |= {int(row): person for person, row in enumerate(rows.tolist()) if row >= 0}
        self._rows: list[tuple[int, int, int, int, int, int, int, int, int, int, int]] = []

    def begin(self, instance: Instance) -> None:
        """Plant for this instance from here on."""
        self.instance = instance

    def when(self, span_hours: float, first_hour: int = 0, last_hour: int = 24) -> int:
        """A moment to begin at, between the hours of the day, so that a span of this length fits in if it can."""
        days = self.world.rhythm.days
        last = max(1, days - int(span_hours // 24) - 1)
        # The first day has no past that anything could stand out from
        day = int(self.rng.integers(min(1, last - 1), last))
        hour = first_hour + (last_hour - first_hour) * float(self.rng.random())
        return int(self.world.rhythm.day_start(day)) + int(hour * HOUR)

    def recruit(self, count: int, at: int) -> list[int]:
        """Persons who lend their accounts to a ring: some served before, some opened an account only lately.

        Parameters
        ----------
        count : int
            How many.
        at : int
            UTC ms by which their accounts must be open.

        Returns
        -------
        list of int
            Rows in `People`, all different.
        """
        chosen: list[int] = []
        ready = np.flatnonzero((self._ready < at) & (self.world.people.joined < at))
        fresh = ready[self._ready[ready] >= max(self.world.rhythm.begin, at - 25 * DAY)]
        for _ in range(count * 20):
            if len(chosen) == count:
                break
            draw = self.rng.random()
            pool = fresh if draw > 1.0 - _FRESH and len(fresh) else ready
            if draw < _SERVED_BEFORE and self._veterans:
                person = self._veterans[int(self.rng.integers(0, len(self._veterans)))]
            else:
                person = int(pool[int(self.rng.integers(0, len(pool)))])
            if person not in chosen and self._ready[person] < at:
                chosen.append(person)
        self._veterans += [person for person in chosen if person not in self._seen]
        self._seen |= set(chosen)
        return chosen

    def anybody(self, count: int, at: int) -> list[int]:
        """Persons who are drawn in without belonging to a ring (victims, players), not all different from others'."""
        ready = np.flatnonzero(self.world.people.joined < at)
        return self.rng.choice(ready, min(count, len(ready)), replace=False).tolist()

    def account(self, person: int, at: int, *, wallet: float = 0.0, yuan: float = 50_000) -> int:
        """An account of a person that is open by then: the latest opened for preference, a wallet with some chance.

        Parameters
        ----------
        wallet : float, default=0.0
            Chance of a wallet.
        yuan : float, default=50_000
            Largest single sum it has to carry; a wallet whose class would not let it through is not taken.
        """
        people, accounts = self.world.people, self.world.accounts
        second, own = int(people.second[person]), int(people.wallet[person])
        fresh = second >= 0 and self.world.rhythm.begin <= accounts.opened[second] < at
        if fresh and self._carries(second, yuan):
            return second
        return own if own >= 0 and self._carries(own, yuan) and self.rng.random() < wallet else int(people.bank[person])

    def _carries(self, account: int, yuan: float) -> bool:
        """Whether a bank account, or a wallet of this class, lets some sums of this size through in a year."""
        if self.world.accounts.acct_type[account] != ACCT_TYPE["payment"]:
            return True
        return yuan <= (0, 10_000, 20_000)[self.world.accounts.acct_class[account]]

    def outsiders(self, count: int) -> list[int]:
        """Accounts of persons in other provinces."""
        return self.rng.choice(self.world.outside.people, count, replace=False).tolist()

    def company(self) -> int:
        """The account of a firm of the province."""
        return int(self.rng.choice(self.world.firms.bank))

    def sum_between(self, low_yuan: float, high_yuan: float) -> int:
        """An amount in fen, spread evenly over the orders of size; often round, as people write amounts."""
        fen = int(100 * np.exp(self.rng.uniform(np.log(low_yuan), np.log(high_yuan))))
        style = self.rng.random()
        if style < 0.35 and fen >= 2_000_000:
            return fen // 100_000 * 100_000
        if style < 0.7 and fen >= 100_000:
            return fen // 10_000 * 10_000
        return fen // 100 * 100 if style < 0.85 else fen

    def pay(
        self,
        time: float,
        payer: int,
        payee: int,
        amount: float,
        *,
        purpose: str = "transfer",
        channel: str = "mobile",
        funding: str = "bank_account",
        device: int | None = None,
        ip: int | None = None,
        planted: bool = True,
    ) -> None:
        """One payment of the scheme; by the payer's own device unless another is named.

        Parameters
        ----------
        planted : bool, default=True
            False for what goes on beside the scheme and is innocent (decoys).
        """
        world = self.world
        person = self._holder.get(payer, -1)
        own_device, own_ip = -1, -1
        if person >= 0 and channel in {"mobile", "online"}:
            devices, addresses = world.gadgets(self.rng, np.array([person]))
            own_device, own_ip = int(devices[0]), int(addresses[0])
        if funding == "bank_account" and world.accounts.acct_type[payer] == ACCT_TYPE["payment"]:
            funding = "balance"
        self._rows.append(
            (
                int(time),
                payer,
                payee,
                max(100, int(amount)),
                PURPOSE[purpose],
                CHANNEL[channel],
                FUNDING[funding],
                own_device if device is None else device,
                own_ip if ip is None else ip,
                self.instance.number if planted else 0,
                -1,
            )
        )
        self.planted += planted

    def name_accounts(self, *accounts: int) -> None:
        """Add accounts to the truth of the instance; those of nobody (cash) and those outside are left out."""
        for account in accounts:
            if self.world.accounts.party[account] >= 0 and self.world.accounts.platform[account] >= 0:
                self.instance.name("account", self.world.accounts.vertex[account])

    def new_device(self) -> tuple[int, int]:
        """A device and an address that nobody in the province has used."""
        people = len(self.world.people)
        device = 2 * people + int(self.rng.integers(0, people))
        return device, len(self.world.addresses) - 1 - int(self.rng.integers(0, people))

    def flush(self) -> None:
        """Put the payments into the ledger."""
        if not self._rows:
            return
        columns: list[NDArray[Any]] = [np.array(column, dtype=np.int64) for column in zip(*self._rows, strict=True)]
        names = ("purpose", "channel", "funding", "device", "ip", "tag", "extra")
        self.world.ledger.add(*columns[:4], **dict(zip(names, columns[4:], strict=True)))
        self._rows = []


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of plant.

    Attributes
    ----------
    name, label : str
        What stands in the truth.
    share : float
        Share of all planted payments.
    variants : dict of str to callable
        Its forms; each plants one instance.
    """

    name: str
    label: str
    share: float
    variants: dict[str, Callable[[Stage], None]]

"""Devices, addresses and cards that accounts share: how many accounts and persons stand behind one, and the reverse.

A payment's device, IP address, MAC, IMEI and card are those of the customer who acts: the payer, or the payee where the
direction says that money came in. Sightings are kept as links between a mark and an account or a person, in the order
in which they were last seen, so that a count is the number of links inside the window.

Device, address and location data may serve the fight against fraud only (Law against Telecom and Online Fraud, Article
18); the one measure that finds mule accounts for the same law, persons per mark over seven days, serves laundering too.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import CRIME, DAY_MS, Feature
from features.prefetch import likely_slot, prefetch, prefetch_cell
from features.recency import RECENCY, left, new_edges, put_last, take_out
from features.slots import Slots, claim, combined, let_go, look
from streams.kernel import kernel

KINDS = ("device", "ip", "mac", "imei", "card")
"""Marks of a payment, in the order in which `Shared.update` takes them."""

_DAYS = (1, 7, 30)
_WEEK = 1  # the window of seven days
_HELD = (0, 1, 4)  # kinds that are counted by account: devices, IP addresses, cards
_PLACE = np.array([_HELD.index(kind) if kind in _HELD else -1 for kind in range(len(KINDS))])
_PERSONS = 4  # kinds before the card are counted by person
_WIDTHS = np.array([days * DAY_MS for days in _DAYS])
_AHEAD = 8  # payments
_RING = 4 * _AHEAD
_FRAUD = ("fraud",)
_MULE = ("fraud", "laundering")

_TEXT = {"device": "device", "ip": "IP address", "mac": "MAC address", "imei": "IMEI", "card": "card"}


def _features() -> Iterator[Feature]:
    """The columns, in order."""
    family = "shared"
    for kind in KINDS:
        purposes = CRIME if kind == "card" else _FRAUD
        for days in _DAYS:
            yield Feature(
                f"{kind}_accounts_{days}d",
                family,
                f"distinct accounts that used the payment's {_TEXT[kind]}; -1 if it names none",
                "accounts",
                f"{days}d",
                float(days),
                purposes,
            )
    for kind in KINDS[:_PERSONS]:
        yield Feature(
            f"{kind}_persons_7d",
            family,
            f"distinct parties that used the payment's {_TEXT[kind]}; -1 if it names none",
            "parties",
            "7d",
            7.0,
            _MULE,
        )
    for kind in (KINDS[number] for number in _HELD):
        purposes = CRIME if kind == "card" else _FRAUD
        for days in _DAYS:
            yield Feature(
                f"account_{kind}s_{days}d",
                family,
                f"distinct values of {_TEXT[kind]} that the account of the acting customer used",
                f"{kind}s",
                f"{days}d",
                float(days),
                purposes,
            )
        yield Feature(
            f"{kind}_is_new",
            family,
            f"1 if that account has not used the payment's {_TEXT[kind]} within 30 days; -1 if it names none",
            "0 or 1",
            "30d",
            30.0,
            purposes,
        )


FEATURES = tuple(_features())
_N = len(_DAYS)
_PARTIES = len(KINDS) * _N
_ACCOUNT = _PARTIES + _PERSONS

_NOTHING = np.array([0 if feature.name.startswith("account_") else -1 for feature in FEATURES])

_MARK = np.dtype([("key", np.uint64), ("accounts", np.int32, (_N,)), ("persons", np.int32)])
_USER = np.dtype([("key", np.uint64), ("links", np.int32), ("counts", np.int32, (len(_HELD) * _N,))])
_LINK = np.dtype(
    [("key", np.uint64), *RECENCY, ("mark", np.int32), ("user", np.int32), ("kind", np.int32), ("person", np.int32)]
)
_PERSON = np.dtype([("key", np.uint64), *RECENCY, ("mark", np.int32)])


class Shared:
    """Who used which device, address and card within 30 days."""

    def __init__(self) -> None:
        self._slots = {"marks": Slots(_MARK), "users": Slots(_USER), "links": Slots(_LINK), "persons": Slots(_PERSON)}
        self._edges = {"links": new_edges(_N), "persons": new_edges(1)}
        # scratch: keys of the marks and links of the payments to come
        self._keys = np.zeros((_RING, len(KINDS), 2), dtype=np.uint64)

    def update(
        self,
        clocks: NDArray[np.int64],
        payers: NDArray[np.uint64],
        payees: NDArray[np.uint64],
        payer_parties: NDArray[np.uint64],
        payee_parties: NDArray[np.uint64],
        takes_in: NDArray[np.bool_],
        marks: tuple[NDArray[np.uint64], ...],
        makes_entry: NDArray[np.bool_],
        out: NDArray[np.int64],
    ) -> None:
        """Write the columns of a batch of payments, and remember the marks of those that made an entry.

        Parameters
        ----------
        clocks : ndarray of shape (n,), int64
        payers, payees, payer_parties, payee_parties : ndarrays of shape (n,), uint64
            Vertices, and hashes of the parties, 0 unknown.
        takes_in : ndarray of shape (n,), bool
            True where the direction is `in`, so that the payee is the one who acts.
        marks : tuple of ndarrays of shape (n,), uint64
            Hashes of device, IP address, MAC, IMEI and card, 0 where a payment names none.
        makes_entry : ndarray of shape (n,), bool
        out : ndarray of shape (n, len(FEATURES)), int64
            Written.
        """
        named = sum(int(np.count_nonzero(values)) for values in marks)
        if named == 0 and len(self._slots["links"]) == 0:
            out[:] = _NOTHING
            return
        for slots in self._slots.values():
            slots.reserve(named)
        _share(
            clocks,
            payers,
            payees,
            payer_parties,
            payee_parties,
            takes_in,
            marks,
            makes_entry,
            *(slots.arrays() for slots in self._slots.values()),
            self._edges["links"],
            self._edges["persons"],
            self._keys,
            out,
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        flat = {f"{name}_edges": edges for name, edges in self._edges.items()}
        for name, slots in self._slots.items():
            flat |= slots.state(name)
        return flat

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        for name, slots in self._slots.items():
            slots.restore(name, state)
        for name in self._edges:
            self._edges[name] = np.array(state[f"{name}_edges"])

    def nbytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self.state().values())


@kernel(inline="always")
def _change(link: Any, window: int, change: int, marks: Any, users: Any) -> None:
    """Have a link enter or leave a window."""
    marks[link.mark].accounts[window] += change
    held = _PLACE[link.kind]
    if held >= 0:
        users[link.user].counts[held * _N + window] += change


@kernel(inline="always")
def _expire(clock: int, marks: Any, users: Any, links: Any, persons: Any, link_edges: Any, person_edges: Any) -> None:
    """Take out what is not inside a window any more."""
    while True:
        slot = left(persons[0], person_edges, 0, clock - _WIDTHS[_WEEK])
        if slot < 0:
            break
        marks[0][persons[0][slot].mark].persons -= 1
        persons[0][slot].mark = -1
        take_out(slot, persons[0], person_edges)
        let_go(slot, persons[0], persons[1], persons[2], persons[3])
    if person_edges[1] > 0:  # the next to leave
        prefetch(marks[0], persons[0][person_edges[1] - 1].mark)
        prefetch(persons[0], max(persons[0][person_edges[1] - 1].newer - 1, 0))
    for window in range(_N):
        while True:
            slot = left(links[0], link_edges, window, clock - _WIDTHS[window])
            if slot < 0:
                break
            link = links[0][slot]
            _change(link, window, -1, marks[0], users[0])
            if window == _N - 1:
                take_out(slot, links[0], link_edges)
                let_go(slot, links[0], links[1], links[2], links[3])
                if marks[0][link.mark].accounts[window] == 0:
                    let_go(link.mark, marks[0], marks[1], marks[2], marks[3])
                users[0][link.user].links -= 1
                if users[0][link.user].links == 0:
                    let_go(link.user, users[0], users[1], users[2], users[3])
        if link_edges[1 + window] > 0:
            link = links[0][link_edges[1 + window] - 1]
            prefetch(marks[0], link.mark)
            prefetch(users[0], link.user)
            prefetch(links[0], max(link.newer - 1, 0))


@kernel()
def _share(
    clocks: Any,
    payers: Any,
    payees: Any,
    payer_parties: Any,
    payee_parties: Any,
    takes_in: Any,
    values: Any,
    makes_entry: Any,
    marks: Any,
    users: Any,
    links: Any,
    persons: Any,
    link_edges: Any,
    person_edges: Any,
    keys: Any,
    out: Any,
) -> None:
    """Read each payment's marks, and see those that made an entry."""
    n = len(clocks)
    for i in range(-2 * _AHEAD, n):
        _look_ahead(i, n, payers, payees, takes_in, values, users, links, marks, persons, keys)
        if i < 0:
            continue
        clock = clocks[i]
        _expire(clock, marks, users, links, persons, link_edges, person_edges)
        account = payees[i] if takes_in[i] else payers[i]
        party = payee_parties[i] if takes_in[i] else payer_parties[i]
        line = out[i]
        line[:_ACCOUNT] = -1
        line[_ACCOUNT:] = 0
        user = look(account, users[0], users[2])
        for kind in range(len(KINDS)):
            held = _PLACE[kind]
            if held >= 0 and user >= 0:
                for window in range(_N):
                    line[_ACCOUNT + held * (_N + 1) + window] = users[0][user].counts[held * _N + window]
            if values[kind][i] == 0:
                if held >= 0:
                    line[_ACCOUNT + held * (_N + 1) + _N] = -1
                continue
            key, link_key = keys[i % _RING, kind, 0], keys[i % _RING, kind, 1]
            link = look(link_key, links[0], links[2])
            mark = np.int64(links[0][link].mark) if link >= 0 else look(key, marks[0], marks[2])
            for window in range(_N):
                line[kind * _N + window] = marks[0][mark].accounts[window] if mark >= 0 else 0
            if kind < _PERSONS:
                line[_PARTIES + kind] = marks[0][mark].persons if mark >= 0 else 0
            if held >= 0:
                line[_ACCOUNT + held * (_N + 1) + _N] = link < 0
            if makes_entry[i]:
                link = _see(link, link_key, key, account, kind, clock, marks, users, links, link_edges)
                if kind < _PERSONS and party != 0:
                    _meet(links[0][link], key, party, clock, marks, persons, person_edges)


@kernel(inline="always")
def _look_ahead(
    i: int,
    n: int,
    payers: Any,
    payees: Any,
    takes_in: Any,
    values: Any,
    users: Any,
    links: Any,
    marks: Any,
    persons: Any,
    keys: Any,
) -> None:
    """Hash the marks of a payment to come, and ask for what it and those before it will read."""
    far, near, next_ = i + 2 * _AHEAD, i + _AHEAD, i + _AHEAD // 2
    if far < n:
        account = payees[far] if takes_in[far] else payers[far]
        prefetch_cell(users[2], account)
        for kind in range(len(KINDS)):
            if values[kind][far] != 0:
                key = combined(values[kind][far], kind)
                keys[far % _RING, kind, 0] = key
                keys[far % _RING, kind, 1] = combined(key, account)
                prefetch_cell(links[2], keys[far % _RING, kind, 1])
    if 0 <= near < n:
        user = likely_slot(users[2], payees[near] if takes_in[near] else payers[near])
        if user >= 0:
            prefetch(users[0], user)
        for kind in range(len(KINDS)):
            if values[kind][near] != 0:
                slot = likely_slot(links[2], keys[near % _RING, kind, 1])
                if slot >= 0:
                    prefetch(links[0], slot)
                else:
                    prefetch_cell(marks[2], keys[near % _RING, kind, 0])
    if 0 <= next_ < n:
        for kind in range(len(KINDS)):
            if values[kind][next_] != 0:
                slot = likely_slot(links[2], keys[next_ % _RING, kind, 1])
                if slot >= 0:
                    link = links[0][slot]
                    prefetch(marks[0], link.mark)
                    prefetch(persons[0], max(link.person - 1, 0))
                    prefetch(links[0], max(link.older - 1, 0))
                    prefetch(links[0], max(link.newer - 1, 0))


@kernel(inline="always")
def _see(
    slot: Any,
    link_key: Any,
    key: Any,
    account: Any,
    kind: int,
    clock: int,
    marks: Any,
    users: Any,
    links: Any,
    link_edges: Any,
) -> Any:
    """Link a mark and an account, or renew their link in `slot`; the link's slot."""
    if slot >= 0:
        link = links[0][slot]
        for window in range(_N):
            if link.clock <= clock - _WIDTHS[window]:
                _change(link, window, 1, marks[0], users[0])
        take_out(slot, links[0], link_edges)
    else:
        slot = claim(link_key, links[0], links[1], links[2], links[3])
        link = links[0][slot]
        link.kind = kind
        link.person = 0
        link.mark = claim(key, marks[0], marks[1], marks[2], marks[3])
        link.user = claim(account, users[0], users[1], users[2], users[3])
        users[0][link.user].links += 1
        for window in range(_N):
            _change(link, window, 1, marks[0], users[0])
    put_last(slot, links[0], link_edges, clock)
    return slot


@kernel(inline="always")
def _meet(link: Any, key: Any, party: Any, clock: int, marks: Any, persons: Any, person_edges: Any) -> None:
    """Link the mark of a link and a person, or renew their link; mostly the person is the one of last time."""
    person_key = combined(key, party)
    slot = np.int64(link.person) - 1
    if slot < 0 or persons[0][slot].key != person_key or persons[0][slot].mark < 0:
        slot = look(person_key, persons[0], persons[2])
    if slot >= 0:
        take_out(slot, persons[0], person_edges)
    else:
        slot = claim(person_key, persons[0], persons[1], persons[2], persons[3])
        persons[0][slot].mark = link.mark
        marks[0][link.mark].persons += 1
    link.person = slot + 1
    put_last(slot, persons[0], person_edges, clock)

"""How payments become lines of JSON, many at a time.

A line is put together from ready pieces: what an account says as payer or payee, what a combination of codes says, and
a few numbers. Each piece is made once, so that a line costs little more than joining a dozen strings.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.numbering import Numbers
from riskengine.simulator.rhythm import SHANGHAI
from riskengine.simulator.setup import scatter_all
from riskengine.simulator.vocabulary import (
    ACCT_TYPES,
    CHANNELS,
    CURRENCIES,
    FUNDINGS,
    ORG,
    PARTY_TYPES,
    PERSON,
    PURPOSES,
    SIDE,
    STATUSES,
)
from riskengine.simulator.world import World

Table = dict[str, NDArray[Any]]

_SIDE_TEXT = {
    SIDE["payer"]: ',"direction":"out","reporter_side":"payer"',
    SIDE["payee"]: ',"direction":"in","reporter_side":"payee"',
    SIDE["both"]: ',"reporter_side":"both"',
    SIDE["out"]: ',"direction":"out"',
    SIDE["in"]: ',"direction":"in"',
}


class PaymentText:
    """The lines of a table of payments.

    Parameters
    ----------
    world : World
    table : dict of ndarray of shape (n,)
        All payments.
    numbers : Numbers
        The event numbers of the same rows.
    """

    def __init__(self, world: World, table: Table, numbers: Numbers) -> None:
        self._world = world
        self._table = table
        self._numbers = numbers
        accounts, parties = world.accounts, world.parties
        self._party = accounts.array("party")
        self._keeper = accounts.array("platform")
        self._wallet = accounts.array("acct_type") == ACCT_TYPES.index("payment")
        self._abroad = np.array([country != "" for country in accounts.country], dtype=np.bool_)
        # Index -1, a cash vertex, falls on the last entry: no region and no person
        self._region = np.array([*parties.region, 0], dtype=np.int64)[self._party]
        self._is_person = np.array([*(kind == PERSON for kind in parties.party_type), False])[self._party]
        self._both = np.array([platform.names_both for platform in world.platforms])
        self._iso = np.array([platform.iso_times for platform in world.platforms])
        self._counts = np.array([platform.numbers for platform in world.platforms])
        self._head = _objects([f'{{"event_id":"{p.code}' for p in world.platforms])
        self._of = _objects([f',"platform_id":"{p.platform_id}","line":"{p.line}"' for p in world.platforms])
        self._full = {side: _objects(_identities(world, side, full=True)) for side in ("payer", "payee")}
        self._short = {side: _objects(_identities(world, side, full=False)) for side in ("payer", "payee")}
        self._device = _objects([*(f',"device_id":"{text}"' for text in world.devices), ""])
        self._ip = _objects([*(f',"ip":"{text}"' for text in world.addresses), ""])
        self._extra = _objects([*world.ledger.shared, ""])
        self._link = _objects([*world.ledger.single, ""])
        self._terms: dict[int, str] = {}

    def lines(self, rows: NDArray[np.int64]) -> list[str]:
        """The lines of some rows, in their order, without a line end."""
        t = {name: column[rows] for name, column in self._table.items()}
        reporter, side = t["reporter"].astype(np.int64), t["side"]
        number = self._numbers.payment[rows]
        own_payer = (side == SIDE["payer"]) | (side == SIDE["out"]) | (side == SIDE["both"])
        own_payee = (side == SIDE["payee"]) | (side == SIDE["in"]) | (side == SIDE["both"])
        knows = self._both[reporter]
        acting = np.where(own_payer, t["payer"], t["payee"])
        region = self._region[acting]
        columns = [
            self._head[reporter].tolist(),
            [f'{n:08d}","kind":"payment","event_time":' for n in number.tolist()],
            self._times(t["time"], self._iso[reporter]),
            self._of[reporter].tolist(),
            [f',"region":"{code}"' if code else "" for code in region.tolist()],
            [f',"payment_id":"ZM{n:010d}"' for n in scatter_all(t["movement"], self._world.setup.seed).tolist()],
            np.where(own_payer | knows, self._full["payer"][t["payer"]], self._short["payer"][t["payer"]]).tolist(),
            np.where(own_payee | knows, self._full["payee"][t["payee"]], self._short["payee"][t["payee"]]).tolist(),
            [f',"amount_minor":{amount}' for amount in t["amount"].tolist()],
            self._terms_of(t, knows),
            self._device[t["device"]].tolist(),
            self._ip[t["ip"]].tolist(),
            self._extra[t["extra"]].tolist(),
            self._link[t["link"]].tolist(),
            self._references(t["ref"]),
            [f',"seq":{n}}}' if n else "}" for n in np.where(self._counts[reporter], number, 0).tolist()],
        ]
        return list(map("".join, zip(*columns, strict=True)))

    def event_id(self, row: int) -> str:
        """The event id of one payment."""
        return self._numbers.event_id(int(self._table["reporter"][row]), int(self._numbers.payment[row]))

    def _times(self, time: NDArray[np.int64], iso: NDArray[np.bool_]) -> list[str]:
        """Times as text of RFC 3339 or as milliseconds, as the reporter writes them."""
        text = np.datetime_as_string((time + SHANGHAI).astype("datetime64[ms]"), unit="ms").tolist()
        return [
            f'"{shown}+08:00"' if as_text else str(moment)
            for shown, moment, as_text in zip(text, time.tolist(), iso.tolist(), strict=True)
        ]

    def _references(self, ref: NDArray[np.int64]) -> list[str]:
        """The earlier event that a later state names."""
        texts = [""] * len(ref)
        for place in np.flatnonzero(ref >= 0).tolist():
            texts[place] = f',"ref_event_id":"{self.event_id(int(ref[place]))}"'
        return texts

    def _terms_of(self, t: Table, knows: NDArray[np.bool_]) -> list[str]:
        """The words of the closed sets, and what follows from amount and accounts; one piece for each combination."""
        payer, payee = t["payer"], t["payee"]
        cash = t["funding"] == FUNDINGS.index("cash")
        # A payment firm must know whether money leaves for an account of the same name (measures of 2015, article 11)
        tells = (knows | self._wallet[payer]) & ~cash
        same = np.where(self._party[payer] == self._party[payee], 1, np.where(tells, 2, 0))
        cross = self._abroad[payer] | self._abroad[payee]
        clearer = np.where(
            (self._keeper[payer] != self._keeper[payee]) & ~cash & ~cross,
            np.where(t["channel"] == CHANNELS.index("counter"), 2, 1),
            0,
        )
        shown = (t["side"] != SIDE["payee"]) & (t["side"] != SIDE["in"]) & self._is_person[payer] & ~cash
        strength = np.where(shown, 1 + np.searchsorted(_STRENGTHS, t["amount"], side="right"), 0)
        key = t["status"].astype(np.int64)
        for column, base in (
            (t["side"], 8),
            (t["purpose"], 32),
            (t["channel"], 16),
            (t["funding"], 8),
            (t["currency"], 8),
            (same, 4),
            (cross, 2),
            (clearer, 4),
            (strength, 4),
        ):
            key = key * base + column
        unique, inverse = np.unique(key, return_inverse=True)
        pieces = []
        for code in unique.tolist():
            if code not in self._terms:
                self._terms[code] = _terms(code)
            pieces.append(self._terms[code])
        return _objects(pieces)[inverse].tolist()


# From 200 yuan a second factor is asked, from 500 a certificate or signature
_STRENGTHS = np.array([20_000, 50_000])


def _terms(code: int) -> str:
    """The piece of one combination of codes (the reverse of the key)."""
    code, strength = divmod(code, 4)
    code, clearer = divmod(code, 4)
    code, cross = divmod(code, 2)
    code, same = divmod(code, 4)
    code, currency = divmod(code, 8)
    code, funding = divmod(code, 8)
    code, channel = divmod(code, 16)
    code, purpose = divmod(code, 32)
    status, side = divmod(code, 8)
    return "".join(
        (
            f',"currency":"{CURRENCIES[currency]}","status":"{STATUSES[status]}"',
            _SIDE_TEXT[side],
            f',"purpose":"{PURPOSES[purpose]}","channel":"{CHANNELS[channel]}","funding":"{FUNDINGS[funding]}"',
            f',"cash":{"true" if funding == FUNDINGS.index("cash") else "false"}',
            f',"cross_border":{"true" if cross else "false"}',
            ("", ',"same_name":true', ',"same_name":false')[same],
            ("", ',"clearing_id":"NUCC"', ',"clearing_id":"CNAPS"')[clearer],
            f',"verify_factors":{min(2, strength)},"strong_factor":{"true" if strength == 3 else "false"}'
            if strength
            else "",
        )
    )


def _identities(world: World, side: str, *, full: bool) -> list[str]:
    """What each account says as payer or payee: the vertex, and who stands behind it where that is known."""
    accounts, parties = world.accounts, world.parties
    pieces = []
    for vertex, party, acct_type, country, platform in zip(
        accounts.vertex, accounts.party, accounts.acct_type, accounts.country, accounts.platform, strict=True
    ):
        piece = f',"{side}":"{vertex}","{side}_acct_type":"{ACCT_TYPES[acct_type]}"'
        if country:
            piece += f',"{side}_country":"{country}"'
        if full and party >= 0:
            kind = parties.party_type[party]
            word = "person" if kind == PERSON else "org"
            piece += (
                f',"{side}_{word}":"{parties.party_id[party]}","{side}_type":"{PARTY_TYPES[kind]}"'
                f',"{side}_name":"{parties.name[party]}"'
            )
            # A platform of the province stands in the vertex already
            if platform < 0:
                piece += f',"{side}_institution":"{vertex.split(":")[0]}"'
            if parties.region[party] and kind <= ORG:
                piece += f',"{side}_region":"{parties.region[party]:06d}"'
        pieces.append(piece)
    return pieces


def _objects(texts: list[str]) -> NDArray[Any]:
    """Texts as an array that can be indexed by arrays."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    return array

"""Every payment of the province, in columns: generators add batches, the writer reads them by time.

A payment is a row of small integers until the very end, which is what makes a million of them cheap. Two reports of one
movement are two rows with an equal `movement`; a later state of a payment is a row whose `ref` is the row of the first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.vocabulary import CHANNEL, CURRENCY, FUNDING, PURPOSE, SIDE, STATUS

COLUMNS: dict[str, str] = {
    "time": "i8",  # UTC ms
    "payer": "i4",  # account rows
    "payee": "i4",
    "amount": "i8",  # minor units of the currency
    "reporter": "i2",  # platform index, -1 until it is settled who reports
    "side": "i1",
    "status": "i1",
    "purpose": "i1",
    "channel": "i1",
    "funding": "i1",
    "currency": "i1",
    "device": "i4",  # index into the devices of the province, -1 none
    "ip": "i4",
    "extra": "i4",  # index into the shared fragments (merchants), -1 none
    "link": "i4",  # index into the fragments of single payments (orders, loans), -1 none
    "ref": "i8",  # row of the payment that this one is a later state of, -1 none
    "tag": "i4",  # number of the planted instance, 0 none; never written to the events
    "movement": "i8",  # equal for two reports of one movement
}

_WORDS = {"purpose": PURPOSE, "channel": CHANNEL, "funding": FUNDING, "status": STATUS, "side": SIDE}


class Ledger:
    """The growing table of payments, and the fragments of text that some of them carry.

    Attributes
    ----------
    shared, single : list of str
        Pieces of JSON (`,"merchant_id":"M-1"`) that the columns `extra` and `link` point to.
    """

    def __init__(self) -> None:
        self.shared: list[str] = []
        self.single: list[str] = []
        self._parts: list[dict[str, NDArray[Any]]] = []
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, time: NDArray[Any], payer: Any, payee: Any, amount: Any, **others: Any) -> NDArray[np.int64]:
        """Add payments; a scalar holds for all of them.

        Parameters
        ----------
        time : ndarray of shape (n,), int64
            UTC ms.
        payer, payee : ndarray of shape (n,) or int
            Account rows.
        amount : ndarray of shape (n,) or int
            Minor units; below 1 becomes 1.
        **others
            Any further column; `purpose`, `channel`, `funding`, `status`, `side` and `currency` may be words.

        Returns
        -------
        ndarray of shape (n,), int64
            The movements' numbers, by which other events name these payments.
        """
        count = len(time)
        movement = np.arange(self._rows, self._rows + count, dtype=np.int64)
        given: dict[str, Any] = {
            "time": time,
            "payer": payer,
            "payee": payee,
            "amount": np.maximum(amount, 1),
            "movement": movement,
            **_defaults(),
            **{name: _code(name, value) for name, value in others.items()},
        }
        self._parts.append(
            {name: np.broadcast_to(np.asarray(given[name], dtype=dtype), (count,)) for name, dtype in COLUMNS.items()}
        )
        self._rows += count
        return movement

    def fragment(self, text: str) -> int:
        """Keep a piece of JSON that several payments share and give its number for `extra`."""
        self.shared.append(text)
        return len(self.shared) - 1

    def links(self, texts: list[str]) -> NDArray[np.int64]:
        """Keep one piece of JSON for each of some payments and give the numbers for `link`."""
        first = len(self.single)
        self.single.extend(texts)
        return np.arange(first, first + len(texts), dtype=np.int64)

    def table(self) -> dict[str, NDArray[Any]]:
        """All payments so far as one table, in the order of adding.

        Returns
        -------
        dict of ndarray of shape (n_payments,)
            The columns of `COLUMNS`.
        """
        if len(self._parts) != 1:
            self._parts = [
                {
                    name: np.concatenate([part[name] for part in self._parts] or [np.zeros(0, dtype=dtype)])
                    for name, dtype in COLUMNS.items()
                }
            ]
        return self._parts[0]


def _defaults() -> dict[str, Any]:
    """What a payment is where its generator says nothing."""
    return {
        "reporter": -1,
        "side": SIDE["auto"],
        "status": STATUS["settled"],
        "purpose": PURPOSE["transfer"],
        "channel": CHANNEL["mobile"],
        "funding": FUNDING["bank_account"],
        "currency": CURRENCY["CNY"],
        "device": -1,
        "ip": -1,
        "extra": -1,
        "link": -1,
        "ref": -1,
        "tag": 0,
    }


def _code(name: str, value: Any) -> Any:
    """The code of a word, or the codes as given."""
    if not isinstance(value, str):
        return value
    return CURRENCY[value] if name == "currency" else _WORDS[name][value]


def take(table: dict[str, NDArray[Any]], rows: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The chosen rows of a table of payments, by index or by mask."""
    return {name: column[rows] for name, column in table.items()}

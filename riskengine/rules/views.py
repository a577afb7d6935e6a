"""What conditions read, as columns: payments, their customers' sides, the payers' accounts, and borrowers.

A view is made for some rows of a batch and gives a column by its name at first use. Yes-or-no columns hold 1, 0 and -1
for unknown, closed sets their codes and -1, whole numbers `ABSENT`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.accounts import PayerAccounts
from features.catalogue import index, names
from features.engine import FeatureRows
from streams.batch import Batch, Block
from streams.derived import INDIVIDUAL_BUSINESS, ORG, PERSON, UNKNOWN
from streams.events import code, line_code

Array = NDArray[Any]
OUT_SIDE, IN_SIDE = 0, 1
"""Codes of the side that a customer stands on."""

_PAYMENT_ACCOUNT = code("payment", "payer_acct_type", "payment")
_PAYMENT_LINES = [line_code("third_party_payment"), line_code("network_payment")]
_FEATURES = frozenset(names())


class View:
    """Columns by name, made at first use.

    Parameters
    ----------
    make : callable
        Gives the column of a name.
    """

    def __init__(self, make: Callable[[str], Array]) -> None:
        self._make = make
        self._kept: dict[str, Array] = {}

    def __call__(self, name: str) -> Array:
        """The column of a name; the view keeps it."""
        column = self._kept.get(name)
        if column is None:
            column = self._kept[name] = self._make(name)
        return column


def is_person(party_type: Array) -> Array:
    """Whether a party is a natural person: 1, 0, or -1 where its type is unknown."""
    return np.where(party_type == UNKNOWN, -1, party_type == PERSON).astype(np.int8)


def is_org(party_type: Array) -> Array:
    """Whether a party counts with organisations, as an individual business does: 1, 0, or -1."""
    return np.where(party_type == UNKNOWN, -1, (party_type == ORG) | (party_type == INDIVIDUAL_BUSINESS)).astype(
        np.int8
    )


def payments(batch: Batch, block: Block, at: NDArray[np.int64], features: FeatureRows | None = None) -> View:
    """Some payments of a batch.

    Parameters
    ----------
    batch : Batch
    block : Block
        Its payments.
    at : ndarray of int64
        Places in the block.
    features : FeatureRows, optional
        Where features may be read too.
    """

    def make(name: str) -> Array:
        if features is not None and name in _FEATURES:
            return features.values[at, index(name)]
        if name == "line":
            return batch.line[block.rows[at]]
        if name in ("payer_is_person", "payee_is_person"):
            return is_person(block[f"{name[:5]}_party_type"][at])
        if name in ("payer_is_org", "payee_is_org"):
            return is_org(block[f"{name[:5]}_party_type"][at])
        return block[name][at]

    return View(make)


def customer_sides(
    batch: Batch, block: Block, at: NDArray[np.int64], side: NDArray[np.int8], features: FeatureRows | None = None
) -> View:
    """Sides of payments, each with the customer that stands on it.

    Parameters
    ----------
    at : ndarray of shape (n,), int64
        Places in the block.
    side : ndarray of shape (n,), int8
        OUT_SIDE where the customer is the payer, IN_SIDE where the payee.
    features : FeatureRows, optional
        Where features may be read too.
    """
    plain = payments(batch, block, at, features)

    def make(name: str) -> Array:
        if name == "side":
            return side
        if name in ("customer_is_person", "customer_is_org"):
            party_type = np.where(side == OUT_SIDE, block["payer_party_type"][at], block["payee_party_type"][at])
            return is_person(party_type) if name == "customer_is_person" else is_org(party_type)
        if name == "side_count_7d":
            return np.where(side == OUT_SIDE, plain("payer_out_count_7d"), plain("payee_in_count_7d")) + 1
        return plain(name)

    return View(make)


def payer_accounts(batch: Batch, block: Block, at: NDArray[np.int64], accounts: PayerAccounts) -> View:
    """Payments with the payer's account as it was.

    A payment's own `payer_acct_type` comes before what the account's events said; where neither says, an account of a
    payment platform is a payment account and that of any other line is unknown. A person holds a class III account
    where one is known; where nothing is known of the account that pays, that is unknown.
    """
    plain = payments(batch, block, at)

    def make(name: str) -> Array:
        if name == "account_class":
            return accounts.account_class[at]
        if name == "is_payment_account":
            own = block["payer_acct_type"][at]
            told = np.where(own >= 0, own, accounts.account_type[at])
            by_line = np.where(np.isin(plain("line"), _PAYMENT_LINES), 1, -1)
            return np.where(told >= 0, told == _PAYMENT_ACCOUNT, by_line).astype(np.int8)
        if name == "holder_is_person":
            return is_person(holder_types(block, at, accounts))
        if name == "holds_class_3":
            unknown = np.where(accounts.account_class[at] >= 0, 0, -1)
            return np.where(accounts.third_class[at] > 0, 1, unknown).astype(np.int8)
        return plain(name)

    return View(make)


def holders(block: Block, at: NDArray[np.int64], accounts: PayerAccounts) -> NDArray[np.uint64]:
    """Who holds the payer's account: as its events said, else the payment's own payer; 0 unknown."""
    known = accounts.holder[at]
    return np.where(known != 0, known, block["payer_party"][at])


def holder_types(block: Block, at: NDArray[np.int64], accounts: PayerAccounts) -> NDArray[np.int8]:
    """Type of the holder, -1 unknown."""
    known = accounts.holder[at]
    return np.where(known != 0, accounts.holder_type[at], block["payer_party_type"][at])


def borrowers(batch: Batch, rows: NDArray[np.int64], party_type: NDArray[np.int8]) -> View:
    """Borrowers of events that raise a balance.

    An individual business counts with organisations, whose line is the higher one; whether a person's line holds for it
    is not settled, and stays unknown.
    """

    def make(name: str) -> Array:
        if name == "borrower_is_person":
            return np.where(party_type == INDIVIDUAL_BUSINESS, -1, is_person(party_type)).astype(np.int8)
        if name == "borrower_is_org":
            return is_org(party_type)
        return batch.line[rows]

    return View(make)

"""What an account is, as of an event: its class, holder, type and age, from the `account` events before it in the log.

A field that a later event leaves out keeps its last value. An account that is opened again after it was closed starts a
new life. Beside the accounts themselves the book counts, by platform and person, the open accounts of class III.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.tables import NEVER, ExpiringTable, claim, combined, look, packed, unpacked
from streams.batch import ABSENT, Batch, Block
from streams.events import code
from streams.kernel import kernel

HOLDER, HOLDER_TYPE, CLASS, TYPE, OPENED, CLOSED, LIFE, THIRD = range(8)
"""Columns of an account: party hash, type code, class code, account type code, time, flag, number of the life, and the
key under which it counts as an open account of class III (0 for none)."""

CLASS_1, CLASS_2, CLASS_3 = (code("account", "acct_class", value) for value in ("I", "II", "III"))
_OPEN = code("account", "action", "open")
_CLOSE = code("account", "action", "close")
_REACTIVATE = code("account", "action", "reactivate")
_CLOSED = code("account", "status", "closed")
_STATISTICS = code("account", "collected_under", "statistics")


@dataclass(slots=True)
class PayerAccounts:
    """The payer's account as of each payment of a batch; arrays of shape (n_payments,).

    Attributes
    ----------
    is_known : ndarray of bool
        True where an account event stood before the payment.
    holder : ndarray of uint64
        Party hash, 0 unknown.
    holder_type, account_class, account_type : ndarray of int8
        Codes of the closed sets, -1 unknown.
    opened_at : ndarray of int64
        UTC milliseconds, ABSENT unknown.
    life : ndarray of int64
        0 in the account's first life, 1 after it was closed and opened again, and so on.
    third_class : ndarray of int64
        Open accounts of class III that the holder, else the payment's own payer party, has at the reporting platform.
    """

    is_known: NDArray[np.bool_]
    holder: NDArray[np.uint64]
    holder_type: NDArray[np.int8]
    account_class: NDArray[np.int8]
    account_type: NDArray[np.int8]
    opened_at: NDArray[np.int64]
    life: NDArray[np.int64]
    third_class: NDArray[np.int64]


@kernel()
def _apply(i: int, events: Any, accounts: Any, thirds: Any) -> None:
    """Take one account event up."""
    _, platform, acct_id, action, status, under, holder, holder_type, acct_class, acct_type, opened_at, time = events
    if under[i] == _STATISTICS:
        return
    _, _, _, values, size = accounts
    known = size[0]
    slot = claim(accounts[0], accounts[1], accounts[2], values, size, acct_id[i], 0, NEVER)
    row = values[slot]
    if size[0] > known:  # a new row is all zeros, which are codes here
        row[HOLDER_TYPE], row[CLASS], row[TYPE], row[OPENED] = -1, -1, -1, ABSENT
    if action[i] == _OPEN:
        if row[CLOSED]:
            row[LIFE] += 1
            row[OPENED] = ABSENT
        if row[OPENED] == ABSENT:
            row[OPENED] = time[i]
    if action[i] == _OPEN or action[i] == _REACTIVATE:
        row[CLOSED] = 0
    if opened_at[i] != ABSENT:
        row[OPENED] = opened_at[i]
    if holder[i] != 0:
        row[HOLDER] = np.int64(holder[i])
    if holder_type[i] >= 0:
        row[HOLDER_TYPE] = holder_type[i]
    if acct_class[i] >= 0:
        row[CLASS] = acct_class[i]
    if acct_type[i] >= 0:
        row[TYPE] = acct_type[i]
    if action[i] == _CLOSE or status[i] == _CLOSED:
        row[CLOSED] = 1
    counted = row[THIRD]
    owed = np.int64(0)
    if row[CLASS] == CLASS_3 and not row[CLOSED] and row[HOLDER] != 0:
        owed = np.int64(combined(np.uint64(row[HOLDER]), platform[i]))
    if counted != owed:
        _, _, _, numbers, _ = thirds
        if counted != 0:
            slot = look(thirds[0], thirds[1], thirds[2], np.uint64(counted), 0)
            numbers[slot, 0] -= 1
        if owed != 0:
            slot = claim(thirds[0], thirds[1], thirds[2], numbers, thirds[4], np.uint64(owed), 0, NEVER)
            numbers[slot, 0] += 1
        row[THIRD] = owed


@kernel()
def _follow(events: Any, payments: Any, accounts: Any, thirds: Any, out: Any) -> None:
    """Go through account events and payments in log order."""
    event_rows = events[0]
    rows, platform, payer, payer_party, wanted = payments
    known, holder, holder_type, acct_class, acct_type, opened_at, life, third = out
    _, _, _, values, _ = accounts
    _, _, _, numbers, _ = thirds
    at = 0
    for i in range(len(rows)):
        while at < len(event_rows) and event_rows[at] < rows[i]:
            _apply(at, events, accounts, thirds)
            at += 1
        if not wanted[i]:
            continue
        slot = look(accounts[0], accounts[1], accounts[2], payer[i], 0)
        person = payer_party[i]
        if slot >= 0:
            row = values[slot]
            known[i] = True
            holder[i], holder_type[i] = np.uint64(row[HOLDER]), row[HOLDER_TYPE]
            acct_class[i], acct_type[i], opened_at[i], life[i] = row[CLASS], row[TYPE], row[OPENED], row[LIFE]
            if row[HOLDER] != 0:
                person = np.uint64(row[HOLDER])
        if person != 0:
            slot = look(thirds[0], thirds[1], thirds[2], combined(person, platform[i]), 0)
            if slot >= 0:
                third[i] = numbers[slot, 0]
    while at < len(event_rows):
        _apply(at, events, accounts, thirds)
        at += 1


class AccountBook:
    """Every account that an `account` event has told of."""

    def __init__(self) -> None:
        self._accounts = ExpiringTable(8)
        self._thirds = ExpiringTable(1)

    def __len__(self) -> int:
        """Accounts known."""
        return len(self._accounts)

    def update(self, batch: Batch, wanted: NDArray[np.bool_] | None = None) -> PayerAccounts:
        """Follow a batch and tell what the payer's account was at each payment.

        Parameters
        ----------
        batch : Batch
            New events in log order.
        wanted : ndarray of shape (n_payments,), bool, optional
            Payments to look up; the others stay unknown. Default: all.
        """
        payments = batch.blocks.get("payment")
        n = 0 if payments is None else len(payments)
        found = PayerAccounts(
            is_known=np.zeros(n, dtype=np.bool_),
            holder=np.zeros(n, dtype=np.uint64),
            holder_type=np.full(n, -1, dtype=np.int8),
            account_class=np.full(n, -1, dtype=np.int8),
            account_type=np.full(n, -1, dtype=np.int8),
            opened_at=np.full(n, ABSENT, dtype=np.int64),
            life=np.zeros(n, dtype=np.int64),
            third_class=np.zeros(n, dtype=np.int64),
        )
        events = _events(batch)
        if n == 0 and len(events[0]) == 0:
            return found
        self._accounts.reserve(len(events[0]), today=0)
        self._thirds.reserve(len(events[0]), today=0)
        _follow(
            events,
            _payments(batch, payments, np.ones(n, dtype=np.bool_) if wanted is None else wanted),
            self._accounts.arrays(),
            self._thirds.arrays(),
            (
                found.is_known,
                found.holder,
                found.holder_type,
                found.account_class,
                found.account_type,
                found.opened_at,
                found.life,
                found.third_class,
            ),
        )
        return found

    def state(self) -> dict[str, NDArray[Any]]:
        """Every account, as plain arrays."""
        return packed({"accounts": self._accounts, "thirds": self._thirds})

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, {"accounts": self._accounts, "thirds": self._thirds})


def _events(batch: Batch) -> tuple[NDArray[Any], ...]:
    """Columns of the account events."""
    block = batch.blocks.get("account")
    if block is None:
        words, codes, times = np.zeros(0, np.uint64), np.zeros(0, np.int8), np.zeros(0, np.int64)
        return times, words, words, codes, codes, codes, words, codes, codes, codes, times, times
    return (
        block.rows,
        batch.platform[block.rows],
        block["acct_id"],
        block["action"],
        block["status"],
        block["collected_under"],
        block["holder_party"],
        block["holder_party_type"],
        block["acct_class"],
        block["acct_type"],
        block["opened_at"],
        batch.event_time[block.rows],
    )


def _payments(batch: Batch, block: Block | None, wanted: NDArray[np.bool_]) -> tuple[NDArray[Any], ...]:
    """Columns of the payments."""
    if block is None:
        words = np.zeros(0, np.uint64)
        return np.zeros(0, np.int64), words, words, words, wanted
    return block.rows, batch.platform[block.rows], block["payer"], block["payer_party"], wanted

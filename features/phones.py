"""Telephone numbers that accounts and parties share, as `account` and `party` events stated them.

A number holds from the event that states it until another one is stated, the account is closed, or 400 days have gone
by since it was last stated. Payments read how many accounts and parties have the number of either side.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import CRIME, DAY_MS, HISTORY_DAYS, Feature
from features.prefetch import likely_slot, prefetch, prefetch_cell
from features.recency import RECENCY, left, new_edges, put_last, take_out
from features.slots import Slots, claim, combined, let_go, look
from streams.kernel import kernel


def _features() -> Iterator[Feature]:
    """The columns, in order."""
    for side, who in (("payer", "u"), ("payee", "v")):
        for what in ("accounts", "parties"):
            yield Feature(
                f"{side}_phone_{what}",
                "phones",
                f"{what} with the telephone number of {who}'s account, else of {who}'s party, itself counted; -1 if no "
                f"number was stated within {HISTORY_DAYS} days",
                what,
                f"{HISTORY_DAYS}d",
                float(HISTORY_DAYS),
                CRIME,
            )


FEATURES = tuple(_features())
_PER_SIDE = 2
_MEMORY_MS = HISTORY_DAYS * DAY_MS
_AHEAD = 8  # payments

_PHONE = np.dtype([("key", np.uint64), ("accounts", np.int32), ("parties", np.int32)])
_HOLDER = np.dtype([("key", np.uint64), *RECENCY, ("phone", np.int32), ("is_party", np.int32)])


class Phones:
    """Numbers of accounts and parties."""

    def __init__(self) -> None:
        self._holders, self._phones = Slots(_HOLDER), Slots(_PHONE)
        self._edges = new_edges(1)

    def update(
        self,
        clocks: NDArray[np.int64],
        payers: NDArray[np.uint64],
        payees: NDArray[np.uint64],
        payer_parties: NDArray[np.uint64],
        payee_parties: NDArray[np.uint64],
        out: NDArray[np.int64],
        *,
        at: NDArray[np.int64] | None = None,
        stated_at: NDArray[np.int64] | None = None,
        stated_clocks: NDArray[np.int64] | None = None,
        holders: NDArray[np.uint64] | None = None,
        are_parties: NDArray[np.bool_] | None = None,
        phones: NDArray[np.uint64] | None = None,
    ) -> None:
        """Write the columns of a batch of payments, and take up what account and party events state between them.

        Parameters
        ----------
        clocks : ndarray of shape (n,), int64
        payers, payees, payer_parties, payee_parties : ndarrays of shape (n,), uint64
            Vertices, and hashes of the parties, 0 unknown.
        out : ndarray of shape (n, len(FEATURES)), int64
            Written.
        at : ndarray of shape (n,), int64, optional
            Index of each payment in the batch; needed only beside statements.
        stated_at, stated_clocks : ndarrays of shape (m,), int64, optional
            Index in the batch, rising, and clock of the account and party events that state a number or a closing.
        holders : ndarray of shape (m,), uint64, optional
            Vertex or party hash.
        are_parties : ndarray of shape (m,), bool, optional
        phones : ndarray of shape (m,), uint64, optional
            Hash of the number, 0 where the account was closed.
        """
        said = 0 if stated_at is None else len(stated_at)
        if said == 0 and len(self._holders) == 0:
            out[:] = -1
            return
        none, no_keys = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
        self._holders.reserve(said)
        self._phones.reserve(said)
        _read_and_state(
            clocks,
            payers,
            payees,
            payer_parties,
            payee_parties,
            np.arange(len(clocks), dtype=np.int64) if at is None else at,
            none if stated_at is None else stated_at,
            none if stated_clocks is None else stated_clocks,
            no_keys if holders is None else holders,
            np.zeros(0, dtype=np.bool_) if are_parties is None else are_parties,
            no_keys if phones is None else phones,
            self._holders.arrays(),
            self._phones.arrays(),
            self._edges,
            out,
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return {"edges": self._edges} | self._holders.state("holders") | self._phones.state("phones")

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._edges = np.array(state["edges"])
        self._holders.restore("holders", state)
        self._phones.restore("phones", state)

    def nbytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self.state().values())


@kernel(inline="always")
def _key(holder: Any, is_party: Any) -> Any:
    """Key of an account or a party."""
    return combined(holder, np.int64(is_party))


@kernel(inline="always")
def _drop(slot: Any, holders: Any, phones: Any) -> None:
    """Have a holder hold its number no more."""
    holder = holders[0][slot]
    phone = np.int64(holder.phone)
    if holder.is_party:
        phones[0][phone].parties -= 1
    else:
        phones[0][phone].accounts -= 1
    if phones[0][phone].accounts == 0 and phones[0][phone].parties == 0:
        let_go(phone, phones[0], phones[1], phones[2], phones[3])


@kernel(inline="always")
def _state(number: Any, is_party: Any, phone: Any, clock: int, holders: Any, phones: Any, edges: Any) -> None:
    """Have a holder hold a number, none if `phone` is 0."""
    slot = look(number, holders[0], holders[2])
    if slot >= 0:
        _drop(slot, holders, phones)
        take_out(slot, holders[0], edges)
        if phone == 0:
            let_go(slot, holders[0], holders[1], holders[2], holders[3])
    if phone == 0:
        return
    slot = claim(number, holders[0], holders[1], holders[2], holders[3])
    holder = holders[0][slot]
    holder.is_party = is_party
    holder.phone = claim(phone, phones[0], phones[1], phones[2], phones[3])
    if is_party:
        phones[0][holder.phone].parties += 1
    else:
        phones[0][holder.phone].accounts += 1
    put_last(slot, holders[0], edges, clock)


@kernel(inline="always")
def _expire(clock: int, holders: Any, phones: Any, edges: Any) -> None:
    """Forget what was stated 400 days ago."""
    while True:
        slot = left(holders[0], edges, 0, clock - _MEMORY_MS)
        if slot < 0:
            break
        _drop(slot, holders, phones)
        take_out(slot, holders[0], edges)
        let_go(slot, holders[0], holders[1], holders[2], holders[3])


@kernel()
def _read_and_state(
    clocks: Any,
    payers: Any,
    payees: Any,
    payer_parties: Any,
    payee_parties: Any,
    places: Any,
    stated_at: Any,
    stated_clocks: Any,
    stated: Any,
    are_parties: Any,
    numbers: Any,
    holders: Any,
    phones: Any,
    edges: Any,
    out: Any,
) -> None:
    """Go through payments and statements in log order."""
    said, n = 0, len(clocks)
    for i in range(n + 1):
        while said < len(stated_at) and (i == n or stated_at[said] < places[i]):
            _expire(stated_clocks[said], holders, phones, edges)
            key = _key(stated[said], are_parties[said])
            _state(key, are_parties[said], numbers[said], stated_clocks[said], holders, phones, edges)
            said += 1
        if i == n:
            break
        _expire(clocks[i], holders, phones, edges)
        if i + 2 * _AHEAD < n:
            prefetch_cell(holders[2], _key(payers[i + 2 * _AHEAD], 0))
            prefetch_cell(holders[2], _key(payees[i + 2 * _AHEAD], 0))
        if i + _AHEAD < n:
            for account in (payers[i + _AHEAD], payees[i + _AHEAD]):
                prefetch(holders[0], max(likely_slot(holders[2], _key(account, 0)), 0))
        for side in range(2):
            slot = look(_key(payees[i] if side else payers[i], 0), holders[0], holders[2])
            party = payee_parties[i] if side else payer_parties[i]
            if slot < 0 and party != 0:
                slot = look(_key(party, 1), holders[0], holders[2])
            if slot >= 0:
                phone = phones[0][holders[0][slot].phone]
                out[i, side * _PER_SIDE] = phone.accounts
                out[i, side * _PER_SIDE + 1] = phone.parties
            else:
                out[i, side * _PER_SIDE] = out[i, side * _PER_SIDE + 1] = -1

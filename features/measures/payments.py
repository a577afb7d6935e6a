"""What one payment is to the law: its own Shanghai day, whose customer it concerns, what it is worth, and if it is new.

A payment counts when it is settled and the side it is counted for has not been counted before under the same
`payment_id`. Each side of a movement counts once, as does its leg out of an account's balance, so that the reports of
both institutions stand side by side and a second report of the same side only confirms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.parity import UNKNOWN, Parities, in_cents, in_fen
from features.measures.tables import NEVER, ExpiringTable, ask_ahead, claim, packed, unpacked
from streams.batch import Batch, Block
from streams.clock import MS_PER_DAY, SHANGHAI_OFFSET_MS
from streams.events import code
from streams.kernel import kernel

OPEN_DAYS = 35
"""Days for which a day of law stays open behind the clock."""

OUT, IN, BALANCE, NOBODY = 1, 2, 4, 8
"""Bits of `PaymentFacts.counts`: the payer's side, the payee's side, the leg out of a payment account's balance, and a
payment that names no customer."""

_MOVEMENT_DAYS = 45  # longer than a day stays open, so that no report of an open day meets a forgotten movement
_SETTLED = code("payment", "status", "settled")
_DIRECTION_IN = code("payment", "direction", "in")
_DIRECTION_OUT = code("payment", "direction", "out")
_BALANCE = code("payment", "funding", "balance")
_STATISTICS = code("payment", "collected_under", "statistics")


@dataclass(slots=True)
class PaymentFacts:
    """Facts of the payments of a batch, in log order; arrays of shape (n_payments,).

    Attributes
    ----------
    rows : ndarray of int64
        Index of each payment in the batch.
    day, today : ndarray of int64
        Shanghai day of the event itself, and of the clock at it.
    is_open : ndarray of bool
        False where the event's own day had closed: it is in the late register and in no sum by day or year.
    counts : ndarray of uint8
        Bits OUT, IN, BALANCE and NOBODY; 0 for what is not settled or only confirms.
    fen, cents : ndarray of int64
        Value in CNY fen and in US cents, UNKNOWN without a parity. Cents of yuan are not derived (UNKNOWN).
    is_cny : ndarray of bool
    """

    rows: NDArray[np.int64]
    day: NDArray[np.int64]
    today: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    counts: NDArray[np.uint8]
    fen: NDArray[np.int64]
    cents: NDArray[np.int64]
    is_cny: NDArray[np.bool_]


@kernel()
def _read(
    event_time: Any,
    clock: Any,
    position: Any,
    platform: Any,
    rows: Any,
    columns: Any,
    book: Any,
    movements: Any,
    late: Any,
    out: Any,
) -> None:
    """Fill the facts, one payment after the other."""
    status, under, payment_id, direction, payer_party, payee_party, funding, amount, currency = columns
    days, todays, is_open, counts, fen, cents, is_cny = out
    _, _, _, seen, _ = movements
    _, _, _, latecomers, _ = late
    for i in range(len(rows)):
        ask_ahead(movements, payment_id, i)
        row = rows[i]
        day = (event_time[row] + SHANGHAI_OFFSET_MS) // MS_PER_DAY
        today = (clock[row] + SHANGHAI_OFFSET_MS) // MS_PER_DAY
        days[i], todays[i] = day, today
        is_open[i] = today - day <= OPEN_DAYS
        is_cny[i] = currency[i] == 0
        fen[i] = in_fen(book, amount[i], currency[i], day, position[row])
        cents[i] = UNKNOWN if currency[i] == 0 else in_cents(book, amount[i], currency[i], day, position[row])
        counts[i] = 0
        if status[i] != _SETTLED or under[i] == _STATISTICS:
            continue
        bits = 0
        if direction[i] != _DIRECTION_IN:
            if payer_party[i] != 0:
                bits |= OUT
            if funding[i] == _BALANCE:
                bits |= BALANCE
        if direction[i] != _DIRECTION_OUT and payee_party[i] != 0:
            bits |= IN
        if not bits & (OUT | IN):
            bits |= NOBODY
        if not is_open[i]:
            if bits != NOBODY:
                slot = claim(late[0], late[1], late[2], latecomers, late[4], platform[row], today, NEVER)
                latecomers[slot, 0] += 1
        elif payment_id[i] != 0 and bits != NOBODY:
            slot = claim(
                movements[0], movements[1], movements[2], seen, movements[4], payment_id[i], today,
                today + _MOVEMENT_DAYS,
            )  # fmt: skip
            known = seen[slot, 0]
            seen[slot, 0] = known | bits
            bits &= ~(known & (OUT | IN | BALANCE))
        counts[i] = bits


class PaymentReader:
    """Turns the payments of each batch into facts; remembers movements and latecomers.

    Parameters
    ----------
    parities : Parities
        Brought up to the batch by its owner before `update`.
    """

    def __init__(self, parities: Parities) -> None:
        self._parities = parities
        self._movements = ExpiringTable(1)
        self._late = ExpiringTable(1)

    def update(self, batch: Batch) -> PaymentFacts:
        """Facts of the batch's payments.

        Parameters
        ----------
        batch : Batch
            New events with position and clock.
        """
        block = batch.blocks.get("payment")
        rows = np.zeros(0, dtype=np.int64) if block is None else block.rows
        n = len(rows)
        facts = PaymentFacts(
            rows=rows,
            day=np.empty(n, dtype=np.int64),
            today=np.empty(n, dtype=np.int64),
            is_open=np.empty(n, dtype=np.bool_),
            counts=np.empty(n, dtype=np.uint8),
            fen=np.empty(n, dtype=np.int64),
            cents=np.empty(n, dtype=np.int64),
            is_cny=np.empty(n, dtype=np.bool_),
        )
        if block is None or n == 0:
            return facts
        today = int((batch.clock[rows[0]] + SHANGHAI_OFFSET_MS) // MS_PER_DAY)
        self._movements.reserve(n, today=today)
        self._late.reserve(n, today=today)
        _read(
            batch.event_time,
            batch.clock,
            batch.position,
            batch.platform,
            rows,
            _columns(block),
            self._parities.book(),
            self._movements.arrays(),
            self._late.arrays(),
            (facts.day, facts.today, facts.is_open, facts.counts, facts.fen, facts.cents, facts.is_cny),
        )
        return facts

    def late(self) -> dict[int, int]:
        """The late register: by hash of the platform, how many settled payments came after their day had closed."""
        size = len(self._late)
        return dict(zip(self._late.keys[:size].tolist(), self._late.values[:size, 0].tolist(), strict=True))

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything but the parities, as plain arrays."""
        return packed({"movements": self._movements, "late": self._late})

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, {"movements": self._movements, "late": self._late})


def _columns(block: Block) -> tuple[NDArray[Any], ...]:
    """The columns that the kernel reads."""
    return (
        block["status"],
        block["collected_under"],
        block["payment_id"],
        block["direction"],
        block["payer_party"],
        block["payee_party"],
        block["funding"],
        block["amount_minor"],
        block["currency"],
    )

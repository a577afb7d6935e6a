"""Sums by key and period: what stands in a person's day, year or life after each payment that counts.

Yuan and foreign money are summed apart: yuan in fen; foreign money in US cents and, converted, in fen. A foreign amount
that no parity converts is counted as unconverted, so that a reader knows that the sum is a lower bound.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.journal import Journal, record
from features.measures.parity import UNKNOWN
from features.measures.tables import ExpiringTable, ask_ahead, claim, packed, unpacked
from streams.kernel import kernel

YUAN, FOREIGN_CENTS, FOREIGN_FEN, FOREIGN, WITHOUT_CENTS, WITHOUT_FEN, LAST = range(7)
"""Columns of `Sums`: yuan in fen, foreign money in cents and in fen; foreign payments, those without either value; the
last entry of the journal."""

COLUMNS = 7


@dataclass(slots=True)
class Additions:
    """What is to be added, in log order; arrays of shape (n,).

    Attributes
    ----------
    key : ndarray of uint64
        Key and period in one, see `features.measures.tables.combined`.
    today, until : ndarray of int64
        Shanghai day of the clock, and the last such day on which the period can still matter.
    fen, cents : ndarray of int64
        Value in CNY fen and US cents, UNKNOWN without a parity.
    is_cny : ndarray of bool
    position : ndarray of int64
        Log position of the payment.
    """

    key: NDArray[np.uint64]
    today: NDArray[np.int64]
    until: NDArray[np.int64]
    fen: NDArray[np.int64]
    cents: NDArray[np.int64]
    is_cny: NDArray[np.bool_]
    position: NDArray[np.int64]


@kernel()
def _add(
    key: Any, today: Any, until: Any, fen: Any, cents: Any, is_cny: Any, position: Any, table: Any, journal: Any,
    after: Any,
) -> None:  # fmt: skip
    """Add each amount to its row and write down what the row then holds."""
    _, _, _, values, _ = table
    for i in range(len(key)):
        ask_ahead(table, key, i)
        slot = claim(table[0], table[1], table[2], values, table[4], key[i], today[i], until[i])
        row = values[slot]
        if is_cny[i]:
            row[YUAN] += fen[i]
        else:
            row[FOREIGN] += 1
            if cents[i] == UNKNOWN:
                row[WITHOUT_CENTS] += 1
            else:
                row[FOREIGN_CENTS] += cents[i]
            if fen[i] == UNKNOWN:
                row[WITHOUT_FEN] += 1
            else:
                row[FOREIGN_FEN] += fen[i]
        row[LAST] = record(journal[0], journal[1], journal[2], journal[3], position[i], row[LAST], today[i])
        for column in range(COLUMNS):
            after[i, column] = row[column]


class Sums:
    """Sums by key, forgotten when their period has closed.

    Examples
    --------
    >>> sums = Sums()
    >>> one = np.ones(2, dtype=np.int64)
    >>> after = sums.add(Additions(one.astype(np.uint64), one, one, 500 * one, UNKNOWN * one, one > 0, np.arange(2)))
    >>> after[:, YUAN].tolist()
    [500, 1000]
    """

    def __init__(self) -> None:
        self._table = ExpiringTable(COLUMNS)
        self._journal = Journal()

    def __len__(self) -> int:
        return len(self._table)

    def add(self, additions: Additions) -> NDArray[np.int64]:
        """Add amounts and return what each key then holds.

        Returns
        -------
        ndarray of shape (n, 7), int64
            The row of each key after its amount, columns YUAN to LAST.
        """
        n = len(additions.key)
        after = np.empty((n, COLUMNS), dtype=np.int64)
        if n:
            self._table.reserve(n, today=int(additions.today[0]))
            self._journal.reserve(n, today=int(additions.today[0]))
            _add(
                additions.key,
                additions.today,
                additions.until,
                additions.fen,
                additions.cents,
                additions.is_cny,
                additions.position,
                self._table.arrays(),
                self._journal.arrays(),
                after,
            )
        return after

    def chains(self, after: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Log positions that rows of `add` are made of, see `Journal.read`."""
        return self._journal.read(np.ascontiguousarray(after[:, LAST]))

    def state(self) -> dict[str, NDArray[Any]]:
        """Every row and the journal, as plain arrays."""
        return packed({"table": self._table, "journal": self._journal})

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, {"table": self._table, "journal": self._journal})

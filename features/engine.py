"""The families over a batch: payments in, one feature row each, in log order.

The engine keeps the temporal graph, the movements that were counted and the parities that were known, and knows nothing
of what is done with the rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features import profile
from features.catalogue import names
from features.graph.evidence import Pattern, collect
from features.graph.temporal import TemporalGraph
from features.measures.parity import UNKNOWN, Parities, in_fen
from features.movements import Movements
from streams.batch import Batch, Block
from streams.clock import shanghai_day
from streams.events import code

_SETTLED = code("payment", "status", "settled")
_EMPTY = np.zeros(0, dtype=np.int64)


@dataclass(slots=True)
class FeatureRows:
    """One row per payment of a batch, in log order.

    Attributes
    ----------
    rows : ndarray of shape (n_payments,), int64
        Index of each payment in the batch.
    values : ndarray of shape (n_payments, n_features), int64
        Columns as `features.catalogue.names()`.
    counts : ndarray of shape (n_payments,), bool
        True where the payment moved money for the first time: settled, and the first report of its movement.
    graph : TemporalGraph
        Holds the links that the evidence of these rows is walked from, until the next batch.
    """

    rows: NDArray[np.int64]
    values: NDArray[np.int64]
    counts: NDArray[np.bool_]
    graph: TemporalGraph

    def evidence(self, number: int, pattern: Pattern) -> list[int]:
        """Log positions of the earlier payments behind a pattern of the payment in row `number`, newest first."""
        return collect(self.graph.log.entries, self.graph.queries[number], pattern)


class FeatureEngine:
    """Feature rows of every payment, as of just before it.

    Parameters
    ----------
    budget : int, default=2048
        Links followed per payment and pattern family.
    threads : int, default=1
        Threads of the pattern search; the values do not depend on it.
    """

    def __init__(self, *, budget: int = 2048, threads: int = 1) -> None:
        self.graph = TemporalGraph(budget=budget, threads=threads)
        self._movements = Movements()
        self._parities = Parities()
        self._first_clock = np.full(1, np.iinfo(np.int64).min, dtype=np.int64)

    def update(self, batch: Batch) -> FeatureRows:
        """Rows of the batch's payments; the settled ones join the graph.

        Parameters
        ----------
        batch : Batch
            New events with position and clock.
        """
        if len(batch) and self._first_clock[0] == np.iinfo(np.int64).min:
            self._first_clock[0] = batch.clock[0]
        self._parities.update(batch)
        payments = batch.blocks.get("payment")
        if payments is None:
            none = np.zeros((0, len(names())), dtype=np.int64)
            return FeatureRows(_EMPTY, none, np.zeros(0, dtype=np.bool_), self.graph)
        at = payments.rows
        clocks = batch.clock[at]
        counts = self._movements.first(payments["payment_id"], payments["status"] == _SETTLED, clocks)
        fen = self._amounts_fen(batch, payments)
        rows = self.graph.update(
            clocks=clocks,
            payers=payments["payer"],
            payees=payments["payee"],
            amounts_fen=fen,
            amounts_minor=payments["amount_minor"],
            event_times=batch.event_time[at],
            positions=batch.position[at],
            makes_entry=counts,
        )
        profile.fill(rows, fen, batch.event_time[at], clocks, int(self._first_clock[0]))
        return FeatureRows(at, rows, counts, self.graph)

    def _amounts_fen(self, batch: Batch, payments: Block) -> NDArray[np.int64]:
        """Each payment in CNY fen at the parity of its own day, 0 where none is known."""
        currency, amount = payments["currency"], payments["amount_minor"]
        if not currency.any():
            return amount  # yuan throughout
        at = payments.rows
        fen = np.empty(len(at), dtype=np.int64)
        _convert(self._parities.book(), amount, currency, shanghai_day(batch.event_time[at]), batch.position[at], fen)
        return fen

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        parts = {"graph": self.graph.state(), "movements": self._movements.state(), "parity": self._parities.state()}
        flat = {f"{part}.{name}": array for part, state in parts.items() for name, array in state.items()}
        return flat | {"first_clock": self._first_clock}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        for part, owner in (("graph", self.graph), ("movements", self._movements), ("parity", self._parities)):
            prefix = part + "."
            owner.restore({name.removeprefix(prefix): state[name] for name in state if name.startswith(prefix)})
        self._first_clock = np.array(state["first_clock"])


@njit(cache=True, nogil=True)
def _convert(book: Any, amounts: Any, currencies: Any, days: Any, positions: Any, fen: Any) -> None:
    """Fill `fen`; what cannot be converted counts as 0."""
    for i in range(len(amounts)):
        value = in_fen(book, amounts[i], np.int64(currencies[i]), days[i], positions[i])
        fen[i] = 0 if value == UNKNOWN else value

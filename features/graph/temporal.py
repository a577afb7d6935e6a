"""The temporal graph as one object: payments in as arrays, exact as-of features out, in two stages."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import names
from features.graph.log import TAIL, GraphLog
from features.graph.search import PatternSearch
from features.graph.windows import QUERY, append


class TemporalGraph:
    """Windows and patterns of a stream of payments, as of just before each.

    Parameters
    ----------
    budget : int, default=2048
        Links followed per payment and pattern family.
    threads : int, default=1
        Threads of the pattern search; the values do not depend on it.

    Attributes
    ----------
    queries : ndarray of shape (n,), QUERY
        The links of the last batch's payments, from which their evidence is walked; good until the next batch.

    Examples
    --------
    >>> graph = TemporalGraph()
    >>> minute = 60_000
    >>> rows = graph.update(
    ...     clocks=np.array([0, minute, 2 * minute]),
    ...     payers=np.array([1, 2, 3], dtype=np.uint64),
    ...     payees=np.array([2, 3, 1], dtype=np.uint64),
    ...     amounts_fen=np.array([100, 90, 80]),
    ... )
    >>> rows[:, names().index("cycles_3_1h")].tolist()
    [0, 0, 1]
    """

    def __init__(self, *, budget: int = 2048, threads: int = 1) -> None:
        self.log = GraphLog()
        self._search = PatternSearch(budget, threads)
        self.queries = np.empty(0, dtype=QUERY)

    def update(
        self,
        *,
        clocks: NDArray[np.int64],
        payers: NDArray[np.uint64],
        payees: NDArray[np.uint64],
        amounts_fen: NDArray[np.int64],
        amounts_minor: NDArray[np.int64] | None = None,
        event_times: NDArray[np.int64] | None = None,
        positions: NDArray[np.int64] | None = None,
        makes_entry: NDArray[np.bool_] | None = None,
        patterns: bool = True,
    ) -> NDArray[np.int64]:
        """Feature rows of a batch of payments, in log order; those that make an entry join the log.

        Parameters
        ----------
        clocks : ndarray of shape (n,), int64
            The stream's clock at each payment, ms, never falling.
        payers, payees : ndarrays of shape (n,), uint64
        amounts_fen : ndarray of shape (n,), int64
            CNY fen, 0 where there is no parity.
        amounts_minor, event_times, positions : ndarrays of shape (n,), int64, optional
            Default: `amounts_fen`, `clocks`, and a running count.
        makes_entry : ndarray of shape (n,), bool, optional
            False where a payment is read but leaves nothing behind; default all True.
        patterns : bool, default=True
            Whether stage 2 runs; its columns are 0 otherwise.

        Returns
        -------
        ndarray of shape (n, n_features), int64
            Columns as `features.catalogue.names()`; the profile columns are left 0.
        """
        self.log.release()  # only now: evidence of the last batch was read from what this lets go
        n = len(clocks)
        rows = np.zeros((n, len(names())), dtype=np.int64)
        if n == 0:
            return rows
        queries = np.empty(n, dtype=QUERY)
        self.queries = queries
        log = self.log
        log.reserve(n)
        append(
            clocks,
            clocks if event_times is None else event_times,
            payers,
            payees,
            amounts_fen,
            amounts_fen if amounts_minor is None else amounts_minor,
            np.arange(n, dtype=np.int64) if positions is None else positions,
            np.ones(n, dtype=np.bool_) if makes_entry is None else makes_entry,
            log.entries,
            log.account_last,
            log.account_keys,
            log.account_counts,
            log.account_sums,
            log.account_free,
            log.account_index,
            log.pair_keys,
            log.pair_counts,
            log.pair_sums,
            log.pair_free,
            log.pair_index,
            log.scalars,
            rows,
            queries,
        )
        if patterns:
            self._search.run(queries, log.entries, int(log.scalars[TAIL]), rows)
        return rows

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return self.log.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self.log.restore(state)

"""Stage 2: every pattern search over the payments of a batch, on any number of threads.

The log is not written while this runs, and each payment has its own row, so that threads share nothing but what they
read. Payments are dealt out in blocks, block by block in turn; each thread keeps its own scratch tables, which rising
stamps save from being cleared.
"""

from typing import Any

import numpy as np
from numba import get_num_threads, njit, prange, set_num_threads
from numpy.typing import NDArray

from features.catalogue import index
from features.graph import cycles, scatter_gather
from features.graph.cycles import count_cycles
from features.graph.scatter_gather import count_middles

BLOCK = 64
SEARCH_TRUNCATED = index("search_truncated")
_CYCLES_TRUNCATED = cycles.TRUNCATED
_MIDDLES_TRUNCATED = scatter_gather.TRUNCATED


class PatternSearch:
    """The pattern families, their budget and their scratch.

    Parameters
    ----------
    budget : int
        Links followed per payment and family before a search stops and says so.
    threads : int, default=1
        The result does not depend on it.
    """

    def __init__(self, budget: int, threads: int = 1) -> None:
        self.budget = budget
        self.threads = threads
        cells = scratch_cells(budget)
        self._heads = np.zeros((threads, cells, 3), dtype=np.int64)
        self._chains = np.zeros((threads, budget, 2), dtype=np.int64)
        self._sources = np.zeros((threads, cells, 6), dtype=np.int64)
        self._middles = np.zeros((threads, cells, 2), dtype=np.int64)
        self._stamp = 1

    def run(self, queries: NDArray[Any], entries: NDArray[Any], tail: int, rows: NDArray[np.int64]) -> None:
        """Write the pattern columns of `rows`, one row a query; `tail` is the number of the oldest entry."""
        scratch = (self._heads, self._chains, self._sources, self._middles)
        if self.threads == 1 or len(queries) <= BLOCK:
            _search_blocks(
                queries, entries, tail, self.budget, *(array[0] for array in scratch), self._stamp, rows, 0, 1
            )
        else:
            before = get_num_threads()
            set_num_threads(min(self.threads, before))
            try:
                _search_parallel(queries, entries, tail, self.budget, *scratch, self._stamp, rows)
            finally:
                set_num_threads(before)
        self._stamp += len(queries)


@njit(cache=True, nogil=True)
def _search_blocks(
    queries: Any,
    entries: Any,
    tail: int,
    budget: int,
    heads: Any,
    chains: Any,
    sources: Any,
    middles: Any,
    stamp: int,
    rows: Any,
    first: int,
    stride: int,
) -> None:
    """Search the blocks `first`, `first + stride`, ... of the batch."""
    for start in range(first * BLOCK, len(queries), stride * BLOCK):
        for i in range(start, min(start + BLOCK, len(queries))):
            count_cycles(queries[i], entries, tail, budget, heads, chains, stamp + i, rows[i])
            count_middles(queries[i], entries, tail, budget, sources, middles, stamp + i, rows[i])
            rows[i, SEARCH_TRUNCATED] = rows[i, _CYCLES_TRUNCATED] | rows[i, _MIDDLES_TRUNCATED]


@njit(cache=True, nogil=True, parallel=True)
def _search_parallel(
    queries: Any,
    entries: Any,
    tail: int,
    budget: int,
    heads: Any,
    chains: Any,
    sources: Any,
    middles: Any,
    stamp: int,
    rows: Any,
) -> None:
    """The same, dealt out to threads."""
    threads = len(heads)
    for thread in prange(threads):
        _search_blocks(
            queries,
            entries,
            tail,
            budget,
            heads[thread],
            chains[thread],
            sources[thread],
            middles[thread],
            stamp,
            rows,
            thread,
            threads,
        )


def scratch_cells(budget: int) -> int:
    """Cells of a scratch table: a power of two, at least twice what a search of `budget` links can put there.

    Examples
    --------
    >>> scratch_cells(2048)
    4096
    """
    cells = 16
    while cells < 2 * budget:
        cells *= 2
    return cells

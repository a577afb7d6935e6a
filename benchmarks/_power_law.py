"""A stream of payments with the shape of real ones: few hubs, many small accounts, known pairs, planted patterns.

Ten days hold a million payments between 100,000 accounts: 750,000 distinct pairs, 5.7 % of them with payments both
ways, and planted cycles and scatter-gathers. Longer streams go on with the same accounts at the same pace.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MILLION = 1_000_000
DAYS_A_MILLION = 10
_DAY_MS = 86_400_000
_ACCOUNTS = 100_000
_DISTINCT = 0.739  # of the payments; the rest repeat a pair
_RECIPROCAL = 0.029  # of the pairs, a new pair the other way
_OUT, _IN = 0.55, 0.62  # exponents: the largest hubs have 2,600 payments out and 5,000 in of a million
_BOTH_WAYS = 0.6  # of the accounts have one rank as payers and as payees: hubs that money passes through
_CYCLES, _SCATTERS = 580, 620  # planted in a million, of 3 to 6 payments, and of 3 to 9 middles
_SPAN_MS = 5 * 3_600_000


@dataclass(frozen=True)
class Stream:
    """Payments in order of time.

    Attributes
    ----------
    clocks : ndarray of shape (n,), int64
        Milliseconds.
    payers, payees : ndarrays of shape (n,), uint64
        Numbers from 1 on.
    amounts : ndarray of shape (n,), int64
        Fen.
    """

    clocks: NDArray[np.int64]
    payers: NDArray[np.uint64]
    payees: NDArray[np.uint64]
    amounts: NDArray[np.int64]

    def __len__(self) -> int:
        """Payments."""
        return len(self.clocks)

    def part(self, start: int, end: int) -> "Stream":
        """Payments from `start` to `end`, without `end`."""
        return Stream(*(array[start:end] for array in (self.clocks, self.payers, self.payees, self.amounts)))

    def keywords(self, start: int, end: int) -> dict[str, NDArray[np.int64] | NDArray[np.uint64]]:
        """The same as keywords of `TemporalGraph.update`."""
        return {
            "clocks": self.clocks[start:end],
            "payers": self.payers[start:end],
            "payees": self.payees[start:end],
            "amounts_fen": self.amounts[start:end],
        }

    def facts(self) -> dict[str, int]:
        """What it is like."""
        pairs = np.unique(self.payers * np.uint64(1 << 32) + self.payees)
        back = np.isin(pairs, (pairs << np.uint64(32)) | (pairs >> np.uint64(32)))
        return {
            "edges": len(self),
            "accounts": len(np.unique(np.concatenate([self.payers, self.payees]))),
            "pairs": len(pairs),
            "reciprocal_pairs": int(np.count_nonzero(back)),
            "most_payments_out": int(np.unique(self.payers, return_counts=True)[1].max()),
            "most_payments_in": int(np.unique(self.payees, return_counts=True)[1].max()),
        }


def power_law(payments: int, *, part: int = 0, accounts: int = 0) -> Stream:
    """A stream of about `payments`, ten days a million.

    Parameters
    ----------
    payments : int
    part : int, default=0
        Which of the stretches of that length: part 1 goes on where part 0 ends.
    accounts : int, default=0
        Accounts; by default a tenth of the payments.
    """
    random = np.random.default_rng([7, part])
    n_accounts = accounts or max(payments // 10, 100)
    payer_names, payee_names = _names(n_accounts)
    distinct = int(payments * _DISTINCT * (1 - _RECIPROCAL))
    payers = payer_names[_drawn(random, n_accounts, _OUT, distinct)]
    payees = payee_names[_drawn(random, n_accounts, _IN, distinct)]
    backward = random.choice(distinct, int(payments * _DISTINCT * _RECIPROCAL), replace=False)
    payers, payees = np.concatenate([payers, payees[backward]]), np.concatenate([payees, payers[backward]])
    span = payments * DAYS_A_MILLION * _DAY_MS // MILLION
    planted, moments = _planted(random, n_accounts, payments, span)
    again = random.integers(0, len(payers), max(payments - len(payers) - len(planted), 0))
    clocks = np.concatenate([random.integers(0, span, len(payers) + len(again)), moments])
    payers = np.concatenate([payers, payers[again], planted[:, 0]])
    payees = np.concatenate([payees, payees[again], planted[:, 1]])
    order = np.argsort(clocks, kind="stable")
    order = order[payers[order] != payees[order]]
    return Stream(
        clocks[order] + part * span,
        payers[order].astype(np.uint64) + np.uint64(1),
        payees[order].astype(np.uint64) + np.uint64(1),
        random.lognormal(10, 1.5, len(order)).astype(np.int64) + 1,
    )


def _names(n_accounts: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Accounts by rank as payers and as payees; some hubs are hubs both ways."""
    random = np.random.default_rng(7)
    payers = random.permutation(n_accounts)
    payees = payers.copy()
    others = np.flatnonzero(random.random(n_accounts) >= _BOTH_WAYS)
    payees[others] = payees[random.permutation(others)]
    return payers, payees


def _drawn(random: np.random.Generator, n_accounts: int, exponent: float, draws: int) -> NDArray[np.int64]:
    """Ranks of accounts by a power law."""
    weights = np.arange(1, n_accounts + 1) ** -exponent
    return np.searchsorted(np.cumsum(weights / weights.sum()), random.random(draws)).clip(0, n_accounts - 1)


def _planted(
    random: np.random.Generator, n_accounts: int, payments: int, span: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Edges and times of cycles and scatter-gathers, each in order of time and within five hours."""
    edges, moments = [np.zeros((0, 2), dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for number in range((_CYCLES + _SCATTERS) * payments // MILLION):
        if number < _CYCLES * payments // MILLION:
            ring = random.choice(n_accounts, int(random.integers(3, 7)), replace=False)
            edges.append(np.column_stack([ring, np.roll(ring, -1)]))
        else:
            ends = random.choice(n_accounts, 2 + int(random.integers(3, 10)), replace=False)
            source, target, middles = np.full(len(ends) - 2, ends[0]), np.full(len(ends) - 2, ends[1]), ends[2:]
            scatter, gather = np.column_stack([source, middles]), np.column_stack([middles, target])
            edges.append(np.concatenate([scatter, gather]))
        length = min(_SPAN_MS, span)
        start = int(random.integers(0, span - length + 1))
        moments.append(start + np.sort(random.integers(0, length, len(edges[-1]))))
    return np.concatenate(edges), np.concatenate(moments)

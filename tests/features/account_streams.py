"""Random streams for the account families, and the graph beside which a family runs."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from features.graph.temporal import TemporalGraph
from tests.naive.movement import DAY, HOUR, Movement

GAPS = [0, 1, 1000, HOUR - 1, HOUR, HOUR + 1, 5 * HOUR, DAY - 1, DAY, 5 * DAY, 7 * DAY]
GAPS += [30 * DAY - 1, 30 * DAY, 180 * DAY, 370 * DAY, 400 * DAY]
DENSE = [0.3, 0.1, 0.2, 0.05, 0.05, 0.05, 0.1, 0.05, 0.05, 0.02, 0.02, 0.003, 0.004, 0.003, 0, 0]
SPARSE = [0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.15, 0.1, 0.1, 0.1, 0.1, 0.04, 0.04, 0.02, 0, 0]
YEARS = [0.05, 0.05, 0.05, 0, 0, 0, 0.05, 0.05, 0.1, 0.15, 0.15, 0.1, 0.1, 0.1, 0.02, 0.03]
LINES = [3_999_999, 4_000_000, 4_999_999, 5_000_000, 16_000_000, 19_999_999, 20_000_000, 40_000_000, 49_999_999]


def random_movements(seed: int, n: int = 250, accounts: int = 6, gaps: list[float] = DENSE) -> list[Movement]:
    """Payments with ties, late ones, self-payments, ones that count for nothing, without a parity, and on borders."""
    rng = np.random.default_rng(seed)
    clock, movements = 0, []
    for _ in range(n):
        clock += int(rng.choice(GAPS, p=gaps))
        kinds = [0, 100, int(rng.integers(1, 50)), int(rng.integers(1, 10**15)), int(rng.choice(LINES))]
        payer, payee = (int(rng.integers(1, accounts + 1)) for _ in range(2))
        movements.append(
            Movement(
                payer=payer,
                payee=payee,
                fen=int(rng.choice(kinds, p=[0.05, 0.25, 0.3, 0.1, 0.3])),
                clock=clock,
                time=clock - (int(rng.integers(0, 2 * DAY)) if rng.random() < 0.2 else 0),
                counts=bool(rng.random() < 0.85),
                payer_party=_party(rng, payer),
                payee_party=_party(rng, payee),
                is_cash=bool(rng.random() < 0.5),
                place=int(rng.integers(3)),
                takes_in=bool(rng.random() < 0.3),
                marks=tuple(int(rng.integers(0, 4)) for _ in range(5)),
            )
        )
    return movements


def _party(rng: np.random.Generator, account: int) -> int:
    """Who is said to stand behind an account: mostly the same, at times nobody or another."""
    draw = rng.random()
    return 0 if draw < 0.2 else int(rng.integers(1, 4)) if draw < 0.3 else 1 + account // 2


def arrays(movements: list[Movement]) -> dict[str, Any]:
    """The columns of some payments."""
    return {
        "clocks": np.array([paid.clock for paid in movements], dtype=np.int64),
        "event_times": np.array([paid.time for paid in movements], dtype=np.int64),
        "payers": np.array([paid.payer for paid in movements], dtype=np.uint64),
        "payees": np.array([paid.payee for paid in movements], dtype=np.uint64),
        "amounts_fen": np.array([paid.fen for paid in movements], dtype=np.int64),
        "makes_entry": np.array([paid.counts for paid in movements], dtype=np.bool_),
    }


def batches(movements: list[Movement], size: int) -> Iterator[list[Movement]]:
    """The payments, some at a time."""
    for start in range(0, len(movements), size):
        yield movements[start : start + size]


class Beside:
    """A graph and a family that reads from it, fed batch by batch."""

    def __init__(
        self, take: Callable[[TemporalGraph, dict[str, Any], np.ndarray, np.ndarray], None], width: int
    ) -> None:
        self.graph, self._take, self._width = TemporalGraph(), take, width

    def feed(self, movements: list[Movement], size: int) -> np.ndarray:
        """Rows of the family."""
        parts = []
        for batch in batches(movements, size):
            columns = arrays(batch)
            rows = self.graph.update(**columns, patterns=False)
            out = np.full((len(batch), self._width), 77, dtype=np.int64)
            self._take(self.graph, columns, rows, out)
            parts.append(out)
        return np.vstack(parts)


def naive_rows(twin: Callable[[list[Movement], Movement], list[int]], movements: list[Movement]) -> np.ndarray:
    """Rows of a naive twin."""
    return np.array([twin(movements[:i], event) for i, event in enumerate(movements)], dtype=np.int64)


def differences(found: np.ndarray, expected: np.ndarray, features: tuple[Any, ...]) -> list[str]:
    """Where two results differ, in words; empty if nowhere."""
    assert found.shape == expected.shape
    wrong = np.argwhere(found != expected)[:5]
    return [f"payment {i}: {features[j].name} {found[i, j]}, expected {expected[i, j]}" for i, j in wrong]


def short_streams() -> st.SearchStrategy[list[Movement]]:
    """Few payments between few accounts, of any shape."""
    payment = st.tuples(
        st.integers(1, 3),
        st.integers(1, 3),
        st.sampled_from([0, 1, 7, 100, 4_000_000, 49_999_999]),
        st.sampled_from(GAPS),
        st.sampled_from([0, 5 * HOUR, DAY]),
        st.booleans(),
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans(), st.integers(0, 1), st.booleans()),
        st.tuples(*(st.integers(0, 2) for _ in range(5))),
    )
    return st.lists(payment, min_size=1, max_size=20).map(_movements)


def _movements(drawn: list[Any]) -> list[Movement]:
    """Payments from what was drawn."""
    clock, movements = 0, []
    for payer, payee, fen, gap, late, counts, (payer_party, payee_party, is_cash, place, takes_in), marks in drawn:
        clock += gap
        movements.append(
            Movement(
                payer,
                payee,
                fen,
                clock,
                clock - late,
                counts,
                payer_party,
                payee_party,
                is_cash,
                place,
                takes_in,
                marks,
            )
        )
    return movements

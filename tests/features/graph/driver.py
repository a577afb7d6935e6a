"""Runs one pattern family over a stream as the pattern search does, and makes random streams for it."""

from inspect import signature

import numpy as np

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.log import TAIL
from features.graph.search import scratch_cells
from features.graph.temporal import TemporalGraph
from tests.naive.payments import Payment

GAPS = [0, 0, 1, 1000, HOUR_MS - 1, HOUR_MS, HOUR_MS + 1, 7 * HOUR_MS, DAY_MS, 6 * DAY_MS, 30 * DAY_MS]
DENSE = [0.4, 0.1, 0.1, 0.2, 0.04, 0.04, 0.04, 0.04, 0.02, 0.01, 0.01]
SPARSE = [0.1, 0.1, 0.05, 0.1, 0.1, 0.15, 0.1, 0.2, 0.07, 0.02, 0.01]
BUSY = [0.3, 0.3, 0.1, 0.25, 0.01, 0.02, 0.01, 0.005, 0.003, 0.001, 0.001]
AMOUNTS = [80, 84, 99, 100, 104, 105, 106, 125, 132]


def random_stream(seed, n=200, accounts=8, gaps=DENSE):
    """Payments with ties, self-payments, ones that make no entry or have no parity, and gaps on windows' borders."""
    rng = np.random.default_rng(seed)
    minor = rng.choice(AMOUNTS, n)
    return {
        "clocks": np.cumsum(rng.choice(GAPS, n, p=gaps)).astype(np.int64),
        "payers": rng.integers(1, accounts + 1, n).astype(np.uint64),
        "payees": rng.integers(1, accounts + 1, n).astype(np.uint64),
        "amounts_fen": np.where(rng.random(n) < 0.1, 0, np.where(rng.random(n) < 0.1, 7 * minor, minor)),
        "amounts_minor": minor,
        "makes_entry": rng.random(n) < 0.9,
    }


def stream_of(payments, *, gap=60_000, makes_entry=None):
    """A stream of `(payer, payee, amount)` or `(payer, payee, amount, clock)`; without clocks `gap` ms apart."""
    rows = [payment if len(payment) == 4 else (*payment, i * gap) for i, payment in enumerate(payments)]
    payers, payees, amounts, clocks = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return {
        "clocks": clocks,
        "payers": payers.astype(np.uint64),
        "payees": payees.astype(np.uint64),
        "amounts_fen": amounts,
        "amounts_minor": amounts,
        "makes_entry": np.ones(len(rows), dtype=bool) if makes_entry is None else np.array(makes_entry),
    }


def search(kernel, features, stream, *, batch=64, budget=10**5, members=False):
    """Rows of a family, shape (n, len(features)), and per payment the log positions of its best pattern.

    With `members` also what the family marked per payment, account -> bits.
    """
    graph, cells, n = TemporalGraph(), scratch_cells(budget), len(stream["clocks"])
    wanted = list(signature(kernel.py_func).parameters)
    rows, paths, marks = np.zeros((n, len(features)), dtype=np.int64), [], []
    given = {
        "budget": budget,
        "scratch": np.zeros((4, cells, 6), dtype=np.int64),
        "path": np.zeros(64, dtype=np.int64),
    }
    for start in range(0, n, batch):
        part = {name: array[start : start + batch] for name, array in stream.items()}
        positions = np.arange(start, min(start + batch, n), dtype=np.int64)
        windows = graph.update(**part, positions=positions, patterns=False)
        given |= {
            "entries": graph.log.entries,
            "account_last": graph.log.account_last,
            "tail": int(graph.log.scalars[TAIL]),
        }
        for i, position in enumerate(positions):
            given |= {
                "query": graph.queries[i],
                "amount_fen": int(part["amounts_fen"][i]),
                "amount_minor": int(part["amounts_minor"][i]),
                "windows": windows[i],
                "common_accounts": 1,  # as of a payment that has some; the search finds out how many
                "stamp": int(position) + 1,
                "out": rows[position],
                "members": np.zeros(len(graph.log.account_last) if members else 0, dtype=np.int64),
            }
            kernel(*(given[name] for name in wanted))
            path = given["path"]
            paths.append([graph.log.position_of(int(number)) for number in path[1 : 1 + path[0]]])
            marked = np.flatnonzero(given["members"])
            marks.append({int(graph.log.account_keys[slot]): int(given["members"][slot]) for slot in marked})
    return (rows, paths, marks) if members else (rows, paths)


def naive_rows(twin, stream):
    """The rows of a naive twin `twin(past, event) -> list of values`."""
    past, rows = [], []
    for event in payments_of(stream):
        rows.append(twin(past, event))
        if stream["makes_entry"][len(rows) - 1]:
            past.append(event)
    return np.array(rows, dtype=np.int64)


def payments_of(stream):
    """The payments of a stream, one after the other."""
    names = ("payers", "payees", "clocks", "amounts_fen", "amounts_minor")
    return [Payment(*map(int, row)) for row in zip(*(stream[name] for name in names), strict=True)]


def differences(rows, expected, features):
    """Where two results differ, in words; empty if nowhere."""
    wrong = np.argwhere(rows != expected)[:5]
    return [f"payment {i}: {features[j].name} {rows[i, j]}, expected {expected[i, j]}" for i, j in wrong]

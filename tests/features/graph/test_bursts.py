"""Fan bursts against a count of counterparties from the stream itself."""

import numpy as np

from features.catalogue import DAY_MS, HOUR_MS
from features.graph.bursts import FEATURES, fill
from features.graph.temporal import TemporalGraph
from tests.features.graph.driver import DENSE, SPARSE, differences, naive_rows, random_stream


def payers_of(payments, event):
    return {paid.payer for paid in payments if paid.payee == event.payee}


def payees_of(payments, event):
    return {paid.payee for paid in payments if paid.payer == event.payer}


def share(past, event, width, counterparties):
    month = [paid for paid in past if paid.clock > event.clock - 30 * DAY_MS]
    recent = [paid for paid in month if paid.clock > event.clock - width]
    every = counterparties(month, event)
    return len(counterparties(recent, event)) * 1_000_000 // len(every) if every else -1


def shares(past, event):
    return [share(past, event, width, side) for width in (HOUR_MS, DAY_MS) for side in (payers_of, payees_of)]


def test_bursts_equal_shares_of_distinct_counterparties():
    for seed, gaps in ((0, DENSE), (1, SPARSE)):
        stream = random_stream(seed, 300, 9, gaps)
        windows = TemporalGraph().update(**stream, patterns=False)
        rows = np.zeros((len(windows), len(FEATURES)), dtype=np.int64)
        fill(windows, rows)
        assert not differences(rows, naive_rows(shares, stream), FEATURES)
        assert ((rows > 0) & (rows < 10**6)).any(axis=0).all()

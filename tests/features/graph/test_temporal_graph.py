"""The temporal graph against its naive twin, and its promises: batch size, threads, restore, eviction, budget."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import DAY_MS, HOUR_MS, WINDOWS, names
from features.graph.temporal import TemporalGraph
from tests.naive.graph import Paid, feature_row

CONTRACT = names()[: names().index("cycles_truncated")]
GAPS = [0, 0, 1, 1000, HOUR_MS - 1, HOUR_MS, HOUR_MS + 1, 7 * HOUR_MS, DAY_MS, 6 * DAY_MS, 30 * DAY_MS]


def random_stream(seed, n=300, accounts=8, dense=True):
    """Payments with ties, late ones, self-payments, ones that make no entry, and gaps on the windows' borders."""
    rng = np.random.default_rng(seed)
    gaps = rng.choice(GAPS, n, p=[0.4, 0.1, 0.1, 0.2, 0.04, 0.04, 0.04, 0.04, 0.02, 0.01, 0.01])
    clocks = np.cumsum(gaps if dense else gaps * rng.integers(1, 3, n))
    late = np.where(rng.random(n) < 0.2, rng.integers(0, 2 * DAY_MS, n), 0)
    payers = rng.integers(1, accounts + 1, n).astype(np.uint64)
    payees = rng.integers(1, accounts + 1, n).astype(np.uint64)
    return {
        "clocks": clocks.astype(np.int64),
        "event_times": (clocks - late).astype(np.int64),
        "payers": payers,
        "payees": payees,
        "amounts_fen": rng.integers(0, 10**12, n),
        "makes_entry": rng.random(n) < 0.85,
    }


def run(stream, batch, *, threads=1, budget=10**5):
    graph = TemporalGraph(budget=budget, threads=threads)
    n = len(stream["clocks"])
    parts = [
        graph.update(**{name: array[start : start + batch] for name, array in stream.items()})
        for start in range(0, n, batch)
    ]
    return np.vstack(parts)


def naive_rows(stream):
    past, rows = [], []
    for i in range(len(stream["clocks"])):
        payer, payee = int(stream["payers"][i]), int(stream["payees"][i])
        clock = int(stream["clocks"][i])
        row = feature_row(past, payer, payee, clock, int(stream["event_times"][i]))
        rows.append([row[name] for name in CONTRACT])
        if stream["makes_entry"][i]:
            past.append(Paid(payer, payee, int(stream["amounts_fen"][i]), clock))
    return np.array(rows)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("accounts", [3, 6, 40])
def test_every_contract_feature_equals_its_naive_twin(seed, accounts):
    stream = random_stream(seed, n=160 if accounts == 3 else 260, accounts=accounts)
    rows = run(stream, 64, budget=10**6)[:, : len(CONTRACT)]
    expected = naive_rows(stream)
    wrong = np.argwhere(rows != expected)
    assert not len(wrong), [(i, CONTRACT[j], rows[i, j], expected[i, j]) for i, j in wrong[:5]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from([0, 0, 1, HOUR_MS - 1, HOUR_MS, DAY_MS])),
        min_size=1,
        max_size=24,
    )
)
def test_short_streams_of_any_shape_equal_the_naive_twin(payments):
    clocks = np.cumsum([gap for _, _, gap in payments]).astype(np.int64)
    n = len(payments)
    stream = {
        "clocks": clocks,
        "event_times": clocks,
        "payers": np.array([payer for payer, _, _ in payments], dtype=np.uint64),
        "payees": np.array([payee for _, payee, _ in payments], dtype=np.uint64),
        "amounts_fen": np.arange(1, n + 1),
        "makes_entry": np.ones(n, dtype=bool),
    }
    assert np.array_equal(run(stream, 7, budget=10**6)[:, : len(CONTRACT)], naive_rows(stream))


@pytest.mark.parametrize("budget", [5, 50, 10**5])
def test_rows_are_the_same_at_any_batch_size_and_thread_count(budget):
    stream = random_stream(11, n=1500, accounts=30)
    once = run(stream, 1, budget=budget)
    for batch in (97, 4096):
        for threads in (1, 2):
            assert np.array_equal(run(stream, batch, threads=threads, budget=budget), once)


def test_links_beyond_the_tail_of_a_small_ring_are_not_followed():
    rng = np.random.default_rng(2)
    n = 9000
    clocks = np.cumsum(rng.choice([0, HOUR_MS // 2, 2 * HOUR_MS, 40 * DAY_MS], n, p=[0.2, 0.5, 0.299, 0.001]))
    stream = {
        "clocks": clocks.astype(np.int64),
        "payers": rng.integers(1, 400, n).astype(np.uint64),
        "payees": rng.integers(1, 400, n).astype(np.uint64),
        "amounts_fen": rng.integers(0, 1000, n),
    }
    # a batch of the whole stream needs a ring that overwrites nothing
    assert np.array_equal(run(stream, 16), run(stream, n))


def test_rows_go_on_the_same_after_a_restore():
    stream = random_stream(5, n=900, accounts=20)
    whole = run(stream, 100)
    first = TemporalGraph(budget=10**5)
    for start in range(0, 500, 100):
        first.update(**{name: array[start : start + 100] for name, array in stream.items()})
    second = TemporalGraph(budget=10**5)
    second.restore({name: array.copy() for name, array in first.state().items()})
    rest = second.update(**{name: array[500:] for name, array in stream.items()})
    assert np.array_equal(rest, whole[500:])


def test_a_search_that_meets_its_budget_says_so_and_never_finds_more():
    stream = random_stream(3, n=400, accounts=5)
    full, cut = run(stream, 50, budget=10**6), run(stream, 50, budget=8)
    truncated = cut[:, names().index("search_truncated")] == 1
    assert truncated.any()
    assert not full[:, names().index("search_truncated")].any()
    patterns = [i for i, name in enumerate(names()) if name.startswith(("cycles_", "scatter_")) and "trunc" not in name]
    assert (cut[:, patterns] <= full[:, patterns]).all()
    assert np.array_equal(cut[~truncated][:, patterns], full[~truncated][:, patterns])


def test_a_payment_exactly_one_window_old_is_outside_it():
    for name, width in WINDOWS:
        column = names().index(f"payer_out_count_{name}")
        clocks = np.array([0, 1, width], dtype=np.int64)
        ones, twos = np.ones(3, dtype=np.uint64), np.full(3, 2, dtype=np.uint64)
        rows = TemporalGraph().update(clocks=clocks, payers=ones, payees=twos, amounts_fen=np.ones(3, dtype=np.int64))
        assert rows[2, column] == 1


def test_memory_follows_what_is_alive():
    graph = TemporalGraph()
    n, month = 2000, 30 * DAY_MS
    sizes = []
    for round_ in range(12):
        fresh = np.arange(n, dtype=np.uint64) + np.uint64(1 + round_ * 2 * n)
        graph.update(
            clocks=np.sort(np.random.default_rng(round_).integers(0, month, n)) + round_ * month,
            payers=fresh,
            payees=fresh + np.uint64(n),
            amounts_fen=np.ones(n, dtype=np.int64),
            patterns=False,
        )
        sizes.append(sum(graph.log.nbytes().values()))
    assert sizes[-1] == sizes[3]

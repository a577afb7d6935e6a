"""The rolling window against a list of everything that came in, at any batch size and after a restore."""

import numpy as np
import pytest

from features.measures.rolling import RollingWindow

DAY = 86_400_000


def stream(seed: int, n: int = 600):
    rng = np.random.default_rng(seed)
    gaps = rng.choice([0, 1, DAY // 3, DAY, 5 * DAY, 20 * DAY], n, p=[0.3, 0.2, 0.3, 0.1, 0.08, 0.02])
    return rng.integers(1, 6, n).astype(np.uint64), np.cumsum(gaps), rng.integers(1, 10**12, n), np.arange(n)


def naive(keys, clocks, amounts, positions, span):
    """Count, sum and positions of each entry's key in the window that ends with it."""
    for i in range(len(keys)):
        inside = [j for j in range(i + 1) if keys[j] == keys[i] and clocks[i] - span < clocks[j]]
        yield len(inside), int(sum(amounts[j] for j in inside)), [int(positions[j]) for j in reversed(inside)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_window_equals_its_naive_twin(size):
    span = 5 * DAY
    columns = stream(3)
    window, found = RollingWindow(span), []
    for start in range(0, len(columns[0]), size):
        if start == 7 * 40:
            window, old = RollingWindow(span), window
            window.restore(old.state())
        after = window.push(*(column[start : start + size] for column in columns))
        starts, positions = window.chains(after)
        found += [
            (int(count), int(total), positions[starts[i] : starts[i + 1]].tolist())
            for i, (count, total, _) in enumerate(after.tolist())
        ]
    assert found == list(naive(*columns, span))

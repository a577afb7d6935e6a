"""What may be ordered, and the numbers that are given out."""

from datetime import date

import numpy as np
import pytest

from riskengine.simulator.setup import Setup, scatter, scatter_all


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"accounts": 199}, "accounts must be between 200 and 5000000, got 199"),
        ({"days": 0}, "days must be between 1 and 1100, got 0"),
        ({"seed": -1}, "seed must be 0 or more, got -1"),
        ({"start": date(2015, 1, 1)}, "start must be between 2016-01-01 and 2025-12-31, got 2015-01-01"),
    ],
)
def test_order_out_of_range_is_refused_by_name(order, words):
    with pytest.raises(ValueError, match=words):
        Setup(**order)


def test_parts_draw_from_generators_of_their_own():
    setup = Setup(seed=4)
    assert setup.random("rent").integers(0, 1 << 40) != setup.random("wages").integers(0, 1 << 40)
    assert setup.random("rent").integers(0, 1 << 40) == Setup(seed=4).random("rent").integers(0, 1 << 40)


def test_scattered_numbers_are_unique_and_not_in_order():
    numbers = scatter_all(np.arange(100_000), 1)
    assert len(np.unique(numbers)) == 100_000
    assert (np.diff(numbers) < 0).any()
    assert numbers[77] == scatter(77, 1)

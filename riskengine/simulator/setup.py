"""What one simulation is asked for: how many accounts, how many days, which seed and first day.

The four numbers fix the province to the last byte; every part draws from a generator of its own, so that a change in
one part leaves the dice of the others alone.
"""

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

# Below this the eleven cities and nine lines are no longer all there
MIN_ACCOUNTS = 200
MAX_ACCOUNTS = 5_000_000
MAX_DAYS = 1_100
# The largest prime below 10**10: multiplication by a non-zero number permutes the residues
_PRIME = 9_999_999_967
_FACTOR = 7_638_104_213
_STEP = 1_234_567_891
FIRST_START = date(2016, 1, 1)
LAST_START = date(2025, 12, 31)


@dataclass(frozen=True, slots=True)
class Setup:
    """The order for a province.

    Parameters
    ----------
    accounts : int, default=10_000
        About how many customer accounts there are, 200 to 5,000,000.
    days : int, default=60
        Number of Shanghai days, 1 to 1,100.
    seed : int, default=1
        Non-negative; the same seed gives the same bytes.
    start : date, default=2020-07-01
        First day. Until November 2020 all nine lines take new business; later the network lenders only run off.

    Raises
    ------
    ValueError
        If a number is out of its range; the message names it.
    """

    accounts: int = 10_000
    days: int = 60
    seed: int = 1
    start: date = date(2020, 7, 1)

    def __post_init__(self) -> None:
        if not MIN_ACCOUNTS <= self.accounts <= MAX_ACCOUNTS:
            raise ValueError(f"accounts must be between {MIN_ACCOUNTS} and {MAX_ACCOUNTS}, got {self.accounts}")
        if not 1 <= self.days <= MAX_DAYS:
            raise ValueError(f"days must be between 1 and {MAX_DAYS}, got {self.days}")
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, got {self.seed}")
        if not FIRST_START <= self.start <= LAST_START:
            raise ValueError(f"start must be between {FIRST_START} and {LAST_START}, got {self.start}")

    def random(self, part: str) -> np.random.Generator:
        """The generator of one part, named by the part.

        >>> int(Setup(seed=3).random("rent").integers(0, 1000) - Setup(seed=3).random("rent").integers(0, 1000))
        0
        """
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(part.encode())]))


def scatter(number: int, seed: int) -> int:
    """A ten-digit number for a running one, one to one, in no visible order.

    Account, loan and movement numbers come from here, so that a number does not tell when or why it was given.

    Parameters
    ----------
    number : int
        0 or more, below ten thousand millions.
    seed : int
        The simulation's seed.

    Examples
    --------
    >>> len({scatter(k, 1) for k in range(1000)})
    1000
    """
    return (number * _FACTOR + (seed + 1) * _STEP) % _PRIME


def scatter_all(numbers: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """`scatter` of an array of numbers below a thousand millions.

    >>> scatter_all(np.array([0, 5]), 1).tolist() == [scatter(0, 1), scatter(5, 1)]
    True
    """
    return (numbers * _FACTOR + scatter(0, seed)) % _PRIME

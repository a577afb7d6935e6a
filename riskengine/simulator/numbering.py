"""Which number each event has: the running count of its platform, by the time of the event, over all kinds.

The number stands in the event id and, where a platform sends it, in `seq`. It is given last, so that it tells nothing
about why an event was made.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.platforms import Platform
from riskengine.simulator.records import Records


@dataclass(slots=True)
class Numbers:
    """The numbers of all events.

    Attributes
    ----------
    payment : ndarray of shape (n_payments,), int64
        By row of the table of payments, from 1 within each platform.
    record : ndarray of shape (n_records,), int64
        By row of the records.
    """

    payment: NDArray[np.int64]
    record: NDArray[np.int64]
    platforms: tuple[Platform, ...]

    def event_id(self, platform: int, number: int) -> str:
        """The event id of a platform's event with this number."""
        return f"{self.platforms[platform].code}{number:08d}"


def number_events(payments: dict[str, NDArray[Any]], records: Records, platforms: tuple[Platform, ...]) -> Numbers:
    """Number payments and records together.

    Returns
    -------
    Numbers
        Equal times are numbered payments first, each in the order of their rows.
    """
    platform = np.concatenate([payments["reporter"].astype(np.int64), np.array(records.platform, dtype=np.int64)])
    time = np.concatenate([payments["time"], np.array(records.time, dtype=np.int64)])
    order = np.lexsort((time, platform))
    ordered = platform[order]
    first = np.searchsorted(ordered, ordered)
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order)) - first + 1
    count = len(payments["time"])
    return Numbers(number[:count], number[count:], platforms)

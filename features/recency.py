"""Records in the order in which they were last seen, so that those that leave a window stand together at its edge.

Each record links to the one seen just before it and just after it; for each window an edge names its oldest record.
Seeing a record again moves it to the end: memory follows the records and not how often they are seen.
"""

from typing import Any

import numpy as np

from streams.kernel import kernel

RECENCY = [("clock", np.int64), ("older", np.int32), ("newer", np.int32)]
"""Fields that a record needs: when it was last seen, and its neighbours' slots plus one (0 none)."""


def new_edges(windows: int) -> Any:
    """Edges of an empty order: the newest record, then the oldest record inside each window, slots plus one."""
    return np.zeros(1 + windows, dtype=np.int64)


@kernel(inline="always")
def take_out(slot: Any, records: Any, edges: Any) -> None:
    """Take a record out of the order; where it stood at the edge of a window the next one does."""
    record = records[slot]
    for edge in range(1, len(edges)):
        if edges[edge] == slot + 1:
            edges[edge] = record.newer
    if edges[0] == slot + 1:
        edges[0] = record.older
    if record.older > 0:
        records[record.older - 1].newer = record.newer
    if record.newer > 0:
        records[record.newer - 1].older = record.older


@kernel(inline="always")
def put_last(slot: Any, records: Any, edges: Any, clock: int) -> None:
    """Put a record that is not in the order at its end; it is inside every window."""
    record = records[slot]
    record.clock = clock
    record.older = edges[0]
    record.newer = 0
    if edges[0] > 0:
        records[edges[0] - 1].newer = slot + 1
    edges[0] = slot + 1
    for edge in range(1, len(edges)):
        if edges[edge] == 0:
            edges[edge] = slot + 1


@kernel(inline="always")
def left(records: Any, edges: Any, window: int, oldest: int) -> Any:
    """Slot of a record that has just left a window, seen at `oldest` or before; -1 when all that did were given."""
    slot = edges[1 + window] - 1
    if slot < 0 or records[slot].clock > oldest:
        return -1
    edges[1 + window] = records[slot].newer
    return slot

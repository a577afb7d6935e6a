"""Many small queues in one array: short histories of accounts and pairs that grow at the back and are let go anywhere.

A queue lies in one piece inside a block of the pool, so that it can be searched by halves; blocks are powers of two and
are given back when their queue empties. A kernel cannot enlarge an array, so that it asks for room (`make_room`) before
it changes anything else, stops where there is none, and goes on after `Pool.grow`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.kernel import kernel

QUEUE = [("block", np.int32), ("start", np.int32), ("length", np.int32), ("size", np.int32)]
"""Fields that a record needs to own a queue: first node of its block, nodes let go at its front, nodes, block size."""

NEVER = -(2**62)
"""A clock before every other, of records that nobody has used."""

_USED, _TAKEN, _FREE = 0, 1, 2
_ORDERS = 32


class Pool:
    """Nodes of many queues, and the blocks that are free.

    Parameters
    ----------
    columns : int
        int64 columns of a node.

    Attributes
    ----------
    nodes : ndarray of shape (n_nodes, columns), int64
    blocks : ndarray of shape (34,), int64
        Nodes handed out so far, those of them in blocks of queues, then the first free block of each order plus one.
    """

    def __init__(self, columns: int) -> None:
        self.nodes = np.zeros((1024, columns), dtype=np.int64)
        self.blocks = np.zeros(_FREE + _ORDERS, dtype=np.int64)

    @property
    def is_crowded(self) -> bool:
        """Whether more than half of the nodes are taken, so that giving back does not help for long."""
        return bool(2 * self.blocks[_TAKEN] > len(self.nodes))

    def grow(self) -> None:
        """Double the room."""
        larger = np.zeros((2 * len(self.nodes), self.nodes.shape[1]), dtype=np.int64)
        larger[: len(self.nodes)] = self.nodes
        self.nodes = larger

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return {"nodes": self.nodes, "blocks": self.blocks}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self.nodes, self.blocks = np.array(state["nodes"]), np.array(state["blocks"])


def fresh(slots: int, before: NDArray[Any]) -> NDArray[Any]:
    """Records as `before` and unused ones behind them, `slots` in all; they have a field `clock`.

    Examples
    --------
    >>> records = fresh(2, np.ones(1, dtype=[("clock", np.int64), *QUEUE]))
    >>> records["clock"].tolist() == [1, NEVER]
    True
    """
    records = np.zeros(slots, dtype=before.dtype)
    records["clock"] = NEVER
    records[: len(before)] = before
    return records


@kernel(inline="always")
def make_room(queue: Any, nodes: Any, blocks: Any) -> bool:
    """Have a place for one more node; False where the pool has none."""
    return queue.start + queue.length < queue.size or _move(queue, nodes, blocks)


@kernel(inline="always")
def add(queue: Any) -> Any:
    """Place in `nodes` of a new last node, for the caller to fill; there is room."""
    place = np.int64(queue.block) + queue.start + queue.length
    queue.length += 1
    return place


@kernel()
def clear(queue: Any, nodes: Any, blocks: Any) -> None:
    """Let all nodes go, and give the block back."""
    if queue.size > 0:
        _give_back(queue.block, queue.size, nodes, blocks)
    queue.block = queue.start = queue.length = queue.size = 0


@kernel()
def _move(queue: Any, nodes: Any, blocks: Any) -> bool:
    """Bring the nodes to the front of a block that is at most half full."""
    size = 2
    while size < 2 * queue.length:
        size *= 2
    block, start = np.int64(queue.block), np.int64(queue.start)
    target = block if size == queue.size else _take(size, nodes, blocks)
    if target < 0:
        return False
    for i in range(queue.length):
        for column in range(nodes.shape[1]):
            nodes[target + i, column] = nodes[block + start + i, column]
    if size != queue.size:
        if queue.size > 0:
            _give_back(block, queue.size, nodes, blocks)
        queue.block = target
        queue.size = size
    queue.start = 0
    return True


@kernel()
def _order(size: int) -> int:
    """Exponent of a power of two."""
    order = 0
    while size > 1:
        size >>= 1
        order += 1
    return order


@kernel()
def _take(size: int, nodes: Any, blocks: Any) -> int:
    """First node of a block of `size`, or -1."""
    free = _FREE + _order(size)
    block = blocks[free] - 1
    if block >= 0:
        blocks[free] = nodes[block, 0]
    elif blocks[_USED] + size <= len(nodes):
        block = blocks[_USED]
        blocks[_USED] += size
    else:
        return -1
    blocks[_TAKEN] += size
    return block


@kernel()
def _give_back(block: int, size: int, nodes: Any, blocks: Any) -> None:
    """Put a block where `_take` finds it."""
    free = _FREE + _order(size)
    nodes[block, 0] = blocks[free]
    blocks[free] = block + 1
    blocks[_TAKEN] -= size

"""What is planted: eleven schemes in several variants each, one scheme a file, about one payment in two hundred.

Some variants are what textbooks draw, others stay under the lines of the simple rules on purpose: smaller, slower,
split, or behind goods. `plant` spreads them over the time simulated; `date_labels` says when each became known.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.schemes import (
    account_class,
    account_takeover,
    borrower_cap,
    cycle,
    fan_in,
    fan_out,
    pass_through,
    scatter_gather,
    self_financing,
    structuring,
    telecom_fraud,
)
from riskengine.simulator.schemes.stage import Scheme, Stage
from riskengine.simulator.truth import delay_ms
from riskengine.simulator.world import World

SCHEMES: tuple[Scheme, ...] = (
    cycle.SCHEME,
    fan_in.SCHEME,
    fan_out.SCHEME,
    scatter_gather.SCHEME,
    pass_through.SCHEME,
    structuring.SCHEME,
    account_takeover.SCHEME,
    telecom_fraud.SCHEME,
    account_class.SCHEME,
    borrower_cap.SCHEME,
    self_financing.SCHEME,
)

# Of all payments; later states and second reports of planted ones come on top
PLANTED_SHARE = 0.0055


def plant(world: World) -> None:
    """Plant every scheme at least once, and as many times as its share of the planted payments asks for.

    The variants of a scheme take turns in an order of their own.
    """
    stage = Stage(world)
    in_all = len(world.ledger) * PLANTED_SHARE
    quota = 0.0
    for scheme in SCHEMES:
        # What one scheme plants too much is taken from the next, so that the sum comes out right
        quota += in_all * scheme.share
        waiting: list[str] = []
        while True:
            if not waiting:
                waiting = stage.rng.permutation(list(scheme.variants)).tolist()
            variant = waiting.pop()
            stage.begin(world.truth.open(scheme.name, variant, scheme.label))
            before = stage.planted
            scheme.variants[variant](stage)
            # A scheme whose line takes no new business any more plants nothing
            if stage.planted >= quota or stage.planted == before:
                break
    stage.flush()


def date_labels(world: World, table: dict[str, NDArray[Any]]) -> None:
    """Set for each instance when its label became known: some days after its last event."""
    rng = world.setup.random("labels")
    last = np.zeros(len(world.truth.instances) + 1, dtype=np.int64)
    np.maximum.at(last, table["tag"], table["time"])
    np.maximum.at(last, np.array(world.records.tag, dtype=np.int64), np.array(world.records.time, dtype=np.int64))
    for instance in world.truth.instances:
        instance.known_at = int(last[instance.number]) + delay_ms(rng, instance.label)

"""What a simulation holds, counted: events by kind, line and city, the planted schemes, and the dirt.

The summary has no time and no machine in it, so that the same order gives the same bytes.
"""

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.dirt import BREAKS, Arrivals
from riskengine.simulator.vocabulary import SIDE, STATUSES
from riskengine.simulator.world import World
from streams.regions import REGIONS, city_of, is_known


def summarise(
    world: World, table: dict[str, NDArray[Any]], arrivals: Arrivals, contradictions: int, lines: int
) -> dict[str, Any]:
    """Count everything.

    Parameters
    ----------
    table : dict of ndarray of shape (n,)
        All payments, the last `contradictions` of them contradicting ones.
    lines : int
        Lines written.

    Returns
    -------
    dict
        `events` are those an engine accepts; `lines` also holds repeats, contradictions and broken lines.
    """
    count = len(table["time"]) - contradictions
    payments = {name: column[:count] for name, column in table.items()}
    setup = world.setup
    kinds = Counter(world.records.kind)
    kinds["payment"] = count
    settled = payments["status"] == STATUSES.index("settled")
    planted = int((payments["tag"] > 0).sum())
    return {
        "setup": {"accounts": setup.accounts, "days": setup.days, "seed": setup.seed, "start": setup.start.isoformat()},
        "lines": lines,
        "events": count + len(world.records),
        "people": len(world.people),
        "shops": len(world.shops.party),
        "firms": len(world.firms.party),
        "platforms": len(world.platforms) - 2,
        "accounts": int((world.accounts.array("platform") >= 0).sum()),
        "events_by_kind": dict(sorted(kinds.items())),
        "events_by_line": _by_line(world, payments),
        "payments_by_status": {status: int((payments["status"] == code).sum()) for code, status in enumerate(STATUSES)},
        "payments_by_city": _by_city(world, payments),
        "planted_payments": planted,
        "planted_payments_ppm": planted * 1_000_000 // max(1, count),
        "schemes": _schemes(world, payments),
        "loans_in_default": len(world.truth.defaults),
        "dirt": {
            "repeats": len(arrivals.repeat_row),
            "contradictions": contradictions,
            "broken": len(arrivals.broken_row),
            "broken_by_reason": {
                reason: int((arrivals.broken_how == code).sum()) for code, reason in enumerate(BREAKS)
            },
            "late_over_a_minute": int((arrivals.payment_time[:count] - payments["time"] > 60_000).sum()),
            "told_by_both_sides": int(settled.sum()) - len(np.unique(payments["movement"][settled])),
        },
    }


def _by_line(world: World, payments: dict[str, NDArray[Any]]) -> dict[str, int]:
    """Events of each line, payments and others."""
    counted: Counter[str] = Counter()
    per_platform = np.bincount(payments["reporter"], minlength=len(world.platforms))
    for platform in world.platforms:
        if platform.line is not None:
            counted[platform.line] += int(per_platform[platform.index])
    for line, platform_index in zip(world.records.line, world.records.platform, strict=True):
        name = line or world.platforms[platform_index].line
        if name is not None:
            counted[name] += 1
    return dict(counted)


def _by_city(world: World, payments: dict[str, NDArray[Any]]) -> dict[str, int]:
    """Payments by the city of the acting customer."""
    region = np.array([*world.parties.region, 0], dtype=np.int64)[world.accounts.array("party")]
    inward = (payments["side"] == SIDE["payee"]) | (payments["side"] == SIDE["in"])
    acting = np.where(inward, payments["payee"], payments["payer"])
    codes, counts = np.unique(region[acting], return_counts=True)
    counted: Counter[str] = Counter()
    for code, number in zip(codes.tolist(), counts.tolist(), strict=True):
        if is_known(code):
            counted[REGIONS[city_of(code)].name_en] += number
    return dict(sorted(counted.items()))


def _schemes(world: World, payments: dict[str, NDArray[Any]]) -> dict[str, dict[str, Any]]:
    """For each scheme its instances, by variant, and what they hold."""
    per_instance = np.bincount(payments["tag"], minlength=len(world.truth.instances) + 1)
    found: dict[str, dict[str, Any]] = {}
    for instance in world.truth.instances:
        entry = found.setdefault(
            instance.scheme,
            {"label": instance.label, "instances": 0, "payments": 0, "accounts": 0, "loans": 0, "variants": {}},
        )
        entry["instances"] += 1
        entry["payments"] += int(per_instance[instance.number])
        entry["accounts"] += sum(kind == "account" for kind, _, _ in instance.targets)
        entry["loans"] += sum(kind == "loan" for kind, _, _ in instance.targets)
        entry["variants"][instance.variant] = entry["variants"].get(instance.variant, 0) + 1
    return found

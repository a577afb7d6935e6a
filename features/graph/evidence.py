"""The payments that a pattern rests on, walked from the links of the payment that completed it, as of it.

Only alerts need them, so that this is plain Python and follows few links. What comes out does not depend on the batch
size: a walk starts from the links that were written down for the payment and goes back from there.
"""

from collections.abc import Iterator
from typing import Any, Literal

from numpy.typing import NDArray

from features.catalogue import CYCLE_LENGTHS, DAY_MS

Pattern = Literal["event", "cycle", "scatter_gather", "payer_in", "payer_out", "payer_flows", "payee_in", "payee_flows"]
"""What to collect: nothing more, a path, or the payments of one side over seven days."""

_WEEK_MS = 7 * DAY_MS
_STEPS = 4096


def collect(entries: NDArray[Any], query: Any, pattern: Pattern, limit: int = 64) -> list[int]:
    """Log positions of the payments behind a pattern that a payment completed, newest first, without itself.

    Parameters
    ----------
    entries : ndarray of shape (2**k,), ENTRY
        The ring, as the batch of the payment left it.
    query : QUERY record
        The payment.
    pattern : str
        Which payments are wanted.
    limit : int, default=64
        At most so many.
    """
    if pattern == "event":
        numbers: list[int] = []
    elif pattern == "cycle":
        numbers = _cycle(entries, query)
    elif pattern == "scatter_gather":
        numbers = _scatter_gather(entries, query)
    else:
        side, flow = pattern.split("_")
        heads = (f"{side}_in", f"{side}_out") if flow == "flows" else (pattern,)
        numbers = [
            number
            for head in heads
            for number, _ in zip(
                _chain(entries, int(query[head]), head.rpartition("_")[2], int(query["clock"]) - _WEEK_MS),
                range(limit),
                strict=False,
            )
        ]
    ring = len(entries)
    chosen = sorted(set(numbers), reverse=True)[:limit]
    return [int(entries["position"][number % ring]) for number in chosen]


def _chain(entries: NDArray[Any], number: int, way: str, oldest: int) -> Iterator[int]:
    """Numbers of an account's payments in or out, newest first, as far back as `oldest`."""
    # in a payment into an account the account is the payee, in one out of it the payer
    link = "payee_in" if way == "in" else "payer_out"
    ring = len(entries)
    newest = None
    while number >= 0:
        entry = entries[number % ring]
        # a link may lead beyond the ring's tail, to a place that a newer entry has taken
        if entry["clock"] <= oldest or (newest is not None and entry["position"] > newest):
            return
        newest = entry["position"]
        yield number
        back = int(entry[link])
        number = number - back if back else -1


def _cycle(entries: NDArray[Any], query: Any) -> list[int]:
    """One shortest temporal cycle that the payment closes."""
    oldest, payee, ring = int(query["clock"]) - DAY_MS, int(query["payee"]), len(entries)
    steps = 0
    # breadth first: the accounts reached so far, each with the payments that lead from it to the payer
    layer: list[tuple[int, tuple[int, ...], frozenset[int]]] = [
        (int(query["payer_in"]), (), frozenset({int(query["payer"])}))
    ]
    for _ in CYCLE_LENGTHS:
        deeper = []
        for head, path, visited in layer:
            for number in _chain(entries, head, "in", oldest):
                steps += 1
                if steps > _STEPS:
                    return []
                entry = entries[number % ring]
                source, back = int(entry["payer"]), int(entry["payer_in"])
                if source == payee:
                    return [number, *path]
                if source not in visited:
                    head_of_source = number - back if back else -1
                    deeper.append((head_of_source, (number, *path), visited | {source}))
        layer = deeper
    return []


def _scatter_gather(entries: NDArray[Any], query: Any) -> list[int]:
    """Payments of the source with most middles: to its middles and from them to the payee."""
    oldest, ring = int(query["clock"]) - DAY_MS, len(entries)
    payer, payee = int(query["payer"]), int(query["payee"])
    legs: dict[int, dict[int, tuple[int, ...]]] = {}
    steps = 0
    for number in _chain(entries, int(query["payer_in"]), "in", oldest):
        source = int(entries[number % ring]["payer"])
        if source not in (payer, payee):
            legs.setdefault(source, {}).setdefault(payer, (number,))
    seen: set[int] = set()
    for number in _chain(entries, int(query["payee_in"]), "in", oldest):
        entry = entries[number % ring]
        middle, back = int(entry["payer"]), int(entry["payer_in"])
        if middle in seen or middle in (payer, payee) or not back:
            continue
        seen.add(middle)
        for inner in _chain(entries, number - back, "in", oldest):
            steps += 1
            if steps > _STEPS:
                break
            source = int(entries[inner % ring]["payer"])
            if source in legs and source != middle:
                legs[source].setdefault(middle, (number, inner))
    if not legs:
        return []
    best = max(legs, key=lambda source: len(legs[source]))
    return [number for pair in legs[best].values() for number in pair]

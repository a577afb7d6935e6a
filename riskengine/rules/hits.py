"""Hits of rules as columns, and which of them begins an episode.

Every judge hands in a `Part`: the hits of some rules on a batch, with a way to look up what each rests on. Joined, they
stand in log order and then in the order of the rules. The first hit of an occasion crosses the line; later ones extend
it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.tables import ExpiringTable, claim, keys_of, look
from riskengine.rules.rule import Rule
from streams.kernel import kernel

Chains = Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.int64]]]
"""From numbers of hits to starts and log positions of what each rests on, the hit's own event perhaps among them."""


@dataclass(slots=True)
class Part:
    """Hits of some rules on a batch, in any order; arrays of shape (n,) as those of `Hits`.

    Attributes
    ----------
    today, until : ndarray of int64
        Shanghai day of the clock at the event, and the last one on which the occasion can come up again.
    chains : callable or None
        Looks up what hits rest on.
    """

    rule: NDArray[np.int32]
    row: NDArray[np.int64]
    subject: NDArray[np.uint64]
    subject_type: NDArray[np.int8]
    scope: NDArray[np.uint64]
    occasion: NDArray[np.int64]
    criterion: NDArray[np.int16]
    measured: NDArray[np.int64]
    threshold: NDArray[np.int64]
    unit: NDArray[np.int8]
    today: NDArray[np.int64]
    until: NDArray[np.int64]
    chains: Chains | None = None


@dataclass(slots=True)
class Hits:
    """One row per rule and event that hits, in log order, then in the order of the rules; arrays of shape (n_hits,).

    Attributes
    ----------
    rule : ndarray of int32
        Index into the engine's rules.
    row : ndarray of int64
        Index into the batch of the event that hits.
    subject : ndarray of uint64
        Hash of whom the hit is about.
    subject_type : ndarray of int8
        0 account, 1 party.
    scope : ndarray of uint64
        Hash of the platform where the rule judges each platform for itself, 0 elsewhere.
    occasion : ndarray of int64
        Shanghai day number of the window's start or of the day; the account's life where the window is a life.
    criterion : ndarray of int16
        Index into the rule's criteria.
    measured, threshold : ndarray of int64
        In the unit of the line that was tested.
    unit : ndarray of int8
        Index into `riskengine.rules.rule.UNITS`.
    crossing : ndarray of bool
        True where the event begins the episode, False where it goes on with it.
    evidence_starts : ndarray of shape (n_hits + 1,), int64
    evidence : ndarray of int64
        Log positions of earlier events that crossing hits rest on, see `earlier`.
    """

    rule: NDArray[np.int32]
    row: NDArray[np.int64]
    subject: NDArray[np.uint64]
    subject_type: NDArray[np.int8]
    scope: NDArray[np.uint64]
    occasion: NDArray[np.int64]
    criterion: NDArray[np.int16]
    measured: NDArray[np.int64]
    threshold: NDArray[np.int64]
    unit: NDArray[np.int8]
    crossing: NDArray[np.bool_]
    evidence_starts: NDArray[np.int64]
    evidence: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rule)

    def earlier(self, number: int) -> list[int]:
        """Log positions of the earlier events that a crossing hit rests on, newest first; empty for the others."""
        found: list[int] = self.evidence[self.evidence_starts[number] : self.evidence_starts[number + 1]].tolist()
        return found


@kernel()
def _first(keys: Any, today: Any, until: Any, table: Any, crossing: Any) -> None:
    """Mark the first hit of each occasion."""
    for i in range(len(keys)):
        crossing[i] = look(table[0], table[1], table[2], keys[i], today[i]) < 0
        slot = claim(table[0], table[1], table[2], table[3], table[4], keys[i], today[i], until[i])
        table[2][slot] = max(table[2][slot], until[i])


class Occasions:
    """The occasions that are open, so that each begins once.

    Parameters
    ----------
    rules : sequence of Rule
    salts : sequence of int
        Tell the rules' keys apart, in their order.
    """

    def __init__(self, rules: Sequence[Rule], salts: Sequence[int]) -> None:
        self._table = ExpiringTable(0)
        self._salts = np.array(salts, dtype=np.uint64)
        self._by_criterion = np.array([rule.occasion == "window" for rule in rules], dtype=np.bool_)

    def join(self, parts: Sequence[Part], positions: NDArray[np.int64]) -> Hits:
        """Hits of a batch in order, with what the crossing ones rest on.

        Parameters
        ----------
        parts : sequence of Part
        positions : ndarray of shape (n_events,), int64
            Log positions of the batch's events.
        """
        parts = [part for part in parts if len(part.rule)]
        if not parts:
            return _none()

        def column(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(part, name) for part in parts])

        order = np.lexsort((column("criterion"), column("rule"), column("row")))
        kept: dict[str, NDArray[Any]] = {
            name: column(name)[order] for name in Part.__dataclass_fields__ if name != "chains"
        }
        crossing = self._crossing(kept)
        sources = np.repeat(np.arange(len(parts)), [len(part.rule) for part in parts])[order]
        places = np.concatenate([np.arange(len(part.rule)) for part in parts])[order]
        starts, evidence = _evidence(parts, sources, places, crossing, positions[kept["row"]])
        del kept["today"], kept["until"]
        return Hits(**kept, crossing=crossing, evidence_starts=starts, evidence=evidence)

    def _crossing(self, kept: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Which hits begin their occasion."""
        rule = kept["rule"]
        criterion = np.where(self._by_criterion[rule], kept["criterion"].astype(np.int64), 0)
        # the salt of each rule stands in the number, so that one call makes all keys
        numbers = self._salts[rule].view(np.int64) + kept["occasion"] * 64 + criterion
        keys = keys_of(kept["subject"], kept["scope"], 0, numbers)
        crossing = np.empty(len(rule), dtype=np.bool_)
        self._table.reserve(len(rule), today=int(kept["today"][0]))
        _first(keys, kept["today"], kept["until"], self._table.arrays(), crossing)
        return crossing

    def state(self) -> dict[str, NDArray[Any]]:
        """Every open occasion, as plain arrays."""
        return self._table.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._table.restore(state)


def _evidence(
    parts: Sequence[Part],
    sources: NDArray[np.int64],
    places: NDArray[np.int64],
    crossing: NDArray[np.bool_],
    own: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and log positions of what each crossing hit rests on, its own event left out."""
    chains: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)] * len(places)
    for number, part in enumerate(parts):
        asked = np.flatnonzero(crossing & (sources == number))
        if part.chains is None or not len(asked):
            continue
        starts, positions = part.chains(places[asked])
        for at, hit in enumerate(asked.tolist()):
            chain = positions[starts[at] : starts[at + 1]]
            chains[hit] = chain[chain != own[hit]]
    lengths = np.array([len(chain) for chain in chains], dtype=np.int64)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), np.concatenate(chains)


def _none() -> Hits:
    """No hits."""
    whole, word, small = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int8)
    return Hits(
        rule=np.zeros(0, dtype=np.int32),
        row=whole,
        subject=word,
        subject_type=small,
        scope=word,
        occasion=whole,
        criterion=np.zeros(0, dtype=np.int16),
        measured=whole,
        threshold=whole,
        unit=small,
        crossing=np.zeros(0, dtype=np.bool_),
        evidence_starts=np.zeros(1, dtype=np.int64),
        evidence=whole,
    )

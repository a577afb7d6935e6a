"""How often each rule could be judged: what hit, what was clear, and what could not be judged for want of a field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of what one rule was asked about; events outside its lines, its dates or its matter are in none.

    Attributes
    ----------
    hit, clear, not_judged : int
        Events (of a rule on customers: sides of events).
    """

    hit: int
    clear: int
    not_judged: int

    @property
    def judged_share(self) -> float | None:
        """Share that could be judged, in [0, 1]; None where nothing was asked.

        Examples
        --------
        >>> Coverage(1, 2, 1).judged_share
        0.75
        """
        asked = self.hit + self.clear + self.not_judged
        return None if asked == 0 else (self.hit + self.clear) / asked


class CoverageCounter:
    """Counts by rule, in the order of the rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._counts = np.zeros((len(rules), 3), dtype=np.int64)

    def add(self, rule: int, *, hit: int = 0, clear: int = 0, not_judged: int = 0) -> None:
        """Count for the rule of a number."""
        self._counts[rule] += (hit, clear, not_judged)

    def by_rule(self) -> dict[str, Coverage]:
        """Coverage by rule id."""
        return {rule.id: Coverage(*row) for rule, row in zip(self._rules, self._counts.tolist(), strict=True)}

    def state(self) -> dict[str, NDArray[Any]]:
        """The counts, as a plain array."""
        return {"counts": self._counts.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over the array that `state()` gave."""
        self._counts = np.array(state["counts"])

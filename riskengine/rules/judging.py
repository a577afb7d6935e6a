"""What every judge is given: a batch with everything that was worked out about it, and one rule with its place."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from features.accounts import PayerAccounts
from features.engine import FeatureRows
from features.lending import LendingRows
from features.measures.payments import PaymentFacts
from riskengine.rules.coverage import CoverageCounter
from riskengine.rules.rule import Rule
from streams.batch import Batch
from streams.events import LINES


@dataclass(frozen=True, slots=True)
class Case:
    """A batch on its way through the rules."""

    batch: Batch
    features: FeatureRows
    lending: LendingRows
    facts: PaymentFacts
    accounts: PayerAccounts
    book: tuple[NDArray[np.int64], ...]
    coverage: CoverageCounter


@dataclass(frozen=True, slots=True)
class Seat:
    """A rule and its number among the engine's rules.

    Attributes
    ----------
    number : int
    rule : Rule
    salt : int
        Tells its keys apart from those of every other rule; depends on its id alone.
    """

    number: int
    rule: Rule
    salt: int

    def in_scope(self, line: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Where a line of business is one that the rule applies to."""
        if not self.rule.lines and not self.rule.except_lines:
            return np.ones(len(line), dtype=np.bool_)
        applies = np.zeros(len(LINES) + 1, dtype=np.bool_)  # the last for a line that is not said
        applies[list(self.rule.line_codes())] = True
        return applies[line]


def seat(number: int, rule: Rule) -> Seat:
    """A rule at its place."""
    return Seat(number, rule, int.from_bytes(blake2b(rule.id.encode(), digest_size=8).digest(), "big"))

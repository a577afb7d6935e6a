"""The rule engine: a batch with its features in, hits of every rule out, by the law of each event's day.

It keeps what the rules need of the past (sums, accounts, movements, open occasions, coverage) and nothing of what is
done with the hits. The same log gives the same hits at any batch size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.accounts import AccountBook
from features.engine import FeatureRows
from features.lending import LendingRows
from features.measures.parity import Parities
from features.measures.payments import BALANCE, PaymentFacts, PaymentReader
from features.measures.tables import packed, unpacked
from riskengine.rules.balances import BalanceJudge
from riskengine.rules.coverage import Coverage, CoverageCounter
from riskengine.rules.hits import Hits, Occasions, Part
from riskengine.rules.judging import Case, seat
from riskengine.rules.near_line import NearLineJudge
from riskengine.rules.pack import Pack, with_signed
from riskengine.rules.rule import BalanceMeasure, FeatureMeasure, NearLineMeasure, SumMeasure
from riskengine.rules.sums import SumJudge
from riskengine.rules.typologies import FeatureJudge
from streams.batch import Batch

__all__ = ["Hits", "RuleEngine"]


class RuleEngine:
    """Judges every rule of some packs.

    Parameters
    ----------
    packs : sequence of Pack
    signed : frozenset of str
        Ids of rules that a person has signed: their breach is a violation and not a flag.

    Raises
    ------
    PackError
        If no rule has a signed id.
    """

    def __init__(self, packs: Sequence[Pack], *, signed: frozenset[str] = frozenset()) -> None:
        self.rules = with_signed((rule for pack in packs for rule in pack.rules), signed)
        seats = [seat(number, rule) for number, rule in enumerate(self.rules)]

        def with_measure(kind: type) -> list[Any]:
            return [one for one in seats if isinstance(one.rule.measure, kind)]

        self._parities = Parities()
        self._payments = PaymentReader(self._parities)
        self._accounts = AccountBook()
        self._sums = SumJudge(with_measure(SumMeasure))
        self._near_line = NearLineJudge(with_measure(NearLineMeasure))
        self._balances = BalanceJudge(with_measure(BalanceMeasure))
        self._typologies = FeatureJudge(with_measure(FeatureMeasure))
        self._occasions = Occasions(self.rules, [one.salt for one in seats])
        self._coverage = CoverageCounter(self.rules)
        self._shadow = np.array([rule.is_shadow for rule in self.rules], dtype=np.bool_)

    def judge(self, batch: Batch, features: FeatureRows, lending: LendingRows) -> Hits:
        """Hits of a batch.

        Parameters
        ----------
        batch : Batch
            New events with position and clock.
        features : FeatureRows
            Of the batch's payments.
        lending : LendingRows
            Of the batch's loans.
        """
        self._parities.update(batch)
        facts = self._payments.update(batch)
        accounts = self._accounts.update(batch, _ask_for_accounts(batch, facts))
        case = Case(batch, features, lending, facts, accounts, self._parities.book(), self._coverage)
        parts = [
            *self._sums.judge(case),
            *self._near_line.judge(case),
            *self._balances.judge(case),
            *self._typologies.judge(case),
        ]
        return self._occasions.join([self._alerting(part) for part in parts], batch.position)

    def coverage(self) -> dict[str, Coverage]:
        """How often each rule hit, was clear, and could not be judged, since the log began."""
        return self._coverage.by_rule()

    def late(self) -> dict[int, int]:
        """The late register: by hash of the platform, payments that came after their day of law had closed."""
        return self._payments.late()

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        return packed(self._parts())

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        unpacked(state, self._parts())

    def _parts(self) -> dict[str, Any]:
        """What the state is made of."""
        return {
            "parities": self._parities,
            "payments": self._payments,
            "accounts": self._accounts,
            "sums": self._sums,
            "near_line": self._near_line,
            "occasions": self._occasions,
            "coverage": self._coverage,
        }

    def _alerting(self, part: Part) -> Part:
        """A part without the hits of rules in the shadow."""
        if not self._shadow[part.rule].any():
            return part
        kept = np.flatnonzero(~self._shadow[part.rule])
        chains = part.chains
        columns = {one.name: getattr(part, one.name)[kept] for one in fields(part) if one.name != "chains"}
        return Part(**columns, chains=None if chains is None else lambda asked: chains(kept[asked]))


def _ask_for_accounts(batch: Batch, facts: PaymentFacts) -> NDArray[np.bool_] | None:
    """Payments whose payer's account a rule may ask for: out of a balance, or not said out of what."""
    block = batch.blocks.get("payment")
    if block is None:
        return None
    return (facts.counts & BALANCE > 0) | ((facts.counts != 0) & (block["funding"] < 0))

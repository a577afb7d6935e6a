"""Runs events through features, lending and rules, and gives hits in words that a naive twin speaks."""

from dataclasses import dataclass, field
from typing import Any

from features.engine import FeatureEngine
from features.lending import LendingBook
from riskengine.rules.engine import RuleEngine
from riskengine.rules.pack import Pack, load_packs
from riskengine.rules.rule import UNITS
from streams.identity import Identities
from streams.intake import Intake
from tests.events import KEY, decoded

IDENTITIES = Identities(KEY)
PACKS = load_packs()


@dataclass
class Judged:
    """One hit in words."""

    event_id: str
    rule: str
    subject: int
    platform: str | None
    occasion: int
    criterion: str
    measured: int
    threshold: int
    unit: str
    crossing: bool
    earlier: list[str] = field(default_factory=list)


class Court:
    """An intake, the features, the lending book and the rules, fed with plain events."""

    def __init__(self, packs: tuple[Pack, ...] = PACKS, signed: frozenset[str] = frozenset()) -> None:
        self.intake, self.features, self.lending = Intake(), FeatureEngine(), LendingBook()
        self.rules = RuleEngine(packs, signed=signed)
        self.names: list[str] = []

    def feed(self, events: list[dict], batch_size: int = 4096) -> list[Judged]:
        """Hits of some events, in order."""
        hits: list[Judged] = []
        for start in range(0, len(events), batch_size):
            hits += self._judge(events[start : start + batch_size])
        return hits

    def _judge(self, events: list[dict]) -> list[Judged]:
        batch = self.intake.accept(decoded(events)).batch
        self.names += batch.event_id
        hits = self.rules.judge(batch, self.features.update(batch), self.lending.update(batch))
        found = []
        for number in range(len(hits)):
            rule, row = self.rules.rules[hits.rule[number]], int(hits.row[number])
            found.append(
                Judged(
                    batch.event_id[row],
                    rule.id,
                    int(hits.subject[number]),
                    batch.platform_id[row] if hits.scope[number] else None,
                    int(hits.occasion[number]),
                    rule.criteria[hits.criterion[number]],
                    int(hits.measured[number]),
                    int(hits.threshold[number]),
                    UNITS[hits.unit[number]],
                    bool(hits.crossing[number]),
                    [self.names[position] for position in hits.earlier(number)],
                )
            )
        return found

    def rebuilt(self) -> "Court":
        """Another one that goes on where this one is."""
        other = Court.__new__(Court)
        other.intake, other.names = self.intake, list(self.names)
        other.features, other.lending = FeatureEngine(), LendingBook()
        other.rules = RuleEngine(PACKS)
        for mine, theirs in ((self.features, other.features), (self.lending, other.lending), (self.rules, other.rules)):
            theirs.restore({name: array.copy() for name, array in mine.state().items()})
        return other


def judged(*events: dict, **more: Any) -> list[Judged]:
    """Hits of a few events."""
    return Court(**more).feed(list(events))


def party(text: str) -> int:
    """Hash of a person or organisation."""
    return IDENTITIES.party_hash(text)


def vertex(text: str) -> int:
    """Hash of an account."""
    return IDENTITIES.vertex_hash(text)

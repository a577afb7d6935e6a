"""What the API needs of the engine, as a protocol: `riskengine.engine.Engine` has it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from models.base import Card
from riskengine.engine import ScoreAnswer, Submission
from riskengine.rules.rule import Rule
from riskengine.store import Store
from streams.dead_letters import DeadLetter


class EnginePort(Protocol):
    """The engine as the API knows it; every method may be called from any thread."""

    store: Store

    @property
    def models(self) -> Sequence[Card]:
        """Cards of the models that score."""
        ...

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that judge."""
        ...

    @property
    def next_position(self) -> int:
        """Length of the log."""
        ...

    def submit(
        self, records: Sequence[bytes], *, source: str, locate: Callable[[int], str] | None = None
    ) -> Submission:
        """Take records in, in order; committed when it returns. `record` of a dead letter is its ordinal here."""
        ...

    def score(self, record: bytes) -> ScoreAnswer | DeadLetter:
        """The stored decision on one event."""
        ...

    def lookup(self, positions: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Archived rows of log positions."""
        ...

    def close(self) -> None:
        """Let the state folder go."""
        ...

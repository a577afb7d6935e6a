"""The page to read first: what happens to the events of a batch, from the log to alerts and decisions.

    features   every payment's row, as of just before it; the lending book of every loan event
    models     a score in [0, 1] per row and model
    rules      hits of typologies and of the law of the event's day
    alerts     episodes with deterministic ids, reasons and evidence
    decisions  allow, review or refuse, where somebody asked

A pipeline holds state (the temporal graph, the lending book, the counters of law) but touches no file, clock, database
or network: the engine hands it batches whose events have their place in the log, and stores what comes out. The same
batches always give the same outcome, at any batch size.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from features.engine import FeatureEngine, FeatureRows
from features.lending import LendingBook, LendingRows
from models.base import Model
from riskengine.alerts import Alert
from riskengine.checkpoint import Stateful
from riskengine.deciding import decide
from riskengine.decisions import Decision
from riskengine.raising import AlertRaiser, Evidence
from riskengine.rules.engine import Hits, RuleEngine
from streams.batch import Batch


@dataclass(slots=True)
class Outcome:
    """What the events of a batch led to.

    Attributes
    ----------
    scores : ndarray of shape (n_events,), float64
        Highest score of any model on the event, NaN where none judged it.
    evidence : list of (alert_id, log position)
        Events that raise an alert, stand behind it, or go on with it.
    """

    features: FeatureRows
    lending: LendingRows
    hits: Hits
    scores: NDArray[np.float64]
    alerts: list[Alert] = field(default_factory=list)
    evidence: Evidence = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def rows_for(self, model: Model) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the batch that a model judges, and their feature values."""
        if model.card.target == "payment":
            return self.features.rows, self.features.values
        asked = self.lending.is_asked
        return self.lending.rows[asked], self.lending.values[asked]


class Pipeline:
    """Event, features, scores, rule hits, alerts, decision.

    Parameters
    ----------
    features : FeatureEngine
    lending : LendingBook
    rules : RuleEngine
    models : sequence of Model
        Those that score payments and those that score loans; each says which by its features.
    identity_key : bytes
        Alert ids depend on it.
    """

    def __init__(
        self,
        *,
        features: FeatureEngine,
        lending: LendingBook,
        rules: RuleEngine,
        models: Sequence[Model],
        identity_key: bytes,
    ) -> None:
        self.features = features
        self.lending = lending
        self.rules = rules
        self.models = tuple(models)
        self._key = identity_key
        self._raiser = AlertRaiser(rules.rules, identity_key)

    def process(self, batch: Batch, *, silent: bool = False, asked: Collection[int] = ()) -> Outcome:
        """Judge new events, in log order.

        Parameters
        ----------
        batch : Batch
            New events with position and clock.
        silent : bool, default=False
            Only bring the state forward: nothing is scored or raised. What a restore replays is silent.
        asked : collection of int, optional
            Rows of the batch for which a decision is wanted.
        """
        features = self.features.update(batch)
        lending = self.lending.update(batch)
        hits = self.rules.judge(batch, features, lending)
        scores = np.full(len(batch), np.nan)
        outcome = Outcome(features, lending, hits, scores)
        if silent:
            return outcome

        self._raiser.raise_hits(batch, hits, features, outcome.alerts, outcome.evidence)
        for model in self.models:
            rows, values = outcome.rows_for(model)
            score = model.score(values)
            scores[rows] = np.fmax(scores[rows], score)
            self._raiser.raise_scores(batch, model, rows, values, score, features, outcome.alerts, outcome.evidence)
        outcome.decisions += [decide(batch, row, outcome, self.rules.rules, self.models, self._key) for row in asked]
        return outcome

    def use_models(self, models: Sequence[Model]) -> None:
        """Score with these models from the next batch on."""
        self.models = tuple(models)

    def parts(self) -> dict[str, Stateful]:
        """The parts that a checkpoint holds."""
        return {"features": self.features, "lending": self.lending, "rules": self.rules}

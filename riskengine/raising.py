"""Alerts out of rule hits and model scores: which episode, about whom, why, resting on which events.

An episode is known by its detector, its subject and its occasion, so that raising it again changes nothing: the store
keeps the first. What is remembered here only saves work; forgetting it changes no alert.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.engine import FeatureRows
from models.base import Model
from riskengine.alerts import Alert, Reason, alert_id, pseudonym
from riskengine.rules.engine import Hits
from riskengine.rules.rule import UNITS, Rule
from streams.batch import Batch
from streams.clock import shanghai_day
from streams.events import LINES

_REMEMBERED = 200_000
_REASONS = 8
# Whom a model's alert is about, by the card's purpose: the account that fraud money reaches, the one that launders on
_SUBJECT = {"fraud": ("payee", "account"), "laundering": ("payer", "account"), "credit": ("borrower_id", "party")}
_SUBJECT_TYPE: tuple[Literal["account", "party"], ...] = ("account", "party")
_KIND = {"fraud": "payment", "laundering": "payment", "credit": "loan"}
_PATTERN = {"fraud": "payee_flows", "laundering": "payer_flows"}

Evidence = list[tuple[str, int]]


class AlertRaiser:
    """Makes alerts of hits and scores.

    Parameters
    ----------
    rules : sequence of Rule
        In the order that hits count them.
    identity_key : bytes
    """

    def __init__(self, rules: Sequence[Rule], identity_key: bytes) -> None:
        self._rules = rules
        self._key = identity_key
        self._raised: dict[str, None] = {}

    def raise_hits(
        self, batch: Batch, hits: Hits, features: FeatureRows, alerts: list[Alert], evidence: Evidence
    ) -> None:
        """Add the alerts of rule hits, and the events that go on with one."""
        days = shanghai_day(batch.event_time)
        for number in range(len(hits)):
            rule = self._rules[hits.rule[number]]
            row = int(hits.row[number])
            subject = pseudonym(_SUBJECT_TYPE[hits.subject_type[number]], int(hits.subject[number]))
            criterion, day = int(hits.criterion[number]), int(days[row])
            occasion = rule.occasion_text(int(hits.occasion[number]), criterion, int(hits.scope[number]))
            identity = alert_id(rule.id, subject, occasion, self._key)
            position = int(batch.position[row])
            if hits.crossing[number] and self._is_fresh(identity):
                measured, threshold = int(hits.measured[number]), int(hits.threshold[number])
                article = rule.article_on(day) or None
                reason = Reason(
                    rule=rule.id,
                    criterion=rule.criteria[criterion],
                    measured=measured,
                    threshold=threshold,
                    unit=UNITS[hits.unit[number]],
                    article=article,
                )
                alerts.append(
                    Alert(
                        alert_id=identity,
                        verdict=rule.verdict,
                        severity=rule.severity_on(day),
                        detector=rule.id,
                        detector_version=rule.version,
                        audience=rule.audience,
                        subject=subject,
                        line=_line(batch, row),
                        platform_id=batch.platform_id[row],
                        region=_region(batch, row),
                        event_time=int(batch.event_time[row]),
                        measured=measured,
                        threshold=threshold,
                        article=article,
                        reasons=(reason,),
                    )
                )
                if rule.evidence != "event":
                    evidence += [(identity, earlier) for earlier in _behind(features, row, rule.evidence)]
                evidence += [(identity, int(earlier)) for earlier in hits.earlier(number)]
            evidence.append((identity, position))

    def raise_scores(
        self,
        batch: Batch,
        model: Model,
        rows: NDArray[np.int64],
        values: NDArray[np.int64],
        scores: NDArray[np.float64],
        features: FeatureRows,
        alerts: list[Alert],
        evidence: Evidence,
    ) -> None:
        """Add the alerts of scores at or above the model's threshold, one a subject and day of the clock."""
        over = np.flatnonzero(scores >= model.threshold)
        if not len(over):
            return
        purpose = model.card.purpose
        column, kind = _SUBJECT[purpose]
        block = batch.blocks[_KIND[purpose]]
        identities = block[column][np.searchsorted(block.rows, rows)]
        days = shanghai_day(batch.clock)
        for number in over.tolist():
            row = int(rows[number])
            subject = pseudonym("party" if kind == "party" else "account", int(identities[number]))
            identity = alert_id(model.name, subject, str(int(days[row])), self._key)
            if self._is_fresh(identity):
                reasons = tuple(
                    Reason(feature=reason.feature, value=reason.value, contribution=reason.contribution)
                    for reason in model.reasons(values[number], _REASONS)
                )
                alerts.append(
                    Alert(
                        alert_id=identity,
                        verdict="flag",
                        severity="high" if scores[number] >= (1 + model.threshold) / 2 else "medium",
                        detector=model.name,
                        detector_version=model.version,
                        audience="supervisor",
                        subject=subject,
                        line=_line(batch, row),
                        platform_id=batch.platform_id[row],
                        region=_region(batch, row),
                        event_time=int(batch.event_time[row]),
                        score=float(scores[number]),
                        threshold=model.threshold,
                        reasons=reasons,
                    )
                )
                if purpose in _PATTERN:
                    evidence += [(identity, earlier) for earlier in _behind(features, row, _PATTERN[purpose])]
            evidence.append((identity, int(batch.position[row])))

    def _is_fresh(self, identity: str) -> bool:
        """Whether this process has not raised the alert lately."""
        if identity in self._raised:
            return False
        self._raised[identity] = None
        if len(self._raised) > _REMEMBERED:
            del self._raised[next(iter(self._raised))]
        return True


def _behind(features: FeatureRows, row: int, pattern: str) -> list[int]:
    """Log positions of the payments behind a pattern of the event in batch row `row`."""
    number = int(np.searchsorted(features.rows, row))
    if number == len(features.rows) or features.rows[number] != row:
        return []
    return features.evidence(number, pattern)  # type: ignore[arg-type]


def _line(batch: Batch, row: int) -> str | None:
    """Line of an event."""
    return LINES[batch.line[row]] if batch.line[row] >= 0 else None


def _region(batch: Batch, row: int) -> str | None:
    """Region of an event, six digits."""
    return f"{batch.region[row]:06d}" if batch.region[row] else None

"""What is answered before money moves: allow, review or refuse, and why.

A model alone never refuses: its score can only send a payment to review. Refused is what breaches a rule that a person
has read or signed, which is what verdict `violation` stands for. A report of law is no blame and changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models.base import Model
from riskengine.alerts import Alert, Reason
from riskengine.decisions import Decision, Mode, Verb, decision_id
from riskengine.rules.rule import UNITS, Rule
from streams.batch import Batch
from streams.clock import shanghai_day

if TYPE_CHECKING:
    from riskengine.pipeline import Outcome

_REASONS = 8


def decide(
    batch: Batch, row: int, outcome: "Outcome", rules: Sequence[Rule], models: Sequence[Model], key: bytes
) -> Decision:
    """Decision on one event of a batch that was just judged."""
    reasons: list[Reason] = []
    verdicts: set[str] = set()
    for number in np.flatnonzero(outcome.hits.row == row).tolist():
        rule = rules[outcome.hits.rule[number]]
        verdicts.add(rule.verdict)
        reasons.append(
            Reason(
                rule=rule.id,
                criterion=rule.criteria[outcome.hits.criterion[number]],
                measured=int(outcome.hits.measured[number]),
                threshold=int(outcome.hits.threshold[number]),
                unit=UNITS[outcome.hits.unit[number]],
                article=rule.article_on(shanghai_day(int(batch.event_time[row]))) or None,
            )
        )
    over = False
    for model in models:
        rows, judged = outcome.rows_for(model)
        at = np.flatnonzero(rows == row)
        if not len(at):
            continue
        values = judged[at[0]]
        over |= bool(model.score(values[None, :])[0] >= model.threshold)
        reasons += [
            Reason(feature=reason.feature, value=reason.value, contribution=reason.contribution)
            for reason in model.reasons(values, _REASONS)
        ]
    score = float(outcome.scores[row])
    return Decision(
        decision_id=decision_id(batch.platform_id[row], batch.event_id[row], key),
        platform_id=batch.platform_id[row],
        event_id=batch.event_id[row],
        log_position=int(batch.position[row]),
        event_time=int(batch.event_time[row]),
        score=None if np.isnan(score) else score,
        decision=_verb(verdicts, over),
        mode=_mode(models),
        reasons=tuple(reasons),
        versions={model.name: model.version for model in models},
    )


def decide_again(row: Mapping[str, Any], alerts: Sequence[Alert], models: Sequence[Model], key: bytes) -> Decision:
    """Decision on an event that came without being asked about, from what was stored of it then.

    Parameters
    ----------
    row : mapping
        The event's row of the archive, with the score it got.
    alerts : sequence of Alert
        Alerts that rest on the event.
    """
    score = row["score"]
    over = any(alert.score is not None for alert in alerts)
    return Decision(
        decision_id=decision_id(row["platform_id"], row["event_id"], key),
        platform_id=row["platform_id"],
        event_id=row["event_id"],
        log_position=row["position"],
        event_time=row["event_time"],
        score=score,
        decision=_verb({alert.verdict for alert in alerts if alert.score is None}, over),
        mode=_mode(models),
        reasons=tuple(reason for alert in alerts for reason in alert.reasons),
        versions={alert.detector: alert.detector_version for alert in alerts},
    )


def _verb(verdicts: set[str], over: bool) -> Verb:
    """The decision that hits and scores lead to."""
    if "violation" in verdicts:
        return "refuse"
    return "review" if over or "flag" in verdicts else "allow"


def _mode(models: Sequence[Model]) -> Mode:
    """How much of the engine took part."""
    return "full" if models else "no_model"

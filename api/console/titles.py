"""What a detector is called on a page, and what its reasons say in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.console.feature_words import plain_name
from api.console.formats import write_number
from api.console.words import Words
from features.catalogue import Feature, payment_features
from features.lending import lending_features
from riskengine.alerts import Alert, Reason
from riskengine.rules.law import Period
from riskengine.rules.rule import Rule
from streams.clock import shanghai_day


@dataclass(frozen=True, slots=True)
class Said:
    """One reason in words, with its bar: a share of the row's width from 0 to 1, and whether it raises the risk."""

    name: str
    words: str
    value: str
    against: str
    share: float
    mark: float | None  # where the threshold stands on a measured bar
    raises: bool
    note: str


class Titles:
    """Titles of rules and models in one language."""

    def __init__(self, rules: Sequence[Rule], words: Words) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._words = words
        self._features = {feature.name: feature for feature in (*payment_features(), *lending_features())}

    def of(self, detector: str) -> str:
        """Title of a detector; its own name where nothing is known of it."""
        rule = self._rules.get(detector)
        if rule is None:
            return self._words.of("model", detector)
        return self._words.pick(rule.title_zh, rule.title_en)

    def rule(self, detector: str) -> Rule | None:
        """The rule, None for a model or a rule that is there no more."""
        return self._rules.get(detector)

    def period(self, alert: Alert) -> Period | None:
        """The text that was law on the alert's day."""
        rule = self._rules.get(alert.detector)
        return None if rule is None else rule.law.period_on(shanghai_day(alert.event_time)) or rule.periods[-1]

    def figures(self, alert: Alert) -> str:
        """What was measured, and the line, for a table."""
        if alert.score is not None:
            return f"{write_number(alert.score)} / {write_number(alert.threshold)}"
        unit = alert.reasons[0].unit if alert.reasons else None
        return f"{write_number(alert.measured, unit)} / {write_number(alert.threshold, unit)}"

    def said(self, alert: Alert) -> list[Said]:
        """The reasons of an alert, in order."""
        largest = max((abs(reason.contribution or 0.0) for reason in alert.reasons), default=0.0) or 1.0
        return [
            self._measured(reason) if reason.feature is None else self._contributed(reason, largest)
            for reason in alert.reasons
        ]

    def _measured(self, reason: Reason) -> Said:
        """A rule's reason: what was measured, and the line it crossed."""
        rule = self._rules.get(reason.rule or "")
        measured, threshold = reason.measured or 0, reason.threshold or 0
        top = max(abs(measured), abs(threshold)) or 1
        sign = {">=": "≥ ", ">": "> "}.get("" if rule is None else rule.operator, "")
        several = rule is None or len(rule.criteria) > 1
        return Said(
            name=self.of(reason.rule or "–"),
            words=self._words.of("criterion", reason.criterion) if several and reason.criterion else "",
            value=write_number(reason.measured, reason.unit),
            against=sign + write_number(reason.threshold, reason.unit),
            share=abs(measured) / top,
            mark=abs(threshold) / top,
            raises=True,
            note=reason.article or "",
        )

    def _contributed(self, reason: Reason, largest: float) -> Said:
        """A model's reason: a feature, its value, and what it did to the score."""
        feature: Feature | None = self._features.get(reason.feature or "")
        contribution = reason.contribution or 0.0
        return Said(
            name=plain_name(reason.feature or "–", self._words),
            words=reason.feature or "",
            value=write_number(reason.value, None if feature is None else feature.unit),
            against=f"{contribution:+.2f}",
            share=abs(contribution) / largest,
            mark=None,
            raises=contribution > 0,
            note="",
        )

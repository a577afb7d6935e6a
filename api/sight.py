"""What a caller may see of reasons: a firm never learns from an answer that a supervisor's or sealed rule was hit."""

from collections.abc import Iterable, Sequence

from riskengine.alerts import Audience, Reason
from riskengine.roles import Scope
from riskengine.rules.rule import Rule


def visible_reasons(reasons: Iterable[Reason], scope: Scope, rules: Sequence[Rule]) -> tuple[Reason, ...]:
    """The reasons whose rule is for the caller's audiences; a model's reasons rest on the event's own features."""
    audience_of: dict[str, Audience] = {rule.id: rule.audience for rule in rules}
    return tuple(
        reason for reason in reasons if reason.rule is None or audience_of.get(reason.rule, "sealed") in scope.audiences
    )

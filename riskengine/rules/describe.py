"""A rule in words: what it measures of whom, and at which lines it hits."""

from collections.abc import Iterator

from riskengine.rules.law import Period
from riskengine.rules.rule import BalanceMeasure, FeatureMeasure, NearLineMeasure, Rule, SumMeasure

_WINDOWS = {"D": "Shanghai day of the event", "Y": "calendar year of the event", "life": "life of the account"}
_KEYS = {
    "platform_customer": "customer at the reporting platform, money in and out apart",
    "platform_holder": "holder of the account at the reporting platform",
    "account": "account",
    "platform_borrower": "borrower at the reporting platform",
    "borrower": "borrower on all platforms",
}


def measure_words(rule: Rule) -> str:
    """One sentence: what is measured.

    Examples
    --------
    >>> from riskengine.rules.pack import load_packs
    >>> measure_words(load_packs()[0].rules[0])
    'sum of payments by customer at the reporting platform, money in and out apart; Shanghai day of the event'
    """
    measure = rule.measure
    if isinstance(measure, SumMeasure):
        return f"sum of payments by {_KEYS[measure.key]}; {_WINDOWS[measure.window]}"
    if isinstance(measure, BalanceMeasure):
        return f"principal owed on loans of type p2p by {_KEYS[measure.key]}, after each event that raises it"
    if isinstance(measure, FeatureMeasure):
        return f"feature row of each payment that moves money; about its {measure.subject}"
    return (
        f"at least {measure.count} payments of one customer (else account) on one side in {measure.window_days} days, "
        f"each from {measure.from_ppm / 10_000:g} % of a line up to the line"
    )


def line_words(rule: Rule, period: Period) -> str:
    """The lines of a period.

    Examples
    --------
    >>> from riskengine.rules.pack import load_packs
    >>> rule = load_packs()[0].rules[0]
    >>> line_words(rule, rule.periods[-1])
    '>= CNY 50,000 or >= USD 10,000'
    """
    lines = []
    if period.threshold_fen is not None:
        lines.append(f"{rule.operator} CNY {period.threshold_fen / 100:,.0f}")
    if period.threshold_cents is not None:
        lines.append(f"{rule.operator} USD {period.threshold_cents / 100:,.0f}")
    return " or ".join(lines) or "see the criteria"


def dates_words(period: Period) -> str:
    """From when to when a period holds."""
    start = "always" if period.effective_from is None else f"from {period.effective_from}"
    end = "" if period.effective_to is None else f" until before {period.effective_to}"
    until = period.transition_until
    return start + end + ("" if until is None else f" (severity low before {until})")


def condition_words(rule: Rule) -> Iterator[tuple[str, str]]:
    """Name and text of each condition of the rule."""
    measure = rule.measure
    if isinstance(measure, FeatureMeasure):
        yield "looks at", measure.where.text
        for criterion in measure.criteria:
            yield f"hits ({criterion.name})", criterion.when.text
            yield f"measured ({criterion.name})", criterion.measured.text
            yield f"threshold ({criterion.name})", criterion.threshold.text
        if measure.unsure_when is not None:
            yield "not judged when", measure.unsure_when.text
        return
    yield "counts" if isinstance(measure, SumMeasure) else "holds for", measure.where.text
    if isinstance(measure, SumMeasure) and measure.judged_when is not None:
        yield "judged when", measure.judged_when.text
    if isinstance(measure, NearLineMeasure):
        for band in measure.bands:
            yield f"line {band.name}", band.where.text


def scope_words(rule: Rule) -> str:
    """The lines of business that a rule applies to."""
    if rule.lines:
        return ", ".join(rule.lines)
    return f"all but {', '.join(rule.except_lines)}" if rule.except_lines else "all"


def verdict_words(rule: Rule) -> str:
    """The verdict of a hit, and what a signature would make of it."""
    if rule.is_shadow:
        return f"{rule.verdict} (in the shadow: judged and counted, never alerted)"
    if rule.verdict != rule.declared_verdict:
        return f"{rule.verdict}; {rule.declared_verdict} once signed"
    return rule.verdict

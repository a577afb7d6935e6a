"""The page of rules, `docs/rules.md`, made from the packs."""

from collections.abc import Iterator, Sequence

from riskengine.rules.describe import (
    condition_words,
    dates_words,
    line_words,
    measure_words,
    scope_words,
    verdict_words,
)
from riskengine.rules.pack import Pack, load_packs
from riskengine.rules.rule import Rule

_HEAD = """# Rules

Made from `riskengine/rules/packs/*.toml` by `riskengine docs`; edit the packs, not this page. A pack is checked with
`riskengine rules check PACK`, one rule is shown with `riskengine rules show ID`. Further packs come from the folder of
the setting `RISKENGINE_PACKS_DIR`.

## What a hit means

- `violation`: the breach is arithmetic on reported fields, under a text that a person has read (basis `S`) or a rule
  that a lawyer has signed (`RISKENGINE_SIGNED_RULES`, ids separated by commas). A rule of another basis is a `flag`
  until then.
- `report`: a large-value report; it is owed, and no one is to blame.
- `flag`: a suspicion. It is never shown or printed as a violation.

Basis: `S` the text was read; `s` it was seen second-hand; `M` it is from memory (judged in the shadow only); `param`
the threshold is ours. An event is judged by the law of its own day in Shanghai; before `transition_until` a hit has low
severity.

## Hit, clear, not judged

A rule hits, is clear, or is *not judged*: a field that it needs was absent, no parity converts an amount, a search met
its budget, or the event came more than 35 days after its day (the late register counts those). What was not judged is
never clear; the engine counts the three for each rule. Conditions are three-valued: with a field absent, `cash and
amount_minor > 0` is unknown, and `cash and amount_minor < 0` is false.

## What counts

- Only settled payments count. Of several reports with one `payment_id` the first counts, for each side of the movement
  and for its leg out of a balance apart; what was counted is remembered for 45 days. What is reversed or refunded later
  does not take anything out of the past.
- The customer is the payee with `direction` `in`, the payer with `out`; without a direction each side with an identity
  counts for itself. An individual business counts with organisations.
- Money in yuan is held to the line in yuan and foreign money, in US cents at the parity of the day, to the line in
  dollars. A day with both is converted and held to the lower of the two lines.
- A day of law stays open for 35 days behind the clock. Balances follow the order of the log.

## Conditions

Names of features and fields, numbers, `'texts'` of a closed set, `+ - * / // %`, comparisons, `and or not` (or `& |
~`), `in (...)`, `min`, `max`, `abs`, and `known(...)`, which is true where a value is not unknown. Nothing else is
read.

## All rules
"""


def rules_page(packs: Sequence[Pack] | None = None) -> str:
    """The page as Markdown.

    Parameters
    ----------
    packs : sequence of Pack, optional
        Default: the packs that come with the engine.
    """
    shown = load_packs() if packs is None else packs
    return "\n".join([_HEAD, *_table(shown), *(line for pack in shown for line in _pack(pack))]) + "\n"


def _table(packs: Sequence[Pack]) -> Iterator[str]:
    """All rules, one a row."""
    yield "| rule | title | 名称 | status | verdict | severity | audience | basis |"
    yield "|---|---|---|---|---|---|---|---|"
    for rule in (rule for pack in packs for rule in pack.rules):
        anchor = rule.id.replace(".", "")
        yield (
            f"| [`{rule.id}`](#{anchor}) | {rule.title_en} | {rule.title_zh} | {rule.status} | {rule.verdict} "
            f"| {rule.severity} | {rule.audience} | {rule.basis} |"
        )


def _pack(pack: Pack) -> Iterator[str]:
    """One pack."""
    yield ""
    yield f"## {pack.title_en} ({pack.title_zh}), `{pack.name}` {pack.version}"
    for rule in pack.rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    """One rule."""
    yield ""
    yield f"### {rule.id}"
    yield ""
    yield f"{rule.title_en}. {rule.title_zh}。"
    if rule.note_en:
        yield rule.note_en
    yield ""
    yield f"- measured: {measure_words(rule)}"
    yield f"- verdict: {verdict_words(rule)}; severity {rule.severity}; audience {rule.audience}"
    yield f"- lines of business: {scope_words(rule)}; authority {rule.authority}; filer: {rule.filer}"
    for period in rule.periods:
        if period.instrument:
            yield f"- {dates_words(period)}: {line_words(rule, period)}; {period.instrument}{period.article}"
    for name, text in condition_words(rule):
        yield f"- {name}: `{' '.join(text.split())}`"

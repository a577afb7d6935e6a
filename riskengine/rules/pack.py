"""Rule packs: TOML files in, checked rules out, or one sentence that says which rule is wrong and how.

A pack holds the rules of one line of business or theme. `[defaults]` gives values that every rule of the pack takes
unless it has its own. `packs/` holds the packs that come with the engine; an analyst's own come from a folder of the
same form.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from riskengine.rules import names
from riskengine.rules.expression import Expression, ExpressionError, Name, compile_expression, suggestion
from riskengine.rules.law import Law, Period
from riskengine.rules.rule import (
    BalanceMeasure,
    Band,
    Criterion,
    FeatureMeasure,
    Measure,
    NearLineMeasure,
    Rule,
    SumMeasure,
)
from riskengine.rules.schema import (
    BalanceTable,
    FeaturesTable,
    MeasureTable,
    NearLineTable,
    PackError,
    PackTable,
    PeriodTable,
    RuleTable,
    SumTable,
    read,
    read_measure,
)
from streams.events import LINES

BUILT_IN = Path(__file__).parent / "packs"


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one file.

    Attributes
    ----------
    name, version : str
    title_en, title_zh : str
    rules : tuple of Rule
        As they are judged while no rule is signed; see `with_signed`.
    """

    name: str
    version: str
    title_en: str
    title_zh: str
    rules: tuple[Rule, ...]


def load_pack(path: Path) -> Pack:
    """Read and check one pack.

    Parameters
    ----------
    path : Path
        A TOML file.

    Raises
    ------
    PackError
        If the file cannot be read, is no TOML, or a rule in it is wrong.

    Examples
    --------
    >>> load_pack(BUILT_IN / "network_lending.toml").rules[0].id
    'p2p.borrower_cap.person_platform'
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"rule pack {path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"rule pack {path}: is no TOML: {error}") from None
    return parse_pack(table, path.stem)


def load_packs(folder: Path | None = None) -> tuple[Pack, ...]:
    """The packs that come with the engine, then those of a folder, by file name.

    Parameters
    ----------
    folder : Path, optional
        A folder with further packs.

    Raises
    ------
    PackError
        If a pack is wrong, the folder is none, or two rules have one id.
    """
    paths = sorted(BUILT_IN.glob("*.toml"))
    if folder is not None:
        if not folder.is_dir():
            raise PackError(f"folder of rule packs: expected a folder at {folder}, found none")
        paths += sorted(folder.glob("*.toml"))
    packs = tuple(load_pack(path) for path in paths)
    seen: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in seen:
                raise PackError(f"rule pack {pack.name}: rule {rule.id} is in rule pack {seen[rule.id]} already")
            seen[rule.id] = pack.name
    return packs


def parse_pack(table: Mapping[str, Any], name: str) -> Pack:
    """Check the tables of one pack.

    Parameters
    ----------
    table : mapping
        The TOML document.
    name : str
        The name of the file without `.toml`, which the pack must bear.

    Raises
    ------
    PackError
        If something in it is wrong.
    """
    where = f"rule pack {name}"
    pack = read(where, table, PackTable)
    if pack.pack != name:
        raise PackError(f"{where}: pack: expected the name of the file, '{name}', found '{pack.pack}'")
    if not pack.rule:
        raise PackError(f"{where}: rule: expected at least one [[rule]], found none")
    rules: list[Rule] = []
    for at, entry in enumerate(pack.rule):
        whole = {**pack.defaults, **entry}
        rule = _rule(pack, whole, f"{where}: rule {whole.get('id', at)}")
        if any(rule.id == other.id for other in rules):
            raise PackError(f"{where}: rule {rule.id} stands twice")
        rules.append(rule)
    return Pack(pack.pack, pack.version, pack.title_en, pack.title_zh, tuple(rules))


def with_signed(rules: Iterable[Rule], signed: frozenset[str]) -> tuple[Rule, ...]:
    """The rules as they are judged once a person has signed some of them.

    A breach whose basis is not `S` is a `violation` only when signed, a rule of basis `M` alerts only when signed, and
    a draft never.

    Parameters
    ----------
    rules : iterable of Rule
    signed : frozenset of str
        Ids of signed rules.

    Raises
    ------
    PackError
        If no rule has a signed id.
    """
    kept = tuple(rules)
    known = [rule.id for rule in kept]
    for identity in sorted(signed.difference(known)):
        raise PackError(f"signed rules: no rule has the id '{identity}'{suggestion(identity, known)}")
    return tuple(_as_signed(rule, rule.id in signed) for rule in kept)


def _as_signed(rule: Rule, is_signed: bool) -> Rule:
    """A rule with the verdict and the shadow that its basis and a signature give."""
    is_read = rule.basis == "S" or is_signed
    verdict = "flag" if rule.declared_verdict == "violation" and not is_read else rule.declared_verdict
    return replace(rule, verdict=verdict, is_shadow=rule.status == "draft" or (rule.basis == "M" and not is_signed))


def _rule(pack: PackTable, table: Mapping[str, Any], where: str) -> Rule:
    """One checked rule."""
    raw = read(where, table, RuleTable)
    for line in (*raw.lines, *raw.except_lines):
        if line not in LINES:
            raise PackError(f"{where}: lines: unknown line '{line}'{suggestion(line, LINES)}")
    if raw.status == "typology" and raw.verdict != "flag":
        raise PackError(f"{where}: verdict: expected flag for a typology, found {raw.verdict}")
    measure = _measure(where, read_measure(where, raw.measure))
    periods = _periods(where, raw, measure)
    is_typology = isinstance(measure, (FeatureMeasure, NearLineMeasure))
    rule = Rule(
        id=raw.id,
        pack=pack.pack,
        version=pack.version,
        title_en=raw.title_en,
        title_zh=raw.title_zh,
        status=raw.status,
        declared_verdict=raw.verdict,
        verdict=raw.verdict,
        severity=raw.severity,
        audience=raw.audience,
        authority=raw.authority,
        filer=raw.filer,
        nature=raw.nature,
        basis=raw.basis,
        lines=tuple(raw.lines),
        except_lines=tuple(raw.except_lines),
        operator=raw.operator,
        criteria=_criteria(measure),
        occasion="day" if is_typology or isinstance(measure, BalanceMeasure) else "window",
        is_shadow=False,
        measure=measure,
        law=Law(periods),
        note_en=raw.note_en,
        note_zh=raw.note_zh,
    )
    return _as_signed(rule, is_signed=False)


def _criteria(measure: Measure) -> tuple[str, ...]:
    """Names of what `Hits.criterion` counts."""
    if isinstance(measure, FeatureMeasure):
        return tuple(criterion.name for criterion in measure.criteria)
    if isinstance(measure, NearLineMeasure):
        return tuple(f"{band.name} {side}" for band in measure.bands for side in ("out", "in"))
    if isinstance(measure, SumMeasure) and measure.view == "customer":
        return ("out", "in")
    return ("balance",)


def _periods(where: str, raw: RuleTable, measure: Measure) -> tuple[Period, ...]:
    """The periods of a rule, in order."""
    tables = raw.period or [PeriodTable()]
    before: PeriodTable | None = None
    for at, table in enumerate(tables):
        here = f"{where}: period[{at}]"
        if table.effective_from and table.effective_to and table.effective_from >= table.effective_to:
            found = f"{table.effective_from} to {table.effective_to}"
            raise PackError(f"{here}: expected effective_from before effective_to, found {found}")
        if before is not None and (
            before.effective_to is None or table.effective_from is None or table.effective_from < before.effective_to
        ):
            found = f"{table.effective_from} after {before.effective_to}"
            raise PackError(f"{here}: expected a period that begins where the one before has ended, found {found}")
        if table.transition_until and table.effective_from and table.transition_until <= table.effective_from:
            raise PackError(f"{here}: transition_until: expected a day after {table.effective_from}")
        lines = [table.threshold_fen, table.threshold_cents]
        if any(line is not None and line <= 0 for line in (*lines, table.threshold)):
            raise PackError(f"{here}: expected thresholds above 0")
        if isinstance(measure, (SumMeasure, BalanceMeasure)) and lines == [None, None]:
            raise PackError(f"{here}: expected threshold_fen or threshold_cents, found neither")
        if raw.status in ("law", "past") and table.effective_from is None:
            raise PackError(f"{here}: effective_from: expected a date for a rule of law, found none")
        before = table
    return tuple(
        Period(
            table.effective_from,
            table.effective_to,
            table.transition_until,
            table.threshold_fen,
            table.threshold_cents,
            table.threshold,
            table.instrument or raw.instrument,
            table.article,
        )
        for table in tables
    )


def _measure(where: str, table: MeasureTable) -> Measure:
    """The measure of a rule with its expressions compiled."""
    if isinstance(table, SumTable):
        return _sum(where, table)
    if isinstance(table, BalanceTable):
        return BalanceMeasure(table.key, _compiled(where, table.where, names.borrower_names(), "field"))
    if isinstance(table, FeaturesTable):
        return _features(where, table)
    return _near_line(where, table)


def _sum(where: str, table: SumTable) -> SumMeasure:
    """A sum by key and window."""
    is_customer = table.view == "customer"
    if is_customer != (table.key == "platform_customer"):
        raise PackError(f"{where}: measure.key: {table.key} is no key of the view {table.view}")
    known = names.customer_names() if is_customer else names.account_names()
    judged = None if table.judged_when is None else _compiled(where, table.judged_when, known, "field")
    condition = _compiled(where, table.where, known, "field")
    return SumMeasure(table.view, table.key, table.window, condition, judged, table.lines)


def _features(where: str, table: FeaturesTable) -> FeatureMeasure:
    """A condition on features."""
    known = names.typology_names()
    if not table.criterion:
        raise PackError(f"{where}: measure.criterion: expected at least one, found none")
    criteria = tuple(
        Criterion(
            criterion.name,
            _compiled(where, criterion.when, known, "feature"),
            _compiled(where, criterion.measured, known, "feature", "number"),
            _compiled(where, criterion.threshold, known, "feature", "number"),
        )
        for criterion in table.criterion
    )
    unsure = None if table.unsure_when is None else _compiled(where, table.unsure_when, known, "feature")
    where_of = _compiled(where, table.where, known, "feature")
    return FeatureMeasure(table.subject, where_of, criteria, unsure, table.evidence)


def _near_line(where: str, table: NearLineTable) -> NearLineMeasure:
    """Amounts just under a line."""
    known = names.near_line_names()
    if not 0 < table.from_ppm < 1_000_000:
        raise PackError(f"{where}: measure.from_ppm: expected 1 to 999999, found {table.from_ppm}")
    if not 1 <= table.window_days <= 30 or table.count < 1:
        raise PackError(f"{where}: measure: expected a count above 0 in 1 to 30 days")
    bands = tuple(Band(band.name, band.line_fen, _compiled(where, band.where, known, "feature")) for band in table.band)
    condition = _compiled(where, table.where, known, "feature")
    return NearLineMeasure(table.from_ppm, table.count, table.window_days, condition, bands)


def _compiled(
    where: str,
    text: str,
    known: Mapping[str, Name],
    noun: str,
    kind: Literal["number", "condition"] = "condition",
) -> Expression:
    """An expression of a rule."""
    try:
        return compile_expression(text, known, kind=kind, noun=noun)
    except ExpressionError as error:
        raise PackError(f"{where} {error}") from None

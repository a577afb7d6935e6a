"""The form of a rule pack: which fields a table may have and of what type; an error names the field and where it is."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec

from features.graph.evidence import Pattern
from riskengine.rules.expression import suggestion
from riskengine.rules.rule import Audience, Basis, Severity, Status, Verdict


class PackError(Exception):
    """A pack cannot be used; the message names pack, rule and field."""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of a pack."""


class PeriodTable(Table, frozen=True, kw_only=True):
    """One period of a rule."""

    effective_from: date | None = None
    effective_to: date | None = None
    transition_until: date | None = None
    threshold_fen: int | None = None
    threshold_cents: int | None = None
    threshold: int | None = None
    instrument: str = ""
    article: str = ""


class CriterionTable(Table, frozen=True, kw_only=True):
    """One criterion of a typology."""

    name: str
    when: str
    measured: str
    threshold: str


class BandTable(Table, frozen=True, kw_only=True):
    """One line of a near-line measure."""

    name: str
    line_fen: int
    where: str


class SumTable(Table, frozen=True, kw_only=True):
    """A sum by key and window."""

    kind: Literal["sum"]
    view: Literal["customer", "payer_account"]
    key: Literal["platform_customer", "platform_holder", "account"]
    window: Literal["D", "Y", "life"]
    where: str
    judged_when: str | None = None
    lines: Literal["own", "cny"]


class BalanceTable(Table, frozen=True, kw_only=True):
    """A borrower's balance."""

    kind: Literal["balance"]
    key: Literal["platform_borrower", "borrower"]
    where: str


class FeaturesTable(Table, frozen=True, kw_only=True):
    """A condition on features."""

    kind: Literal["features"]
    subject: Literal["payer", "payee"]
    where: str = "True"
    criterion: list[CriterionTable]
    unsure_when: str | None = None
    evidence: Pattern = "event"


class NearLineTable(Table, frozen=True, kw_only=True):
    """Amounts just under a line."""

    kind: Literal["near_line"]
    from_ppm: int
    count: int
    window_days: int
    where: str
    band: list[BandTable]


MeasureTable = SumTable | BalanceTable | FeaturesTable | NearLineTable
_MEASURES: dict[str, type[MeasureTable]] = {
    "sum": SumTable,
    "balance": BalanceTable,
    "features": FeaturesTable,
    "near_line": NearLineTable,
}


class RuleTable(Table, frozen=True, kw_only=True):
    """One rule; `measure` is checked by its own kind."""

    id: str
    title_en: str
    title_zh: str
    status: Status
    verdict: Verdict
    severity: Severity
    audience: Audience
    authority: str
    filer: str
    nature: str
    basis: Basis
    lines: list[str] = []
    except_lines: list[str] = []
    operator: Literal[">=", ">"] = ">="
    instrument: str = ""
    period: list[PeriodTable] = []
    measure: dict[str, Any]
    note_en: str = ""
    note_zh: str = ""


class PackTable(Table, frozen=True, kw_only=True):
    """The whole file."""

    pack: str
    version: str
    title_en: str
    title_zh: str
    defaults: dict[str, Any] = {}
    rule: list[dict[str, Any]]


S = TypeVar("S", bound=Table)
_INNER: dict[str, type[Table]] = {"criterion": CriterionTable, "band": BandTable, "period": PeriodTable}


def read(where: str, table: Mapping[str, Any], kind: type[S]) -> S:
    """Check a table against its form.

    Parameters
    ----------
    where : str
        Pack, rule and part, as an error starts.
    table : mapping
    kind : type of Table

    Raises
    ------
    PackError
        If a field is unknown, missing or of another type.

    Examples
    --------
    >>> read("rule pack p: rule r", {"name": "a", "when": "b", "measured": "c", "treshold": "d"}, CriterionTable)
    Traceback (most recent call last):
        ...
    riskengine.rules.schema.PackError: rule pack p: rule r: unknown field 'treshold'; did you mean 'threshold'?
    """
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    for name in table:
        if name not in fields:
            raise PackError(f"{where}: unknown field '{name}'{suggestion(name, fields)}")
    for name, field in fields.items():
        if field.required and name not in table:
            raise PackError(f"{where}: {name}: expected a value, found none")
        choices = get_args(field.type) if get_origin(field.type) is Literal else ()
        if choices and name in table and table[name] not in choices:
            expected = f"expected one of {', '.join(choices)}, found {table[name]!r}"
            raise PackError(f"{where}: {name}: {expected}{suggestion(str(table[name]), choices)}")
    for name, inner in _INNER.items():
        entries = table.get(name)
        if name in fields and isinstance(entries, list):
            for number, entry in enumerate(entries):
                if isinstance(entry, Mapping):
                    read(f"{where}: {name}[{number}]", entry, inner)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        at = path.rstrip("`").lstrip(".")
        found = text[0].lower() + text[1:].replace("`", "")
        raise PackError(": ".join(part for part in (where, at, found) if part)) from None


def read_measure(where: str, table: Mapping[str, Any]) -> MeasureTable:
    """Check the table of a measure by its `kind`."""
    kind = table.get("kind")
    if kind not in _MEASURES:
        raise PackError(f"{where}: measure.kind: expected one of {', '.join(_MEASURES)}, found {kind!r}")
    return read(f"{where}: measure", table, _MEASURES[kind])

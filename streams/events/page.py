"""The page of kinds and fields, made from the structs: `python -m streams.events.page > docs/events.md`."""

from __future__ import annotations

import sys
from typing import Final

from streams.countries import COUNTRIES
from streams.derived import DERIVED
from streams.events.base import Event, Form, Part
from streams.events.fields import Field, fields_of
from streams.events.names import KINDS, LINES
from streams.events.registry import kinds
from streams.money import CURRENCIES

_HEAD: Final = """\
# Events

One event is one JSON object that says one thing that happened on one platform. This page is made from the code
(`python -m streams.events.page > docs/events.md`); it says of each of the {count} kinds which fields it has, what they
may hold, what becomes of them at intake, and which column of `streams.batch.Block` they make.

**Types.** `str` has 1 to 256 characters, `text` up to 20,000, both brought to NFKC and trimmed. `time` is RFC 3339 with
an offset or integer epoch milliseconds, `date` is `YYYY-MM-DD`, a Shanghai day. Amounts (`_minor`) are integers of
minor units of `currency`, rates and shares (`_ppm`) parts per million, `_e6` millionths. A list holds at most 10,000
items. JSON `null` is the same as absent. An unknown field is refused by name; at `schema_version` 2 to 99 it is kept
aside and counted. **R** is required, **R1** at least one of those so marked.

**At intake.** *hashed*: a keyed hash in the log, as `TYPE:#` or `#` and 16 hexadecimal digits; the same form is
accepted from those who hash at home. *sealed*: the log keeps an equality hash alone. *open party*: an organisation's
number stays as sent, a person's is hashed. Everything else stays as sent.

**Columns.** *hash*, *key*: uint64, 0 absent (a key is unique within its platform, a shared key everywhere). *int*,
*time*: int64, the smallest one absent. *bool*: int8, 1, 0, -1 absent. *code*: the number of the value in its set, -1
absent or the default. *date*: int32 days since 1970-01-01. *digits*: int32, 0 absent. *number*: float64, nan absent.

## Common fields

The lines of business are {lines}.

"""
_TABLE: Final = "| field | type | values | required | at intake | column |\n| --- | --- | --- | --- | --- | --- |\n"
_INTAKE: Final[dict[Form, str]] = {
    Form.VERTEX: "hashed",
    Form.PARTY: "hashed",
    Form.OPEN_PARTY: "open party",
    Form.HASHED: "hashed",
    Form.PHONE: "hashed, without blanks and hyphens",
    Form.SEALED: "sealed",
    Form.MONTH: "year and month stay",
    Form.TARGET: "hashed for account and party",
}
_TYPES: Final[dict[Form, str]] = {
    Form.VERTEX: "str, vertex",
    Form.PARTY: "id",
    Form.OPEN_PARTY: "id",
    Form.MONTH: "date",
    Form.REGION: "region",
    Form.SIMHASH: "hash",
}
_COLUMNS: Final[dict[Form, str]] = {
    **dict.fromkeys(
        (Form.VERTEX, Form.PARTY, Form.OPEN_PARTY, Form.HASHED, Form.PHONE, Form.TARGET, Form.SIMHASH), "hash"
    ),
    Form.KEY: "key",
    Form.SHARED_KEY: "shared key",
    Form.REGION: "digits",
    Form.DIGITS: "digits",
    Form.MONTH: "date",
    Form.TIME: "time",
    Form.SEALED: "",
}
_BY_BASE: Final = {"int": "int", "bool": "bool", "enum": "code", "date": "date", "time": "time", "number": "number"}
_DERIVED: Final = {"uint64": "hash", "int8": "code"}
_ONE_OF: Final = {
    "account": ("person_id", "org_id"),
    "repay": ("principal_minor", "interest_minor", "fee_minor"),
    "invest": ("product_id", "project_id", "loan_id"),
    "redeem": ("product_id", "project_id", "loan_id"),
}


def _type(field: Field) -> str:
    inner = field.item if field.base == "list" else field.base
    name = _TYPES.get(field.form, "") if field.form else ""
    if not name:
        name = str(inner)
        if inner == "str" and field.high is not None and field.high > 256:
            name = "text"
        elif field.part is not None:
            name = "object"
    return f"list of {name}" if field.base == "list" else name


def _values(field: Field) -> str:
    if field.choices == CURRENCIES:
        return "ISO 4217" + (", default CNY" if field.default else "")
    if field.choices == COUNTRIES:
        return "ISO 3166 alpha-3"
    if field.choices:
        if field.choices == KINDS:
            return "by kind"
        text = ", ".join(field.choices)
        return f"{text}; default {field.default}" if field.default else text
    if field.base in ("int", "number") and field.low is not None:
        text = f"{field.low:,} to {field.high:,}"
        return f"{text}; default {field.default:g}" if field.default is not None else text
    if field.part is not None:
        return "; ".join(f"`{inner.name}` {_type(inner)}" for inner in fields_of(field.part))
    return ""


def _column(field: Field) -> str:
    if field.base in ("list", "object", "part"):
        return ""
    return _COLUMNS[field.form] if field.form else _BY_BASE.get(field.base, "")


def _intake(field: Field) -> str:
    if field.part is None:
        return _INTAKE.get(field.form, "") if field.form else ""
    hashed = [f"`{inner.name}` {_intake(inner)}" for inner in fields_of(field.part) if _intake(inner)]
    return ", ".join(hashed)


def _rows(struct: type[Event | Part], kind: str, skip: frozenset[str]) -> str:
    rows: list[str] = []
    for field in fields_of(struct):
        if field.name not in skip:
            required = "R" if field.required else "R1" if field.name in _ONE_OF.get(kind, ()) else ""
            cells = (f"`{field.name}`", _type(field), _values(field), required, _intake(field), _column(field))
            rows.append("| " + " | ".join(cells) + " |\n")
    return "".join(rows)


def render() -> str:
    """Return the page as Markdown."""
    found = kinds()
    common = frozenset(field.name for field in fields_of(Event))
    page = _HEAD.format(count=len(KINDS), lines=", ".join(f"`{line}`" for line in LINES))
    page += _TABLE + _rows(Event, "", frozenset())
    loose = [kind for kind, struct in found.items() if not _line_required(struct)]
    page += f"\n`kind` names the kind. `line` may be left out in {', '.join(f'`{kind}`' for kind in loose)}.\n"
    for kind, struct in found.items():
        skip = common - {"ref_event_id"} if kind == "correction" else common
        title = (struct.__doc__ or "").strip().splitlines()[0]
        page += f"\n## {kind}\n\n{title}\n\n{_TABLE}{_rows(struct, kind, skip)}"
        if derived := DERIVED.get(kind):
            names = ", ".join(f"`{name}` ({_DERIVED[dtype]})" for name, (dtype, _) in derived.items())
            page += f"\nDerived columns: {names}.\n"
    return page


def _line_required(struct: type[Event]) -> bool:
    return any(field.name == "line" and field.required for field in fields_of(struct))


if __name__ == "__main__":
    sys.stdout.write(render())

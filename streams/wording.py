"""The words of a fault: names that changed, values without identities, and what msgspec says in an operator's words."""

from __future__ import annotations

import difflib
import re
from typing import Any, Final

from streams.errors import Fault
from streams.events.base import Form
from streams.events.fields import Field

#: Names that fields have elsewhere, and what they are called here.
RENAMED: Final[dict[str, str]] = {
    "txn_id": "payment_id",
    "payer_acct": "payer",
    "payee_acct": "payee",
    "phone_hash": "phone",
    "amt": "amount_minor",
    "amount": "amount_minor",
    "ccy": "currency",
    "advancer": "advancer_org",
    "amt_p": "principal_minor",
    "amt_i": "interest_minor",
    "amt_fee": "fee_minor",
    "principal": "principal_minor",
    "cash_received": "cash_received_minor",
    "goods_value": "goods_value_minor",
    "target": "target_minor",
    "raised": "raised_minor",
    "rate_nominal": "rate_nominal_ppm",
    "promised_rate": "promised_rate_ppm",
    "share": "share_ppm",
    "premium": "premium_minor",
    "due": "due_date",
    "income": "income_minor",
    "age": "birth_date",
    "fx_buy": "fx_side",
    "fx_sell": "fx_side",
    "value": "order_value_minor",
    "waybill": "waybill_numbers",
    "filed_at": "submitted_at",
    "source": "money_source",
    "timestamp": "event_time",
    "time": "event_time",
    "id": "event_id",
    "platform": "platform_id",
}
KINDS_RENAMED: Final[dict[str, str]] = {
    "pay": "payment",
    "acct": "account",
    "snap": "snapshot",
    "reg": "registration",
    "ad": "advert",
    "proc": "process",
    "draw": "loan with status drawn",
}
DERIVED: Final = frozenset({"amt_cny_fen", "amt_usd_cents"})
_SEALED: Final = frozenset(
    {Form.VERTEX, Form.PARTY, Form.OPEN_PARTY, Form.HASHED, Form.PHONE, Form.SEALED, Form.MONTH, Form.TARGET}
)
_AT: Final = re.compile(r" - at (?:`key` in )?`\$(?P<path>[^`]*)`$")
WORDS: Final = {
    "int": "int",
    "bool": "bool",
    "number": "number",
    "date": "a date as YYYY-MM-DD",
    "time": "an RFC 3339 time with offset, or int milliseconds",
    "list": "a list",
    "object": "an object",
    "part": "an object",
}


def json_type(value: Any) -> str:
    """Return what a JSON value is, for a sentence."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a bool", int: "an int", float: "a number"}
    return names.get(type(value), "null")


def shown(value: Any, *, sealed: bool = False) -> str:
    """Return a value for an operator: short, and never an identity or a name."""
    if isinstance(value, dict | list):
        return f"{json_type(value)} of {len(value)}"
    if sealed and isinstance(value, str):
        return f"a text of {len(value)} characters"
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    return text if len(text) <= 80 else text[:77] + "..."


def _near(name: str, known: list[str]) -> str:
    if RENAMED.get(name) in known:
        return f"; did you mean {RENAMED[name]}?"
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean {close[0]}?" if close else ""


def unknown_field(name: str, known: list[str], kind: str, path: str) -> Fault:
    """Return the fault of a field that a kind (or an object inside it) does not have, with the one that was meant."""
    owner = kind if path == "$" else f"{kind}{path[1:]}"
    if name in DERIVED:
        expected = "no value in CNY fen or USD cents: they are derived at the parity of the day"
    else:
        expected = f"a field of {owner}{_near(name, known)}"
    return Fault("unknown_field", f"{path}.{name}", expected, shown(name))


def translated(field: Field, text: str, value: Any, at: str) -> Fault:
    """Turn what msgspec says of one field into a `Fault`."""
    inner = _AT.search(text)
    text = _AT.sub("", text)
    if inner and inner["path"]:
        at, value = at + inner["path"], _dig(value, inner["path"])
    sealed = field.form in _SEALED
    base = field.item if inner and inner["path"] and field.item else field.base
    if text.startswith("Invalid enum value"):
        near = difflib.get_close_matches(str(value), field.choices, n=1)
        expected = "one of " + ", ".join(field.choices[:40]) + ("..." if len(field.choices) > 40 else "")
        if near:
            expected += f"; did you mean {near[0]}?"
        found = re.search(r"value '(.*)'", text)
        return Fault("unknown_value", at, expected, shown(found[1] if found else value))
    if re.search(r"[<>]=? |of length|out of range|Integer value", text):
        return Fault("out_of_range", at, _range(field, text), _size(value, sealed=sealed))
    if base == "str":
        expected = "a text" if "matching" not in text else _shape(field)
        if field.form in (Form.PARTY, Form.OPEN_PARTY):
            expected = "a text TYPE:NUMBER"
        return Fault(
            "wrong_type", at, expected, shown(value, sealed=sealed) if isinstance(value, str) else json_type(value)
        )
    if base == "enum":
        return Fault("wrong_type", at, "one of " + ", ".join(field.choices[:40]), shown(value))
    return Fault("wrong_type", at, WORDS.get(base, text), shown(value, sealed=sealed))


def _range(field: Field, text: str) -> str:
    if "array" in text:
        return "at most 10000 items"
    if field.base == "time":
        return "a time between the years 1 and 9999"
    if field.low is None:
        return text.removeprefix("Expected ").replace("`", "")
    if field.base == "str" or field.item == "str":
        return f"{int(field.low)} to {int(field.high or 0)} characters"
    return f"{field.base} from {field.low} to {field.high}"


def _size(value: Any, *, sealed: bool) -> str:
    if isinstance(value, list):
        return f"{len(value)} items"
    if isinstance(value, str) and (sealed or len(value) > 60 or not value):
        return f"{len(value)} characters"
    return shown(value, sealed=sealed)


def _dig(value: Any, path: str) -> Any:
    """Return what stands at a path like `[3].amount_minor` inside a value, as far as it goes."""
    for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        try:
            value = value[name] if name else value[int(number)]
        except (KeyError, IndexError, TypeError):
            return value
    return value


def _shape(field: Field) -> str:
    if field.form is Form.MONTH:
        return WORDS["date"]
    return "16 lower-case hexadecimal digits" if field.form is Form.SIMHASH else "lower-case hexadecimal digits"

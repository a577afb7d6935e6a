"""The slow, exact look at a record that the fast path would not take: the first fault, in words, or a mended event.

The order is fixed, so that one record always has one reason: JSON, refused data, kind, schema version, unknown fields,
missing fields, each field in the order of its kind, and what holds between fields. Two things are mended and not
refused: fields that a newer schema version brings (kept aside and counted), and texts that are not in NFKC.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from typing import Any, Final

import msgspec

from streams.clock import parse_time
from streams.errors import Fault
from streams.events.base import Event, Form, Part
from streams.events.fields import Field, coded_names, fields_of
from streams.events.names import KINDS
from streams.events.registry import kinds
from streams.identity import Identities, tidy
from streams.scan import MAX_BYTES, MAX_DEPTH
from streams.sensitive import CUT, find_refused

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
_KINDS_RENAMED: Final = {
    "pay": "payment",
    "acct": "account",
    "snap": "snapshot",
    "reg": "registration",
    "ad": "advert",
    "proc": "process",
    "draw": "loan with status drawn",
}
_DERIVED: Final = frozenset({"amt_cny_fen", "amt_usd_cents"})
_SEALED: Final = frozenset(
    {Form.VERTEX, Form.PARTY, Form.OPEN_PARTY, Form.HASHED, Form.PHONE, Form.SEALED, Form.MONTH, Form.TARGET}
)
_CACHES: Final = {
    Form.VERTEX: "vertex",
    Form.HASHED: "vertex",
    Form.PARTY: "party",
    Form.OPEN_PARTY: "open_party",
    Form.PHONE: "phone",
}
_AT: Final = re.compile(r" - at (?:`key` in )?`\$(?P<path>[^`]*)`$")
_WORDS: Final = {
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


class _Pairs(list[tuple[str, Any]]):
    """The members of one object as they were written."""


def _find_twice(value: Any, path: str) -> str | None:
    """Return the path of the first key that an object has twice."""
    if isinstance(value, _Pairs):
        names: set[str] = set()
        for name, inner in value:
            if name in names:
                return f"{path}.{name}"
            names.add(name)
            if found := _find_twice(inner, f"{path}.{name}"):
                return found
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if found := _find_twice(inner, f"{path}[{number}]"):
                return found
    return None


def parse(record: bytes) -> Any:
    """Return the JSON value of a record; `Fault` malformed_json with the place where it breaks."""
    try:
        record.decode()
    except UnicodeDecodeError as error:
        raise Fault("malformed_json", "$", "UTF-8", f"byte 0x{record[error.start]:02x} at {error.start}") from None
    try:
        value = msgspec.json.decode(record)
    except RecursionError:
        raise Fault("malformed_json", "$", f"JSON of at most {MAX_DEPTH} levels", "a deeper nesting") from None
    except (msgspec.MsgspecError, ValueError) as error:
        found = str(error).removeprefix("JSON is malformed: ").replace("Input data was truncated", "a truncated record")
        raise Fault("malformed_json", "$", "a JSON object", f"{found}, {len(record)} bytes in all") from None
    if not isinstance(value, dict):
        raise Fault("not_an_object", "$", "a JSON object", json_type(value))
    try:
        twice = _find_twice(json.loads(record, object_pairs_hook=_Pairs), "$")
    except (ValueError, RecursionError) as error:
        raise Fault("malformed_json", "$", "a JSON object", str(error)) from None
    if twice:
        raise Fault("malformed_json", twice, "each key once", "the key twice")
    return value


class Explainer:
    """Takes records apart that the fast path refused.

    Parameters
    ----------
    identities : Identities
        To find the identity that is none.

    Attributes
    ----------
    unknown_fields : dict of str to int
        How often a field that this version does not know was kept aside, by `kind.field`.
    """

    def __init__(self, identities: Identities) -> None:
        self._identities = identities
        self.unknown_fields: Counter[str] = Counter()

    def mend(self, record: bytes) -> bytes:
        """Return a record that the fast path will take, or raise the first `Fault`.

        Raises
        ------
        Fault
            With reason, path, expected and found.
        """
        value = parse(record)
        self.refuse_words(value)
        return msgspec.json.encode(self.checked(value))

    def refuse_words(self, value: Any) -> None:
        """Raise a `Fault` for data that may not come in."""
        if refused := find_refused(value, coded=coded_names()):
            reason, path = refused
            expected = "no card code, expiry, password, PIN, one-time code or biometric template"
            if reason != "c3_present":
                expected = "no religion, genes, fingerprint, blood type, disease or medical history"
            raise Fault(reason, path, expected, CUT)

    def checked(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the event as plain JSON values with texts in one form and no field that its kind lacks."""
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in kinds():
            near = difflib.get_close_matches(str(kind), KINDS, n=1)
            renamed = _KINDS_RENAMED.get(str(kind)) or (near[0] if near else None)
            expected = f"one of the {len(KINDS)} kinds; " + (
                f"did you mean {renamed}?" if renamed else ", ".join(KINDS)
            )
            raise Fault("unknown_kind", "$.kind", expected, "nothing" if kind is None else shown(kind))
        version = value.get("schema_version", 1)
        version = 1 if version is None else version
        if type(version) is not int:
            raise Fault("wrong_type", "$.schema_version", "int", shown(version))
        if not 1 <= version <= 99:
            raise Fault("schema_version", "$.schema_version", "1 to 99", str(version))
        struct = kinds()[kind]
        value = self._known(struct, kind, value, "$", lenient=version > 1)
        if kind == "correction" and isinstance(value.get("replacement"), dict):
            # Its own fields are looked at once its kind is known
            replacement = self._replacement(value["replacement"], version)
            value = {**value, "replacement": replacement}
        self._check_fields(struct, kind, value, "$")
        return value

    def _replacement(self, value: dict[str, Any], version: int) -> dict[str, Any]:
        """Return the checked replacement of a correction; its faults have paths below `$.replacement`."""
        if value.get("event_id") is not None:
            raise Fault("unknown_field", "$.replacement.event_id", "the replacement without event_id", "one")
        if value.get("kind") == "correction":
            raise Fault("unknown_value", "$.replacement.kind", "the kind of the corrected event", "'correction'")
        try:
            checked = self.checked({"event_id": "replacement", "schema_version": version, **value})
            event = msgspec.convert(checked, kinds()[checked["kind"]])
            if event.check is not None:
                event.check()
        except Fault as fault:
            raise Fault(fault.reason, "$.replacement" + fault.path[1:], fault.expected, fault.found) from None
        return {name: inner for name, inner in checked.items() if name in value}

    def _known(
        self, struct: type[Event | Part], kind: str, value: dict[str, Any], path: str, *, lenient: bool
    ) -> dict[str, Any]:
        """Return an object without nulls, and without the fields that a newer version brought."""
        fields = {field.name: field for field in fields_of(struct)}
        kept: dict[str, Any] = {}
        for name, inner in value.items():
            if name == "kind" and path == "$":
                kept[name] = inner
                continue
            field = fields.get(name)
            if field is None:
                if not lenient:
                    raise self._unknown(name, list(fields), kind, path)
                self.unknown_fields[f"{kind}{path[1:]}.{name}"] += 1
                continue
            if inner is None:
                continue
            if field.part and field.base == "part" and isinstance(inner, dict):
                inner = self._known(field.part, kind, inner, f"{path}.{name}", lenient=lenient)
            elif field.part and field.base == "list" and isinstance(inner, list):
                inner = [
                    self._known(
                        field.part, kind, item, f"{path}.{name}" if lenient else f"{path}.{name}[{n}]", lenient=lenient
                    )
                    if isinstance(item, dict)
                    else item
                    for n, item in enumerate(inner)
                ]
            kept[name] = inner
        return kept

    def _unknown(self, name: str, known: list[str], kind: str, path: str) -> Fault:
        owner = kind if path == "$" else f"{kind}{path[1:]}"
        if name in _DERIVED:
            expected = "no value in CNY fen or USD cents: they are derived at the parity of the day"
        elif name == "mode" and "advancer_org" in known:
            expected = f"a field of {owner}"
        else:
            expected = f"a field of {owner}{_near(name, known)}"
        return Fault("unknown_field", f"{path}.{name}", expected, shown(name))

    def _check_fields(self, struct: type[Event | Part], owner: str, value: dict[str, Any], path: str) -> None:
        """Raise the first fault among the fields of an object; bring its texts into one form, in place."""
        types = {field.name: field.type for field in msgspec.structs.fields(struct)}
        fields = fields_of(struct)
        for field in fields:
            if field.required and field.name not in value:
                raise Fault("missing_field", f"{path}.{field.name}", f"{field.name}, required in {owner}", "nothing")
        for field in fields:
            if field.name in value:
                at = f"{path}.{field.name}"
                value[field.name] = inner = self._tidied(field, value[field.name])
                if field.part and field.base == "list" and isinstance(inner, list):
                    for number, item in enumerate(inner):
                        if isinstance(item, dict):
                            self._check_fields(field.part, f"{owner}.{field.name}", item, f"{at}[{number}]")
                elif field.part and isinstance(inner, dict):
                    self._check_fields(field.part, f"{owner}.{field.name}", inner, at)
                self._check_value(field, types[field.name], inner, at)
        if struct is kinds()["label"]:
            self._check_target(value, path)

    def _tidied(self, field: Field, value: Any) -> Any:
        """Return a text, or a list of texts, in NFKC and trimmed; closed sets, dates and times stay as they are."""
        if field.base == "str" and isinstance(value, str):
            return tidy(value)
        if field.base == "list" and field.item == "str" and isinstance(value, list):
            return [tidy(item) if isinstance(item, str) else item for item in value]
        if field.base == "object" and isinstance(value, dict):
            return _tidied_object(value)
        return value

    def _check_value(self, field: Field, annotation: Any, value: Any, at: str) -> None:
        if field.base == "object" and field.choices and isinstance(value, dict):
            for name, count in value.items():
                # One member at a time: msgspec does not say which one is at fault
                self._check_member(field, annotation, name, count, at)
        try:
            msgspec.convert(value, annotation)
        except (msgspec.ValidationError, OverflowError) as error:
            raise self._translated(field, str(error), value, at) from None
        if field.base == "time" and isinstance(value, str):
            try:
                parse_time(value)
            except ValueError:
                raise Fault("wrong_type", at, _WORDS["time"], shown(value)) from None
        if field.form is Form.REGION and not (value.isascii() and value.isdigit() and value > "000000"):
            raise Fault("wrong_type", at, "six digits of GB/T 2260", shown(value))
        if field.form is Form.DIGITS and not (value.isascii() and value.isdigit() and int(value)):
            raise Fault("wrong_type", at, f"{field.high} digits", shown(value))
        if cache := _CACHES.get(field.form) if field.form else None:
            self._check_identities(getattr(self._identities, cache), value, at)

    def _check_member(self, field: Field, annotation: Any, name: str, count: Any, at: str) -> None:
        try:
            msgspec.convert({name: count}, annotation)
        except msgspec.ValidationError as error:
            if name not in field.choices:
                raise self._translated(field, "Invalid enum value", name, at) from None
            fault = "out_of_range" if type(count) is int else "wrong_type"
            expected = str(error).removeprefix("Expected ").partition(" - at")[0].partition(",")[0].replace("`", "")
            raise Fault(fault, f"{at}.{name}", expected, shown(count)) from None

    def _check_identities(self, cache: dict[str, str], value: Any, at: str) -> None:
        items = [(at, value)] if isinstance(value, str) else [(f"{at}[{n}]", item) for n, item in enumerate(value)]
        for path, item in items:
            try:
                cache[item]
            except Fault as fault:
                raise Fault(fault.reason, path, fault.expected, fault.found) from None

    def _check_target(self, label: dict[str, Any], path: str) -> None:
        cache = {"account": self._identities.vertex, "party": self._identities.party}.get(label["target_type"])
        if cache is not None:
            self._check_identities(cache, label["target"], f"{path}.target")

    def _translated(self, field: Field, text: str, value: Any, at: str) -> Fault:
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
            return Fault("unknown_value", at, expected, repr(found[1]) if found else shown(value))
        if re.search(r"[<>]=? |of length|out of range|Integer value", text):
            return Fault("out_of_range", at, self._range(field, text), self._size(value, sealed=sealed))
        if base == "str":
            expected = "a text" if "matching" not in text else _shape(field)
            if field.form in (Form.PARTY, Form.OPEN_PARTY):
                expected = "a text TYPE:NUMBER"
            return Fault(
                "wrong_type", at, expected, shown(value, sealed=sealed) if isinstance(value, str) else json_type(value)
            )
        if base == "enum":
            return Fault("wrong_type", at, "one of " + ", ".join(field.choices[:40]), shown(value))
        return Fault("wrong_type", at, _WORDS.get(base, text), shown(value, sealed=sealed))

    def _range(self, field: Field, text: str) -> str:
        if "array" in text:
            return "at most 10000 items"
        if field.base == "time":
            return "a time between the years 1 and 9999"
        if field.low is None:
            return text.removeprefix("Expected ").replace("`", "")
        if field.base == "str" or field.item == "str":
            return f"{int(field.low)} to {int(field.high or 0)} characters"
        return f"{field.base} from {field.low} to {field.high}"

    def _size(self, value: Any, *, sealed: bool) -> str:
        if isinstance(value, list):
            return f"{len(value)} items"
        if isinstance(value, str) and (sealed or len(value) > 60 or not value):
            return f"{len(value)} characters"
        return shown(value, sealed=sealed)


def _tidied_object(value: Any) -> Any:
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, dict):
        return {name: _tidied_object(inner) for name, inner in value.items()}
    return [_tidied_object(inner) for inner in value] if isinstance(value, list) else value


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
        return _WORDS["date"]
    return "16 lower-case hexadecimal digits" if field.form is Form.SIMHASH else "lower-case hexadecimal digits"


def too_large(record: bytes) -> Fault:
    """Return the fault of a record that nobody should parse."""
    return Fault("too_large", "$", f"at most {MAX_BYTES} bytes", f"{len(record)} bytes")


def too_deep() -> Fault:
    """Return the fault of a record that nests too deep to be parsed safely."""
    return Fault("malformed_json", "$", f"JSON of at most {MAX_DEPTH} levels", "a deeper nesting")

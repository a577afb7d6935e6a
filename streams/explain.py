"""The slow, exact look at a record that the fast path would not take: the first fault, in words, or a mended event.

The order is fixed, so that one record always has one reason: JSON, refused data, kind, schema version, unknown fields,
missing fields, each field in the order of its kind, and what holds between fields. Two things are mended and not
refused: fields that a newer schema version brings (kept aside and counted), and texts that are not in NFKC.
"""

from __future__ import annotations

import difflib
from collections import Counter
from functools import cache
from typing import Any, Final

import msgspec

from streams.canonical import tidied
from streams.clock import parse_time
from streams.errors import Fault
from streams.events.base import Event, Form, Part
from streams.events.fields import Field, coded_names, fields_of
from streams.events.names import KINDS
from streams.events.registry import kinds
from streams.identity import Identities, tidy
from streams.sensitive import CUT, find_refused
from streams.strict_json import parse
from streams.wording import KINDS_RENAMED, WORDS, shown, translated, unknown_field

_CACHES: Final = {
    Form.VERTEX: "vertex",
    Form.HASHED: "vertex",
    Form.PARTY: "party",
    Form.OPEN_PARTY: "open_party",
    Form.PHONE: "phone",
}


@cache
def _types_of(struct: type[Event | Part]) -> dict[str, Any]:
    """Return the declared type of each field of a struct, which costs too much to find out for every record."""
    return {field.name: field.type for field in msgspec.structs.fields(struct)}


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
            renamed = KINDS_RENAMED.get(str(kind)) or (near[0] if near else None)
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
                    raise unknown_field(name, list(fields), kind, path)
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

    def _check_fields(self, struct: type[Event | Part], owner: str, value: dict[str, Any], path: str) -> None:
        """Raise the first fault among the fields of an object; bring its texts into one form, in place."""
        types = _types_of(struct)
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
            return tidied(value)
        return value

    def _check_value(self, field: Field, annotation: Any, value: Any, at: str) -> None:
        if field.base == "object" and field.choices and isinstance(value, dict):
            for name, count in value.items():
                # One member at a time: msgspec does not say which one is at fault
                self._check_member(field, annotation, name, count, at)
        try:
            msgspec.convert(value, annotation)
        except (msgspec.ValidationError, OverflowError) as error:
            raise translated(field, str(error), value, at) from None
        if field.base == "time" and isinstance(value, str):
            try:
                parse_time(value)
            except ValueError:
                raise Fault("wrong_type", at, WORDS["time"], shown(value)) from None
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
                raise translated(field, "Invalid enum value", name, at) from None
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

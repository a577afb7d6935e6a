"""Builds an event of any kind, with every field that the kind has or with the required ones alone."""

from __future__ import annotations

from typing import Any

from streams.events import kinds
from streams.events.base import Event, Form, Part
from streams.events.fields import Field, fields_of

#: One legal value for each form; what stands here in plain must never stand in a body if it is sealed or hashed.
VALUES: dict[Form, str] = {
    Form.VERTEX: "BANK-3301:622848001",
    Form.PARTY: "ID:330106199003070012",
    Form.OPEN_PARTY: "USCC:91330106MA27X00000",
    Form.HASHED: "a6c1f0-device",
    Form.PHONE: "+86 138-0000-0001",
    Form.SEALED: "王小明",
    Form.MONTH: "1990-03-07",
    Form.TARGET: "BANK-3301:622848001",
    Form.REGION: "330106",
    Form.DIGITS: "5411",
    Form.SIMHASH: "0123456789abcdef",
    Form.TIME: "2025-03-03T11:00:00.500+08:00",
}
#: What must not be found in a body, of the values above.
PLAIN = ("622848001", "330106199003070012", "a6c1f0", "13800000001", "138-0000", "王小明", "1990-03-07")


def _scalar(field: Field, base: str, name: str) -> Any:
    if field.form in VALUES:
        return VALUES[field.form]
    if base == "str":
        special = {"regions": "330106"} | dict.fromkeys(("doc_hash", "picture_hash", "file_hash"), "0123456789abcdef")
        return special.get(name, f"{name}-1")
    if base == "int":
        return int(min(field.high or 7, max(field.low or 0, 7)))
    if base == "number":
        return 0.5
    if base == "bool":
        return True
    if base == "date":
        return "2025-03-03"
    return field.choices[-1]


def _value(field: Field) -> Any:
    if field.base == "object":
        return {"payment": 3}
    if field.part is not None:
        item = build(field.part)
        return [item] if field.base == "list" else item
    if field.base == "list":
        return [_scalar(field, field.item or "str", field.name)]
    return _scalar(field, field.base, field.name)


def build(struct: type[Event | Part], *, only_required: bool = False) -> dict[str, Any]:
    """Return the fields of a struct with a legal value each."""
    fields = fields_of(struct)
    return {field.name: _value(field) for field in fields if field.required or not only_required}


def full(kind: str, **changes: Any) -> dict[str, Any]:
    """Return an event of a kind with every field, and some of them changed; a change to None leaves the field out."""
    event = {"kind": kind, **build(kinds()[kind]), "schema_version": 1}
    if kind == "loan":
        event["funder_shares"][0]["share_ppm"] = 1_000_000
    elif kind == "correction":
        event |= {"action": "replace", "replacement": {k: v for k, v in full("repay").items() if k != "event_id"}}
    elif kind == "label":
        event["target_type"] = "account"
    return _changed(event, changes)


def bare(kind: str, **changes: Any) -> dict[str, Any]:
    """Return an event of a kind with the required fields alone."""
    event = {"kind": kind, **build(kinds()[kind], only_required=True)}
    groups = {"account": "person_id", "repay": "principal_minor", "invest": "product_id", "redeem": "product_id"}
    if kind in groups:
        event[groups[kind]] = full(kind)[groups[kind]]
    elif kind == "label":
        event["target_type"] = "account"
    return _changed(event, changes)


def _changed(event: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**event, **changes}.items() if value is not None}

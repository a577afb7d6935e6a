"""The columns of one canonical body by json and hashlib alone; the twin of `streams.columns`."""

from __future__ import annotations

import json
from datetime import date
from hashlib import blake2b
from typing import Any

from streams.batch import ABSENT
from streams.events import kinds
from streams.events.base import Form
from streams.events.fields import fields_of
from streams.identity import Identities
from streams.keys import event_key, key_hash, shared_hash

HASHED = (Form.VERTEX, Form.PARTY, Form.HASHED, Form.PHONE)


def columns(body: bytes, key: bytes) -> dict[str, Any]:
    """Return name -> value of every field of the event that makes a column, absent ones included."""
    event, identities = json.loads(body), Identities(key)
    found: dict[str, Any] = {}
    for field in fields_of(kinds()[event["kind"]]):
        value = event.get(field.name, field.default)
        platform = event["platform_id"]
        if field.base in ("list", "object", "part") or field.name in ("event_id", "platform_id"):
            continue
        if field.form in HASHED:
            found[field.name] = int(value[-16:], 16) if value else 0
        elif field.form is Form.OPEN_PARTY:
            found[field.name] = _open(value, key) if value else 0
        elif field.form is Form.KEY:
            found[field.name] = key_hash(identities, platform, value) if value else 0
        elif field.form is Form.SHARED_KEY:
            found[field.name] = shared_hash(identities, value) if value else 0
        elif field.form in (Form.REGION, Form.DIGITS):
            found[field.name] = int(value) if value else 0
        elif field.form is Form.SIMHASH:
            found[field.name] = int(value, 16) if value else 0
        elif field.form is Form.MONTH or field.base == "date":
            found[field.name] = _days(value) if value else -(2**31)
        elif field.base in ("int", "time"):
            found[field.name] = ABSENT if value is None else value
        elif field.base == "bool":
            found[field.name] = -1 if value is None else int(value)
        elif field.base == "enum":
            found[field.name] = -1 if value is None else field.choices.index(value)
        elif field.base == "number":
            found[field.name] = float("nan") if value is None else float(value)
    found["event_key"] = event_key(identities, event["platform_id"], event["event_id"])
    found["platform"] = shared_hash(identities, event["platform_id"])
    return found


def _open(value: str, key: bytes) -> int:
    number = value.partition(":")[2] or value
    if number.startswith("#"):
        return int(number[1:], 16)
    return int(blake2b(value.encode(), key=key, digest_size=8).hexdigest(), 16)


def _days(text: str) -> int:
    return (date.fromisoformat(text if len(text) == 10 else text + "-01") - date(1970, 1, 1)).days

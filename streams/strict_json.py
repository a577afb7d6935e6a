"""JSON as the standard means it, taken apart slowly: each key once, UTF-8, no depth that nobody needs."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from streams.errors import Fault
from streams.scan import MAX_BYTES, MAX_DEPTH
from streams.wording import json_type


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


def too_large(record: bytes) -> Fault:
    """Return the fault of a record that nobody should parse."""
    return Fault("too_large", "$", f"at most {MAX_BYTES} bytes", f"{len(record)} bytes")


def too_deep() -> Fault:
    """Return the fault of a record that nests too deep to be parsed safely."""
    return Fault("malformed_json", "$", f"JSON of at most {MAX_DEPTH} levels", "a deeper nesting")

"""From a validated event to its canonical body: identities hashed, times in milliseconds, texts in one form.

For each kind one function is put together from its fields, so that an event pays only for the fields that its kind has;
the body is then one call of msgspec's encoder. Equal content gives equal bytes, whatever the order of keys, the blanks
between them, the zone of a time or the writing of an identity, and a body that is decoded again gives itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
from msgspec.structs import force_setattr

from streams.clock import milliseconds
from streams.errors import Fault
from streams.events.base import Event, Form, Part
from streams.events.fields import Field, fields_of
from streams.events.registry import kinds
from streams.identity import Identities, tidy

#: Form -> the cache of `Identities` that makes its pseudonyms.
_CACHES: Final = {
    Form.VERTEX: "vertex",
    Form.HASHED: "vertex",
    Form.PARTY: "party",
    Form.OPEN_PARTY: "open_party",
    Form.PHONE: "phone",
    Form.SEALED: "sealed",
}

encode: Final = msgspec.json.Encoder(order="deterministic").encode
Prepare = Callable[[Any], None]


def _lines(field: Field, struct: type[Event | Part]) -> list[str]:
    """Return the source lines that prepare one field of `event`; none for a field that stays as it was sent."""
    name, guard = field.name, "" if field.required else "if value is not None: "
    change = ""
    if field.form in _CACHES:
        cache_name = _CACHES[field.form]
        change = f"[{cache_name}[item] for item in value]" if field.base == "list" else f"{cache_name}[value]"
    elif field.base == "time":
        guard = "if value.__class__ is datetime: "
        change = "milliseconds(value)"
    elif field.form is Form.MONTH:
        change = "value[:7]"
    elif field.base == "list" and field.part and _source(field.part):
        return [f"value = event.{name}", f"{guard}any(map({field.part.__name__}, value))"]
    if not change:
        return []
    return [f"value = event.{name}", f"{guard}force_setattr(event, '{name}', {change})"]


def _source(struct: type[Event | Part]) -> list[str]:
    lines = [line for field in fields_of(struct) for line in _lines(field, struct)]
    if issubclass(struct, Event) and struct.check is not None:
        lines.append("event.check()")
    return lines


def prepare_function(struct: type[Event | Part], identities: Identities) -> Prepare:
    """Return the function that brings an event (or a part of one) of this struct into canonical form, in place.

    It raises `Fault` for an identity that is none, and for what the kind's own `check` refuses. The event must be a fresh
    one: structs are frozen, and nobody else may have seen it.
    """
    lines = _source(struct)
    names: dict[str, Any] = {
        "force_setattr": force_setattr,
        "milliseconds": milliseconds,
        "datetime": datetime,
        **{name: getattr(identities, name) for name in _CACHES.values()},
    }
    for field in fields_of(struct):
        if field.part is not None:
            names[field.part.__name__] = prepare_function(field.part, identities)
    text = "def prepare(event):\n" + "".join(f"    {line}\n" for line in [*lines, "return None"])
    # Straight-line code: a loop over a payment's 20 hashed and timed fields would cost as much as decoding it
    exec(compile(text, f"<prepare {struct.__name__}>", "exec"), names)  # noqa: S102
    prepare: Prepare = names["prepare"]
    return prepare


def canonical_functions(identities: Identities) -> dict[type[Event], Prepare]:
    """Return the function of each kind that brings its events into canonical form."""
    functions: dict[type[Event], Prepare] = {
        struct: prepare_function(struct, identities) for struct in kinds().values()
    }
    label, correction = kinds()["label"], kinds().get("correction")
    functions[label] = _label_function(functions[label], identities)
    if correction is not None:
        functions[correction] = _correction_function(functions[correction], functions)
    return functions


def _label_function(prepare: Prepare, identities: Identities) -> Prepare:
    """A label's target is hashed where it is an account or a party, exactly as that account or party is."""
    caches = {"account": identities.vertex, "party": identities.party}

    def prepare_label(event: Any) -> None:
        prepare(event)
        cache = caches.get(event.target_type)
        if cache is not None:
            force_setattr(event, "target", cache[event.target])

    return prepare_label


def _correction_function(prepare: Prepare, functions: dict[type[Event], Prepare]) -> Prepare:
    """A replacement is a whole event without its id, and goes through the function of its own kind."""

    def prepare_correction(event: Any) -> None:
        prepare(event)
        if event.replacement is None:
            return
        if "event_id" in event.replacement:
            raise Fault("unknown_field", "$.replacement.event_id", "the replacement without event_id", "one")
        struct = kinds().get(str(event.replacement.get("kind")))
        if struct is None or struct.__struct_config__.tag == "correction":
            raise Fault("unknown_kind", "$.replacement.kind", "the kind of the corrected event", "another")
        replacement = msgspec.convert({"event_id": "replacement", **event.replacement}, struct)
        functions[struct](replacement)
        whole = msgspec.json.decode(encode(replacement))
        del whole["event_id"]
        force_setattr(event, "replacement", whole)

    return prepare_correction


def needs_tidying(bodies: list[bytes]) -> list[int]:
    """Return the numbers of the bodies with a text that is not in NFKC or has blanks at its ends.

    >>> needs_tidying([b'{"a":"b"}', b'{"a":"b "}', '{"a":"ＡＢ"}'.encode(), '{"a":"\u4e2d"}'.encode()])
    [1, 2]
    """
    joined = b"".join(bodies)
    if joined.isascii() and b"\\" not in joined and b'" ' not in joined and b' "' not in joined:
        return []
    return [number for number, body in enumerate(bodies) if _is_untidy(body)]


def _is_untidy(body: bytes) -> bool:
    if body.isascii() and b"\\" not in body:
        return b'" ' in body or b' "' in body
    return _differs(msgspec.json.decode(body))


def _differs(value: Any) -> bool:
    """Tell whether any text in a JSON value is not as `tidy` would leave it."""
    if isinstance(value, str):
        return tidy(value) != value
    if isinstance(value, dict):
        return any(map(_differs, value.values()))
    return any(map(_differs, value)) if isinstance(value, list) else False

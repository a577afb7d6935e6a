"""From a validated event to its canonical body: identities hashed, times in milliseconds, texts in one form.

For each kind one function is put together from its fields, so that an event pays only for the fields that its kind has;
the body is then one call of msgspec's encoder. Equal content gives equal bytes, whatever the order of keys, the blanks
between them, the zone of a time or the writing of an identity, and a body that is decoded again gives itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import force_setattr

from streams.batch import ABSENT
from streams.clock import milliseconds, parse_time, parse_times
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

#: What the compiled reader hashes in the bodies of many events at once.
_HASHED_LATER: Final = frozenset({Form.VERTEX, Form.HASHED, Form.PARTY, Form.PHONE})

encode: Final = msgspec.json.Encoder(order="deterministic").encode
Prepare = Callable[[Any], None]


def _lines(field: Field, *, later: bool) -> list[str]:
    """Return the source lines that prepare one field of `event`; none for a field that stays as it is."""
    if later and field.base == "str" and field.form in _HASHED_LATER:
        return []
    name, guard = field.name, "" if field.required else "if value is not None: "
    change = ""
    if field.form in _CACHES:
        cache_name = _CACHES[field.form]
        change = f"[{cache_name}[item] for item in value]" if field.base == "list" else f"{cache_name}[value]"
    elif field.base == "time" and name != "event_time":
        guard = "if value.__class__ is datetime: "
        change = "milliseconds(value)"
    elif field.form is Form.MONTH:
        change = "value[:7]"
    elif field.base == "list" and field.part and _source(field.part, later=False):
        return [f"value = event.{name}", f"{guard}any(map({field.part.__name__}, value))"]
    if not change:
        return []
    return [f"value = event.{name}", f"{guard}force_setattr(event, '{name}', {change})"]


def _source(struct: type[Event | Part], *, later: bool) -> list[str]:
    lines = ["event.check()"] if issubclass(struct, Event) and struct.check is not None else []
    return lines + [line for field in fields_of(struct) for line in _lines(field, later=later)]


def prepare_function(struct: type[Event | Part], identities: Identities, *, later: bool = False) -> Prepare:
    """Return the function that brings an event (or a part of one) of this struct into canonical form, in place.

    With `later`, the identities that are fields of their own stay plain, for `streams.hashing` to hash. It leaves the
    event's own time to the caller, and raises `Fault` for an identity that is none and for what the kind's own `check`
    refuses. The event must be a fresh one: structs are frozen, and nobody else may have seen it.
    """
    lines = _source(struct, later=later)
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


class Writer:
    """Writes canonical bodies for one deployment.

    Parameters
    ----------
    identities : Identities
        Makes the pseudonyms.
    """

    def __init__(self, identities: Identities) -> None:
        self._prepare = self._functions(identities, later=False)
        self._prepare_plain = self._functions(identities, later=True)

    def _functions(self, identities: Identities, *, later: bool) -> dict[type[Event], Prepare]:
        functions: dict[type[Event], Prepare] = {
            struct: prepare_function(struct, identities, later=later) for struct in kinds().values()
        }
        label, correction = kinds()["label"], kinds()["correction"]
        functions[label] = _label_function(functions[label], identities)
        functions[correction] = self._correction_function(functions[correction])
        return functions

    def body(self, event: Event) -> bytes:
        """Return the canonical body of a fresh event; `Fault` if it has none. The event itself is changed."""
        self._finish(event)
        return encode(event)

    def plain_bodies(self, events: Sequence[Event]) -> list[bytes | None]:
        """Return the bodies of some fresh events with identities still to be hashed; None where `body` must judge."""
        prepare, found = self._prepare_plain, list[bytes | None]()
        for event, time in zip(events, _times(events), strict=True):
            if time == ABSENT:
                found.append(None)
                continue
            try:
                force_setattr(event, "event_time", time)
                prepare[event.__class__](event)
                found.append(encode(event))
            except (msgspec.MsgspecError, Fault, ValueError, OverflowError, RecursionError):
                found.append(None)
        return found

    def _finish(self, event: Event) -> None:
        try:
            force_setattr(event, "event_time", parse_time(event.event_time))
        except ValueError:
            raise Fault(
                "wrong_type", "$.event_time", "an RFC 3339 time with offset, or int milliseconds", "another text"
            ) from None
        self._prepare[event.__class__](event)

    def _correction_function(self, prepare: Prepare) -> Prepare:
        """A replacement is a whole event without its id, and goes the way of its own kind."""

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
            self._finish(replacement)
            whole = msgspec.json.decode(encode(replacement))
            del whole["event_id"]
            force_setattr(event, "replacement", whole)

        return prepare_correction


def _times(events: Sequence[Event]) -> list[int]:
    """Return the time of each event in milliseconds, `ABSENT` where its text is no time."""
    times: list[Any] = [event.event_time for event in events]
    if int not in map(type, times):
        return parse_times(times).tolist()
    numbers = [number for number, time in enumerate(times) if time.__class__ is str]
    for number, time in zip(numbers, parse_times([times[number] for number in numbers]).tolist(), strict=True):
        times[number] = time
    return times


def _label_function(prepare: Prepare, identities: Identities) -> Prepare:
    """A label's target is hashed where it is an account or a party, exactly as that account or party is."""
    caches = {"account": identities.vertex, "party": identities.party}

    def prepare_label(event: Any) -> None:
        prepare(event)
        cache = caches.get(event.target_type)
        if cache is not None:
            force_setattr(event, "target", cache[event.target])

    return prepare_label


#: Blanks that NFKC leaves as they are: next line, Ogham space, line and paragraph separator.
_ASCII: Final = bytes(range(128))
#: Lead bytes of the combining marks U+0300 to U+036F, and the blanks that NFKC leaves and `strip` takes.
_DOUBTFUL: Final = (b"\xcc", b"\xcd", b"\xc2\x85", b"\xe1\x9a\x80", b"\xe2\x80\xa8", b"\xe2\x80\xa9")


#: Bodies that are looked at together.
_TOGETHER: Final = 128


def needs_tidying(bodies: Sequence[bytes]) -> list[int]:
    """Return the numbers of the bodies with a text that is not in NFKC or has blanks at its ends.

    >>> bodies = [b'{"a":"b"}', b'{"a":"b "}', '{"a":"ＡＢ"}'.encode(), '{"a":"\u4e2d"}'.encode()]
    >>> needs_tidying(bodies)
    [1, 2]
    """
    found: list[int] = []
    for first in range(0, len(bodies), _TOGETHER):
        part = bodies[first : first + _TOGETHER]
        # most bodies are tidy, and looking at many at once costs little more than looking at one
        if _is_untidy_text(b"".join(part)):
            found += [first + number for number, body in enumerate(part) if _is_untidy(body)]
    return found


def _has_blank_ends(text: bytes) -> bool:
    return b'" ' in text or b' "' in text


def _is_untidy_text(text: bytes) -> bool:
    """Tell whether canonical JSON may hold an untidy text; False only where it holds none."""
    if b"\\" in text or (b" " in text and _has_blank_ends(text)):
        return True
    if text.isascii():
        return False
    # What is in NFKC as a whole is so in every part. ASCII is, unless a combining mark follows it, so that it can go
    rest = text.translate(None, _ASCII)
    return any(mark in rest for mark in _DOUBTFUL) or not unicodedata.is_normalized("NFKC", rest.decode())


def _is_untidy(body: bytes) -> bool:
    return _is_untidy_text(body) and _differs(msgspec.json.decode(body))


def tidy_json(body: bytes) -> bytes:
    """Return JSON with every text in NFKC and without blanks at its ends.

    >>> tidy_json('{"a":" ＡＢ（１）"}'.encode())
    b'{"a":"AB(1)"}'
    """
    return msgspec.json.encode(tidied(msgspec.json.decode(body)))


def tidied(value: Any) -> Any:
    """Return a JSON value with every text as `tidy` leaves it."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, dict):
        return {name: tidied(inner) for name, inner in value.items()}
    return [tidied(inner) for inner in value] if isinstance(value, list) else value


def _differs(value: Any) -> bool:
    """Tell whether any text in a JSON value is not as `tidy` would leave it."""
    if isinstance(value, str):
        return tidy(value) != value
    if isinstance(value, dict):
        return any(map(_differs, value.values()))
    return any(map(_differs, value)) if isinstance(value, list) else False

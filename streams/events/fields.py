"""The fields of a kind as its annotations declare them: what columns, intake and the page of kinds are made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
from msgspec import inspect

from streams.events.base import Event, Form, Part

Base = Literal["str", "int", "bool", "number", "enum", "date", "time", "list", "object", "part"]

_BASES: Final[dict[type, Base]] = {
    inspect.StrType: "str",
    inspect.IntType: "int",
    inspect.BoolType: "bool",
    inspect.FloatType: "number",
    inspect.LiteralType: "enum",
    inspect.DateType: "date",
    inspect.DateTimeType: "time",
    inspect.ListType: "list",
    inspect.DictType: "object",
    inspect.StructType: "part",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind or of an object inside it.

    Attributes
    ----------
    name : str
    base : str
        The JSON type: str, int, bool, number, enum, date, time, list, object, part.
    form : Form or None
        What its values are; of a list, what its items are.
    required : bool
    default : object
        The value that an absent field has; None where absence is unknown.
    choices : tuple of str
        The closed set, of a list that of its items, of an object that of its names; empty if there is none.
    low, high : int or float or None
        The range of a number, or the lengths of a text.
    item : str or None
        The JSON type of a list's items.
    part : type or None
        The struct of a nested object, or of a list's items.
    """

    name: str
    base: Base
    form: Form | None
    required: bool
    default: Any
    choices: tuple[str, ...]
    low: float | None
    high: float | None
    item: Base | None
    part: type[Part] | None


def _plain(annotation: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    """Strip None, the int beside the text of a time, and Metadata; return the type and its extra."""
    if isinstance(annotation, inspect.UnionType):
        options = [_plain(option) for option in annotation.types if not isinstance(option, inspect.NoneType)]
        return next((option for option in options if option[1]), options[0])
    if isinstance(annotation, inspect.Metadata):
        inner, extra = _plain(annotation.type)
        return inner, {**extra, **(annotation.extra or {})}
    return annotation, {}


def _choices(annotation: Any) -> tuple[str, ...]:
    """Return the literals of an annotation as they were written: msgspec.inspect would sort them."""
    if get_origin(annotation) is Literal:
        return tuple(str(value) for value in get_args(annotation))
    return next((found for part in get_args(annotation) if (found := _choices(part))), ())


def _part(core: inspect.Type) -> type[Part] | None:
    return core.cls if isinstance(core, inspect.StructType) and issubclass(core.cls, Part) else None


def _field(declared: inspect.Field, annotation: Any) -> Field:
    plain, extra = _plain(declared.type)
    base: Base = "time" if extra.get("form") is Form.TIME else _BASES[type(plain)]
    item: Base | None = None
    core = plain
    if isinstance(plain, inspect.ListType):
        core, extra = _plain(plain.item_type)
        item = _BASES[type(core)]
    choices = _choices(annotation) if isinstance(core, inspect.LiteralType | inspect.DictType) else ()
    low: float | None = None
    high: float | None = None
    if isinstance(core, inspect.IntType | inspect.FloatType):
        low, high = core.ge, core.le
    elif isinstance(core, inspect.StrType):
        low, high = core.min_length, core.max_length
    default = None if declared.default is msgspec.NODEFAULT else declared.default
    return Field(
        name=declared.name,
        base=base,
        form=Form(extra["form"]) if "form" in extra else None,
        required=declared.required,
        default=default,
        choices=choices,
        low=low,
        high=high,
        item=item,
        part=_part(core),
    )


@cache
def fields_of(struct: type[Event | Part]) -> tuple[Field, ...]:
    """Return the fields of a kind or of a nested object, in the order of its canonical body.

    >>> from streams.events import kinds
    >>> [field.form.value for field in fields_of(kinds()["payment"]) if field.name == "payer"]
    ['vertex']
    """
    described = inspect.type_info(struct)
    if not isinstance(described, inspect.StructType):
        raise TypeError(f"expected a struct of streams.events, got {struct!r}")
    annotations = {field.name: field.type for field in msgspec.structs.fields(struct)}
    return tuple(_field(declared, annotations[declared.name]) for declared in described.fields)


@cache
def coded_names() -> frozenset[str]:
    """Return the names that hold ids, codes, times or closed sets in whatever kind they stand, and never prose.

    >>> "payer" in coded_names(), "purpose_text" in coded_names()
    (True, False)
    """
    from streams.events.registry import kinds

    coded: set[str] = {"kind"}
    prose: set[str] = set()
    structs: list[type[Event | Part]] = list(kinds().values())
    while structs:
        for field in fields_of(structs.pop()):
            if field.part is not None:
                structs.append(field.part)
            elif field.base not in ("str", "list") or field.form not in (None, Form.SEALED) or field.choices:
                coded.add(field.name)
            elif field.name not in ("event_id", "platform_id"):
                prose.add(field.name)
    return frozenset((coded | {"event_id", "platform_id"}) - prose)

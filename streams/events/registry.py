"""Finds the kinds in this folder and answers what a field's closed set is."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from streams.events.base import Event
from streams.events.fields import fields_of
from streams.events.names import KINDS, LINES


@cache
def kinds() -> dict[str, type[Event]]:
    """Return the class of each kind, in the order of `KINDS`.

    Raises
    ------
    RuntimeError
        If a file holds a kind that `KINDS` lacks, or the other way round.

    Examples
    --------
    >>> kinds()["payment"].__name__
    'Payment'
    """
    found: dict[str, type[Event]] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        for thing in vars(importlib.import_module(f"streams.events.{module.name}")).values():
            if isinstance(thing, type) and issubclass(thing, Event) and thing.__struct_config__.tag in KINDS:
                found[str(thing.__struct_config__.tag)] = thing
    if missing := set(KINDS) - set(found):
        raise RuntimeError(f"streams.events: expected a class for each of KINDS, none found for {sorted(missing)}")
    return {kind: found[kind] for kind in KINDS}


@cache
def values(kind: str, field_name: str) -> tuple[str, ...]:
    """Return the closed set of a field, in the order that its column counts.

    Raises
    ------
    KeyError
        If the kind has no such field or the field no closed set.

    Examples
    --------
    >>> values("payment", "direction")
    ('in', 'out')
    """
    for field in fields_of(kinds()[kind]):
        if field.name == field_name and field.choices:
            return field.choices
    raise KeyError(f"{kind}.{field_name} has no closed set of values")


def code(kind: str, field_name: str, value: str) -> int:
    """Return the number that the column of a closed set holds for a value.

    >>> code("payment", "status", "settled"), code("payment", "status", "attempted")
    (0, 1)
    """
    return values(kind, field_name).index(value)


def kind_code(kind: str) -> int:
    """Return the number that the `kind` column holds.

    >>> kind_code("payment")
    0
    """
    return KINDS.index(kind)


def line_code(line: str) -> int:
    """Return the number that the `line` column holds.

    >>> line_code("network_lending")
    2
    """
    return LINES.index(line)

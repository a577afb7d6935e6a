"""How the fields of a kind become columns: worked out once per kind, from its annotations.

Each field that makes a column has a *slot*: an operation that reads its value from the canonical body, the dtype of the
column and its absent value. The tables here are plain arrays, so that compiled code can look a key or a value up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from streams.batch import ABSENT
from streams.derived import DERIVED
from streams.events.base import Form
from streams.events.fields import Field, fields_of
from streams.events.names import KINDS
from streams.events.registry import kinds
from streams.identity import ORG_TYPES, PERSON_TYPES
from streams.lookup import Lookup, table

# What to do with the value of a slot
INT, BOOL, ENUM, PSEUDONYM, PARTY, KEY, SHARED, EVENT_KEY, DATE, DIGITS, FLOAT, HEX, OPEN_PARTY, PHONE = range(14)

#: Absent values of the dtypes that are not int64.
ABSENT_CODE: Final = -1
ABSENT_DATE: Final = -(2**31)

_FORMS: Final[dict[Form, tuple[int, str]]] = {
    Form.VERTEX: (PSEUDONYM, "uint64"),
    Form.HASHED: (PSEUDONYM, "uint64"),
    Form.PHONE: (PHONE, "uint64"),
    Form.PARTY: (PARTY, "uint64"),
    Form.OPEN_PARTY: (OPEN_PARTY, "uint64"),
    Form.KEY: (KEY, "uint64"),
    Form.SHARED_KEY: (SHARED, "uint64"),
    Form.REGION: (DIGITS, "int32"),
    Form.DIGITS: (DIGITS, "int32"),
    Form.SIMHASH: (HEX, "uint64"),
    Form.MONTH: (DATE, "int32"),
    Form.TIME: (INT, "int64"),
}
_BASES: Final[dict[str, tuple[int, str]]] = {
    "int": (INT, "int64"),
    "bool": (BOOL, "int8"),
    "enum": (ENUM, "int8"),
    "date": (DATE, "int32"),
    "time": (INT, "int64"),
    "number": (FLOAT, "float64"),
}
#: Slots that every kind has, in this order; the batch takes them, not the block.
COMMON: Final = ("event_id", "event_key_high", "event_time", "platform_id", "line", "region")
#: After the name of a party field: the slot that says whether its TYPE is a person's or an organisation's.
TYPE_SUFFIX: Final = "#type"


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of a kind: where its value comes from and how it is kept."""

    name: str
    operation: int
    dtype: str
    absent: int | float
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of one kind.

    Attributes
    ----------
    kind : str
    slots : tuple of Slot
        The common ones first.
    operations : ndarray of shape (n_slots,), uint8
    defaults : ndarray of shape (n_slots,), int64
        The absent value of each slot; of a float its bits.
    keys, key_slots : ndarray of shape (2**k,)
        Table from a field's name to its slot; -1 for a field without a column.
    values, value_codes : ndarray of shape (2**m,)
        Table from slot and value to the number of the value.
    """

    kind: str
    slots: tuple[Slot, ...]
    operations: NDArray[np.uint8]
    defaults: NDArray[np.int64]
    keys: NDArray[np.uint64]
    key_slots: NDArray[np.int16]
    values: NDArray[np.uint64]
    value_codes: NDArray[np.int16]

    @property
    def tables(self) -> tuple[NDArray[Any], ...]:
        """The arrays that the compiled reader takes."""
        return self.operations, self.defaults, self.keys, self.key_slots, self.values, self.value_codes

    @property
    def growth(self) -> int:
        """How much longer a body can get when its identities are hashed, in bytes."""
        return 16 * int(np.isin(self.operations, (PSEUDONYM, PHONE, PARTY)).sum())

    def column(self, name: str, length: int) -> NDArray[Any]:
        """Return a column in which nothing is there; KeyError for a name that makes no column."""
        for slot in self.slots[len(COMMON) :]:
            if slot.name == name:
                return np.full(length, slot.absent, slot.dtype)
        if derived := DERIVED.get(self.kind, {}).get(name):
            return np.full(length, derived[1], derived[0])
        raise KeyError(f"{self.kind} has no column {name}; its columns are {', '.join(self.names())}")

    def names(self) -> tuple[str, ...]:
        """Return the names of the block's columns, the derived ones last."""
        fields = tuple(slot.name for slot in self.slots[len(COMMON) :] if not slot.name.endswith(TYPE_SUFFIX))
        return fields + tuple(DERIVED.get(self.kind, {}))


def _slots_of(field: Field) -> list[Slot]:
    """Return the slots of one field: none, one, or two for a party."""
    if field.form in _FORMS:
        operation, dtype = _FORMS[field.form]
    elif field.base in _BASES:
        operation, dtype = _BASES[field.base]
    else:
        return []
    if field.base == "list":
        return []
    absent: int | float = {"int64": ABSENT, "int8": ABSENT_CODE, "uint64": 0, "int32": 0, "float64": np.nan}[dtype]
    if operation == DATE:
        absent = ABSENT_DATE
    if operation == ENUM and len(field.choices) > np.iinfo(np.int8).max:
        dtype = "int16"
    if field.default is not None:
        absent = field.choices.index(field.default) if operation == ENUM else field.default
    slot = Slot(field.name, operation, dtype, absent, field.choices if operation == ENUM else ())
    if operation not in (PARTY, OPEN_PARTY):
        return [slot]
    return [slot, Slot(field.name + TYPE_SUFFIX, ENUM, "int8", ABSENT_CODE)]


@cache
def plan_of(kind: str) -> Plan:
    """Return the plan of a kind.

    >>> plan_of("repay").names()[-3:]
    ('payer_id', 'source', 'payment_id')
    """
    declared = fields_of(kinds()[kind])
    by_name = {slot.name: slot for field in declared for slot in _slots_of(field)}
    by_name["event_id"] = Slot("event_id", EVENT_KEY, "uint64", 0)
    by_name["event_key_high"] = Slot("event_key_high", HEX, "uint64", 0)
    by_name["platform_id"] = Slot("platform_id", SHARED, "uint64", 0)
    slots = [by_name.pop(name) for name in COMMON]
    slots += by_name.values()
    numbers = {slot.name: number for number, slot in enumerate(slots)}
    names = {(field.name.encode(), 0): numbers.get(field.name, -1) for field in declared}
    values: dict[tuple[bytes, int], int] = {}
    for number, slot in enumerate(slots):
        if slot.name.endswith(TYPE_SUFFIX):
            codes = dict.fromkeys(PERSON_TYPES, 0) | dict.fromkeys(ORG_TYPES, 1)
        else:
            codes = {choice: code for code, choice in enumerate(slot.choices)}
        for choice, code in codes.items():
            values[choice.encode(), number + 1] = code
    keys, key_slots = table(names)
    value_keys, value_codes = table(values, ABSENT_CODE)
    defaults = np.array(
        [np.float64(slot.absent).view(np.int64) if slot.operation == FLOAT else slot.absent for slot in slots], np.int64
    )
    operations = np.array([slot.operation for slot in slots], np.uint8)
    return Plan(kind, tuple(slots), operations, defaults, keys, key_slots, value_keys, value_codes)


@cache
def kind_table() -> Lookup:
    """Return the table from a kind's name to its number."""
    return table({(kind.encode(), 0): number for number, kind in enumerate(KINDS)})

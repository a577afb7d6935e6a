"""Columns that no single field gives: the parties of a payment, the type of a loan by its line, the target of a label.

A party's type is its `*_type` field, else the TYPE of its id, else the name of the field that it stands in. A side on
which both a person and an organisation are named is the organisation's, unless its type says person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from streams.batch import ABSENT, Block
from streams.keys import siphash

PERSON, ORG, INDIVIDUAL_BUSINESS, UNKNOWN = 0, 1, 2, -1

#: kind -> (party, person field, organisation field, type field)
_SIDES: Final = {
    "payment": (
        ("payer", "payer_person", "payer_org", "payer_type"),
        ("payee", "payee_person", "payee_org", "payee_type"),
    ),
    "account": (("holder", "person_id", "org_id", "holder_type"),),
}
#: kind -> (party, id field, type field)
_PARTIES: Final = {
    "party": (("party", "party_id", "party_type"),),
    "loan": (("borrower", "borrower_id", "borrower_type"),),
    "guarantee": (("guarantor", "guarantor_id", "guarantor_type"), ("debtor", "debtor_id", "debtor_type")),
    "project": (("issuer", "issuer_id", "issuer_type"),),
    "invest": (("investor", "investor_id", "investor_type"),),
    "redeem": (("investor", "investor_id", "investor_type"),),
    "withdraw": (("investor", "investor_id", "investor_type"),),
    "policy": (("applicant", "applicant_id", "applicant_type"),),
}
#: What a loan is where its type is not said: line -> number of the loan type.
_LOAN_TYPES: Final = {2: 0, 3: 3, 7: 4}
#: kind -> field that means the reporting platform where it is absent
_ABOUT: Final = {
    "snapshot": "about_platform_id",
    "manifest": "about_platform_id",
    "label": "target_platform_id",
}

#: kind -> name -> (dtype, absent value) of each derived column that is not a field.
DERIVED: Final[dict[str, dict[str, tuple[str, int]]]] = {
    **{
        kind: {
            name: column
            for side in sides
            for name, column in ((f"{side[0]}_party", ("uint64", 0)), (f"{side[0]}_party_type", ("int8", UNKNOWN)))
        }
        for kind, sides in _SIDES.items()
    },
    **{kind: {f"{party[0]}_party_type": ("int8", UNKNOWN) for party in parties} for kind, parties in _PARTIES.items()},
    "label": {"target": ("uint64", 0), "target_high": ("uint64", 0)},
}


class _Label(msgspec.Struct):
    """What of a label says its target."""

    platform_id: str
    target_type: str
    target: str
    target_platform_id: str | None = None


_read_label = msgspec.json.Decoder(_Label).decode


def derive(
    kind: str,
    block: Block,
    event_time: NDArray[np.int64],
    line: NDArray[np.int8],
    platform: NDArray[np.uint64],
    bodies: Sequence[bytes],
    words: NDArray[np.uint64],
) -> None:
    """Add the derived columns of a block.

    Parameters
    ----------
    kind : str
    block : Block
        With the columns of its fields.
    event_time, line, platform : ndarray of shape (n_kind,)
        The common columns of its events.
    bodies : sequence of bytes
        The canonical bodies of the whole batch, indexed by `block.rows`.
    words : ndarray of shape (2,), uint64
        The key of business ids.
    """
    columns = block.columns
    for side, person, org, kind_of in _SIDES.get(kind, ()):
        if person in columns or org in columns:
            columns[f"{side}_party"], columns[f"{side}_party_type"] = _side(columns, person, org, kind_of)
        elif kind_of in columns:
            columns[f"{side}_party_type"] = columns[kind_of]
    for party, field, kind_of in _PARTIES.get(kind, ()):
        if field in columns or kind_of in columns:
            stated, typed = columns[kind_of], columns[f"{field}#type"]
            columns[f"{party}_party_type"] = np.where(stated >= 0, stated, typed)
    if about := _ABOUT.get(kind):
        columns[about] = np.where(columns[about] == 0, platform, columns[about])
    if kind == "loan":
        unsaid = columns["loan_type"]
        for number, loan_type in _LOAN_TYPES.items():
            unsaid = np.where((unsaid < 0) & (line == number), np.int8(loan_type), unsaid)
        columns["loan_type"] = unsaid
    elif kind == "label":
        columns["known_at"] = np.where(columns["known_at"] == ABSENT, event_time, columns["known_at"])
        columns["target"], columns["target_high"] = _targets([bodies[row] for row in block.rows.tolist()], words)


def _side(
    columns: dict[str, NDArray[Any]], person: str, org: str, kind_of: str
) -> tuple[NDArray[np.uint64], NDArray[np.int8]]:
    """Return the party of one side and its type."""
    persons, orgs, stated = columns[person], columns[org], columns[kind_of]
    as_org = (orgs != 0) & ((persons == 0) | (stated != PERSON))
    named = persons != 0
    typed = np.where(as_org, columns[f"{org}#type"], columns[f"{person}#type"])
    by_field = np.where(as_org, np.int8(ORG), np.where(named, np.int8(PERSON), np.int8(UNKNOWN)))
    party_type = np.where(stated >= 0, stated, np.where(typed >= 0, typed, by_field))
    return np.where(as_org, orgs, persons), party_type


def _targets(bodies: Sequence[bytes], words: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return what each label is about: the two words of an event's key, else a hash and 0."""
    low, high = np.zeros(len(bodies), np.uint64), np.zeros(len(bodies), np.uint64)
    for row, body in enumerate(bodies):
        label = _read_label(body)
        if label.target_type in ("account", "party"):
            low[row] = int(label.target[-16:], 16)
            continue
        scope = b""
        if label.target_type in ("event", "loan", "policy", "project"):
            scope = msgspec.json.encode(label.target_platform_id or label.platform_id)[1:-1]
        text = scope + msgspec.json.encode(label.target)[1:-1]
        key = siphash(np.frombuffer(text, np.uint8), 0, len(scope), len(scope), len(text), words)
        low[row] = key[0]
        if label.target_type == "event":
            high[row] = key[1]
    return low, high

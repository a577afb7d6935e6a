"""What can be wrong with an event, in words: which field, what was expected, what was found.

A `Fault` is raised inside `streams` only; the decoder turns it into a dead letter and never lets it out.
"""

from __future__ import annotations

from typing import Final

from streams.dead_letters import DeadLetter
from streams.sensitive import cut

#: Every reason that a dead letter can carry, and what it says.
REASONS: Final[dict[str, str]] = {
    "malformed_json": "the record is not UTF-8 JSON, has a key twice, nests too deep or is cut short",
    "too_large": "the record is longer than 1 MiB",
    "not_an_object": "the record is JSON, but no object",
    "unknown_kind": "`kind` is missing or none of the 35 kinds",
    "schema_version": "`schema_version` is below 1 or above 99",
    "unknown_field": "a field that the kind does not have, at a schema version that is known",
    "missing_field": "a required field is not there, or none of a group of which one is required",
    "wrong_type": "a value of another type, or a text that does not have the form it must have",
    "out_of_range": "a number, a length or a sum outside what is allowed",
    "unknown_value": "a value outside the closed set of the field",
    "unknown_identity_type": "the TYPE of an identity is none of those listed",
    "contradiction": "two fields of the event contradict each other",
    "c3_present": "a card verification code, card expiry, password, PIN, one-time code or biometric template",
    "forbidden_data": "religion, genes, fingerprint, blood type, disease or medical history",
    "future": "the event time lies more than 5 minutes after the time of receipt",
    "conflict": "the same event id with another content",
    "undecodable": "a defect of the decoder met this record; the record is kept and the next ones go on",
}


class StreamError(Exception):
    """Anything that goes wrong on this floor."""


class Fault(StreamError):  # noqa: N818  # it is never let out; outside it is a dead letter
    """The first thing that is wrong with one event.

    Parameters
    ----------
    reason : str
        One of `REASONS`.
    path : str
        Where in the event, as `$.fees[2].amount_minor`; `$` is the event itself.
    expected, found : str
        In words; `found` never shows an identity, a name or another sealed value.
    """

    def __init__(self, reason: str, path: str = "$", expected: str = "", found: str = "") -> None:
        super().__init__(reason, path, expected, found)
        self.reason = reason
        self.path = path
        self.expected = expected
        self.found = found

    def message(self, where: str) -> str:
        """Return the sentence for an operator.

        >>> Fault("wrong_type", "$.amount_minor", "int", "'12.50'").message("events.ndjson, line 12")
        "amount_minor: expected int, got '12.50' (events.ndjson, line 12)"
        """
        thing = self.path.removeprefix("$").removeprefix(".") or "event"
        return f"{thing}: expected {self.expected}, got {self.found} ({where})"


def dead_letter(
    fault: Fault,
    *,
    where: str,
    source: str,
    record: int,
    body: bytes,
    platform_id: str | None,
    received_at: int,
) -> DeadLetter:
    """Return the dead letter of a record with a fault; what may not be kept is cut out of the bytes."""
    return DeadLetter(
        reason=fault.reason,
        path=fault.path,
        expected=fault.expected,
        found=fault.found,
        where=where,
        message=fault.message(where),
        source=source,
        record=record,
        body=cut(body),
        platform_id=platform_id,
        received_at=received_at,
    )


def conflict(
    platform_id: str, event_id: str, *, where: str, source: str, record: int, body: bytes, received_at: int
) -> DeadLetter:
    """Return the dead letter of an event whose id was received before with another content.

    >>> conflict("P", "E-1", where="events.ndjson, line 9", source="", record=8, body=b"", received_at=0).message
    "event_id: expected the content first received as 'E-1' of P, got another content (events.ndjson, line 9)"
    """
    expected = f"the content first received as {event_id!r} of {platform_id}"
    fault = Fault("conflict", "$.event_id", expected, "another content")
    return dead_letter(
        fault, where=where, source=source, record=record, body=body, platform_id=platform_id, received_at=received_at
    )

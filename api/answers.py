"""The shapes of what the API answers; one struct an answer, written by msgspec and described in the OpenAPI page."""

from typing import Any

import msgspec
from starlette.responses import Response

from riskengine.alerts import Alert, Reason
from riskengine.decisions import Mode, Verb
from riskengine.evidence import Link, Node

_encode = msgspec.json.Encoder().encode


def answer(value: Any, status: int = 200) -> Response:
    """A struct as JSON."""
    return Response(_encode(value), status, media_type="application/json")


class Rejected(msgspec.Struct, frozen=True):
    """One event that was refused: its place in the request from 0, the field, what was expected and found."""

    index: int
    path: str
    expected: str
    found: str
    reason: str


class Submitted(msgspec.Struct, frozen=True):
    """What became of the events of a request."""

    accepted: int
    duplicates: int
    rejected: tuple[Rejected, ...]


class Scored(msgspec.Struct, frozen=True):
    """The decision on one event; the same for the same event, however often it is asked."""

    decision_id: str
    score: float | None
    decision: Verb
    reasons: tuple[Reason, ...]
    mode: Mode


class AlertPage(msgspec.Struct, frozen=True):
    """A page of alerts, newest event first; `next_cursor` is null on the last page."""

    alerts: list[Alert]
    next_cursor: str | None


class EvidenceEvent(msgspec.Struct, frozen=True):
    """One event of the evidence as the archive keeps it, pseudonymised; `body` is null if it is kept no longer."""

    log_position: int
    platform_id: str
    event_id: str
    kind: str | None
    event_time: int | None
    body: msgspec.Raw | None


class Evidence(msgspec.Struct, frozen=True):
    """The events that an alert rests on, in log order, and the graph they draw; `count` counts those not shown too."""

    alert_id: str
    count: int
    events: list[EvidenceEvent]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


class PlatformSummary(msgspec.Struct, frozen=True):
    """A platform that has sent events, with the alerts on it that the caller may see."""

    platform_id: str
    lines: tuple[str, ...]
    events: int
    first_event_time: int
    last_event_time: int
    alerts: int


class PlatformDossier(msgspec.Struct, frozen=True):
    """One platform: its stream by line, its alerts by severity, verdict and detector, its dead letters by reason."""

    platform_id: str
    lines: list["PlatformLine"]
    alerts_by_severity: dict[str, int]
    alerts_by_verdict: dict[str, int]
    alerts_by_detector: dict[str, int]
    dead_letters_by_reason: dict[str, int]


class PlatformLine(msgspec.Struct, frozen=True):
    """The stream of one platform in one line of business."""

    line: str | None
    events: int
    first_event_time: int
    last_event_time: int

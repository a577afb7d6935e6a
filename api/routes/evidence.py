"""`GET /v1/alerts/{alert_id}/evidence`: the events an alert rests on, and the graph they draw."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import Evidence, EvidenceEvent, answer
from api.auth import Caller, allowed, seat_of
from api.examples import EVIDENCE
from api.openapi import json_answer
from api.routes.alerts import AlertId, find_alert
from riskengine.alerts import Alert
from riskengine.evidence import evidence_graph

router = APIRouter(tags=["alerts"])

EVENTS_SHOWN = 500


@router.get(
    "/v1/alerts/{alert_id}/evidence",
    summary="The events an alert rests on, and their graph",
    responses={200: json_answer("Evidence", EVIDENCE)},
)
def read_evidence(
    request: Request, caller: Annotated[Caller, Depends(allowed("read_alerts"))], alert_id: AlertId
) -> Response:
    """The first 500 events in log order, pseudonymised as the archive keeps them, with nodes and links."""
    return answer(gather_evidence(request, caller, find_alert(request, caller, alert_id)))


def gather_evidence(request: Request, caller: Caller, alert: Alert) -> Evidence:
    """Evidence of an alert that the caller may see."""
    seat = seat_of(request)
    named, count = seat.store.evidence(alert.alert_id, caller.scope, limit=EVENTS_SHOWN)
    rows = seat.lookup([event.log_position for event in named])
    held = [rows[event.log_position] for event in named if event.log_position in rows]
    graph = evidence_graph(held, alert.subject)
    events = [
        _event(event.log_position, event.platform_id, event.event_id, rows.get(event.log_position)) for event in named
    ]
    return Evidence(alert.alert_id, count, events, graph.nodes, graph.links)


def _event(position: int, platform_id: str, event_id: str, row: Mapping[str, Any] | None) -> EvidenceEvent:
    """One event, with its body if the archive still has it."""
    if row is None:
        return EvidenceEvent(position, platform_id, event_id, None, None, None)
    return EvidenceEvent(position, platform_id, event_id, row["kind"], row["event_time"], msgspec.Raw(row["body"]))

"""`/alerts/{alert_id}`: one alert, and the form that decides on it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.auth import Caller, check_csrf, console_caller, seat_of
from api.body import form_of
from api.console.drawing import draw_graph, timeline
from api.console.pages import words_of, write_page
from api.console.titles import Titles
from api.permissions import MAY
from api.problems import Forbidden
from api.routes.alerts import AlertId, Change, decide, find_alert
from api.routes.evidence import gather_evidence
from riskengine.alerts import DISPOSITIONS, STATUSES

router = APIRouter(include_in_schema=False)

EVENTS_LISTED = 100


@router.get("/alerts/{alert_id}")
def alert_page(
    request: Request, caller: Annotated[Caller, Depends(console_caller)], alert_id: AlertId, said: str = ""
) -> Response:
    """Reasons, rule, graph, timeline, events, disposition."""
    return _page(request, caller, alert_id, said if said in ("decided", "decide_nothing") else "")


@router.post("/alerts/{alert_id}/disposition")
async def submit_disposition(
    request: Request,
    caller: Annotated[Caller, Depends(console_caller)],
    alert_id: AlertId,
    fields: Annotated[dict[str, str], Depends(form_of)],
) -> Response:
    """Decide, then show the alert anew."""
    return await run_in_threadpool(_submit, request, caller, alert_id, fields)


def _submit(request: Request, caller: Caller, alert_id: str, fields: dict[str, str]) -> Response:
    """Check who asks and write the decision."""
    check_csrf(caller, fields.get("csrf", ""))
    if not caller.may("decide_alerts"):
        roles = ", ".join(sorted(MAY["decide_alerts"]))
        raise Forbidden(f"role: expected one of {roles}, found {caller.grant.role}")
    note = fields.get("note", "").strip()
    change = Change(fields.get("status") or None, fields.get("disposition") or None, note)
    if (change.status is None and change.disposition is None) or not note:
        return RedirectResponse(f"/alerts/{alert_id}?said=decide_nothing#disposition", 303)
    decide(request, caller, alert_id, change)
    return RedirectResponse(f"/alerts/{alert_id}?said=decided#disposition", 303)


def _page(request: Request, caller: Caller, alert_id: str, said: str) -> Response:
    """The page of one alert."""
    seat = seat_of(request)
    alert = find_alert(request, caller, alert_id)
    evidence = gather_evidence(request, caller, alert)
    titles = Titles(seat.rules, words_of(request))
    by_position = {link.log_position: link for link in evidence.links}
    context: dict[str, Any] = {
        "caller": caller,
        "alert": alert,
        "titles": titles,
        "rule": titles.rule(alert.detector),
        "period": titles.period(alert),
        "card": next((card for card in seat.models if card.name == alert.detector), None),
        "reasons": titles.said(alert),
        "picture": draw_graph(evidence.nodes, evidence.links),
        "ticks": timeline(evidence.links),
        "events": [(event, by_position.get(event.log_position)) for event in evidence.events[:EVENTS_LISTED]],
        "event_count": evidence.count,
        "record": seat.store.decided(alert_id),
        "may_decide": caller.may("decide_alerts"),
        "dispositions": tuple(DISPOSITIONS),
        "statuses": STATUSES,
        "said": said,
    }
    return write_page(request, "alert.html", context)

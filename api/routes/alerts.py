"""`/v1/alerts` and `/v1/alerts/{alert_id}`: the queue, one alert, and what is decided on it."""

import re
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.answers import AlertPage, answer
from api.auth import Caller, allowed, now_ms, seat_of
from api.body import body_of
from api.examples import ALERT, CHANGE
from api.filters import AlertQueryParameters, parse_cursor
from api.openapi import json_answer, json_body
from api.problems import BadRequest, NotFound, Unprocessable
from riskengine.alerts import DISPOSITIONS, STATUSES, Alert, Disposition, Status

router = APIRouter(tags=["alerts"])

AlertId = Annotated[str, Path(description="32 hex digits")]
NOTE_CHARACTERS = 4000
_ID = re.compile(r"[0-9a-f]{32}")


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `PATCH` changes; a disposition may be given as its code or as the form's own word."""

    status: str | None = None
    disposition: str | None = None
    note: str = ""


@router.get("/v1/alerts", summary="Alerts, newest event first", responses={200: json_answer("AlertPage")})
def list_alerts(
    request: Request, caller: Annotated[Caller, Depends(allowed("read_alerts"))], query: AlertQueryParameters
) -> Response:
    """One page of the alerts in the caller's scope."""
    found, following = seat_of(request).store.alerts(
        query.wanted(), caller.scope, cursor=parse_cursor(query.cursor), limit=query.limit
    )
    return answer(AlertPage(found, None if following is None else str(following)))


@router.get("/v1/alerts/{alert_id}", summary="One alert", responses={200: json_answer("Alert", ALERT)})
def read_alert(
    request: Request, caller: Annotated[Caller, Depends(allowed("read_alerts"))], alert_id: AlertId
) -> Response:
    """One alert with its reasons and the first events of its evidence."""
    return answer(find_alert(request, caller, alert_id))


@router.patch(
    "/v1/alerts/{alert_id}",
    summary="Change status or disposition",
    responses={200: json_answer("Alert", ALERT)},
    openapi_extra=json_body({"disposition": CHANGE}, "Status, disposition, note"),
)
async def change_alert(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("decide_alerts"))],
    alert_id: AlertId,
    body: Annotated[bytes, Depends(body_of)],
) -> Response:
    """Decide on an alert; who, when and why is kept."""
    return answer(await run_in_threadpool(_change, request, caller, alert_id, body))


def find_alert(request: Request, caller: Caller, alert_id: str) -> Alert:
    """The alert, if it is in the caller's scope."""
    alert = seat_of(request).store.alert(alert_id, caller.scope) if _ID.fullmatch(alert_id) else None
    if alert is None:
        raise _no_alert(alert_id)
    return alert


def _no_alert(alert_id: str) -> NotFound:
    """There is none, or none in scope: the two read the same."""
    return NotFound(f"alert: expected one in your scope, found none with id {alert_id[:40]!r}")


def _change(request: Request, caller: Caller, alert_id: str, body: bytes) -> Alert:
    """Read the change and write it."""
    try:
        change = msgspec.json.decode(body, type=Change)
    except msgspec.ValidationError as error:
        raise Unprocessable(f"body: expected status, disposition, note as text, found {error}") from error
    except msgspec.DecodeError as error:
        raise BadRequest(f"body: expected a JSON object, found text that is none: {error}") from error
    return decide(request, caller, alert_id, change)


def decide(request: Request, caller: Caller, alert_id: str, change: Change) -> Alert:
    """Write a change, by the closed sets of the disposition record."""
    status = _status(change.status)
    disposition = _disposition(change.disposition)
    if status is None and disposition is None:
        raise Unprocessable("body: expected a status or a disposition, found neither")
    if len(change.note) > NOTE_CHARACTERS or "\0" in change.note:
        raise Unprocessable(
            f"note: expected at most {NOTE_CHARACTERS} characters without NUL, found {len(change.note)} characters"
        )
    if not _ID.fullmatch(alert_id):
        raise _no_alert(alert_id)
    alert = seat_of(request).store.decide(
        alert_id,
        caller.scope,
        by=caller.name,
        now=now_ms(),
        status=status,
        disposition=disposition,
        note=change.note,
    )
    if alert is None:
        raise _no_alert(alert_id)
    return alert


def _status(text: str | None) -> Status | None:
    """One of the closed set, or None."""
    for status in STATUSES:
        if text == status:
            return status
    if text is None:
        return None
    raise Unprocessable(f"status: expected one of {', '.join(STATUSES)}, found {text[:40]!r}")


def _disposition(text: str | None) -> Disposition | None:
    """One of the closed set, by code or word, or None."""
    if text is None:
        return None
    for code, word in DISPOSITIONS.items():
        if text in (code, word):
            return code
    words = ", ".join(f"{code} ({word})" for code, word in DISPOSITIONS.items())
    raise Unprocessable(f"disposition: expected one of {words}, found {text[:40]!r}")

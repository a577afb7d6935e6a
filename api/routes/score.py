"""`POST /v1/score`: an answer before money moves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.answers import Scored, answer
from api.auth import Caller, allowed, seat_of
from api.body import BLANK, body_of, check_platforms
from api.examples import EVENT, SCORED
from api.metrics import DECISIONS
from api.openapi import json_answer, json_body
from api.problems import BadRequest, Unprocessable
from api.routes.events import rejection
from api.sight import visible_reasons
from streams.dead_letters import DeadLetter

router = APIRouter(tags=["events"])


@router.post(
    "/v1/score",
    summary="Ask for a decision on one event",
    responses={200: json_answer("Scored", SCORED)},
    openapi_extra=json_body({"payment": EVENT}, "One event"),
)
async def ask_score(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("ask_score"))],
    body: Annotated[bytes, Depends(body_of)],
) -> Response:
    """Decide on one event. The decision is stored before it is answered, and the same event gets the same answer.

    The event enters the log; when it arrives once more, it is a duplicate.
    """
    return await run_in_threadpool(_ask, request, caller, body)


def _ask(request: Request, caller: Caller, body: bytes) -> Response:
    """Check, ask, answer."""
    event = body.strip(BLANK)
    if not event:
        raise BadRequest("body: expected one event, found nothing")
    check_platforms(caller, [event])
    seat = seat_of(request)
    found = seat.engine().score(event)
    if isinstance(found, DeadLetter):
        raise Unprocessable(found.message, accepted=0, duplicates=0, rejected=(rejection(found),))
    decision = found.decision
    DECISIONS.labels(decision.decision).inc()
    reasons = visible_reasons(decision.reasons, caller.scope, seat.rules)
    return answer(Scored(decision.decision_id, decision.score, decision.decision, reasons, decision.mode))

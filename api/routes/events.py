"""`POST /v1/events`: events come in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.answers import Rejected, Submitted, answer
from api.auth import Caller, allowed, seat_of
from api.body import body_of, check_platforms, split_events
from api.examples import EVENT, LOAN, SUBMITTED
from api.metrics import EVENTS
from api.openapi import json_answer, json_body
from api.problems import Unprocessable
from streams.dead_letters import DeadLetter

router = APIRouter(tags=["events"])

_BODY: dict[str, Any] = {
    **json_body({"one": EVENT, "list": [EVENT, LOAN]}, "One event or a list of events; see the table of kinds"),
}
_BODY["requestBody"]["content"]["application/x-ndjson"] = {"schema": {"type": "string"}}


@router.post(
    "/v1/events",
    status_code=202,
    summary="Send events: one, a list, or NDJSON",
    responses={202: json_answer("Submitted", SUBMITTED)},
    openapi_extra=_BODY,
)
async def send_events(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("send_events"))],
    body: Annotated[bytes, Depends(body_of)],
) -> Response:
    """Take events in. 202 once they are stored; an event that was there already counts as a duplicate.

    422 only if every event was rejected; the problem then has the same three fields.
    """
    return await run_in_threadpool(_take, request, caller, body)


def _take(request: Request, caller: Caller, body: bytes) -> Response:
    """Split, check, submit."""
    events = split_events(body)
    check_platforms(caller, events)
    submission = seat_of(request).engine().submit(events, source="http", locate=_place)
    rejected = tuple(rejection(letter) for letter in submission.rejected)
    done = Submitted(submission.accepted, submission.duplicates, rejected)
    EVENTS.labels("accepted").inc(done.accepted)
    EVENTS.labels("duplicate").inc(done.duplicates)
    EVENTS.labels("rejected").inc(len(rejected))
    if rejected and not done.accepted and not done.duplicates:
        first = submission.rejected[0]
        raise Unprocessable(first.message, accepted=0, duplicates=0, rejected=rejected)
    return answer(done, 202)


def _place(record: int) -> str:
    """Where an event stands, for its error."""
    return f"body, record {record + 1}"


def rejection(letter: DeadLetter) -> Rejected:
    """A dead letter as an answer."""
    return Rejected(letter.record, letter.path, letter.expected, letter.found, letter.reason)

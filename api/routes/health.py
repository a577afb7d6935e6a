"""`/healthz`, `/readyz` and `/metrics`: for the machines that watch this one; they need no key and tell no secret."""

from typing import Any

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response

from api.answers import answer
from api.auth import seat_of
from api.metrics import HOLDS_ENGINE, LOG_POSITION, REGISTRY
from api.openapi import json_answer
from riskengine.lock import StateError
from riskengine.store import StoreError

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Whether the process runs", responses={200: json_answer("Health")})
async def healthz() -> Response:
    """200 as long as the process answers."""
    return answer({"status": "ok"})


@router.get("/readyz", summary="Whether requests can be served", responses={200: json_answer("Readiness")})
def readyz(request: Request) -> Response:
    """Database and its schema, the engine and who holds it, the models that score (an empty list: rules alone).

    503 if the database cannot be used. While another process holds the engine, reading works and sending does not;
    `accepts_events` says which.
    """
    seat = seat_of(request)
    held_by_other = ""
    try:
        seat.engine()
    except StateError as error:
        held_by_other = str(error)
    try:
        revision, newest = seat.store.revision()
        position = seat.store.log_state().log_position
    except StoreError as error:
        return answer({"ready": False, "database": {"error": str(error)}}, 503)
    ready = revision == newest
    state: dict[str, Any] = {
        "ready": ready,
        "accepts_events": not held_by_other,
        "engine": {"held_here": not held_by_other, "detail": held_by_other or None},
        "database": {"revision": revision, "newest": newest},
        "models": [card.name for card in seat.models],
        "rules": len(seat.rules),
        "log_position": position,
    }
    return answer(state, 200 if ready else 503)


@router.get("/metrics", summary="Counters for Prometheus", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Counters of this process and the length of the log."""
    seat = seat_of(request)
    LOG_POSITION.set(seat.store.log_state().log_position)
    HOLDS_ENGINE.set(1 if seat.holds_engine else 0)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)

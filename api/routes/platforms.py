"""`/v1/platforms`: who sends events, and what was found on them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api.answers import PlatformDossier, PlatformLine, PlatformSummary, answer
from api.auth import Caller, allowed, seat_of
from api.openapi import json_answer
from api.problems import NotFound
from riskengine.store import AlertFilter

router = APIRouter(tags=["platforms"])


@router.get("/v1/platforms", summary="Platforms in scope", responses={200: json_answer("Platforms")})
def list_platforms(request: Request, caller: Annotated[Caller, Depends(allowed("read_platforms"))]) -> Response:
    """Every platform in the caller's scope that has sent events, with the number of alerts on it."""
    store = seat_of(request).store
    alerts = store.count_alerts("platform_id", AlertFilter(), caller.scope)
    gathered: dict[str, list[PlatformLine]] = {}
    for row in store.platforms(caller.scope):
        line = PlatformLine(row.line, row.events, row.first_event_time, row.last_event_time)
        gathered.setdefault(row.platform_id, []).append(line)
    return answer(
        {
            "platforms": [
                PlatformSummary(
                    platform_id,
                    tuple(line.line for line in lines if line.line is not None),
                    sum(line.events for line in lines),
                    min(line.first_event_time for line in lines),
                    max(line.last_event_time for line in lines),
                    alerts.get(platform_id, 0),
                )
                for platform_id, lines in gathered.items()
            ]
        }
    )


@router.get("/v1/platforms/{platform_id}", summary="One platform", responses={200: json_answer("PlatformDossier")})
def read_platform(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("read_platforms"))],
    platform_id: Annotated[str, Path(min_length=1, max_length=256)],
) -> Response:
    """One platform: its streams, its alerts within the caller's scope, its dead letters."""
    store = seat_of(request).store
    rows = [] if not platform_id.isprintable() else store.platforms(caller.scope, platform_id=platform_id)
    if not rows:
        raise NotFound(f"platform: expected one in your scope that has sent events, found none called {platform_id!r}")
    wanted = AlertFilter(platform_ids=(platform_id,))
    by = {
        column: {str(value): number for value, number in store.count_alerts(column, wanted, caller.scope).items()}
        for column in ("severity", "verdict", "detector")
    }
    return answer(
        PlatformDossier(
            platform_id,
            [PlatformLine(row.line, row.events, row.first_event_time, row.last_event_time) for row in rows],
            by["severity"],
            by["verdict"],
            by["detector"],
            store.count_dead_letters(platform_id),
        )
    )

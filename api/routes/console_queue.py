"""`/`: the alert queue."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import Response

from api.auth import Caller, console_caller, seat_of
from api.console.formats import SHANGHAI
from api.console.pages import words_of, write_page
from api.console.titles import Titles
from api.filters import AlertQuery, parse_cursor
from api.problems import Unprocessable
from riskengine.alerts import SEVERITIES, STATUSES, VERDICTS
from riskengine.store import AlertFilter
from streams.events import LINES
from streams.regions import REGIONS

router = APIRouter(include_in_schema=False)

ALERTS_A_PAGE = 50
WITHOUT_REPORTS = "without_reports"
_NAMES = ("severity", "verdict", "line", "detector", "platform_id", "region", "status", "subject", "since", "until")


@router.get("/")
def queue_page(request: Request, caller: Annotated[Caller, Depends(console_caller)]) -> Response:
    """The alerts in scope, newest event first; large-value reports only where they are asked for."""
    chosen = {name: request.query_params.get(name, "").strip() for name in _NAMES}
    cursor = request.query_params.get("cursor")
    wanted = _wanted(chosen, caller)
    seat = seat_of(request)
    alerts, following = seat.store.alerts(wanted, caller.scope, cursor=parse_cursor(cursor), limit=ALERTS_A_PAGE)
    by_severity = seat.store.count_alerts("severity", wanted, caller.scope)
    filled = {name: value for name, value in chosen.items() if value}
    context: dict[str, Any] = {
        "caller": caller,
        "alerts": alerts,
        "count": sum(by_severity.values()),
        "by_severity": [(severity, by_severity.get(severity, 0)) for severity in reversed(SEVERITIES)],
        "titles": Titles(seat.rules, words_of(request)),
        "chosen": chosen,
        "is_filtered": bool(filled),
        "severity_links": {severity: _link(filled | {"severity": severity}) for severity in SEVERITIES},
        "next_link": None if following is None else _link(filled | {"cursor": str(following)}),
        "first_link": None if cursor is None else _link(filled),
        "choices": _choices(request, caller),
        "reads_only": not seat.holds_engine,
    }
    return write_page(request, "queue.html", context)


def _wanted(chosen: dict[str, str], caller: Caller) -> AlertFilter:
    """The filter of the page; a field left empty narrows nothing."""
    fields: dict[str, Any] = {name: value for name, value in chosen.items() if value}
    verdict = fields.pop("verdict", None if caller.grant.role == "firm" else WITHOUT_REPORTS)
    if verdict == WITHOUT_REPORTS:  # reports are the firms' desk work and no blame
        fields["verdict"] = [one for one in VERDICTS if one != "report"]
    elif verdict not in (None, "any"):
        fields["verdict"] = [verdict]
    for name in ("line", "severity", "detector", "platform_id", "region", "status"):
        if name in fields:
            fields[name] = [fields[name]]
    if "since" in fields:
        fields["since"] = _day(fields["since"], "since")
    if "until" in fields:
        fields["until"] = _day(fields["until"], "until", days=1)
    try:
        return AlertQuery.model_validate(fields).wanted()
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _day(text: str, name: str, days: int = 0) -> int:
    """Start of a Shanghai day, in milliseconds; the last day of a span is part of it."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=SHANGHAI) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise Unprocessable(f"{name}: expected a day as YYYY-MM-DD, found {text[:40]!r}") from error
    return int(day.timestamp()) * 1000


def _choices(request: Request, caller: Caller) -> dict[str, Any]:
    """What the filters offer: closed sets, and what there is in scope."""
    store = seat_of(request).store
    held = {
        column: sorted(str(value) for value in store.count_alerts(column, AlertFilter(), caller.scope))
        for column in ("detector", "platform_id")
    }
    regions = [region for region in REGIONS.values() if _covers(caller.grant.regions, f"{region.code}")]
    return {
        "severity": tuple(reversed(SEVERITIES)),
        "verdict": VERDICTS,
        "status": STATUSES,
        "line": caller.grant.lines or LINES,
        "region": regions,
        **held,
    }


def _covers(scope: tuple[str, ...], code: str) -> bool:
    """Whether a region lies in one of a scope's; an empty scope covers all."""
    return not scope or any(code == one or code.startswith(one.rstrip("0").ljust(2, "0")) for one in scope)


def _link(fields: dict[str, str]) -> str:
    """The queue with some filters."""
    return f"/?{urlencode(fields)}" if fields else "/"

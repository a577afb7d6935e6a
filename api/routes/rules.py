"""`GET /v1/rules`: the rules that judge, with article, dates, authority and filer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import answer
from api.auth import Caller, allowed, seat_of
from api.openapi import json_answer
from riskengine.rules.rule import Rule

router = APIRouter(tags=["catalogues"])

SHOWN = (
    "id",
    "pack",
    "version",
    "title_en",
    "title_zh",
    "note_en",
    "note_zh",
    "lines",
    "except_lines",
    "status",
    "verdict",
    "declared_verdict",
    "severity",
    "audience",
    "basis",
    "nature",
    "authority",
    "filer",
    "criteria",
    "is_shadow",
    "periods",
)


@router.get("/v1/rules", summary="Rules", responses={200: json_answer("Rules")})
def list_rules(request: Request, caller: Annotated[Caller, Depends(allowed("read_catalogues"))]) -> Response:
    """The rules whose alerts the caller may see, in the order they judge."""
    audiences = caller.scope.audiences
    return answer({"rules": [shown(rule) for rule in seat_of(request).rules if rule.audience in audiences]})


def shown(rule: Rule) -> dict[str, Any]:
    """What is told of a rule: whom it concerns, under which texts from when to when, and what a hit is."""
    return {name: getattr(rule, name) for name in SHOWN}

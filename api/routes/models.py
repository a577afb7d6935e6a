"""`GET /v1/models`: the cards of the models that score."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.answers import answer
from api.auth import Caller, allowed, seat_of
from api.openapi import json_answer

router = APIRouter(tags=["catalogues"])


@router.get("/v1/models", summary="Models", responses={200: json_answer("Models")})
def list_models(request: Request, _caller: Annotated[Caller, Depends(allowed("read_models"))]) -> Response:
    """Data, period, features, metrics and hash of each model; an empty list where rules judge alone."""
    return answer({"models": seat_of(request).models})

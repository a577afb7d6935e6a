"""`GET /v1/features`: the catalogue of features, with meaning, unit, window and permitted purposes."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.answers import answer
from api.auth import Caller, allowed
from api.openapi import json_answer
from features.catalogue import payment_features
from features.lending import lending_features

router = APIRouter(tags=["catalogues"])


@router.get("/v1/features", summary="Features", responses={200: json_answer("Features")})
def list_features(_caller: Annotated[Caller, Depends(allowed("read_catalogues"))]) -> Response:
    """Every feature, payments first, in the order of the columns."""
    return answer({"payment": payment_features(), "lending": lending_features()})

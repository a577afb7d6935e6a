"""`GET /v1/alerts/export`: the filtered alerts as one file, CSV, XLSX or Parquet."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from api.auth import Caller, allowed, seat_of
from api.export import MEDIA_TYPES, write_export
from api.filters import AlertFilters

router = APIRouter(tags=["alerts"])
_FILE = {"schema": {"type": "string", "format": "binary"}}


class ExportQuery(AlertFilters):
    """The filters, and the form of the file."""

    format: Literal["csv", "xlsx", "parquet"] = "csv"


@router.get(
    "/v1/alerts/export",
    summary="Alerts as a file",
    responses={200: {"description": "The file", "content": dict.fromkeys(MEDIA_TYPES.values(), _FILE)}},
)
def export_alerts(
    request: Request,
    caller: Annotated[Caller, Depends(allowed("read_alerts"))],
    query: Annotated[ExportQuery, Query()],
) -> Response:
    """All alerts in the caller's scope that fit the filters; reasons and evidence are JSON in a cell."""
    chunks = seat_of(request).store.iter_alerts(query.wanted(), caller.scope)
    path = write_export(chunks, query.format)
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[query.format],
        filename=f"alerts.{query.format}",
        background=BackgroundTask(path.unlink, missing_ok=True),
    )

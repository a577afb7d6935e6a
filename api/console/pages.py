"""Templates and what every page needs: the language, the words, the caller."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from api.console.formats import shorten, write_amount, write_number, write_region, write_time
from api.console.words import Words, negotiate

LANGUAGE_COOKIE: Final = "riskengine_language"
_FOR_MACHINES: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static/")


@cache
def _templates() -> Environment:
    """Every template escapes what it is given, whatever it is called."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"time": write_time, "amount": write_amount, "number": write_number, "short": shorten}
    environment.globals["region_name"] = write_region
    return environment


def words_of(request: Request) -> Words:
    """The words of the request's language."""
    accepted = request.headers.get("accept-language", "")
    return Words(negotiate(request.cookies.get(LANGUAGE_COOKIE), accepted))


def write_page(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page in the request's language.

    Parameters
    ----------
    context : mapping
        What the template names beside `words`, `path` and `caller` (None on pages without a login).
    """
    words = words_of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    shared: dict[str, Any] = {"words": words, "path": request.url.path + query, "caller": None}
    text = _templates().get_template(template).render(shared | dict(context))
    return HTMLResponse(text, status, {"Content-Language": words.language, "Vary": "Cookie", **(headers or {})})


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks for one of the console's pages."""
    if request.url.path.startswith(_FOR_MACHINES):
        return False
    return "text/html" in request.headers.get("accept", "")


def write_error_page(
    request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An error as a page that says what to do."""
    words = words_of(request)
    heading = words.of("error", str(status))
    context = {"status": status, "heading": title if heading == str(status) else heading, "detail": detail}
    return write_page(request, "error.html", context, status=status, headers=headers)

"""Every error as problem details (RFC 9457): which thing, what was expected, what was found.

One table says which error of the floors below has which status. A person at the console gets the same words as a page.
"""

import logging
import secrets
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.console.pages import wants_page, write_error_page
from riskengine.lock import StateError
from riskengine.roles import GrantError
from riskengine.settings import SettingsError
from riskengine.store import StoreError
from streams.archive import ArchiveError

log = logging.getLogger("riskengine.api")

STATUS_OF: Final[dict[type[Exception], int]] = {
    StoreError: 503,
    StateError: 503,
    ArchiveError: 503,
    SettingsError: 503,
    GrantError: 403,
}
"""Status of an error that comes from below, by its base class."""

TITLES: Final[dict[int, str]] = {
    400: "The request cannot be read",
    401: "A key or a login is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed here",
    408: "The request took too long",
    413: "The request is too large",
    415: "This media type is not read here",
    422: "The request does not fit",
    500: "The engine failed",
    503: "The engine cannot answer now",
}


class Problem(Exception):  # noqa: N818 (the word of RFC 9457)
    """An error that has an answer.

    Parameters
    ----------
    detail : str
        Which thing, what was expected, what was found.
    more : dict, optional
        Extension members of the problem document.
    """

    status: ClassVar[int] = 400
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.more = more


class BadRequest(Problem):
    """The request cannot be read at all."""


class Unauthenticated(Problem):
    """Nobody we know asks."""

    status = 401
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer realm="riskengine"'}


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = 403


class NotFound(Problem):
    """No such thing, or none in the caller's scope; the two are not told apart."""

    status = 404


class TooLarge(Problem):
    """More than one request may carry."""

    status = 413


class UnsupportedMedia(Problem):
    """The body is in a form that is not read."""

    status = 415


class Unprocessable(Problem):
    """The request was read and does not fit."""

    status = 422


class LoginNeeded(Exception):  # noqa: N818 (no error: it leads to the login)
    """A page of the console without a session."""


def problem_document(status: int, detail: str, instance: str, **more: Any) -> dict[str, Any]:
    """The members of a problem document."""
    return {
        "type": "about:blank",
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "instance": instance,
        **more,
    }


def answer_problem(request: Request, status: int, detail: str, headers: dict[str, str], **more: Any) -> Response:
    """A problem as JSON, or as a page where a person at the console asked."""
    if wants_page(request):
        return write_error_page(request, status, TITLES.get(status, ""), detail, headers)
    document = problem_document(status, detail, request.url.path, **more)
    return Response(msgspec.json.encode(document), status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(LoginNeeded, _on_login_needed)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    for base in STATUS_OF:
        app.add_exception_handler(base, _on_error_from_below)
    app.add_middleware(Failures)


class Failures:
    """Answers what no handler knows, inside the middleware that adds the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; a failure before the answer began becomes an answer."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            await _on_failure(Request(scope), error)(scope, receive, send)


def _on_problem(request: Request, error: Exception) -> Response:
    """One of our own."""
    assert isinstance(error, Problem)  # noqa: S101
    return answer_problem(request, error.status, error.detail, dict(error.headers), **error.more)


def _on_login_needed(request: Request, _error: Exception) -> Response:
    """To the login, and back to the page afterwards."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    following = f"?{urlencode({'next': path})}" if request.method == "GET" and path != "/" else ""
    return RedirectResponse(f"/login{following}", 303)


def _on_http(request: Request, error: Exception) -> Response:
    """What the framework itself says: no such route, no such method, a body that is too long."""
    assert isinstance(error, HTTPException)  # noqa: S101
    detail = {
        404: f"path: expected one of the routes in /openapi.json, found {request.url.path!r}",
        405: f"method: expected {(error.headers or {}).get('Allow', 'another one')}, found {request.method}",
    }.get(error.status_code, error.detail)
    return answer_problem(request, error.status_code, detail, dict(error.headers or {}))


def _on_validation(request: Request, error: Exception) -> Response:
    """Parameters that do not fit, each with its path."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    faults = [_fault(one) for one in error.errors()]
    first = faults[0]
    detail = f"{first['path']}: expected {first['expected']}, found {first['found']}"
    return answer_problem(request, 422, detail, {}, errors=faults)


def _fault(error: dict[str, Any]) -> dict[str, str]:
    """One fault in the words of every other error: path, expected, found."""
    path = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return {"path": path, "expected": "a parameter of this route", "found": "an unknown one"}
    if error["type"] == "missing":
        return {"path": path, "expected": "a value", "found": "nothing"}
    words = str(error["msg"]).removeprefix("Input should be ").removeprefix("Value error, ").removeprefix("expected ")
    found = ascii(error.get("input"))
    return {"path": path, "expected": words, "found": found if len(found) <= 100 else found[:97] + "..."}


def _on_error_from_below(request: Request, error: Exception) -> Response:
    """An error of a floor below; its words are made for an operator."""
    status = next(code for base, code in STATUS_OF.items() if isinstance(error, base))
    log.error("%s %s: %s", request.method, request.url.path, error)
    return answer_problem(request, status, str(error), {"Retry-After": "5"} if status == 503 else {})


def _on_failure(request: Request, error: Exception) -> Response:
    """Anything else; its words may hold anything, so they go to the log only."""
    number = secrets.token_hex(4)
    log.error("failure %s at %s %s", number, request.method, request.url.path, exc_info=error)
    return answer_problem(request, 500, f"the request failed inside the engine; the log has it as failure {number}", {})

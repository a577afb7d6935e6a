"""`/login`, `/logout` and the choice of the language."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.auth import SESSION_COOKIE, check_csrf, check_origin, now_ms, seat_of, session_caller
from api.body import form_of
from api.console.pages import LANGUAGE_COOKIE, write_page
from api.console.words import LANGUAGES
from api.problems import NotFound
from riskengine.store.access import SESSION_HOURS

router = APIRouter(include_in_schema=False)

_OWN_PATH = re.compile(r"/(alerts/[0-9a-f]{32})?(\?[\w=&%.:+#-]*)?")
_YEAR = 365 * 86_400


def own_path(text: str) -> str:
    """A path of the console to go on to; the queue for anything that could lead elsewhere.

    Examples
    --------
    >>> own_path("/?severity=high"), own_path("//elsewhere.example"), own_path("/login")
    ('/?severity=high', '/', '/')
    """
    return text if _OWN_PATH.fullmatch(text) else "/"


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:  # noqa: A002 (the parameter's name in the address)
    """The login form; who is logged in goes on."""
    if session_caller(request) is not None:
        return RedirectResponse(own_path(next), 303)
    return write_page(request, "login.html", {"next": own_path(next), "failed": False, "name": ""})


@router.post("/login")
async def log_in(request: Request, fields: Annotated[dict[str, str], Depends(form_of)]) -> Response:
    """Check name and password and open a session."""
    check_origin(request)
    return await run_in_threadpool(_log_in, request, fields)


def _log_in(request: Request, fields: dict[str, str]) -> Response:
    """Argon2 takes a while, so not on the event loop."""
    name, following = fields.get("account", "").strip(), own_path(fields.get("next", "/"))
    token = seat_of(request).store.access.log_in(name, fields.get("password", ""), now=now_ms())
    if token is None:
        context = {"next": following, "failed": True, "name": name[:64]}
        return write_page(request, "login.html", context, status=401)
    answer = RedirectResponse(following, 303)
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/logout")
async def log_out(request: Request, fields: Annotated[dict[str, str], Depends(form_of)]) -> Response:
    """End the session at the server and in the browser."""
    return await run_in_threadpool(_log_out, request, fields)


def _log_out(request: Request, fields: dict[str, str]) -> Response:
    """End the session, if its own page asks."""
    caller = session_caller(request)
    if caller is not None:
        check_csrf(caller, fields.get("csrf", ""))
        seat_of(request).store.access.log_out(request.cookies[SESSION_COOKIE])
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/language/{language}")
def choose_language(language: str, next: str = "/") -> Response:  # noqa: A002 (the parameter's name in the address)
    """Keep the language and go back."""
    if language not in LANGUAGES:
        raise NotFound(f"language: expected one of {', '.join(LANGUAGES)}, found {language[:20]!r}")
    following = next if next == "/login" else own_path(next)
    answer = RedirectResponse(following, 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
    return answer

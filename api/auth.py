"""Who asks: a program with a key, or a person with the console's session.

A key comes as `Authorization: Bearer KEY`. A session is a cookie that scripts cannot read and other sites cannot send;
what changes something with it needs the session's CSRF token as well.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.permissions import MAY, Permission
from api.problems import Forbidden, LoginNeeded, Unauthenticated
from api.seat import Seat
from riskengine.roles import Grant, Scope
from riskengine.store.access import Holder

SESSION_COOKIE: Final = "riskengine_session"
CSRF_HEADER: Final = "X-CSRF-Token"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

bearer = HTTPBearer(auto_error=False, description="A key made by `riskengine key create`")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and within which limits."""

    name: str
    grant: Grant
    csrf: str | None = None  # the session's token; None for a key

    @property
    def scope(self) -> Scope:
        """What the caller may read."""
        return self.grant.scope()

    def may(self, permission: Permission) -> bool:
        """Whether the caller's role allows it."""
        return self.grant.role in MAY[permission]


def now_ms() -> int:
    """UTC milliseconds; the floors below are handed the time."""
    return int(time.time() * 1000)


def seat_of(request: Request) -> Seat:
    """The app's seat."""
    return request.app.state.seat


def csrf_of(session: str) -> str:
    """The CSRF token of a session; it can be made from the cookie only, and the cookie not from it."""
    return hmac.new(session.encode("utf-8", "surrogatepass"), b"riskengine csrf", hashlib.sha256).hexdigest()


def session_caller(request: Request) -> Caller | None:
    """Holder of the console's session, None without one."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    holder = seat_of(request).store.access.find_session(token, now=now_ms())
    return None if holder is None else Caller(holder.name, holder.grant, csrf_of(token))


def caller_of(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
) -> Caller:
    """Who asks.

    Raises
    ------
    Unauthenticated
        Without a key or session, or with one that is not good.
    Forbidden
        If a session changes something without its CSRF token.
    """
    if credentials is not None:
        holder: Holder | None = seat_of(request).store.access.find_key(credentials.credentials)
        if holder is None:
            raise Unauthenticated("Authorization: expected a key of this deployment, found another or an ended one")
        return Caller(holder.name, holder.grant)
    if "authorization" in request.headers:
        raise Unauthenticated("Authorization: expected 'Bearer KEY', found another scheme")
    caller = session_caller(request)
    if caller is None:
        raise Unauthenticated("Authorization: expected 'Bearer KEY', found nothing")
    if request.method not in _SAFE_METHODS:
        check_csrf(caller, request.headers.get(CSRF_HEADER, ""))
    return caller


def console_caller(request: Request) -> Caller:
    """Who is logged in at the console.

    Raises
    ------
    LoginNeeded
        Without a session; the page asked for comes after the login.
    """
    caller = session_caller(request)
    if caller is None:
        raise LoginNeeded
    return caller


def check_csrf(caller: Caller, token: str) -> None:
    """Refuse a change that the session's own page did not ask for."""
    if caller.csrf is None or not hmac.compare_digest(caller.csrf.encode(), token.encode("utf-8", "replace")):
        raise Forbidden("CSRF token: expected the one of this session's page, found another; load the page again")


def check_origin(request: Request) -> None:
    """Refuse a form that another site sends; for the login, where there is no session yet."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign or site in ("cross-site", "same-site"):
        raise Forbidden("Origin: expected this console's own page, found another site")


def allowed(permission: Permission) -> Callable[[Caller], Caller]:
    """A dependency: the caller, if the role allows it."""

    def check(caller: Annotated[Caller, Depends(caller_of)]) -> Caller:
        if not caller.may(permission):
            roles = ", ".join(sorted(MAY[permission]))
            raise Forbidden(f"role: expected one of {roles}, found {caller.grant.role}")
        return caller

    return check

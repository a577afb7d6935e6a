"""How much one request may carry, and the headers that every answer has."""

from collections.abc import MutableMapping
from typing import Any, Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_document

EVENTS_BYTES: Final = 16 * 1024 * 1024
OTHER_BYTES: Final = 64 * 1024
EVENTS_A_REQUEST: Final = 50_000
EVENTS_PATH: Final = "/v1/events"
SCORE_PATH: Final = "/v1/score"
SCORE_BYTES: Final = 1024 * 1024

CONTENT_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # same-origin and not no-referrer: with the latter a browser sends `Origin: null` with its own forms
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


def bytes_allowed(path: str) -> int:
    """How long the body of a request to a path may be."""
    return {EVENTS_PATH: EVENTS_BYTES, SCORE_PATH: SCORE_BYTES}.get(path, OTHER_BYTES)


class BodyLimit:
    """Refuses a body that is too long, by what its header says or by what really comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        allowed = bytes_allowed(scope["path"])
        words = f"body: expected at most {allowed} bytes, found more; send it in parts"
        stated = dict(scope["headers"]).get(b"content-length", b"")
        if stated.isdigit() and int(stated[:20]) > allowed:
            document = problem_document(413, words, scope["path"])
            await _send_problem(send, document)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > allowed:
                raise HTTPException(413, words)
            return message

        await self._app(scope, counted, send)


async def _send_problem(send: Send, document: dict[str, Any]) -> None:
    """Answer without having read the body, and close, so that nobody sends the rest."""
    body = msgspec.json.encode(document)
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": document["status"], "headers": headers})
    await send({"type": "http.response.body", "body": body})


class SafeHeaders:
    """Adds the security headers, and forbids caching of everything that is not a static file."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and dress its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = b"public, max-age=3600" if scope["path"].startswith("/static/") else b"no-store"

        async def dressed(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                held = list(message.get("headers", []))
                if not any(name == b"cache-control" for name, _ in held):
                    held.append((b"cache-control", kept))
                message["headers"] = [*held, *HEADERS]
            await send(message)

        await self._app(scope, receive, dressed)

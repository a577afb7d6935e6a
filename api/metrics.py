"""What is counted for `/metrics`: requests, events, decisions."""

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "riskengine_http_requests", "Requests by route and status", ["method", "route", "status"], registry=REGISTRY
)
SECONDS: Final = Histogram(
    "riskengine_http_seconds",
    "Seconds until the answer began",
    ["route"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
EVENTS: Final = Counter("riskengine_http_events", "Events sent over HTTP by outcome", ["outcome"], registry=REGISTRY)
DECISIONS: Final = Counter("riskengine_decisions", "Decisions answered", ["decision"], registry=REGISTRY)
LOG_POSITION: Final = Gauge("riskengine_log_position", "Events in the log", registry=REGISTRY)
HOLDS_ENGINE: Final = Gauge("riskengine_holds_engine", "1 where this process has the engine", registry=REGISTRY)


class Measured:
    """Counts requests by the route's pattern, never by the path: a path may hold a pseudonym."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unknown")
                REQUESTS.labels(scope["method"] if route != "unknown" else "any", route, message["status"]).inc()
                SECONDS.labels(route).observe(time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, counted)

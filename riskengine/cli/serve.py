"""`riskengine serve`: the API and the console, found by their import string: this floor does not know them."""

import socket
import sys
from contextlib import suppress
from typing import Annotated

import typer

from riskengine.cli.common import fail, failures, settings_or_exit
from riskengine.settings import Settings

_APP = "api.app:create_app"
_HELP = """Serve the API and the console.

Events and scores come in over HTTP, alerts go out. While another process (riskengine run) holds the state folder, what it
stores can be read here, and sending events waits until it ends.

Example: riskengine serve --host 127.0.0.1 --port 8000
"""  # noqa: E501 (a paragraph of help is one line)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve", help=_HELP)(_serve)


def _serve(
    host: Annotated[str | None, typer.Option(help="address to listen on; default RISKENGINE_HOST or 127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(help="port to listen on; default RISKENGINE_PORT or 8000", min=1, max=65535)
    ] = None,
) -> None:
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = settings_or_exit(**chosen)
    with failures():
        serve(settings)


def serve(settings: Settings) -> None:
    """Serve a deployment until interrupted; one process, because one process holds the engine.

    Raises
    ------
    typer.Exit
        If the address cannot be used.
    StateError, StoreError
        If the deployment cannot be used.
    """
    import uvicorn
    from uvicorn.importer import import_from_string

    with listening(settings.host, settings.port) as listener:
        app = import_from_string(_APP)(settings)
        # an access log would hold pseudonyms
        config = uvicorn.Config(app, access_log=False, log_level="warning")
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        sys.stderr.write(f"riskengine listens on http://{host}:{settings.port}\n")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([listener])


def listening(host: str, port: int) -> socket.socket:
    """A bound socket; an address that cannot be used ends the command."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        fail(f"address {host}:{port} cannot be used: {error.strerror or error}; choose another with --host and --port")
        raise

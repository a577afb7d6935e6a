"""The HTTP application: `uvicorn api.app:create_app --factory`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from pkgutil import iter_modules

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from api import openapi, problems, routes
from api.limits import BodyLimit, SafeHeaders
from api.metrics import Measured
from api.seat import Seat
from riskengine.settings import Settings

_DESCRIPTION = "Events in, decisions and alerts out. Send `Authorization: Bearer KEY`."


def create_app(settings: Settings | None = None) -> FastAPI:
    """API and console on the engine of the settings' state folder.

    Parameters
    ----------
    settings : Settings, optional
        Default: those of the environment.

    Raises
    ------
    StoreError, StateError, SettingsError
        If the deployment cannot be used; the message says what to do.
    """
    seat = Seat(settings or Settings())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with seat:
            yield

    app = FastAPI(
        title="riskengine",
        version=_version(),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # both pages would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.seat = seat
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    problems.install(app)
    # `export` stands before `alerts`, or its path would be taken for an alert's id
    for module in sorted(iter_modules(routes.__path__), key=lambda found: (found.name != "export", found.name)):
        app.include_router(import_module(f"{routes.__name__}.{module.name}").router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_middleware(BodyLimit)
    app.add_middleware(Measured)
    app.add_middleware(SafeHeaders)
    return app


def _version() -> str:
    """The installed version."""
    try:
        return version("riskengine")
    except PackageNotFoundError:
        return "0"

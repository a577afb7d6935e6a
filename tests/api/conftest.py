"""The app on a real engine with a state folder of its own, and keys for every role."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from riskengine.roles import Grant, Role
from riskengine.settings import Settings
from riskengine.store import Store

Headers = dict[str, str]
AsRole = Callable[..., Headers]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """One app a test module."""
    state: Path = tmp_path_factory.mktemp("state")
    return create_app(Settings(state_dir=state, identity_key="6b" * 32))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A program that asks."""
    with TestClient(app, follow_redirects=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def store(app: FastAPI) -> Store:
    """The app's store."""
    return app.state.seat.store


@pytest.fixture(scope="module")
def as_role(store: Store) -> AsRole:
    """Headers with a new key: `as_role("firm", platforms=("P",))`."""

    def headers(role: Role, **limits: tuple[str, ...]) -> Headers:
        return {"Authorization": f"Bearer {store.access.create_key(Grant(role, **limits), now=0)}"}

    return headers

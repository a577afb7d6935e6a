"""Every test of the store runs on SQLite, and on a real PostgreSQL where servers are asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from riskengine.store import Store
from tests.servers.missing import ServerUnavailable, skip_or_fail
from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests; each takes a database of its own."""
    try:
        server = Postgres().__enter__()
    except ServerUnavailable as reason:
        skip_or_fail(reason)
    yield server
    server.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.new_database()
    return f"sqlite:///{tmp_path / 'risk.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A migrated store."""
    opened = Store(url)
    opened.migrate()
    yield opened
    opened.close()

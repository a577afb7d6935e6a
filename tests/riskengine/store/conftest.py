"""Every test of the store runs on SQLite, and on a real PostgreSQL where servers are asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from riskengine.store import Store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'risk.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A migrated store."""
    opened = Store(url)
    opened.migrate()
    yield opened
    opened.close()

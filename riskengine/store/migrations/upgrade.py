"""Bringing a database to the newest schema, from the program and without a configuration file."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_ADVISORY_LOCK = 7_416_911_702
"""Number of the PostgreSQL lock under which one process at a time migrates; any number, but always this one."""


@cache
def _scripts() -> ScriptDirectory:
    """The steps beside this file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def newest_revision() -> str:
    """The revision that this program works with."""
    return str(_scripts().get_current_head())


def current_revision(connection: Connection) -> str | None:
    """The database's revision, None if it has no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Take every step that the database lacks, inside the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
    scripts = _scripts()

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("head", revision)  # the same call as alembic's own `upgrade` command

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, transactional_ddl=False)  # the caller's transaction holds it
        environment.run_migrations()

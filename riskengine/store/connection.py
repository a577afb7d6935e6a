"""Opening a database the way the store needs it: WAL and full syncing on SQLite, psycopg on PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from riskengine.store.errors import BUSY_SECONDS, StoreError, explained


class Database:
    """One database, and its transactions.

    Parameters
    ----------
    url : str
        `sqlite:///path` or `postgresql://user@host/name`.

    Raises
    ------
    StoreError
        If the URL cannot be read or names another kind of database; later, if the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except SQLAlchemyError as error:
            raise StoreError("RISKENGINE_DATABASE_URL: expected an SQLAlchemy URL such as sqlite:///risk.db") from error
        backend = parsed.drivername.split("+")[0]
        if backend == "sqlite":
            self.engine, self.name = _open_sqlite(parsed)
        elif backend in ("postgresql", "postgres"):
            self.engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
            self.name = parsed.render_as_string(hide_password=True)
        else:
            raise StoreError(f"RISKENGINE_DATABASE_URL: expected sqlite or postgresql, found {backend!r}")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction; it is committed where the block ends and rolled back where the block raises."""
        with (
            explained(self.name),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One read transaction."""
        with explained(self.name), self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _open_sqlite(url: URL) -> tuple[Engine, str]:
    """An engine on one file; the file is made readable by its owner alone."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise StoreError("RISKENGINE_DATABASE_URL: expected a file, found an SQLite database in memory")
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(f"database {path} cannot be made: {error.strerror}; choose another folder") from error
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine, str(path)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Settings of one SQLite connection; FULL, because a decision is stored before it is answered."""
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a reader that turns writer in the middle fails without waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

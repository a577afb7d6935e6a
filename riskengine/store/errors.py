"""The store's one error, and the translation of what a database says into what an operator should do."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

BUSY_SECONDS = 5
"""How long a write waits for another process that holds the database."""


class StoreError(Exception):
    """The database cannot be used; the message says which one, what happened, and what to do."""


_ADVICE = (
    # (what the driver says, what it means and what to do); the first that fits is taken
    (
        "database is locked",
        f"is locked by another process for more than {BUSY_SECONDS} s; end that process, then start again",
    ),
    ("database or disk is full", "has no room: the disk is full; free space, then start again"),
    ("no space left", "has no room: the disk is full; free space on the database server, then start again"),
    ("readonly", "cannot be written; give this user the right to write the file and its folder"),
    ("read-only", "cannot be written; the server or transaction is read-only"),
    ("unable to open", "cannot be opened; check that the folder exists and that this user may read and write it"),
    ("not a database", "is not a database; move the file away, or set RISKENGINE_DATABASE_URL to another one"),
    ("malformed", "is damaged; restore it from a backup, or move it away and replay the archive"),
    ("disk i/o error", "cannot be read or written: the disk reports an error; check the disk, then start again"),
    ("no such table", "has no tables of riskengine yet; start `riskengine serve` or `riskengine run` once"),
    ("does not exist", "lacks what is asked for; create the database, or correct RISKENGINE_DATABASE_URL"),
    ("password authentication failed", "refuses the password; correct RISKENGINE_DATABASE_URL"),
    ("connection refused", "does not answer; start the server, or correct RISKENGINE_DATABASE_URL"),
    ("connection", "cannot be reached; check the server, then start again"),
)


def explain(error: SQLAlchemyError, name: str) -> StoreError:
    """The store's error for a database's error.

    Parameters
    ----------
    error : SQLAlchemyError
        What was raised.
    name : str
        The database as an operator knows it, without a password.
    """
    said = str(error.orig if isinstance(error, DBAPIError) and error.orig is not None else error).strip()
    first_line = said.splitlines()[0] if said else type(error).__name__
    lowered = said.lower()
    for sign, advice in _ADVICE:
        if sign in lowered:
            return StoreError(f"database {name} {advice} (it said: {first_line})")
    return StoreError(f"database {name} failed: {first_line}")


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turn a database's error inside the block into a `StoreError`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise explain(error, name) from error

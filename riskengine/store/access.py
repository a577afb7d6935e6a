"""API keys, local accounts and console sessions: made, checked and ended.

A key is 256 random bits, so its hash needs no salt and is found by its prefix; a password is chosen or short, so it
is kept as argon2. Neither can be read back.
"""

import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from riskengine.roles import Grant
from riskengine.store import tables
from riskengine.store.connection import Database

SESSION_HOURS = 12
_KEY = re.compile(r"rk_([0-9a-f]{10})_[0-9a-f]{64}")
_CHECKS = threading.BoundedSemaphore(4)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class AccessError(ValueError):
    """An account cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key or a session: the key's prefix or the account's name, and what was granted."""

    name: str
    grant: Grant


class Access:
    """Keys, accounts and sessions of one deployment. Times are UTC milliseconds, handed in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_key(self, grant: Grant, *, now: int) -> str:
        """Make an API key; the text is returned here and nowhere else."""
        prefix = secrets.token_hex(5)
        key = f"rk_{prefix}_{secrets.token_hex(32)}"
        row = {"prefix": prefix, "digest": _digest(key), "made_at": now, "revoked_at": None, **_limits(grant)}
        with self._database.writing() as connection:
            connection.execute(tables.api_keys.insert().values(row))
        return key

    def find_key(self, key: str) -> Holder | None:
        """Holder of an API key, None if there is no such key or it was revoked."""
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        table = tables.api_keys
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.prefix == match[1])).mappings().first()
        if row is None or row["revoked_at"] is not None or not hmac.compare_digest(row["digest"], _digest(key)):
            return None
        return Holder(f"key:{match[1]}", _grant(row))

    def revoke_key(self, prefix: str, *, now: int) -> bool:
        """End a key by its prefix (the ten digits after `rk_`); whether there was one that was still good."""
        table = tables.api_keys
        with self._database.writing() as connection:
            ended = connection.execute(
                table.update().where(table.c.prefix == prefix, table.c.revoked_at.is_(None)).values(revoked_at=now)
            )
        return ended.rowcount == 1

    def create_account(self, name: str, grant: Grant, *, now: int) -> str:
        """Make a local account and return its generated password.

        Raises
        ------
        AccessError
            If the name is not 1 to 63 of `a-z0-9._-`, or is taken.
        """
        if not _NAME.fullmatch(name):
            raise AccessError(f"account name: expected 1 to 63 of a-z, 0-9, '.', '_', '-', found {name!r}")
        password = secrets.token_urlsafe(15)
        row = {"name": name, "password_hash": _hasher().hash(password), "made_at": now, **_limits(grant)}
        table = tables.accounts
        with self._database.writing() as connection:
            if connection.execute(select(table.c.name).where(table.c.name == name)).first() is not None:
                raise AccessError(f"account {name} exists already; choose another name")
            try:
                connection.execute(table.insert().values(row))
            except IntegrityError as error:
                raise AccessError(f"account {name} exists already; choose another name") from error
        return password

    def remove_account(self, name: str) -> bool:
        """Remove an account and end its sessions; whether there was one."""
        accounts, sessions = tables.accounts, tables.sessions
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.account == name))
            removed = connection.execute(delete(accounts).where(accounts.c.name == name))
        return removed.rowcount == 1

    def log_in(self, name: str, password: str, *, now: int) -> str | None:
        """Open a session and return its token, None if name and password do not fit."""
        held = self._password_hash(name) if _NAME.fullmatch(name) else None
        # an unknown name costs the same time as a wrong password
        if not _fits(held or _nobody(), password) or held is None:
            return None
        token = secrets.token_urlsafe(32)
        sessions = tables.sessions
        row = {"digest": _digest(token), "account": name, "expires_at": now + SESSION_HOURS * 3_600_000}
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(sessions.insert().values(row))
        return token

    def _password_hash(self, name: str) -> str | None:
        """Hash of an account's password, None if there is no such account."""
        table = tables.accounts
        with self._database.reading() as connection:
            return connection.execute(select(table.c.password_hash).where(table.c.name == name)).scalar()

    def find_session(self, token: str, *, now: int) -> Holder | None:
        """Holder of a session that has not ended, else None."""
        accounts, sessions = tables.accounts, tables.sessions
        query = (
            select(accounts)
            .join(sessions, sessions.c.account == accounts.c.name)
            .where(sessions.c.digest == _digest(token), sessions.c.expires_at > now)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().first()
        return None if row is None else Holder(row["name"], _grant(row))

    def log_out(self, token: str) -> None:
        """End a session at the server, so that a copied cookie is worth nothing."""
        sessions = tables.sessions
        with self._database.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == _digest(token)))


def _limits(grant: Grant) -> dict[str, str]:
    """A grant as columns."""
    lists = {"platforms": grant.platforms, "regions": grant.regions, "lines": grant.lines}
    return {"role": grant.role} | {name: msgspec.json.encode(values).decode() for name, values in lists.items()}


def _grant(row: Mapping[Any, Any]) -> Grant:
    """A grant from its columns."""
    lists = {name: msgspec.json.decode(row[name], type=tuple[str, ...]) for name in ("platforms", "regions", "lines")}
    return Grant(row["role"], **lists)


def _digest(secret: str) -> str:
    """SHA-256 of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    """Argon2id with the library's parameters (RFC 9106, low memory)."""
    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password fits."""
    return _hasher().hash(secrets.token_hex(32))


def _fits(held: str, password: str) -> bool:
    """Whether the password fits the hash; few at a time, because each check takes 64 MiB."""
    with _CHECKS:
        try:
            return _hasher().verify(held, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False

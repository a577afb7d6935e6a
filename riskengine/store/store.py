"""The door to the database: the engine commits batches, the API and the command line ask."""

import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError

from riskengine.alerts import Reason
from riskengine.decisions import Decision
from riskengine.roles import Scope
from riskengine.store import tables
from riskengine.store.access import Access
from riskengine.store.batch import BatchWriter, Commit, CommitResult
from riskengine.store.errors import StoreError
from riskengine.store.migrations import current_revision, newest_revision, upgrade
from riskengine.store.queries import AlertFilter, alert_conditions
from riskengine.store.queue import EVERYTHING, AlertQueue
from streams.dead_letters import DeadLetter


@dataclass(frozen=True, slots=True)
class LogState:
    """How far the log goes: its length, the clock in UTC ms (0 before the first event), the archive's open segment."""

    log_position: int = 0
    clock: int = 0
    archive_segment: str = ""
    archive_bytes: int = 0


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """One platform and line: events accepted, first and last event time in UTC ms."""

    platform_id: str
    line: str | None
    events: int
    first_event_time: int
    last_event_time: int


class Store(AlertQueue):
    """Alerts, evidence, dead letters, decisions, positions, keys and accounts of one deployment.

    Parameters
    ----------
    url : str
        SQLAlchemy URL of an SQLite file or a PostgreSQL database.

    Raises
    ------
    StoreError
        From every method, where the database cannot be used; the message says what to do.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._writer = BatchWriter(self.engine.dialect.paramstyle)
        self.access = Access(self)

    def migrate(self) -> None:
        """Bring the database to the newest schema and give it its deployment id."""
        with self.writing() as connection:
            if current_revision(connection) == newest_revision():
                return
            upgrade(connection)
            if connection.execute(select(tables.deployment.c.id)).first() is None:
                connection.execute(tables.deployment.insert().values(id=1, deployment_id=secrets.token_hex(16)))
                connection.execute(
                    tables.log_state.insert().values(id=1, log_position=0, clock=0, archive_segment="", archive_bytes=0)
                )

    def revision(self) -> tuple[str | None, str]:
        """The database's revision (None without tables) and the one that this program works with."""
        with self.reading() as connection:
            return current_revision(connection), newest_revision()

    def deployment_id(self) -> str:
        """The id that store and state folder share, 32 hex digits."""
        with self.reading() as connection:
            return str(connection.execute(select(tables.deployment.c.deployment_id)).scalar_one())

    def commit(self, outcome: Commit) -> CommitResult:
        """Write the outcome of one batch in one transaction; what is there already stays as it is."""
        try:
            with self.writing() as connection:
                return self._writer.write(connection, outcome)
        except (StoreError, SQLAlchemyError):
            self._writer.forget()
            raise

    def log_state(self) -> LogState:
        """How far the log goes."""
        with self.reading() as connection:
            row = connection.execute(select(tables.log_state)).mappings().one()
        return LogState(row["log_position"], row["clock"], row["archive_segment"], row["archive_bytes"])

    def positions(self) -> dict[str, int]:
        """The next record or offset to read, by source."""
        table = tables.sources
        with self.reading() as connection:
            rows = connection.execute(select(table.c.source, table.c.record)).all()
        return {row.source: row.record for row in rows}

    def counts(self, source: str | None = None) -> dict[str, int]:
        """Counters of one source, or summed over all of them."""
        counts, sources = tables.counts, tables.sources
        query: Select[Any] = select(counts.c.name, func.sum(counts.c.value)).group_by(counts.c.name)
        if source is not None:
            query = query.join(sources, sources.c.source_id == counts.c.source_id).where(sources.c.source == source)
        with self.reading() as connection:
            return {name: int(value) for name, value in connection.execute(query)}

    def decision(self, platform_id: str, event_id: str) -> Decision | None:
        """The stored decision on one event, None if none was asked for."""
        table = tables.decisions
        query = select(table).where(table.c.platform_id == platform_id, table.c.event_id == event_id)
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        held = dict(row)
        held["reasons"] = msgspec.json.decode(held["reasons"], type=tuple[Reason, ...])
        held["versions"] = msgspec.json.decode(held["versions"])
        return Decision(**held)

    def platforms(self, scope: Scope = EVERYTHING, *, platform_id: str | None = None) -> list[PlatformRow]:
        """Platforms in scope that have sent events, one row a line.

        A reader bound to regions sees the platforms with an alert there: a platform's own region is no event's.
        """
        table = tables.platforms
        query = select(table).order_by(table.c.platform_id, table.c.line)
        if platform_id is not None:
            query = query.where(table.c.platform_id == platform_id)
        if scope.platforms:
            query = query.where(table.c.platform_id.in_(scope.platforms))
        if scope.lines:
            query = query.where(table.c.line.in_(scope.lines))
        if scope.regions:
            alerted = select(tables.alerts.c.platform_id).where(alert_conditions(AlertFilter(), scope))
            query = query.where(table.c.platform_id.in_(alerted))
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [PlatformRow(**{**row, "line": row["line"] or None}) for row in rows]

    def dead_letters(
        self, *, source: str | None = None, platform_id: str | None = None, limit: int = 100
    ) -> list[DeadLetter]:
        """Dead letters, in the order of their records within a source, the newest first across sources."""
        table = tables.dead_letters
        query = select(table).limit(limit)
        if source is not None:
            query = query.where(table.c.source == source).order_by(table.c.record)
        else:
            query = query.order_by(table.c.received_at.desc(), table.c.dead_letter_id)
        if platform_id is not None:
            query = query.where(table.c.platform_id == platform_id)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [_to_dead_letter(dict(row)) for row in rows]

    def count_dead_letters(self, platform_id: str | None = None) -> dict[str, int]:
        """Number of dead letters by reason, of one platform or of all."""
        table = tables.dead_letters
        query = select(table.c.reason, func.count()).group_by(table.c.reason)
        if platform_id is not None:
            query = query.where(table.c.platform_id == platform_id)
        with self.reading() as connection:
            return {reason: int(number) for reason, number in connection.execute(query)}


def _to_dead_letter(row: dict[str, Any]) -> DeadLetter:
    """A dead letter from its row."""
    row.pop("dead_letter_id")
    row["where"] = row.pop("place")
    return DeadLetter(**row)

"""The alert queue: pages of alerts within a reader's scope, their evidence, and the record of what was decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from riskengine.alerts import STATUS_AFTER, Alert, Disposition, Status
from riskengine.roles import Scope
from riskengine.store import queries, tables
from riskengine.store.connection import Database
from riskengine.store.queries import AlertFilter, Cursor

EVERYTHING = Scope()
_IDS_A_QUERY = 500
_RUNS_A_QUERY = 50


@dataclass(frozen=True, slots=True)
class EvidenceEvent:
    """One event of an alert's evidence and its place in the log."""

    log_position: int
    platform_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One entry of an alert's disposition record."""

    decided_at: int
    decided_by: str
    status: Status
    disposition: Disposition | None
    note: str


class AlertQueue(Database):
    """Reading alerts and deciding on them."""

    def alerts(
        self,
        wanted: AlertFilter | None = None,
        scope: Scope = EVERYTHING,
        *,
        cursor: Cursor | None = None,
        limit: int = 100,
    ) -> tuple[list[Alert], Cursor | None]:
        """One page of alerts, newest event first, and the cursor of the next page, None after the last."""
        query = queries.page(wanted or AlertFilter(), scope, cursor, limit)
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
            found = queries.read_alerts(connection, rows[:limit], scope)
        more = len(rows) > limit
        return found, Cursor(found[-1].event_time, found[-1].alert_id) if more else None

    def iter_alerts(
        self, wanted: AlertFilter | None = None, scope: Scope = EVERYTHING, *, chunk: int = 1000
    ) -> Iterator[list[Alert]]:
        """All alerts that are wanted, in chunks, newest event first."""
        cursor: Cursor | None = None
        while True:
            found, cursor = self.alerts(wanted, scope, cursor=cursor, limit=chunk)
            if found:
                yield found
            if cursor is None:
                return

    def alert(self, alert_id: str, scope: Scope = EVERYTHING) -> Alert | None:
        """One alert, None if there is none or it is out of scope."""
        query = select(tables.alerts).where(
            tables.alerts.c.alert_id == alert_id, queries.alert_conditions(AlertFilter(), scope)
        )
        with self.reading() as connection:
            found = queries.read_alerts(connection, connection.execute(query).mappings().all(), scope)
        return found[0] if found else None

    def alerts_of_source(self, source: str) -> list[Alert]:
        """The alerts that events of one source raised or went on with, oldest event first."""
        links, sources = tables.alert_sources, tables.sources
        query = (
            select(links.c.alert_id)
            .join(sources, sources.c.source_id == links.c.source_id)
            .where(sources.c.source == source)
        )
        with self.reading() as connection:
            return _by_ids(connection, list(connection.execute(query).scalars()))

    def alerts_at(self, log_positions: Iterable[int]) -> list[Alert]:
        """The alerts whose evidence holds an event at one of the log positions, oldest event first."""
        columns = tables.evidence.c
        found: set[str] = set()
        with self.reading() as connection:
            for conditions in _position_conditions(columns.log_position, sorted({int(one) for one in log_positions})):
                found.update(connection.execute(select(columns.alert_id).where(conditions)).scalars())
            return _by_ids(connection, list(found))

    def alerts_resting_on(self, log_position: int) -> list[Alert]:
        """The alerts whose evidence holds the event at a log position, oldest event first."""
        return self.alerts_at([log_position])

    def count_alerts(
        self, by: str, wanted: AlertFilter | None = None, scope: Scope = EVERYTHING
    ) -> dict[str | None, int]:
        """Number of alerts by the values of one column, such as `severity`, `verdict`, `line` or `detector`."""
        column = tables.alerts.c[by]
        query = (
            select(column, func.count())
            .where(queries.alert_conditions(wanted or AlertFilter(), scope))
            .group_by(column)
        )
        with self.reading() as connection:
            return {value: int(number) for value, number in connection.execute(query)}

    def evidence(
        self, alert_id: str, scope: Scope = EVERYTHING, *, limit: int = 500
    ) -> tuple[list[EvidenceEvent], int]:
        """The first events of an alert's evidence in log order, and how many there are in all, within scope."""
        columns = tables.evidence.c
        chosen = and_(columns.alert_id == alert_id, *queries.evidence_conditions(scope))
        query = (
            select(columns.log_position, columns.platform_id, columns.event_id)
            .where(chosen)
            .order_by(columns.log_position)
            .limit(limit)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
            total = connection.execute(select(func.count()).select_from(tables.evidence).where(chosen)).scalar_one()
        return [EvidenceEvent(*row) for row in rows], int(total)

    def decide(
        self,
        alert_id: str,
        scope: Scope,
        *,
        by: str,
        now: int,
        status: Status | None = None,
        disposition: Disposition | None = None,
        note: str = "",
    ) -> Alert | None:
        """Change an alert's status or disposition and keep who did it, when and why.

        Returns
        -------
        Alert or None
            The alert as it is now; None if there is none or it is out of scope.
        """
        table = tables.alerts
        in_scope = (table.c.alert_id == alert_id, queries.alert_conditions(AlertFilter(), scope))
        with self.writing() as connection:
            held = connection.execute(
                select(table.c.status, table.c.disposition).where(*in_scope).with_for_update()
            ).first()
            if held is None:
                return None
            new_status = status or (STATUS_AFTER[disposition] if disposition else held.status)
            new_disposition = disposition or held.disposition
            connection.execute(
                table.update()
                .where(table.c.alert_id == alert_id)
                .values(status=new_status, disposition=new_disposition)
            )
            connection.execute(
                tables.dispositions.insert().values(
                    alert_id=alert_id,
                    decided_at=now,
                    decided_by=by,
                    status=new_status,
                    disposition=disposition,
                    note=note,
                )
            )
        return self.alert(alert_id, scope)

    def decided(self, alert_id: str) -> list[Decided]:
        """The disposition record of one alert, oldest entry first."""
        table = tables.dispositions
        query = (
            select(table.c.decided_at, table.c.decided_by, table.c.status, table.c.disposition, table.c.note)
            .where(table.c.alert_id == alert_id)
            .order_by(table.c.disposition_id)
        )
        with self.reading() as connection:
            return [Decided(*row) for row in connection.execute(query)]


def _by_ids(connection: Connection, ids: list[str]) -> list[Alert]:
    """Alerts by their ids, with the evidence that a file of alerts holds, oldest event first."""
    found: list[Alert] = []
    for start in range(0, len(ids), _IDS_A_QUERY):
        query = select(tables.alerts).where(tables.alerts.c.alert_id.in_(ids[start : start + _IDS_A_QUERY]))
        rows = connection.execute(query).mappings().all()
        found.extend(queries.read_alerts(connection, rows, EVERYTHING, queries.EVIDENCE_WRITTEN))
    return sorted(found, key=lambda alert: (alert.event_time, alert.alert_id))


def _position_conditions(column: ColumnElement[int], positions: list[int]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together say a column is one of the positions; runs become ranges, for a file is mostly runs."""
    singles: list[int] = []
    runs: list[ColumnElement[bool]] = []
    start = 0
    for end in range(1, len(positions) + 1):
        if end < len(positions) and positions[end] == positions[end - 1] + 1:
            continue
        if end - start == 1:
            singles.append(positions[start])
        else:
            runs.append(column.between(positions[start], positions[end - 1]))
        start = end
    for first in range(0, len(singles), _IDS_A_QUERY):
        yield column.in_(singles[first : first + _IDS_A_QUERY])
    for first in range(0, len(runs), _RUNS_A_QUERY):
        yield or_(*runs[first : first + _RUNS_A_QUERY])

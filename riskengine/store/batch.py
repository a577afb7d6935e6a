"""What one batch leaves behind, written in one transaction: alerts, evidence, dead letters, decisions, positions.

Plain tuples go to the driver in bulk; nothing here makes an object per row. Every insert is an insert if absent.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from riskengine.alerts import Alert
from riskengine.decisions import Decision
from riskengine.store import tables
from riskengine.store.errors import StoreError
from streams.dead_letters import DeadLetter

_encode = msgspec.json.Encoder().encode
_IDS_A_QUERY = 500  # well below the number of bound values that SQLite allows


@dataclass(frozen=True, slots=True)
class PlatformActivity:
    """Events of one platform and line in a batch, with the first and last event time in UTC milliseconds."""

    platform_id: str
    line: str | None
    events: int
    first_event_time: int
    last_event_time: int


@dataclass(slots=True)
class Commit:
    """The outcome of one batch.

    Attributes
    ----------
    source : str
        Id of the source: content hash of a file, `http`, `kafka:topic:partition`.
    record : int
        The next record or offset to read from that source.
    log_position, clock : int
        Length of the log and the stream's clock (UTC ms) after the batch.
    archive_segment, archive_bytes : str, int
        The archive's open segment and its length after the batch.
    alerts : list of Alert
        Alerts that the batch raises; their `evidence` field is not read.
    evidence : list of (alert_id, log position, platform_id, event_id)
        Events of new alerts and of those that go on.
    counts : dict of str to int
        Added to the source's counters.
    """

    source: str
    record: int
    log_position: int
    clock: int
    archive_segment: str
    archive_bytes: int
    alerts: list[Alert] = field(default_factory=list)
    evidence: list[tuple[str, int, str, str]] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    platforms: list[PlatformActivity] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What was new: ids of the alerts that were not there before, and the number of new rows."""

    new_alerts: tuple[str, ...]
    new_evidence: int
    new_dead_letters: int
    new_decisions: int


def dead_letter_id(letter: DeadLetter) -> str:
    """Deterministic id of a dead letter: the same record refused for the same reason is kept once.

    The bytes count as well, because a source such as HTTP has no numbering of its own.
    """
    text = f"{letter.source}\0{letter.record}\0{letter.reason}\0".encode()
    return hashlib.blake2b(text + letter.body, digest_size=16).hexdigest()


class BatchWriter:
    """Writes batches on one kind of database; the statements are put together once."""

    def __init__(self, paramstyle: str) -> None:
        self._mark = "?" if paramstyle == "qmark" else "%s"
        self._source_ids: dict[str, int] = {}
        add = {"value": "counts.value + excluded.value"}
        self._counts = self._insert(tables.counts, f"(source_id, name) DO UPDATE SET {_assign(add)}")
        activity = {
            "events": "platforms.events + excluded.events",
            "first_event_time": _pick("platforms", "first_event_time", "<"),
            "last_event_time": _pick("platforms", "last_event_time", ">"),
        }
        self._platforms = self._insert(tables.platforms, f"(platform_id, line) DO UPDATE SET {_assign(activity)}")
        self._absent = {
            table: self._insert(table, "DO NOTHING")
            for table in (
                tables.alerts,
                tables.evidence,
                tables.alert_sources,
                tables.dead_letters,
                tables.decisions,
            )
        }

    def write(self, connection: Connection, commit: Commit) -> CommitResult:
        """Write one batch inside the caller's transaction.

        Raises
        ------
        StoreError
            If the log in the database is already longer: another process has written it.
        """
        source_id = self._advance(connection, commit)
        new_alerts = self._new_alerts(connection, commit.alerts)
        self._add(connection, tables.alerts, map(_alert_row, commit.alerts))
        new_evidence = self._add(connection, tables.evidence, commit.evidence)
        named = dict.fromkeys([alert.alert_id for alert in commit.alerts] + [row[0] for row in commit.evidence])
        self._add(connection, tables.alert_sources, [(source_id, alert) for alert in named])
        new_letters = self._add(connection, tables.dead_letters, map(_dead_letter_row, commit.dead_letters))
        new_decisions = self._add(connection, tables.decisions, map(_decision_row, commit.decisions))
        if commit.counts:
            rows = [(source_id, name, value) for name, value in commit.counts.items()]
            connection.exec_driver_sql(self._counts, rows)
        if commit.platforms:
            # sorted, so that two writers take the rows' locks in one order
            activity = sorted(
                (one.platform_id, one.line or "", one.events, one.first_event_time, one.last_event_time)
                for one in commit.platforms
            )
            connection.exec_driver_sql(self._platforms, activity)
        return CommitResult(new_alerts, new_evidence, new_letters, new_decisions)

    def forget(self) -> None:
        """Forget what a transaction that was rolled back may have taught."""
        self._source_ids.clear()

    def _insert(self, table: Table, conflict: str) -> str:
        """An insert statement for plain tuples in column order."""
        names = ", ".join(column.name for column in table.columns)
        marks = ", ".join([self._mark] * len(table.columns))
        return f"INSERT INTO {table.name} ({names}) VALUES ({marks}) ON CONFLICT {conflict}"  # noqa: S608 (our names)

    def _add(self, connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> int:
        """Insert the rows that are absent; their number."""
        listed = rows if isinstance(rows, list) else list(rows)
        if not listed:
            return 0
        return max(0, connection.exec_driver_sql(self._absent[table], listed).rowcount)

    def _advance(self, connection: Connection, commit: Commit) -> int:
        """Move the log and the source forward; the source's number."""
        state = tables.log_state
        moved = connection.execute(
            state.update()
            .where(state.c.id == 1, state.c.log_position <= commit.log_position)
            .values(
                log_position=commit.log_position,
                clock=commit.clock,
                archive_segment=commit.archive_segment,
                archive_bytes=commit.archive_bytes,
            )
        )
        if moved.rowcount != 1:
            raise StoreError(
                f"log position: expected at least what the database holds, found {commit.log_position}; "
                "another process has written this database, end it and start again"
            )
        source_id = self._source_ids.get(commit.source)
        sources = tables.sources
        if source_id is None:
            source_id = _source_id(connection, commit.source)
            self._source_ids[commit.source] = source_id
        connection.execute(sources.update().where(sources.c.source_id == source_id).values(record=commit.record))
        return source_id

    def _new_alerts(self, connection: Connection, alerts: Sequence[Alert]) -> tuple[str, ...]:
        """Ids that the database does not hold yet, in the batch's order."""
        ids = list(dict.fromkeys(alert.alert_id for alert in alerts))
        held: set[str] = set()
        for start in range(0, len(ids), _IDS_A_QUERY):
            part = ids[start : start + _IDS_A_QUERY]
            marks = ", ".join([self._mark] * len(part))
            query = f"SELECT alert_id FROM alerts WHERE alert_id IN ({marks})"  # noqa: S608 (marks alone)
            held.update(row[0] for row in connection.exec_driver_sql(query, tuple(part)))
        return tuple(one for one in ids if one not in held)


def _source_id(connection: Connection, source: str) -> int:
    """The number of a source; the next free one if it is new."""
    sources = tables.sources
    found = connection.execute(select(sources.c.source_id).where(sources.c.source == source)).scalar()
    if found is not None:
        return int(found)
    last = connection.execute(select(sources.c.source_id).order_by(sources.c.source_id.desc()).limit(1)).scalar()
    connection.execute(sources.insert().values(source_id=(last or 0) + 1, source=source, record=0))
    return int(last or 0) + 1


def _assign(columns: dict[str, str]) -> str:
    """The assignments of an upsert."""
    return ", ".join(f"{name} = {expression}" for name, expression in columns.items())


def _pick(table: str, column: str, sign: str) -> str:
    """The smaller or larger of the held and the new value; MIN and LEAST are not one name on both databases."""
    held, new = f"{table}.{column}", f"excluded.{column}"
    return f"CASE WHEN {new} {sign} {held} THEN {new} ELSE {held} END"


def _alert_row(alert: Alert) -> tuple[Any, ...]:
    """An alert in the column order of its table."""
    threshold = alert.threshold
    exact = threshold if isinstance(threshold, int) else None
    return (
        alert.alert_id,
        alert.verdict,
        alert.severity,
        alert.detector,
        alert.detector_version,
        alert.audience,
        alert.subject,
        alert.line,
        alert.platform_id,
        alert.region,
        alert.event_time,
        alert.score,
        alert.measured,
        exact,
        threshold if exact is None else None,
        alert.article,
        _encode(alert.reasons).decode(),
        alert.status,
        alert.disposition,
    )


def _dead_letter_row(letter: DeadLetter) -> tuple[Any, ...]:
    """A dead letter in the column order of its table."""
    return (
        dead_letter_id(letter),
        letter.source,
        letter.record,
        letter.reason,
        _printable(letter.path),
        _printable(letter.expected),
        _printable(letter.found),
        _printable(letter.where),
        _printable(letter.message),
        letter.body,
        None if letter.platform_id is None else _printable(letter.platform_id),
        letter.received_at,
    )


def _printable(text: str) -> str:
    """Text of a refused record; PostgreSQL keeps no NUL, which such a record may well hold."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def _decision_row(decision: Decision) -> tuple[Any, ...]:
    """A decision in the column order of its table."""
    return (
        decision.decision_id,
        decision.platform_id,
        decision.event_id,
        decision.log_position,
        decision.event_time,
        decision.score,
        decision.decision,
        decision.mode,
        _encode(decision.reasons).decode(),
        _encode(decision.versions).decode(),
    )

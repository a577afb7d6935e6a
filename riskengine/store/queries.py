"""The alert queue's questions: filters, paging by cursor, and alerts read back from their rows."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select

from riskengine.alerts import Alert, EvidenceRef, Reason
from riskengine.roles import Scope
from riskengine.store import tables
from riskengine.store.scope import in_regions, scope_conditions

EVIDENCE_SHOWN = 100
"""Events of evidence that an alert carries when it is read; `Store.evidence` says how many there are."""

EVIDENCE_WRITTEN = 1000
"""The same where alerts are written into a file."""

_decode_reasons = msgspec.json.Decoder(tuple[Reason, ...]).decode


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What the queue is narrowed to; an empty tuple or None narrows nothing.

    `since` is inclusive and `until` exclusive, both UTC milliseconds of the alert's event time.
    """

    lines: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    platform_ids: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    subject: str | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended. It holds the last alert's own values only, so it tells nothing about what was left out."""

    event_time: int
    alert_id: str

    def __str__(self) -> str:
        """The cursor as it travels in a URL."""
        return base64.urlsafe_b64encode(f"{self.event_time}.{self.alert_id}".encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read a cursor back.

        Raises
        ------
        ValueError
            If the text is not a cursor that a page gave.

        Examples
        --------
        >>> Cursor.parse(str(Cursor(1741000000000, "0f" * 16))).event_time
        1741000000000
        """
        try:
            plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
            event_time, _, last_id = plain.partition(".")
            cursor = cls(int(event_time), last_id)
        except (binascii.Error, UnicodeError, ValueError) as error:
            raise ValueError("expected the next_cursor of an earlier page") from error
        if str(cursor) != text or not abs(cursor.event_time) < 2**63 or not _is_hex(last_id):
            raise ValueError("expected the next_cursor of an earlier page")
        return cursor


def _is_hex(text: str) -> bool:
    """Whether the text could be an alert's id."""
    return len(text) == 32 and all(digit in "0123456789abcdef" for digit in text)


def alert_conditions(wanted: AlertFilter, scope: Scope) -> Any:
    """Condition of an alert that is wanted and in scope."""
    columns = tables.alerts.c
    conditions: list[Any] = [scope_conditions(tables.alerts, scope)]
    for column, values in (
        (columns.line, wanted.lines),
        (columns.verdict, wanted.verdicts),
        (columns.severity, wanted.severities),
        (columns.detector, wanted.detectors),
        (columns.platform_id, wanted.platform_ids),
        (columns.status, wanted.statuses),
    ):
        if values:
            conditions.append(column.in_(values))
    if wanted.regions:
        conditions.append(in_regions(columns.region, wanted.regions))
    if wanted.subject is not None:
        conditions.append(columns.subject == wanted.subject)
    if wanted.since is not None:
        conditions.append(columns.event_time >= wanted.since)
    if wanted.until is not None:
        conditions.append(columns.event_time < wanted.until)
    return and_(*conditions)


def page(wanted: AlertFilter, scope: Scope, cursor: Cursor | None, limit: int) -> Select[Any]:
    """Query of one page, newest event first; one row more than asked for tells whether there is another page."""
    columns = tables.alerts.c
    query = select(tables.alerts).where(alert_conditions(wanted, scope))
    if cursor is not None:
        query = query.where(
            columns.event_time <= cursor.event_time,
            or_(columns.event_time < cursor.event_time, columns.alert_id < cursor.alert_id),
        )
    return query.order_by(columns.event_time.desc(), columns.alert_id.desc()).limit(limit + 1)


def read_alerts(
    connection: Connection, rows: Iterable[RowMapping], scope: Scope, shown_events: int = EVIDENCE_SHOWN
) -> list[Alert]:
    """Alerts of some rows, each with the first events of its evidence that are in scope."""
    listed = list(rows)
    shown = first_evidence(connection, [row["alert_id"] for row in listed], scope, shown_events)
    return [to_alert(row, shown.get(row["alert_id"], ())) for row in listed]


def first_evidence(
    connection: Connection, ids: list[str], scope: Scope, shown_events: int
) -> dict[str, tuple[EvidenceRef, ...]]:
    """The first events of the evidence of each alert, in log order."""
    if not ids:
        return {}
    columns = tables.evidence.c
    place = func.row_number().over(partition_by=columns.alert_id, order_by=columns.log_position)
    ranked = (
        select(columns.alert_id, columns.platform_id, columns.event_id, place.label("place"))
        .where(columns.alert_id.in_(ids), *evidence_conditions(scope))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= shown_events).order_by(ranked.c.alert_id, ranked.c.place)
    found: dict[str, list[EvidenceRef]] = {}
    for alert, platform_id, event_id, _place in connection.execute(query):
        found.setdefault(alert, []).append(EvidenceRef(platform_id, event_id))
    return {alert: tuple(refs) for alert, refs in found.items()}


def evidence_conditions(scope: Scope) -> list[Any]:
    """Conditions of an event of evidence: a reader bound to platforms never learns of other platforms' events."""
    return [tables.evidence.c.platform_id.in_(scope.platforms)] if scope.platforms else []


def to_alert(row: Mapping[Any, Any], refs: tuple[EvidenceRef, ...]) -> Alert:
    """An alert from its row."""
    threshold = row["threshold"] if row["threshold"] is not None else row["threshold_score"]
    return Alert(
        alert_id=row["alert_id"],
        verdict=row["verdict"],
        severity=row["severity"],
        detector=row["detector"],
        detector_version=row["detector_version"],
        audience=row["audience"],
        subject=row["subject"],
        line=row["line"],
        platform_id=row["platform_id"],
        region=row["region"],
        event_time=row["event_time"],
        score=row["score"],
        measured=row["measured"],
        threshold=threshold,
        article=row["article"],
        reasons=_decode_reasons(row["reasons"]),
        evidence=refs,
        status=row["status"],
        disposition=row["disposition"],
    )

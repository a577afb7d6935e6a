"""Builders of what an engine hands to the store."""

from typing import Any

from riskengine.alerts import Alert, Reason, alert_id
from riskengine.store import Commit
from streams.dead_letters import DeadLetter

KEY = b"k" * 32
NOON = 1_741_060_800_000  # 2025-03-04 12:00 Shanghai


def make_alert(number: int = 0, **changes: Any) -> Alert:
    """An alert of its own subject for each number, one second after the one before."""
    subject = f"account:{number:016x}"
    fields: dict[str, Any] = {
        "alert_id": alert_id("aml.cycle", subject, "20250304", KEY),
        "verdict": "flag",
        "severity": "high",
        "detector": "aml.cycle",
        "detector_version": "1",
        "audience": "supervisor",
        "subject": subject,
        "line": "third_party_payment",
        "platform_id": "PAY-ZJ-014",
        "region": "330106",
        "event_time": NOON + number * 1000,
        "measured": 4,
        "threshold": 3,
        "article": "typology",
        "reasons": (Reason(rule="aml.cycle", criterion="cycles", measured=4, threshold=3),),
    }
    return Alert(**(fields | changes))


def make_dead_letter(record: int = 0, **changes: Any) -> DeadLetter:
    """A dead letter for one record."""
    fields: dict[str, Any] = {
        "reason": "wrong_type",
        "path": "$.amount_minor",
        "expected": "int",
        "found": "'12.50'",
        "where": f"events.ndjson, line {record + 1}",
        "message": f"amount_minor: expected int, got '12.50' (events.ndjson, line {record + 1})",
        "source": "file:abc",
        "record": record,
        "body": b'{"amount_minor":"12.50"}',
        "platform_id": "PAY-ZJ-014",
        "received_at": NOON,
    }
    return DeadLetter(**(fields | changes))


def make_commit(record: int = 1, *, alerts: list[Alert] | None = None, **changes: Any) -> Commit:
    """The outcome of a batch that ends at `record`; each alert rests on two events unless evidence is given."""
    raised = alerts or []
    fields: dict[str, Any] = {
        "source": "file:abc",
        "record": record,
        "log_position": record,
        "clock": NOON,
        "archive_segment": "2025-03-04",
        "archive_bytes": record * 100,
        "alerts": raised,
        "evidence": [(alert.alert_id, at, alert.platform_id, f"e{at}") for alert in raised for at in (7, 9)],
    }
    return Commit(**(fields | changes))

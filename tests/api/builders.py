"""Events as a firm sends them."""

import json
from typing import Any

from riskengine.alerts import Alert
from riskengine.store import Store
from tests.riskengine.store.builders import make_commit


def payment(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A payment of its own for each number."""
    fields: dict[str, Any] = {
        "event_id": f"e{number}",
        "kind": "payment",
        "event_time": 1_741_060_800_000 + number * 1000,
        "platform_id": "PAY-ZJ-014",
        "line": "third_party_payment",
        "payer": f"A{number}",
        "payee": f"B{number}",
        "amount_minor": 1000 + number,
    }
    return fields | changes


def ndjson(*events: dict[str, Any]) -> bytes:
    """Events one a line."""
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def put_alerts(store: Store, alerts: list[Alert], evidence: list[tuple[str, int, str, str]] | None = None) -> None:
    """Alerts straight into the store, without moving the log."""
    state = store.log_state()
    changes = {} if evidence is None else {"evidence": evidence}
    store.commit(
        make_commit(
            0,
            source="test",
            log_position=state.log_position,
            clock=state.clock,
            archive_segment=state.archive_segment,
            archive_bytes=state.archive_bytes,
            alerts=alerts,
            **changes,
        )
    )

"""The examples of the OpenAPI page."""

from typing import Any, Final

EVENT: Final[dict[str, Any]] = {
    "event_id": "20250303-0000017",
    "kind": "payment",
    "event_time": "2025-03-03T10:15:42.120+08:00",
    "platform_id": "PAY-ZJ-014",
    "line": "third_party_payment",
    "region": "330106",
    "payer": "PAY-ZJ-014:770012",
    "payee": "BANK-3301:622848001",
    "amount_minor": 1299900,
    "currency": "CNY",
    "direction": "out",
    "payer_person": "ID:330106199003070012",
    "cash": False,
}
LOAN: Final[dict[str, Any]] = {
    "event_id": "L-2025-88-issued",
    "kind": "loan",
    "event_time": "2025-03-03T11:00:00+08:00",
    "platform_id": "PAY-ZJ-014",
    "line": "micro_credit",
    "loan_id": "L-2025-88",
    "status": "issued",
    "borrower_id": "ID:330106199003070012",
    "principal_minor": 1200000,
}
SUBMITTED: Final[dict[str, Any]] = {
    "accepted": 1,
    "duplicates": 0,
    "rejected": [{"index": 1, "path": "$.amount_minor", "expected": "int", "found": "'12.50'", "reason": "wrong_type"}],
}
REASON: Final[dict[str, Any]] = {
    "feature": None,
    "value": None,
    "contribution": None,
    "rule": "aml.cycle",
    "criterion": "cycles",
    "measured": 4,
    "threshold": 3,
    "unit": "count",
    "article": "typology",
}
SCORED: Final[dict[str, Any]] = {
    "decision_id": "2eb33504b3a37ce88fc65006bc378fbf",
    "score": 0.91,
    "decision": "review",
    "reasons": [REASON],
    "mode": "full",
}
ALERT: Final[dict[str, Any]] = {
    "alert_id": "afb1a91fa01c7767017d73baba336d70",
    "verdict": "flag",
    "severity": "high",
    "detector": "aml.cycle",
    "detector_version": "1",
    "audience": "supervisor",
    "subject": "account:00000000000000ff",
    "line": "third_party_payment",
    "platform_id": "PAY-ZJ-014",
    "region": "330106",
    "event_time": 1740968142120,
    "score": None,
    "measured": 4,
    "threshold": 3,
    "article": "typology",
    "reasons": [REASON],
    "evidence": [{"platform_id": "PAY-ZJ-014", "event_id": "20250303-0000017"}],
    "status": "open",
    "disposition": None,
}
CHANGE: Final[dict[str, Any]] = {"disposition": "watch", "note": "Compare with next week's stream"}
EVIDENCE: Final[dict[str, Any]] = {
    "alert_id": ALERT["alert_id"],
    "count": 1,
    "events": [
        {
            "log_position": 881204,
            "platform_id": "PAY-ZJ-014",
            "event_id": "20250303-0000017",
            "kind": "payment",
            "event_time": 1740968142120,
            "body": {"kind": "payment", "payer": "#00000000000000ff", "payee": "#00000000000000aa"},
        }
    ],
    "nodes": [
        {"id": "account:00000000000000ff", "kind": "account", "is_subject": True},
        {"id": "account:00000000000000aa", "kind": "account", "is_subject": False},
    ],
    "links": [
        {
            "source": "account:00000000000000ff",
            "target": "account:00000000000000aa",
            "log_position": 881204,
            "platform_id": "PAY-ZJ-014",
            "event_id": "20250303-0000017",
            "event_time": 1740968142120,
            "kind": "payment",
            "amount_minor": 1299900,
            "currency": "CNY",
        }
    ],
}

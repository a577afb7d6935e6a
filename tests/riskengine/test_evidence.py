"""The graph of an alert's events."""

import json
from typing import Any

import pytest

from riskengine.evidence import evidence_graph


def row(position: int, kind: str = "payment", **body: Any) -> dict[str, Any]:
    """An archived event."""
    return {
        "position": position,
        "kind": kind,
        "event_time": position * 1000,
        "platform_id": "P",
        "event_id": f"e{position}",
        "body": json.dumps({"kind": kind, **body}).encode(),
    }


def test_nodes_come_in_order_and_the_subject_is_marked() -> None:
    rows = [row(1, payer="#aa", payee="#bb", amount_minor=5), row(2, payer="#bb", payee="#cc", amount_minor=4)]
    graph = evidence_graph(rows, "account:bb")
    assert [(node.id, node.is_subject) for node in graph.nodes] == [
        ("account:aa", False),
        ("account:bb", True),
        ("account:cc", False),
    ]
    assert [(link.source, link.target, link.amount_minor, link.currency) for link in graph.links] == [
        ("account:aa", "account:bb", 5, "CNY"),
        ("account:bb", "account:cc", 4, "CNY"),
    ]


@pytest.mark.parametrize(
    ("kind", "body", "source", "target", "amount"),
    [
        ("loan", {"borrower_id": "ID:#aa", "principal_minor": 9}, "platform:P", "party:aa", 9),
        ("loan", {"borrower_id": "ID:#aa", "lender_ids": ["ID:#bb"], "principal_minor": 9}, "party:bb", "party:aa", 9),
        ("loan", {"borrower_id": "ID:#aa", "lender_ids": []}, "platform:P", "party:aa", None),
        ("repay", {"loan_id": "L1", "principal_minor": 9, "interest_minor": 1}, "platform:P", "project:P:L1", 10),
        ("invest", {"investor_id": "#aa", "project_id": "J", "amount_minor": 3}, "party:aa", "project:P:J", 3),
        ("withdraw", {"investor_id": "#aa", "amount_minor": 3}, "platform:P", "party:aa", 3),
        ("account", {"acct_id": "#cc", "org_id": "USCC:#aa"}, "party:aa", "account:cc", None),
    ],
)
def test_movements_of_other_kinds(
    kind: str, body: dict[str, Any], source: str, target: str, amount: int | None
) -> None:
    [link] = evidence_graph([row(1, kind, **body)], "").links
    assert (link.source, link.target, link.amount_minor) == (source, target, amount)


def test_event_that_moves_nothing_makes_no_link() -> None:
    assert evidence_graph([row(1, "snapshot", as_of_date="2025-03-03")], "platform:P").nodes == ()


def test_foreign_money_keeps_its_currency() -> None:
    [link] = evidence_graph([row(1, payer="#aa", payee="#bb", amount_minor=5, currency="USD")], "").links
    assert link.currency == "USD"

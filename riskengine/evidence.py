"""The small graph that an alert rests on: accounts, parties and platforms as nodes, movements between them as links.

Made from archived, pseudonymised events when somebody opens an alert; nothing here is kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import msgspec

NodeKind = Literal["account", "party", "platform", "project"]

# (fields of which the first that is there counts, kind) of the giving and of the receiving side, then the fields whose
# sum moves; a side that the event leaves out is the reporting platform
_Side = tuple[str, NodeKind]
_MOVES: Final[dict[str, tuple[_Side, _Side, tuple[str, ...]]]] = {
    "payment": (("payer", "account"), ("payee", "account"), ("amount_minor",)),
    "loan": (("lender_ids", "party"), ("borrower_id", "party"), ("principal_minor",)),
    "repay": (("payer_id", "party"), ("loan_id", "project"), ("principal_minor", "interest_minor", "fee_minor")),
    "guarantee": (("guarantor_id", "party"), ("debtor_id", "party"), ("liability_minor",)),
    "transfer_claim": (("seller_id", "party"), ("buyer_id", "party"), ("principal_minor",)),
    "invest": (("investor_id", "party"), ("project_id", "project"), ("amount_minor",)),
    "redeem": (("project_id", "project"), ("investor_id", "party"), ("amount_minor",)),
    "withdraw": (("platform_id", "platform"), ("investor_id", "party"), ("amount_minor",)),
    "account": (("person_id org_id", "party"), ("acct_id", "account"), ("balance_minor",)),
}


class Node(msgspec.Struct, frozen=True):
    """An account, party, platform or project of the evidence; `id` has the form of an alert's subject."""

    id: str
    kind: NodeKind
    is_subject: bool


class Link(msgspec.Struct, frozen=True):
    """One event as a movement; `amount_minor` is None where the event names no amount."""

    source: str
    target: str
    log_position: int
    platform_id: str
    event_id: str
    event_time: int
    kind: str
    amount_minor: int | None
    currency: str


class EvidenceGraph(msgspec.Struct, frozen=True):
    """Nodes in the order they first take part, links in log order."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


def evidence_graph(rows: Iterable[Mapping[str, Any]], subject: str) -> EvidenceGraph:
    """The graph of some archived events.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the archive in log order, with `position`, `kind`, `event_time`, `platform_id`, `event_id`, `body`.
    subject : str
        The alert's subject, whose node is marked.

    Returns
    -------
    EvidenceGraph
        Events that name no two sides make no link; without links there are no nodes.

    Examples
    --------
    >>> body = b'{"payer":"#00000000000000aa","payee":"#00000000000000bb","amount_minor":500}'
    >>> row = {"position": 7, "kind": "payment", "event_time": 0, "platform_id": "P", "event_id": "e", "body": body}
    >>> graph = evidence_graph([row], "account:00000000000000aa")
    >>> [(node.id, node.is_subject) for node in graph.nodes]
    [('account:00000000000000aa', True), ('account:00000000000000bb', False)]
    """
    links = [link for row in rows if (link := _link(row)) is not None]
    kinds: dict[str, NodeKind] = {}
    for link in links:
        for node in (link.source, link.target):
            kinds.setdefault(node, node.partition(":")[0])  # type: ignore[arg-type]
    return EvidenceGraph(tuple(Node(node, kind, node == subject) for node, kind in kinds.items()), tuple(links))


def _link(row: Mapping[str, Any]) -> Link | None:
    """One event as a link, None if it names no two sides."""
    body = msgspec.json.decode(row["body"])
    move = _MOVES.get(row["kind"])
    if move is None:
        return None
    giving, receiving, amounts = move
    source, target = _node(body, giving, row["platform_id"]), _node(body, receiving, row["platform_id"])
    moved = [body[field] for field in amounts if body.get(field) is not None]
    return Link(
        source=source,
        target=target,
        log_position=row["position"],
        platform_id=row["platform_id"],
        event_id=row["event_id"],
        event_time=row["event_time"],
        kind=row["kind"],
        amount_minor=sum(moved) if moved else None,
        currency=body.get("currency") or "CNY",
    )


def _node(body: Mapping[str, Any], side: _Side, platform_id: str) -> str:
    """Pseudonym of one side of an event."""
    fields, kind = side
    value = next((body[field] for field in fields.split() if body.get(field) is not None), None)
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None or kind == "platform":
        return f"platform:{platform_id}"
    if kind == "project":
        return f"project:{platform_id}:{value}"
    return f"{kind}:{value.rpartition('#')[2]}"

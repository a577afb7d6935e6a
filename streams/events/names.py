"""The names of the kinds and of the lines of business, in the order that columns count them."""

from __future__ import annotations

from typing import Final, get_args

from streams.events.base import Line

#: The kinds in the order that the `kind` column counts them.
KINDS: Final = (
    "payment", "account", "party", "loan", "repay", "guarantee", "transfer_claim", "project", "product", "invest",
    "redeem", "withdraw", "suitability", "policy", "insurance_claim", "order", "snapshot", "registration", "disclosure",
    "filing", "report_receipt", "manifest", "advert", "process", "incident", "credit_query", "credit_record",
    "credit_objection", "notice", "complaint", "list_entry", "reference", "lead", "label", "correction",
)  # fmt: skip

#: The lines of business in the order that the `line` column counts them.
LINES: Final[tuple[str, ...]] = get_args(Line)

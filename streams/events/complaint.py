"""A customer complains, and what becomes of it."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Amount, Key, MoneyEvent, Party, SealedText


class Complaint(MoneyEvent, tag="complaint", frozen=True, kw_only=True):
    """One state of one complaint."""

    complaint_id: Key
    status: Literal["received", "answered", "resolved", "rejected", "escalated"]
    category: Literal["withdrawal", "fraud", "fee", "collection", "privacy", "sale", "service", "other"] | None = None
    complainant_id: Party | None = None
    amount_minor: Amount | None = None
    text: SealedText | None = None

"""A hint from the town grid, a hotline, a tip, a court or the press, and its states."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Amount, Count, Items, Key, LooseMoneyEvent, Party, SealedName, SealedText, SharedKey


class Lead(LooseMoneyEvent, tag="lead", frozen=True, kw_only=True):
    """One state of one lead. Who reported it is sealed: never a feature, a subject or an export."""

    lead_id: Key
    lead_type: Literal["grid", "hotline", "tip", "department", "court", "media"]
    status: Literal["received", "checking", "confirmed", "dismissed"]
    subject_id: Party | None = None
    subject_name: SealedName | None = None
    target_platform_id: SharedKey | None = None
    amount_minor: Amount | None = None
    persons_count: Count | None = None
    text: SealedText | None = None
    topics: (
        Items[Literal["fundraising", "p2p", "lending", "payment", "pyramid", "gambling", "fraud", "insurance", "other"]]
        | None
    ) = None
    reporter_name: SealedName | None = None
    reporter_contact: SealedName | None = None

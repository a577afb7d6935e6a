"""A record in a credit or social credit file, and its states."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Amount, CreditScheme, Key, LooseMoneyEvent, Party, Time


class CreditRecord(LooseMoneyEvent, tag="credit_record", frozen=True, kw_only=True):
    """One state of one record."""

    record_id: Key
    subject_id: Party
    status: Literal["determined", "sent", "shown", "corrected", "deleted"]
    negative: bool | None = None
    scheme: CreditScheme | None = None
    category: Literal["loan", "court", "tax", "administrative", "performance", "award", "other"] | None = None
    bad_event_ended_at: Time | None = None
    determined_at: Time | None = None
    shown_at: Time | None = None
    notice_given: bool | None = None
    amount_minor: Amount | None = None

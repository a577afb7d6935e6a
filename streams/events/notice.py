"""What a customer was told, and what became of an appeal."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Event, Key, Party, PaymentChannel, Time


class Notice(Event, tag="notice", frozen=True, kw_only=True):
    """One notice to one customer."""

    notice_id: Key
    notice_type: Literal[
        "large_transfer_warning", "risk_warning", "negative_record", "restriction", "breach", "appeal_result"
    ]
    appeal_at: Time | None = None
    appeal_result: Literal["upheld", "lifted", "partly_lifted"] | None = None
    lifted_at: Time | None = None
    customer_id: Party | None = None
    shown_at: Time | None = None
    acknowledged: bool | None = None
    channel: PaymentChannel | None = None
    record_id: Key | None = None

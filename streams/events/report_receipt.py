"""What the authority answered to a report."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Items, Key, LooseEvent, Name, Time


class ReportReceipt(LooseEvent, tag="report_receipt", frozen=True, kw_only=True):
    """One receipt for one report."""

    filing_id: Key
    receipt_type: Literal["correct", "system_correction", "error", "warning"]
    received_at: Time | None = None
    answer_due_at: Time | None = None
    codes: Items[Name] | None = None

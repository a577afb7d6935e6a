"""A report that somebody owes to an authority, and its states."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Count,
    Date,
    Items,
    Key,
    LooseEvent,
    Name,
    Part,
    Party,
    SealedName,
    SealedText,
    Time,
)


class EventRef(Part, frozen=True, kw_only=True):
    """One event that the report is about."""

    platform_id: Name
    event_id: Name


class Filing(LooseEvent, tag="filing", frozen=True, kw_only=True):
    """One state of one report."""

    filing_id: Key
    status: Literal["due", "confirmed", "submitted", "withdrawn"]
    report_type: Literal[
        "large_value", "suspicious", "terror_match", "private_loan", "quarterly_statement", "major_event",
        "suspected_fundraising", "breach", "other",
    ]  # fmt: skip
    subject_id: Party | None = None
    loan_id: Key | None = None
    period: Name | None = None
    trade_date: Date | None = None
    detected_at: Time | None = None
    confirmed_at: Time | None = None
    due_at: Time | None = None
    submitted_at: Time | None = None
    event_refs: Items[EventRef] | None = None
    report_sequence: Count | None = None
    first_report_name: Name | None = None
    urgency: Name | None = None
    filed_with: Name | None = None
    trigger: Name | None = None
    correction_mark: Name | None = None
    remarks: Name | None = None
    crime_codes: Items[Name] | None = None
    feature_codes: Items[Name] | None = None
    subject_count: Count | None = None
    transaction_count: Count | None = None
    behaviour_text: SealedText | None = None
    analysis_text: SealedText | None = None
    filer_name: SealedName | None = None

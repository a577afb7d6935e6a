"""What a platform states that it does with personal data."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Count, Country, Days, Items, Key, LooseEvent, Party, Time


class Process(LooseEvent, tag="process", frozen=True, kw_only=True):
    """One handling of personal data: categories, never values."""

    process_id: Key
    action: Literal["collect", "use", "share", "transfer_abroad", "disclose", "delete", "automated_decision"]
    purpose: (
        Literal["contract", "anti_fraud", "aml", "credit", "marketing", "statistics", "legal_duty", "other", "none"]
        | None
    ) = None
    basis: (
        Literal[
            "consent", "contract", "legal_duty", "emergency", "public_news", "disclosed_by_self", "other_law", "none"
        ]
        | None
    ) = None
    data_categories: (
        Items[
            Literal[
                "identity",
                "contact",
                "account",
                "transaction",
                "credit",
                "device",
                "ip",
                "mac",
                "location",
                "biometric",
                "child",
                "sale_trace",
                "health",
                "other",
            ]
        ]
        | None
    ) = None
    subject_id: Party | None = None
    persons_count: Count | None = None
    separate_consent: bool | None = None
    guardian_consent: bool | None = None
    impact_assessed: bool | None = None
    explanation_given: bool | None = None
    human_route: bool | None = None
    refused: bool | None = None
    record_ended_at: Time | None = None
    record_term_days: Days | None = None
    destination_country: Country | None = None
    transfer_basis: Literal["assessment", "certification", "standard_contract", "treaty", "none"] | None = None

"""What became known about an event, an account, a party or a platform; for training and evaluation."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from streams.events.base import TEXT_MAX, Confidence, Form, Key, LooseEvent, Name, SharedKey, Time

Target = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX, extra={"form": Form.TARGET})]


class Label(LooseEvent, tag="label", frozen=True, kw_only=True):
    """One label. It counts from `known_at` on, by default from `event_time`."""

    target_type: Literal["event", "account", "party", "platform", "loan", "policy", "project", "alert"]
    target: Target
    label: Literal[
        "fraud",
        "laundering",
        "default",
        "problem_platform",
        "illegal_fundraising",
        "insurance_fraud",
        "breach",
        "clean",
    ]
    target_platform_id: SharedKey | None = None
    source: (
        Literal["disposition", "court", "police", "supervisor", "firm", "customer", "data_set", "simulator"] | None
    ) = None
    authority: Name | None = None
    confidence: Confidence = 1.0
    supersedes: Key | None = None
    known_at: Time | None = None

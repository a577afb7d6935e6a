"""Somebody asked for credit information about somebody."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Key, LooseEvent, OpenParty, Party


class CreditQuery(LooseEvent, tag="credit_query", frozen=True, kw_only=True):
    """One query."""

    query_id: Key
    subject_id: Party
    status: Literal["answered", "refused"]
    user_org: OpenParty | None = None
    purpose: Literal["loan", "guarantee", "review", "employment", "other", "none"] | None = None
    consent_written: bool | None = None

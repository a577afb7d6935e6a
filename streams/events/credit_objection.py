"""An objection to a credit record, and its states."""

from __future__ import annotations

from typing import Literal

from streams.events.base import CreditScheme, Key, LooseEvent, Party, Time


class CreditObjection(LooseEvent, tag="credit_objection", frozen=True, kw_only=True):
    """One state of one objection."""

    objection_id: Key
    status: Literal["received", "answered", "corrected", "rejected", "withdrawn"]
    subject_id: Party | None = None
    record_id: Key | None = None
    scheme: CreditScheme | None = None
    received_at: Time | None = None
    answered_at: Time | None = None

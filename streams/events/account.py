"""An account is opened, changed or closed; a state kind."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    AccountType,
    Count,
    Hashed,
    Items,
    MoneyEvent,
    Name,
    OtherAmount,
    Party,
    PartyType,
    Phone,
    Time,
    Vertex,
    require_one,
)


class Account(MoneyEvent, tag="account", frozen=True, kw_only=True):
    """What holds for one account from `event_time` on."""

    acct_id: Vertex
    action: Literal["open", "update", "freeze", "unfreeze", "suspend", "reactivate", "close"]
    status: Literal["active", "suspended", "frozen", "closed"] | None = None
    person_id: Party | None = None
    org_id: Party | None = None
    holder_type: PartyType | None = None
    acct_class: Literal["I", "II", "III"] | None = None
    acct_type: AccountType | None = None
    opened_at: Time | None = None
    closed_at: Time | None = None
    verify_channels: Count | None = None
    face_to_face: bool | None = None
    phone: Phone | None = None
    phone_explanation: Literal["none", "family", "guardian", "company", "other"] | None = None
    linked_accounts: Items[Vertex] | None = None
    agreed_day_count: Count | None = None
    agreed_day_minor: OtherAmount | None = None
    balance_minor: OtherAmount | None = None
    reason_code: Name | None = None
    action_by: Literal["platform", "court", "police", "supervisor", "customer"] | None = None
    card_type: Literal["debit", "credit", "prepaid", "other"] | None = None
    card_number: Hashed | None = None
    branch_code: Name | None = None
    referrer_id: Party | None = None

    def check(self) -> None:
        """Ask for a holder."""
        require_one(self, "person_id", "org_id")

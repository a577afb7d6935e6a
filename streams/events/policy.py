"""An insurance policy and its states; a state kind."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Days,
    Items,
    Key,
    MoneyEvent,
    Name,
    OpenParty,
    OtherAmount,
    Party,
    PartyType,
    SharedKey,
    Time,
    Vertex,
)


class Policy(MoneyEvent, tag="policy", frozen=True, kw_only=True):
    """What holds for one policy from `event_time` on."""

    policy_id: Key
    status: Literal["proposed", "issued", "cancelled_cooling_off", "surrendered", "lapsed", "matured", "void"]
    insurer_id: OpenParty | None = None
    seller_org: OpenParty | None = None
    product_id: Key | None = None
    product_type: (
        Literal["life", "annuity", "health", "accident", "motor", "property", "liability", "credit", "other"] | None
    ) = None
    applicant_id: Party
    applicant_type: PartyType | None = None
    insured_id: Party | None = None
    premium_payer_id: Party | None = None
    beneficiary_ids: Items[Party] | None = None
    premium_minor: OtherAmount
    sum_insured_minor: OtherAmount | None = None
    surrender_value_minor: OtherAmount | None = None
    premium_mode: Literal["single", "regular"] | None = None
    platform_owner: Literal["self", "affiliate", "third"] | None = None
    video_ref: Name | None = None
    recorded: bool | None = None
    starts_at: Time | None = None
    ends_at: Time | None = None
    surrendered_at: Time | None = None
    term_days: Days | None = None
    surrender_account: Vertex | None = None
    agent_id: Party | None = None
    payment_id: SharedKey | None = None

"""An offer to lenders or the public; a state kind."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Count,
    Days,
    Hash,
    Items,
    Key,
    LoanPurpose,
    MoneyEvent,
    Name,
    OpenParty,
    OtherAmount,
    Party,
    PartyType,
    Rate,
    SimHash,
    Text,
    Time,
)


class Project(MoneyEvent, tag="project", frozen=True, kw_only=True):
    """What holds for one offer from `event_time` on."""

    project_id: Key
    status: Literal["published", "funding", "closed", "failed", "cancelled", "running", "repaid", "default"]
    project_type: Literal["p2p", "equity", "reward", "donation", "debt", "wealth"] | None = None
    issuer_id: Party | None = None
    issuer_type: PartyType | None = None
    target_minor: OtherAmount | None = None
    raised_minor: OtherAmount | None = None
    promised_return_minor: OtherAmount | None = None
    investors: Count | None = None
    promised_rate_ppm: Rate | None = None
    guarantee_text: Text | None = None
    description: Text | None = None
    doc_hash: Hash | None = None
    text_simhash: SimHash | None = None
    picture_hash: Hash | None = None
    purpose: LoanPurpose | None = None
    term_days: Days | None = None
    underlying_loan_ids: Items[Name] | None = None
    published_at: Time | None = None
    closed_at: Time | None = None
    over_funding_rule: bool | None = None
    open_to_public: bool | None = None
    kyc_gate: bool | None = None
    registered_offer: bool | None = None
    custodian_id: OpenParty | None = None

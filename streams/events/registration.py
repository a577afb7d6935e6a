"""What an entity is and may do: licences, holders, related parties, accounts of its own; a state kind."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Items,
    LooseMoneyEvent,
    Name,
    OpenParty,
    OtherAmount,
    Part,
    Party,
    Region,
    RegionCode,
    SealedName,
    Share,
    SharedKey,
    Text,
    Time,
    Vertex,
)

LicenceType = Literal[
    "payment", "payment_prepaid", "payment_acquiring", "bank", "micro_credit", "network_micro_credit", "guarantee",
    "fund_sale", "asset_management", "insurer", "insurance_agent", "credit_reporting", "equity_crowdfunding",
    "p2p_filing", "fx_directory", "cross_border_cny", "other",
]  # fmt: skip
BusinessType = Literal[
    "payment", "payment_prepaid", "payment_acquiring", "bank", "micro_credit", "network_micro_credit", "guarantee",
    "fund_sale", "asset_management", "insurer", "insurance_agent", "credit_reporting", "equity_crowdfunding",
    "p2p_filing", "fx_directory", "cross_border_cny", "other", "credit", "financing", "wealth", "trust",
    "currency_exchange", "p2p", "private_lending", "credit_scoring", "trade",
]  # fmt: skip


class Licence(Part, frozen=True, kw_only=True):
    """One licence; an empty list of them states that there is none."""

    licence_type: LicenceType
    number: Name | None = None
    regions: Items[RegionCode] | None = None
    issued_at: Time | None = None
    revoked_at: Time | None = None


class Holder(Part, frozen=True, kw_only=True):
    """One holder of shares."""

    id: Party
    share_ppm: Share | None = None
    pledged_ppm: Share | None = None
    is_main: bool | None = None


class RelatedEntity(Part, frozen=True, kw_only=True):
    """One party that the entity is related to."""

    id: Party
    relation: Literal["subsidiary", "sister", "kin", "employee", "vehicle", "other"]


class Registration(LooseMoneyEvent, tag="registration", frozen=True, kw_only=True):
    """What holds for one entity from `event_time` on."""

    subject_org: OpenParty
    status: Literal["in_business", "new", "suspended", "closed", "problem", "revoked"]
    subject_platform_id: SharedKey | None = None
    name: Name | None = None
    aliases: Items[Name] | None = None
    scope_text: Text | None = None
    registry_region: Region | None = None
    licences: Items[Licence] | None = None
    business_types: Items[BusinessType] | None = None
    registered_capital_minor: OtherAmount | None = None
    paid_in_capital_minor: OtherAmount | None = None
    holders: Items[Holder] | None = None
    controllers: Items[Party] | None = None
    directors: Items[Party] | None = None
    related: Items[RelatedEntity] | None = None
    legal_rep_person: Party | None = None
    legal_rep_name: SealedName | None = None
    controller_names: Items[SealedName] | None = None
    own_accounts: Items[Vertex] | None = None
    custodians: Items[OpenParty] | None = None
    idle_reason: Name | None = None
    has_branches: bool | None = None
    size_class: Literal["small_agri", "ordinary"] | None = None

"""A claim on an insurance policy and its states."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Key, MoneyEvent, OtherAmount, Party, Region, Time


class InsuranceClaim(MoneyEvent, tag="insurance_claim", frozen=True, kw_only=True):
    """One state of one claim."""

    insurance_claim_id: Key
    policy_id: Key
    status: Literal["reported", "in_review", "approved", "paid", "refused", "withdrawn"]
    claimant_id: Party | None = None
    payee_id: Party | None = None
    repairer_org: Party | None = None
    claimed_minor: OtherAmount | None = None
    paid_minor: OtherAmount | None = None
    loss_time: Time | None = None
    reported_at: Time | None = None
    place_region: Region | None = None
    cause: Literal["collision", "theft", "fire", "weather", "injury", "death", "liability", "other"] | None = None
    police_report: bool | None = None
    witness: bool | None = None

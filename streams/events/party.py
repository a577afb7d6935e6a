"""What a platform knows of a person or an organisation as its customer; a state kind."""

from __future__ import annotations

from datetime import date
from typing import Literal

from streams.errors import Fault
from streams.events.base import (
    BirthDate,
    Country,
    Hashed,
    Items,
    Key,
    LooseMoneyEvent,
    Name,
    OtherAmount,
    Part,
    Party,
    PartyType,
    Phone,
    Region,
    SealedName,
    Share,
    Time,
)


class Consent(Part, frozen=True, kw_only=True):
    """One consent that the party gave."""

    purpose: Name | None = None
    scope: Name | None = None
    given_at: Time | None = None
    withdrawn_at: Time | None = None
    written: bool | None = None


class RelatedParty(Part, frozen=True, kw_only=True):
    """One party that this one is related to."""

    id: Party
    relation: Literal["spouse", "parent", "child", "sibling", "kin", "employer", "controller", "nominee"]


class PartyState(LooseMoneyEvent, tag="party", frozen=True, kw_only=True):
    """What holds for one party from `event_time` on."""

    party_id: Party
    party_type: PartyType | None = None
    other_ids: Items[Party] | None = None
    name: SealedName | None = None
    address: SealedName | None = None
    legal_rep_name: SealedName | None = None
    phone: Phone | None = None
    email: Hashed | None = None
    birth_date: BirthDate | None = None
    nationality: Country | None = None
    residence_region: Region | None = None
    other_id_type: Name | None = None
    occupation: Name | None = None
    industry: Name | None = None
    legal_rep_person: Party | None = None
    income_minor: OtherAmount | None = None
    income_3y_mean_minor: OtherAmount | None = None
    household_id: Hashed | None = None
    party_class: (
        Literal[
            "ordinary",
            "government",
            "military",
            "court",
            "bank",
            "payment_institution",
            "financial_other",
            "employee_plan",
            "vehicle",
        ]
        | None
    ) = None
    risk_class: Literal["low", "medium", "high"] | None = None
    kyc_status: Literal["none", "basic", "full", "expired"] | None = None
    consents: Items[Consent] | None = None
    guardian_consent: bool | None = None
    related: Items[RelatedParty] | None = None
    list_match_score_ppm: Share | None = None
    list_match_entry: Key | None = None
    status: Literal["active", "ended", "deceased", "dissolved"] | None = None
    ended_at: Time | None = None

    def check(self) -> None:
        """Refuse a birth date that is not in the calendar."""
        if self.birth_date is not None and len(self.birth_date) == 10:
            try:
                date.fromisoformat(self.birth_date)
            except ValueError:
                found = "a day that is not in the calendar"
                raise Fault("wrong_type", "$.birth_date", "a date as YYYY-MM-DD", found) from None

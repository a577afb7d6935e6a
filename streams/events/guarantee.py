"""Someone answers for a debt; a state kind."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Key, MoneyEvent, OtherAmount, Party, PartyType, Time


class Guarantee(MoneyEvent, tag="guarantee", frozen=True, kw_only=True):
    """One state of one guarantee."""

    guarantee_id: Key
    status: Literal["given", "called", "paid", "released", "expired"]
    guarantor_id: Party
    guarantor_type: PartyType | None = None
    debtor_id: Party
    debtor_type: PartyType | None = None
    liability_minor: OtherAmount
    creditor_id: Party | None = None
    loan_id: Key | None = None
    guarantee_type: Literal["joint", "general", "pledge", "mortgage", "counter", "financing"] | None = None
    starts_at: Time | None = None
    ends_at: Time | None = None

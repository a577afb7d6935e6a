"""An application, a loan and its states; each is an event of its own with the same `loan_id`."""

from __future__ import annotations

from typing import Literal

from streams.errors import Fault
from streams.events.base import (
    Amount,
    Count,
    Date,
    Days,
    Hashed,
    Items,
    Key,
    LoanPurpose,
    MoneyEvent,
    OpenParty,
    OtherAmount,
    Part,
    Party,
    PartyType,
    Rate,
    Share,
    SharedKey,
    Time,
)


class FunderShare(Part, frozen=True, kw_only=True):
    """The part of a loan that one funder holds."""

    id: Party
    share_ppm: Share


class Fee(Part, frozen=True, kw_only=True):
    """One fee that the borrower pays."""

    fee_type: Literal["interest", "service", "guarantee", "membership", "insurance", "penalty", "other"]
    amount_minor: Amount
    paid_to: Party | None = None
    paid_at: Time | None = None


class Instalment(Part, frozen=True, kw_only=True):
    """One line of the schedule."""

    due_date: Date
    principal_minor: OtherAmount
    interest_minor: OtherAmount | None = None
    fee_minor: OtherAmount | None = None


class Loan(MoneyEvent, tag="loan", frozen=True, kw_only=True):
    """One state of one loan."""

    loan_id: Key
    status: Literal["applied", "issued", "drawn", "renewed", "repaid", "default", "refused", "written_off", "cancelled"]
    loan_type: (
        Literal[
            "p2p",
            "private",
            "cash_loan",
            "micro",
            "bank",
            "consumer_finance",
            "joint",
            "assisted",
            "entrusted",
            "margin",
            "other",
        ]
        | None
    ) = None
    borrower_id: Party
    borrower_type: PartyType | None = None
    principal_minor: OtherAmount
    lender_ids: Items[Party] | None = None
    funder_shares: Items[FunderShare] | None = None
    cash_received_minor: OtherAmount | None = None
    rate_nominal_ppm: Rate | None = None
    overdue_rate_ppm: Rate | None = None
    fees: Items[Fee] | None = None
    schedule: Items[Instalment] | None = None
    signed_at: Time | None = None
    term_days: Days | None = None
    renewals: Count | None = None
    purpose: LoanPurpose | None = None
    channel: Literal["own_app", "own_web", "partner", "branch", "offline", "other"] | None = None
    secured: Literal["none", "pledge", "mortgage", "guarantee"] | None = None
    guarantor_ids: Items[Party] | None = None
    related_party: bool | None = None
    partner_id: OpenParty | None = None
    credit_limit_minor: OtherAmount | None = None
    draw_minor: OtherAmount | None = None
    paid_to: Literal["borrower", "counterparty"] | None = None
    project_id: Key | None = None
    payment_id: SharedKey | None = None
    device_id: Hashed | None = None
    ip: Hashed | None = None
    refusal_automated: bool | None = None

    def check(self) -> None:
        """Hold the funders' shares to the whole and the schedule to the principal."""
        if self.funder_shares:
            total = sum(share.share_ppm for share in self.funder_shares)
            if total != 1_000_000:
                raise Fault("out_of_range", "$.funder_shares", "shares that sum to 1000000 ppm", f"a sum of {total}")
        if self.schedule:
            total = sum(instalment.principal_minor for instalment in self.schedule)
            if total != self.principal_minor:
                expected = f"principals that sum to principal_minor {self.principal_minor}"
                raise Fault("out_of_range", "$.schedule", expected, f"a sum of {total}")

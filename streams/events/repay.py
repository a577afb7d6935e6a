"""Money paid on a loan."""

from __future__ import annotations

from typing import Literal

from streams.errors import Fault
from streams.events.base import Date, Key, MoneyEvent, OtherAmount, Party, SharedKey, Time, require_one


class Repay(MoneyEvent, tag="repay", frozen=True, kw_only=True):
    """One repayment, split into principal, interest and fees."""

    loan_id: Key
    principal_minor: OtherAmount | None = None
    interest_minor: OtherAmount | None = None
    fee_minor: OtherAmount | None = None
    status: Literal["settled", "attempted", "reversed"] = "settled"
    paid_at: Time | None = None
    due_date: Date | None = None
    payer_id: Party | None = None
    source: Literal["borrower", "guarantor", "platform", "insurer", "new_loan", "other"] | None = None
    payment_id: SharedKey | None = None

    def check(self) -> None:
        """Ask for an amount above 0."""
        require_one(self, "principal_minor", "interest_minor", "fee_minor")
        if not (self.principal_minor or self.interest_minor or self.fee_minor):
            expected = "at least one of principal_minor, interest_minor, fee_minor above 0"
            raise Fault("out_of_range", "$.principal_minor", expected, "0 in all of them")

"""An investor's money comes back."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Key, Millionths, OpenParty, OtherAmount, ProductType, Vertex, require_one
from streams.events.invest import InvestorMovement


class Redeem(InvestorMovement, tag="redeem", frozen=True, kw_only=True):
    """Money comes back out of a product, a project or a loan."""

    product_id: Key | None = None
    project_id: Key | None = None
    loan_id: Key | None = None
    product_type: ProductType | None = None
    mode: Literal["T0", "T1", "maturity", "early"] | None = None
    sales_org: OpenParty | None = None
    advancer_org: OpenParty | None = None
    advancer_type: Literal["fund_sale_bank", "bank", "sales_platform", "manager", "other"] | None = None
    principal_minor: OtherAmount | None = None
    income_minor: OtherAmount | None = None
    nav_e6: Millionths | None = None
    shortfall_paid_by: Literal["none", "platform", "manager", "guarantor", "new_money"] | None = None
    to_account: Vertex | None = None

    def check(self) -> None:
        """Ask what the money comes from."""
        require_one(self, "product_id", "project_id", "loan_id")

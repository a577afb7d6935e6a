"""An investor's money goes in; `InvestorMovement` is what this kind shares with `redeem` and `withdraw`."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Amount,
    Hashed,
    Key,
    MoneyEvent,
    Party,
    ProductType,
    SharedKey,
    Time,
    require_one,
)


class InvestorMovement(MoneyEvent, frozen=True, kw_only=True):
    """One movement of an investor's money."""

    investor_id: Party
    amount_minor: Amount
    status: Literal["requested", "settled", "cancelled", "refused"] = "settled"
    investor_type: Literal["person", "org", "individual_business", "vehicle"] | None = None
    requested_at: Time | None = None
    settled_at: Time | None = None
    payment_id: SharedKey | None = None


class Invest(InvestorMovement, tag="invest", frozen=True, kw_only=True):
    """Money goes into a product, a project or a loan."""

    product_id: Key | None = None
    project_id: Key | None = None
    loan_id: Key | None = None
    product_type: ProductType | None = None
    channel: Literal["app", "web", "branch", "offline", "partner"] | None = None
    sale_platform_owner: Literal["self", "affiliate", "third"] | None = None
    money_source: Literal["own", "loan", "entrusted", "platform", "unknown"] | None = None
    bundle_id: Key | None = None
    first_purchase: bool | None = None
    referrer_id: Party | None = None
    device_id: Hashed | None = None
    ip: Hashed | None = None

    def check(self) -> None:
        """Ask what the money goes into."""
        require_one(self, "product_id", "project_id", "loan_id")

"""A lender's claim changes hands."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Items, Key, MoneyEvent, Name, OtherAmount, Party, SharedKey


class TransferClaim(MoneyEvent, tag="transfer_claim", frozen=True, kw_only=True):
    """One state of one transfer; the buyer may be unknown while it is offered."""

    transfer_id: Key
    status: Literal["offered", "settled", "cancelled"]
    loan_ids: Items[Name]
    seller_id: Party
    buyer_id: Party | None = None
    principal_minor: OtherAmount
    price_minor: OtherAmount | None = None
    asset_form: Literal["single", "package", "asset_backed", "trust_right", "fund_share"] | None = None
    payment_id: SharedKey | None = None

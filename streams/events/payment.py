"""Money moves or is meant to; the only kind that feeds the payment graph."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from streams.errors import Fault
from streams.events.base import (
    AccountType,
    Amount,
    Country,
    Currency,
    Hashed,
    Items,
    Key,
    MerchantCode,
    MoneyEvent,
    Name,
    OtherAmount,
    Party,
    PartyType,
    PaymentChannel,
    Region,
    SealedName,
    SealedText,
    SharedKey,
    Vertex,
)

Purpose = Literal[
    "goods", "services", "transfer", "salary", "rent", "invest", "redeem", "loan_issue", "loan_repay", "interest",
    "fee", "commission", "premium", "claim_payout", "surrender", "tax", "utility", "donation", "topup", "withdraw",
    "fx", "kin_transfer", "deposit_rollover", "reserve", "internal", "unspecified", "other",
]  # fmt: skip


class Payment(MoneyEvent, tag="payment", frozen=True, kw_only=True):
    """One movement of money as one institution reports it."""

    payment_id: SharedKey | None = None
    payer: Vertex
    payee: Vertex
    amount_minor: Amount
    status: Literal["settled", "attempted", "refused", "reversed", "refunded", "charged_back"] = "settled"
    direction: Literal["in", "out"] | None = None
    reporter_side: Literal["payer", "payee", "both", "clearer"] | None = None
    clearing_id: SharedKey | None = None
    payer_person: Party | None = None
    payer_org: Party | None = None
    payer_type: PartyType | None = None
    payer_name: SealedName | None = None
    payer_acct_type: AccountType | None = None
    payer_institution: SharedKey | None = None
    payee_person: Party | None = None
    payee_org: Party | None = None
    payee_type: PartyType | None = None
    payee_name: SealedName | None = None
    payee_acct_type: AccountType | None = None
    payee_institution: SharedKey | None = None
    payer_region: Region | None = None
    payee_region: Region | None = None
    place_region: Region | None = None
    same_name: bool | None = None
    cash: bool | None = None
    cross_border: bool | None = None
    payer_country: Country | None = None
    payee_country: Country | None = None
    process_country: Country | None = None
    channel: PaymentChannel | None = None
    funding: Literal["balance", "card", "credit", "bank_account", "fund_unit", "cash"] | None = None
    purpose: Purpose | None = None
    purpose_text: SealedText | None = None
    verify_factors: Annotated[int, Meta(ge=0, le=9)] | None = None
    strong_factor: bool | None = None
    id_recorded: bool | None = None
    payer_verified: bool | None = None
    missing_fields: Items[Literal["payer_name", "payee_name", "payer", "payee", "merchant_name"]] | None = None
    merchant_id: Key | None = None
    merchant_name: Name | None = None
    mcc: MerchantCode | None = None
    terminal_id: Key | None = None
    merchant_owner_person: Party | None = None
    order_id: Key | None = None
    goods_name: Name | None = None
    goods_value_minor: OtherAmount | None = None
    device_id: Hashed | None = None
    ip: Hashed | None = None
    mac: Hashed | None = None
    imei: Hashed | None = None
    payer_card: Hashed | None = None
    refund_account: Vertex | None = None
    agent_name: SealedName | None = None
    agent_person: Party | None = None
    agent_nationality: Country | None = None
    fx_side: Literal["buy", "sell"] | None = None
    fx_amount_minor: OtherAmount | None = None
    fx_currency: Currency | None = None
    relation: Literal["self", "spouse", "parent", "child", "sibling", "affiliate", "none"] | None = None
    special_approval: bool | None = None
    commission_level: Annotated[int, Meta(ge=1, le=1000)] | None = None
    referrer_id: Party | None = None
    policy_id: Key | None = None
    project_id: Key | None = None
    loan_id: Key | None = None
    branch_code: Name | None = None
    business_code: Name | None = None
    match_type: Name | None = None
    match_number: Name | None = None
    transaction_code: Name | None = None
    non_counter_mode: Name | None = None
    trade_code: Name | None = None
    bank_payment_code: Name | None = None
    branch_relation: Name | None = None

    def check(self) -> None:
        """Refuse a reporter on the side that is not its customer's."""
        direction = self.direction
        if direction is not None:
            side = self.reporter_side
            if (direction == "out" and side == "payee") or (direction == "in" and side == "payer"):
                customer = "payer" if direction == "out" else "payee"
                raise Fault(
                    "contradiction", "$.reporter_side", f"{customer}, both or clearer with direction {direction}", side
                )

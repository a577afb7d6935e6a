"""A trade that a payment is for, with its goods, waybills and declaration."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Country,
    Items,
    Key,
    MoneyEvent,
    Name,
    Number,
    OtherAmount,
    Part,
    Party,
    SharedKey,
    Time,
)


class Goods(Part, frozen=True, kw_only=True):
    """One line of goods; `goods_code` is of the Harmonized System."""

    goods_code: Name | None = None
    name: Name | None = None
    quantity: Number | None = None
    unit: Name | None = None
    unit_price_minor: OtherAmount | None = None


class Order(MoneyEvent, tag="order", frozen=True, kw_only=True):
    """One state of one order."""

    order_id: Key
    status: Literal["placed", "paid", "shipped", "declared", "delivered", "cancelled", "returned"]
    trade_type: Literal["domestic", "export", "import", "retail_import", "service", "travel"] | None = None
    buyer_id: Party | None = None
    seller_id: Party | None = None
    consumer_id: Party | None = None
    order_value_minor: OtherAmount | None = None
    goods: Items[Goods] | None = None
    origin_country: Country | None = None
    destination_country: Country | None = None
    payer_country: Country | None = None
    payee_country: Country | None = None
    waybill_numbers: Items[Name] | None = None
    carrier: Name | None = None
    logistics_confirmed: bool | None = None
    declaration_number: SharedKey | None = None
    declared_at: Time | None = None
    declared_value_minor: OtherAmount | None = None
    settlement_ids: Items[Name] | None = None

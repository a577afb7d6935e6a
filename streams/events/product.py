"""A deposit, fund or other thing that is sold; a state kind."""

from __future__ import annotations

from typing import Literal

from streams.events.base import (
    Date,
    Days,
    Event,
    Items,
    Key,
    Millionths,
    Name,
    OpenParty,
    Part,
    ProductType,
    Rating,
    Share,
    Text,
)


class Asset(Part, frozen=True, kw_only=True):
    """One asset that the product holds."""

    asset_id: Name
    share_ppm: Share | None = None
    maturity_date: Date | None = None


class Product(Event, tag="product", frozen=True, kw_only=True):
    """What holds for one product from `event_time` on."""

    product_id: Key
    status: Literal["on_sale", "closed", "matured", "suspended", "liquidated"]
    product_type: ProductType | None = None
    offering: Literal["public", "private"] | None = None
    structure: Literal["open", "closed"] | None = None
    asset_class: Literal["fixed_income", "mixed", "equity", "derivative", "cash"] | None = None
    term_days: Days | None = None
    risk_class: Rating | None = None
    nav_e6: Millionths | None = None
    nav_date: Date | None = None
    separate_account: bool | None = None
    rolling_issue: bool | None = None
    split_maturity: bool | None = None
    nav_linked: bool | None = None
    promises_principal: bool | None = None
    assets: Items[Asset] | None = None
    issuer_org: OpenParty | None = None
    manager_org: OpenParty | None = None
    custodian_id: OpenParty | None = None
    terms_text: Text | None = None

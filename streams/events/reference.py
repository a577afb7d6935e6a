"""A fact from outside that others are measured by: parities, rates, holidays, regions, tiers; a state kind."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from streams.events.base import Date, LooseEvent, Name, SharedKey, WideMillionths


class Reference(LooseEvent, tag="reference", frozen=True, kw_only=True):
    """One value of one series. A parity is `value_e6` millionths of a yuan for `per_units` of the currency `code`."""

    series: Literal[
        "parity", "lpr_1y", "holiday", "region", "population", "market_rate", "net_asset_tier", "reserve_tier"
    ]
    code: SharedKey | None = None
    value_e6: WideMillionths | None = None
    per_units: Annotated[int, Meta(ge=1, le=10**9)] | None = None
    valid_from: Date | None = None
    valid_to: Date | None = None
    day_type: Literal["working", "off"] | None = None
    text: Name | None = None
    parent_code: SharedKey | None = None

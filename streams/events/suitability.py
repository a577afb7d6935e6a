"""How an investor was rated, and for what."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Key, MoneyEvent, OtherAmount, Party, Rating, Time


class Suitability(MoneyEvent, tag="suitability", frozen=True, kw_only=True):
    """One rating of one investor."""

    investor_id: Party
    status: Literal["passed", "failed", "expired", "overridden"]
    product_id: Key | None = None
    project_id: Key | None = None
    investor_rating: Rating | None = None
    product_risk: Rating | None = None
    qualified: bool | None = None
    financial_assets_minor: OtherAmount | None = None
    income_3y_mean_minor: OtherAmount | None = None
    assessed_at: Time | None = None
    expires_at: Time | None = None

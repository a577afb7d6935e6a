"""An advertisement and its states."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Event, Key, Name, OpenParty, Rate, Text


class Advert(Event, tag="advert", frozen=True, kw_only=True):
    """One state of one advertisement."""

    advert_id: Key
    status: Literal["running", "ended", "withdrawn"]
    text: Text | None = None
    title: Name | None = None
    channel: Literal["web", "app", "social", "search", "broadcast", "print", "outdoor", "offline", "phone"] | None = (
        None
    )
    public: bool | None = None
    advertiser_org: OpenParty | None = None
    project_id: Key | None = None
    product_id: Key | None = None
    promised_rate_ppm: Rate | None = None
    promises_principal: bool | None = None

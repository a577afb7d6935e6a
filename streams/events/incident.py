"""Something went wrong at a platform: a leak, an outage, an intrusion, a run."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Count, Key, LooseEvent, SealedText, Time


class Incident(LooseEvent, tag="incident", frozen=True, kw_only=True):
    """One state of one incident."""

    incident_id: Key
    incident_type: Literal["data_leak", "outage", "intrusion", "fraud_wave", "run", "other"]
    status: Literal["open", "contained", "closed"]
    detected_at: Time | None = None
    notified_at: Time | None = None
    persons_count: Count | None = None
    text: SealedText | None = None

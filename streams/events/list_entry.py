"""An entry of a list that others are matched against: sanctions, court, partners, own lists; a state kind."""

from __future__ import annotations

from typing import Literal

from streams.events.base import Items, Key, LooseEvent, Name, Party, SealedName, SharedKey, Time


class ListEntry(LooseEvent, tag="list_entry", frozen=True, kw_only=True):
    """What holds for one entry from `event_time` on."""

    list_type: Literal[
        "un_sanctions", "police_terror", "pboc_special", "police_account_trading", "court", "penalty",
        "partner_whitelist", "clearer", "custodian", "own_block", "own_allow", "own_watch", "other",
    ]  # fmt: skip
    entry_id: Key
    status: Literal["listed", "changed", "removed"]
    subject_id: Party | None = None
    subject_name: SealedName | None = None
    aliases: Items[SealedName] | None = None
    for_platform_id: SharedKey | None = None
    listed_at: Time | None = None
    removed_at: Time | None = None
    expires_at: Time | None = None
    authority: Name | None = None

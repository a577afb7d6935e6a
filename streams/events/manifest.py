"""How many events a platform says that it sent in a period, so that gaps can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from streams.events.base import Count, Currency, Hash, Items, LooseMoneyEvent, Part, SharedKey, Time, WideAmount

if TYPE_CHECKING:
    Kind = str
else:
    from streams.events.names import KINDS

    Kind = Literal[KINDS]


class ControlTotal(Part, frozen=True, kw_only=True):
    """The sum of one kind in one currency."""

    kind: Kind
    currency: Currency
    amount_minor: WideAmount


class Manifest(LooseMoneyEvent, tag="manifest", frozen=True, kw_only=True):
    """What was sent from `period_start` up to `period_end`."""

    period_start: Time
    period_end: Time
    event_counts: dict[Kind, Count]
    control_totals: Items[ControlTotal] | None = None
    first_seq: Count | None = None
    last_seq: Count | None = None
    file_hash: Hash | None = None
    about_platform_id: SharedKey | None = None

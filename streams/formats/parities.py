"""The parities that a converted data set needs, put into it as events.

The engine converts only at parities that stand in its log. A public data set brings none, so that a yearly mean is
written before the first event that needs it; see `streams.parity` for what that mean is worth.
"""

from collections.abc import Iterator
from datetime import datetime

from streams.clock import day_date, day_number
from streams.formats.base import SHANGHAI, Event, Label, Skipped
from streams.parity import YearlyParity, yearly_parities

_FOREVER = 2**31 - 1


def with_parities(items: Iterator[Event | Label | Skipped]) -> Iterator[Event | Label | Skipped]:
    """Yield the items, each year's parity of a foreign currency before the first event that it converts."""
    told: set[tuple[str, int]] = set()
    for item in items:
        if isinstance(item, dict) and (currency := item.get("currency", "CNY")) != "CNY":
            moment = datetime.fromisoformat(item["event_time"]).astimezone(SHANGHAI)
            if (currency, moment.year) not in told:
                told.add((currency, moment.year))
                day = day_number(moment.date())
                for parity in yearly_parities():
                    if parity.currency == currency and parity.valid_from <= day <= parity.valid_to:
                        yield _reference(parity, item, moment.year)
        yield item


def _reference(parity: YearlyParity, before: Event, year: int) -> Event:
    """The parity as an event that stands just before another."""
    event: Event = {
        "event_id": f"parity-{parity.currency}-{year}",
        "kind": "reference",
        "event_time": before["event_time"],
        "platform_id": before["platform_id"],
        "series": "parity",
        "code": parity.currency,
        "value_e6": parity.value_e6,
        "per_units": parity.per_units,
        "valid_from": day_date(parity.valid_from).isoformat(),
    }
    if parity.valid_to != _FOREVER:
        event["valid_to"] = day_date(parity.valid_to).isoformat()
    return event

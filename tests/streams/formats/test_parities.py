"""Parities in converted data: once a year and currency, before the first amount that needs them."""

from streams.formats.base import Label
from streams.formats.parities import with_parities


def crowns(number, when, currency="CZK"):
    return {"event_id": f"e{number}", "kind": "payment", "event_time": when, "platform_id": "B", "currency": currency}


def test_each_year_of_a_currency_is_told_once_before_its_first_amount():
    items = [
        crowns(1, "1995-05-01T00:00:00+08:00"),
        Label("loan", "1", "default", "1995-06-01T00:00:00+08:00"),
        crowns(2, "1995-12-31T00:00:00+08:00"),
        crowns(3, "1996-01-01T00:00:00+08:00"),
        crowns(4, "1996-01-01T00:00:00+08:00", "CNY"),
    ]
    out = [getattr(item, "target", None) or item["event_id"] for item in with_parities(iter(items))]
    assert out == ["parity-CZK-1995", "e1", "1", "e2", "parity-CZK-1996", "e3", "e4"]


def test_the_parity_of_1995_holds_for_that_year():
    parity = next(with_parities(iter([crowns(1, "1995-05-01T00:00:00+08:00")])))
    assert (parity["valid_from"], parity["valid_to"]) == ("1995-01-01", "1995-12-31")
    assert (parity["code"], parity["per_units"]) == ("CZK", 100)

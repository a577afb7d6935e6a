"""How the console writes times, amounts, pseudonyms and regions."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from api.console.words import Words
from streams.money import EXPONENTS
from streams.regions import REGIONS

SHANGHAI: Final = timezone(timedelta(hours=8))
_SIGNS: Final = {"CNY": "¥"}


def write_time(time_ms: int | None) -> str:
    """A time in Shanghai, to the second.

    Examples
    --------
    >>> write_time(1740968142120)
    '2025-03-03 10:15:42'
    """
    if time_ms is None:
        return "–"
    moment = datetime.fromtimestamp(time_ms // 1000, UTC).astimezone(SHANGHAI)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def write_amount(amount_minor: int | None, currency: str = "CNY") -> str:
    """An amount with the digits of its currency.

    Examples
    --------
    >>> write_amount(1299900), write_amount(1500, "JPY"), write_amount(-5)
    ('¥12,999.00', 'JPY 1,500', '-¥0.05')
    """
    if amount_minor is None:
        return "–"
    digits = EXPONENTS.get(currency, 2)
    whole, part = divmod(abs(amount_minor), 10**digits)
    text = f"{whole:,}" + (f".{part:0{digits}d}" if digits else "")
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{text}"


def write_number(value: float | None, unit: str | None = None) -> str:
    """A value in its unit: money in yuan, shares in per cent, everything else as it is.

    Examples
    --------
    >>> write_number(5000000, "CNY fen"), write_number(154000, "ppm"), write_number(4, "payments"), write_number(0.8312)
    ('¥50,000.00', '15.4 %', '4', '0.831')
    """
    if value is None:
        return "–"
    if unit in ("CNY fen", "fen") and isinstance(value, int):
        return write_amount(value)
    if unit in ("USD cents", "usd_cents") and isinstance(value, int):
        return write_amount(value, "USD")
    if unit == "ppm":
        return f"{value / 10_000:,.4g} %"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def write_region(code: str | None, words: Words) -> str:
    """A region by its name; its code where the table has none."""
    if code is None:
        return "–"
    region = REGIONS.get(int(code)) if code.isdigit() else None
    if region is None:
        return code
    return words.pick(region.name_zh, region.name_en)


def shorten(pseudonym: str) -> str:
    """A pseudonym short enough for a table: the first eight digits of a hash, a name as it is.

    Examples
    --------
    >>> shorten("account:00c0ffee00c0ffee"), shorten("platform:PAY-ZJ-014")
    ('00c0ffee', 'PAY-ZJ-014')
    """
    kind, _, value = pseudonym.partition(":")
    if kind in ("account", "party"):
        return value[:8]
    return value.rpartition(":")[2] or pseudonym

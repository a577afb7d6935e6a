"""What a format is, and what all of them need: tables whose errors say file, line and column; times and money as events
have them.

A format yields, in the order of event time, the events of a data set as JSON objects, labels, and notes of what it left
out. Everything is made from the rows alone, so that the same files give the same events, ids included.
"""

import datetime as dt
import decimal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from streams.clock import day_number
from streams.errors import StreamError
from streams.parity import has_parity

Event = dict[str, Any]
TargetType = Literal["event", "account", "party", "platform", "loan", "policy", "project", "alert"]

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
LABEL_COLUMNS = ("target_type", "target", "label", "known_at")
NO_CURRENCY = "CNY"
"""Where a set names no currency, or one that the engine has no parity of, one unit stands as one yuan."""


class FormatError(StreamError):
    """A value of a data set is not what the format expects; the text names file, line and column."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is known of a target, and from when on.

    Attributes
    ----------
    target_type, target : str
        An event by its id, an account by its vertex, a loan by its id.
    label : str
        One of the labels of events: fraud, laundering, default and so on.
    known_at : str
        RFC 3339; before it nobody may use the label.
    """

    target_type: TargetType
    target: str
    label: str
    known_at: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no event, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Format:
    """One data set's way into events.

    Attributes
    ----------
    name : str
        Name on the command line.
    title : str
        What the set is, in a few words.
    source : str
        What SOURCE is: a folder or a file, and which.
    notes : tuple of str
        What is taken to be what, for those who run it.
    convert : callable
        Path to events, labels and skipped rows, streamed.
    """

    name: str
    title: str
    source: str
    notes: tuple[str, ...]
    convert: Callable[[Path], Iterator[Event | Label | Skipped]]


def moment(time: dt.datetime) -> str:
    """Return an aware time as RFC 3339 in Shanghai.

    Examples
    --------
    >>> moment(dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
    '2021-01-01T08:00:00+08:00'
    """
    return time.astimezone(SHANGHAI).isoformat(timespec="seconds")


def midnight(day: dt.date) -> str:
    """Return the first moment of a Shanghai day.

    Examples
    --------
    >>> midnight(dt.date(1993, 1, 5))
    '1993-01-05T00:00:00+08:00'
    """
    return f"{day.isoformat()}T00:00:00+08:00"


@cache
def currency_on(currency: str, day: dt.date) -> str:
    """Return the currency itself where the engine comes with its parity of that day, else CNY.

    Examples
    --------
    >>> currency_on("CZK", dt.date(1995, 5, 1)), currency_on("BRL", dt.date(2022, 9, 1))
    ('CZK', 'CNY')
    """
    return currency if has_parity(currency, day_number(day)) else NO_CURRENCY


def minor_units(text: str, exponent: int = 2) -> int:
    """Return an amount in minor units, exactly; what is finer is rounded half to even.

    Parameters
    ----------
    text : str
        The amount as a decimal number.
    exponent : int, default=2
        Minor units of one unit, as a power of ten.

    Raises
    ------
    ValueError
        Where the text is not a finite number of at least 0.

    Examples
    --------
    >>> minor_units("3372.7"), minor_units("5"), minor_units("1e3"), minor_units("0.125"), minor_units("7.6", 0)
    (337270, 500, 100000, 12, 8)
    """
    whole, _, part = text.partition(".")
    if whole.isdecimal() and len(part) <= exponent and (part.isdecimal() or not part):
        return int(whole + part.ljust(exponent, "0"))
    try:
        amount = decimal.Decimal(text)
    except decimal.InvalidOperation as error:
        raise ValueError(text) from error
    if not amount.is_finite() or amount < 0:
        raise ValueError(text)
    return int((amount * 10**exponent).to_integral_value(decimal.ROUND_HALF_EVEN))

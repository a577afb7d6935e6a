"""The catalogue: every feature by name, with meaning, unit, window, horizon and the purposes it may serve.

The order of the catalogue is the order of the columns of a feature row. `docs/features.md` is made from here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

WINDOWS: tuple[tuple[str, int], ...] = (("1h", HOUR_MS), ("1d", DAY_MS), ("7d", 7 * DAY_MS), ("30d", 30 * DAY_MS))
PATTERN_WINDOWS = WINDOWS[:2]
CYCLE_LENGTHS = (2, 3, 4, 5, 6)
HISTORY_DAYS = 400  # account age and dormancy stop counting here

FINANCE = ("fraud", "laundering", "credit", "supervision")
CRIME = ("fraud", "laundering", "supervision")


@dataclass(frozen=True, slots=True)
class Feature:
    """One named number about an event.

    Attributes
    ----------
    name : str
        Column name.
    family : str
        The file under `features/` that computes it.
    meaning : str
        One sentence. u is the payer, v the payee, t the clock at the event.
    unit : str
    window : str
        Span of time looked at, half-open `(t - w, t]`; `-` if none.
    horizon_days : float
        Nothing older can change the value.
    purposes : tuple of str
        What the feature may be used for.
    """

    name: str
    family: str
    meaning: str
    unit: str
    window: str
    horizon_days: float
    purposes: tuple[str, ...]


_WINDOWED = (
    ("payer_out_count", "settled payments out of u", "payments"),
    ("payer_out_sum", "money out of u", "CNY fen"),
    ("payer_in_count", "settled payments into u", "payments"),
    ("payer_in_sum", "money into u", "CNY fen"),
    ("payee_in_count", "settled payments into v", "payments"),
    ("payee_in_sum", "money into v", "CNY fen"),
    ("payee_out_count", "settled payments out of v", "payments"),
    ("payee_out_sum", "money out of v", "CNY fen"),
    ("payer_payees", "distinct accounts that u paid", "accounts"),
    ("payer_payers", "distinct accounts that paid u", "accounts"),
    ("payee_payers", "distinct accounts that paid v", "accounts"),
    ("payee_payees", "distinct accounts that v paid", "accounts"),
    ("pair_count", "payments u to v", "payments"),
    ("pair_sum", "money from u to v", "CNY fen"),
    ("reverse_count", "payments v to u", "payments"),
    ("reverse_sum", "money from v to u", "CNY fen"),
)


def _payment_features() -> Iterator[Feature]:
    """The features of a payment, column by column."""
    for window, span in WINDOWS:
        days = span / DAY_MS
        for stem, meaning, unit in _WINDOWED:
            yield Feature(f"{stem}_{window}", "graph/windows", meaning, unit, window, days, FINANCE)
    month = 30.0
    yield Feature(
        "payer_seconds_since_out",
        "graph/windows",
        "whole seconds from the last payment out of u to t; -1 if none within 30 days",
        "seconds",
        "30d",
        month,
        FINANCE,
    )
    yield Feature(
        "payee_seconds_since_in",
        "graph/windows",
        "whole seconds from the last payment into v to t; -1 if none within 30 days",
        "seconds",
        "30d",
        month,
        FINANCE,
    )
    yield Feature(
        "lateness_seconds", "graph/windows", "t less the event's own time, rounded down", "seconds", "-", 0.0, CRIME
    )
    for window, span in PATTERN_WINDOWS:
        for length in CYCLE_LENGTHS:
            yield Feature(
                f"cycles_{length}_{window}",
                "graph/cycles",
                f"simple cycles of {length} payments in rising log order that the event closes",
                "cycles",
                window,
                span / DAY_MS,
                CRIME,
            )
    for window, span in PATTERN_WINDOWS:
        yield Feature(
            f"scatter_gather_{window}",
            "graph/scatter_gather",
            "most distinct middles between one source and v, the event gathering from middle u; 0 if u has no source",
            "accounts",
            window,
            span / DAY_MS,
            CRIME,
        )
    for stem, meaning in (
        ("cycles", "1 if the cycle search met its budget"),
        ("scatter_gather", "1 if the scatter-gather search met its budget"),
        ("search", "1 if either search met its budget"),
    ):
        yield Feature(f"{stem}_truncated", "graph/search", meaning, "0 or 1", "1d", 1.0, CRIME)
    yield Feature("amount_fen", "profile", "the payment itself; 0 without a parity", "CNY fen", "-", 0.0, FINANCE)
    yield Feature("hour_of_day", "profile", "hour of the event's own time in Shanghai", "0 to 23", "-", 0.0, FINANCE)
    yield Feature(
        "history_days",
        "profile",
        "whole days that the log has run, counted up to 400",
        "days",
        "-",
        float(HISTORY_DAYS),
        FINANCE,
    )
    for window in ("1d", "7d"):
        yield Feature(
            f"payer_pass_ppm_{window}",
            "profile",
            "money out of u, this payment included, against money into u; at most 10^9; -1 if nothing came in",
            "ppm",
            window,
            1.0 if window == "1d" else 7.0,
            CRIME,
        )
    yield Feature(
        "payee_burst_ppm", "profile", "7-day against 30-day money into v; -1 if none", "ppm", "30d", month, FINANCE
    )
    yield Feature(
        "payer_burst_ppm", "profile", "7-day against 30-day money into u; -1 if none", "ppm", "30d", month, FINANCE
    )
    yield Feature(
        "amount_vs_payer_mean_ppm",
        "profile",
        "the payment against u's mean payment over 30 days; at most 10^9; -1 if none",
        "ppm",
        "30d",
        month,
        FINANCE,
    )


@cache
def payment_features() -> tuple[Feature, ...]:
    """Every feature of a payment, in column order."""
    return tuple(_payment_features())


@cache
def names() -> tuple[str, ...]:
    """Column names of a payment's feature row.

    Examples
    --------
    >>> names()[0], len(names())
    ('payer_out_count_1h', 90)
    """
    return tuple(feature.name for feature in payment_features())


@cache
def _positions() -> dict[str, int]:
    """Column of each name."""
    return {name: column for column, name in enumerate(names())}


def index(name: str) -> int:
    """Column of a payment feature.

    Raises
    ------
    KeyError
        If the catalogue has no such feature.

    Examples
    --------
    >>> index("payer_out_sum_1h")
    1
    """
    return _positions()[name]

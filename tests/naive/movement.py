"""What the naive twins of the account families look at: payments in log order, and those that moved money."""

from dataclasses import dataclass

DAY = 86_400_000
HOUR = 3_600_000


@dataclass(frozen=True)
class Movement:
    """One payment; `counts` where it makes an entry. Ids are 0 where they are unknown."""

    payer: int
    payee: int
    fen: int
    clock: int
    time: int
    counts: bool = True
    payer_party: int = 0
    payee_party: int = 0
    is_cash: bool = False
    place: int = 0
    takes_in: bool = False
    marks: tuple[int, ...] = ()


def within(past: list[Movement], clock: int, width: int) -> list[Movement]:
    """Payments of the window `(t - width, t]` that moved money."""
    return [paid for paid in past if paid.counts and clock - width < paid.clock <= clock]


def ppm(numerator: int, denominator: int) -> int:
    """Parts per million, at most 10**9; -1 where there is nothing to divide by."""
    return min(numerator * 10**6 // denominator, 10**9) if denominator > 0 else -1


def shanghai_day(moment: int) -> int:
    """Days since 1970 in Shanghai."""
    return (moment + 8 * HOUR) // DAY

"""Payments just under a line in plain Python, straight from the definitions."""

from tests.naive.movement import DAY, Movement, shanghai_day, within


def line_of(paid: Movement) -> int:
    """The line in yuan that a payment stays just under."""
    lines = [50_000] if paid.is_cash else []
    near = [line for line in [*lines, 200_000, 500_000] if 0.8 * line * 100 <= paid.fen < line * 100]
    return near[0] if near else 0


def structuring_row(past: list[Movement], event: Movement) -> list[int]:
    """The columns of `features.structuring`, given all payments before the event."""
    row = [line_of(event)]
    for side in ("payer", "payee"):
        row += _windows([paid for paid in past if getattr(paid, side) == getattr(event, side)], event.clock)
    for side in ("payer", "payee"):
        party = getattr(event, f"{side}_party")
        if party == 0:
            row += [-1] * 7
            continue
        mine = [paid for paid in past if getattr(paid, f"{side}_party") == party]
        near = [paid for paid in within(mine, event.clock, 5 * DAY) if line_of(paid)]
        row += _windows(mine, event.clock)
        row += [
            len({getattr(paid, side) for paid in near}),
            len({paid.place for paid in near}),
            len({shanghai_day(paid.time) for paid in near}),
        ]
    return row


def _windows(mine: list[Movement], clock: int) -> list[int]:
    """Count and sum over one day and over five."""
    row = []
    for days in (1, 5):
        near = [paid.fen for paid in within(mine, clock, days * DAY) if line_of(paid)]
        row += [len(near), sum(near)]
    return row

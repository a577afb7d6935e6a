"""Amounts, acquaintance and hours of a payment in plain Python, straight from their definitions."""

from features.catalogue import WINDOWS
from tests.naive.movement import DAY, HOUR, Movement, ppm, within


def amounts_row(past: list[Movement], event: Movement) -> list[int]:
    """The columns of `features.amounts`, given all payments before the event."""
    row: list[int] = []
    for _, width in WINDOWS:
        inside = within(past, event.clock, width)
        for side in (
            [paid.fen for paid in inside if paid.payer == event.payer],
            [paid.fen for paid in inside if paid.payee == event.payee],
            [paid.fen for paid in inside if (paid.payer, paid.payee) == (event.payer, event.payee)],
        ):
            row += [max(side), sum(side) // len(side)] if side else [-1, -1]
    pair = [paid.clock for paid in past if paid.counts and (paid.payer, paid.payee) == (event.payer, event.payee)]
    if not pair or pair[-1] <= event.clock - 30 * DAY:
        row += [1, -1, -1]
    else:
        first = pair[-1]
        for clock in reversed(pair):
            if first - clock >= 30 * DAY:
                break
            first = clock
        row += [0, min((event.clock - first) // DAY, 370), (event.clock - pair[-1]) // DAY]
    outs = [paid for paid in within(past, event.clock, 30 * DAY) if paid.payer == event.payer]
    same = [paid for paid in outs if _band(paid.time) == _band(event.time)]
    return [*row, ppm(len(same), len(outs))]


def _band(moment: int) -> int:
    """Which four hours of the Shanghai day."""
    return (moment + 8 * HOUR) // (4 * HOUR) % 6

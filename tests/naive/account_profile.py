"""Age, sleep and yearly flows of both sides in plain Python, straight from their definitions."""

from tests.naive.movement import DAY, Movement, ppm, shanghai_day

Statement = tuple[int, int, int, int]
"""An account event: payments before it in the log, vertex, clock, time of opening that it states."""


def account_profile_row(past: list[Movement], event: Movement, statements: list[Statement]) -> list[int]:
    """The columns of `features.account_profile`, given all payments and statements before the event."""
    counted = [(number, paid) for number, paid in enumerate(past) if paid.counts]
    return [
        value
        for account in (event.payer, event.payee)
        for value in _side(counted, account, len(past), event.clock, statements)
    ]


def _side(
    counted: list[tuple[int, Movement]], account: int, number: int, clock: int, statements: list[Statement]
) -> list[int]:
    mine = [(at, paid) for at, paid in counted if account in (paid.payer, paid.payee)]
    said = [statement for statement in statements if statement[1] == account and statement[0] <= number]
    today = shanghai_day(clock)

    ages = [max(0, today - shanghai_day(opened)) for _, _, at, opened in said[-1:] if at > clock - 400 * DAY]
    days = [shanghai_day(paid.clock) for _, paid in mine if paid.clock > clock - 400 * DAY]
    ages += [today - day for day in days if day > today - 400][:1]
    last = mine[-1][1].clock if mine else None
    dormant = (clock - last) // DAY if last is not None and last > clock - 400 * DAY else -1

    awake, before = -1, None
    for at, moment in [*((at, paid.clock) for at, paid in mine), (number, clock)]:
        known = [(stated, opened) for place, _, stated, opened in said if place <= at]
        if _wakes(before, known, moment) and moment > clock - 30 * DAY:
            awake = (clock - moment) // DAY
        before = moment

    changes = []
    for flow in ("payee", "payer"):
        flows = [(paid.clock, paid.fen) for _, paid in mine if getattr(paid, flow) == account]
        week = sum(fen for at, fen in flows if at > clock - 7 * DAY)
        end = (today - 7) // 28
        year = sum(fen for at, fen in flows if end - 13 <= shanghai_day(at) // 28 < end)
        changes.append(ppm(week * 13, year))
    return [min(max(ages, default=-1), 365), dormant, awake, *changes]


def _wakes(before: int | None, known: list[tuple[int, int]], moment: int) -> bool:
    """Whether a payment ends a sleep."""
    if before is not None and before > moment - 370 * DAY:
        return moment - before >= 180 * DAY
    return bool(known) and known[-1][0] > moment - 370 * DAY and known[-1][1] <= moment - 180 * DAY

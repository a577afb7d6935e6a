"""Gather-scatter in plain Python, straight from its definition."""

from tests.naive.payments import Payment, within

DAY_MS = 86_400_000


def row(past: list[Payment], event: Payment) -> list[int]:
    """Sources, sinks and pass ratio over a day and over seven, no truncation."""
    return [*window(past, event, DAY_MS), *window(past, event, 7 * DAY_MS), 0]


def window(past: list[Payment], event: Payment, width: int) -> list[int]:
    """Sources, sinks and pass ratio of one window."""
    if event.is_to_itself:
        return [0, 0, -1]
    hub = event.payer
    everything = [paid for paid in past if event.clock - width < paid.clock]
    money_in = sum(paid.fen for paid in everything if paid.payee == hub)
    money_out = sum(paid.fen for paid in everything if paid.payer == hub) + event.fen
    payers = {paid.payer for paid in everything if paid.payee == hub}
    if len(payers) < 2 or not money_in / 2 <= money_out <= 2 * money_in:
        return [0, 0, -1]
    inside = within(past, event, width)
    gathers = [i for i, paid in enumerate(inside) if paid.payee == hub and paid.payer != event.payee]
    sources = {inside[i].payer for i in gathers}
    if not gathers:
        return [0, 0, -1]
    scatters = [paid for paid in inside[gathers[0] + 1 :] if paid.payer == hub and paid.payee not in sources]
    sinks = {paid.payee for paid in scatters} | {event.payee}
    gathered = sum(inside[i].fen for i in gathers)
    scattered = sum(paid.fen for paid in scatters) + event.fen
    ratio = min(scattered * 1_000_000 // gathered, 10**9) if gathered else -1
    return [len(sources), len(sinks), ratio]

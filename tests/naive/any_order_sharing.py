"""Scatter-gather and bicliques in any order of their payments, in plain Python over the pairs that paid each other."""

from tests.naive.payments import Payment, within

DAY_MS = 86_400_000


def pairs_within(past: list[Payment], event: Payment, width: int) -> set[tuple[int, int]]:
    """Who paid whom within the window, the event included."""
    inside = within(past, event, width)
    return {(payment.payer, payment.payee) for payment in inside} | {(event.payer, event.payee)}


def middles(paid: set[tuple[int, int]], source: int, sink: int) -> set[int]:
    """Accounts that the source paid and that paid the sink."""
    return {payee for payer, payee in paid if payer == source and (payee, sink) in paid} - {source, sink}


def ends(paid: set[tuple[int, int]], event: Payment) -> list[tuple[int, int]]:
    """Sources and sinks of which the event is a payment to or from a middle."""
    u, v = event.payer, event.payee
    gathering = [(source, v) for source, payee in paid if payee == u and source != v]
    scattering = [(u, sink) for payer, sink in paid if payer == v and sink != u]
    return gathering + scattering


def others(paid: set[tuple[int, int]], event: Payment) -> list[tuple[int, int]]:
    """The other payer and the other payee of every biclique."""
    u, v = event.payer, event.payee
    payers = [payer for payer, payee in paid if payee == v and payer != u]
    payees = [payee for payer, payee in paid if payer == u and payee != v]
    return [(payer, payee) for payer in payers for payee in payees if (payer, payee) in paid]


def row(past: list[Payment], event: Payment) -> list[int]:
    """Middles and bicliques of either window, no truncation."""
    if event.is_to_itself:
        return [0] * 5
    values = []
    for width in (7 * DAY_MS, 30 * DAY_MS):
        paid = pairs_within(past, event, width)
        values += [max((len(middles(paid, *pair)) for pair in ends(paid, event)), default=0), len(others(paid, event))]
    return [*values, 0]

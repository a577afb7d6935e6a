"""Bipartite blocks, bicliques and stacks in plain Python, straight from their definitions."""

from itertools import combinations

from tests.naive.payments import Payment, within

DAY_MS = 86_400_000


def row(past: list[Payment], event: Payment) -> list[int]:
    """Sizes, density, bicliques and layers, no truncation."""
    if event.is_to_itself:
        return [0] * 11
    inside = within(past, event, DAY_MS)
    u, v = event.payer, event.payee
    paid = {(payment.payer, payment.payee) for payment in inside} | {(u, v)}
    accounts = {account for pair in paid for account in pair}
    others = {x for x in accounts - {u, v} if (x, v) in paid}
    shared = {y for y in accounts - {u, v} if (u, y) in paid}
    payers = {u} | {x for x in others if any((x, y) in paid for y in shared)}
    payees = {v} | {y for y in shared if any((x, y) in paid for x in others)}
    if len(payers) == 1:
        return [0] * 11
    pairs = [(x, y) for x in payers for y in payees if x != y]
    density = sum(pair in paid for pair in pairs) * 1_000_000 // len(pairs)
    sets = [bicliques(paid, event, more_payers, more_payees) for more_payers in (1, 2) for more_payees in (1, 2)]
    return [len(payers), len(payees), density, *sets, *stack(inside, event, payers, payees), 0]


def bicliques(paid: set[tuple[int, int]], event: Payment, more_payers: int, more_payees: int) -> int:
    """Complete sets that have so many payers and payees beside the event's own."""
    u, v = event.payer, event.payee
    others = [x for x, payee in paid if payee == v and x != u]
    shared = [y for payer, y in paid if payer == u and y != v]
    return sum(
        all((x, y) in paid for x in left for y in right)
        for left in combinations(others, more_payers)
        for right in combinations(shared, more_payees)
        if not set(left) & set(right)
    )


def stack(inside: list[Payment], event: Payment, payers: set[int], payees: set[int]) -> list[int]:
    """Layers, and the accounts of the second and of the third."""
    until = {
        x: max((i for i, paid in enumerate(inside) if paid.payer == x and paid.payee in payees), default=0)
        for x in payers
    } | {event.payer: len(inside)}
    second = sources(inside, until, payers | payees)
    counted = {
        a: max(i for i, paid in enumerate(inside) if paid.payer == a and paid.payee in until and i < until[paid.payee])
        for a in second
    }
    third = sources(inside, counted, payers | payees | second) if len(second) > 1 else set()
    layers = 1 if len(second) < 2 else 2 if len(third) < 2 else 3
    return [layers, len(second), len(third)]


def sources(inside: list[Payment], until: dict[int, int], outside: set[int]) -> set[int]:
    """Accounts outside that paid at least two of `until`, each before its own payment number."""
    reached = {
        (paid.payer, paid.payee)
        for i, paid in enumerate(inside)
        if paid.payee in until and i < until[paid.payee] and paid.payer not in outside
    }
    counts = [payer for payer, _ in reached]
    return {payer for payer in counts if counts.count(payer) > 1}

"""Cycles in any order of their payments, in plain Python over the pairs that paid each other."""

from tests.naive.payments import Payment, within

DAY_MS = 86_400_000


def cycles(past: list[Payment], event: Payment, width: int) -> list[tuple[int, ...]]:
    """Every cycle of at most six accounts that the event closes, as its accounts from payee to payer."""
    paid = {(payment.payer, payment.payee) for payment in within(past, event, width)}
    found: list[tuple[int, ...]] = []

    def walk(accounts: tuple[int, ...]) -> None:
        if accounts[-1] == event.payer:
            found.append(accounts)
        elif len(accounts) < 6:
            for payer, payee in paid:
                if payer == accounts[-1] and payee not in accounts:
                    walk((*accounts, payee))

    if not event.is_to_itself:
        walk((event.payee,))
    return found


def row(past: list[Payment], event: Payment) -> list[int]:
    """Counts of either window; all searched, no truncation."""
    counts = [
        sum(len(accounts) == length for accounts in cycles(past, event, width))
        for width in (7 * DAY_MS, 30 * DAY_MS)
        for length in range(2, 7)
    ]
    return [*counts, 6, 6, 0]

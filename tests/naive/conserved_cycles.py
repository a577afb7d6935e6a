"""Cycles with conserved amounts in plain Python, straight from their definition."""

from tests.naive.payments import Payment, amounts, is_conserved, within

DAY_MS = 86_400_000


def cycles(past: list[Payment], event: Payment) -> list[list[Payment]]:
    """Every cycle that the event closes, as its earlier payments in log order."""
    inside = within(past, event, 7 * DAY_MS)
    found: list[list[Payment]] = []

    def walk(taken: list[Payment], start: int) -> None:
        last = taken[-1]
        if last.payee == event.payer:
            if is_conserved(last, event):
                found.append(taken)
            return
        if len(taken) == 9:
            return
        visited = {taken[0].payer} | {paid.payee for paid in taken}
        for number in range(start, len(inside)):
            paid = inside[number]
            if paid.payer == last.payee and paid.payee not in visited and is_conserved(last, paid):
                walk([*taken, paid], number + 1)

    if not event.is_to_itself:
        for number, paid in enumerate(inside):
            if paid.payer == event.payee:
                walk([paid], number + 1)
    return found


def row(past: list[Payment], event: Payment) -> list[int]:
    """Count, shortest, longest, span of the tightest, smallest and largest ratio kept, no truncation."""
    found = cycles(past, event)
    if not found:
        return [0, 0, 0, -1, -1, -1, 0]
    lengths = [len(taken) + 1 for taken in found]
    span = min(event.clock - taken[0].clock for taken in found) // 1000
    kept = [later * 1_000_000 // earlier for earlier, later in (amounts(taken[0], event) for taken in found)]
    return [len(found), min(lengths), max(lengths), span, min(kept), max(kept), 0]

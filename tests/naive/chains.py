"""The longest pass-through chain in plain Python, straight from its definition."""

from tests.naive.payments import Payment, is_conserved, within

DAY_MS = 86_400_000


def chains(past: list[Payment], event: Payment) -> list[list[Payment]]:
    """Every chain that ends in the event, newest payment first, the event alone included."""
    if event.is_to_itself:
        return [[event]]
    inside = within(past, event, 7 * DAY_MS)
    found: list[list[Payment]] = []

    def walk(taken: list[Payment], end: int) -> None:
        found.append(taken)
        last = taken[-1]
        visited = {taken[0].payee} | {paid.payer for paid in taken}
        for number in range(end):
            paid = inside[number]
            passes_on = paid.payee == last.payer and is_conserved(paid, last) and last.clock - paid.clock <= DAY_MS
            if passes_on and paid.payer not in visited:
                walk([*taken, paid], number)

    walk([event], len(inside))
    return found


def row(past: list[Payment], event: Payment) -> list[int]:
    """Payments and seconds of the longest chain, no truncation."""
    found = chains(past, event)
    longest = max(map(len, found))
    seconds = min(event.clock - taken[-1].clock for taken in found if len(taken) == longest) // 1000
    return [longest, seconds, 0]

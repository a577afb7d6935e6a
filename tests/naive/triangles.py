"""Triangles and reciprocity in plain Python, straight from their definitions."""

from tests.naive.payments import Payment, within

DAY_MS = 86_400_000


def sides(past: list[Payment], event: Payment) -> tuple[set[int], set[int], set[int], set[int]]:
    """Who paid u, whom u paid, who paid v, whom v paid."""
    inside = within(past, event, 7 * DAY_MS)
    u, v = event.payer, event.payee
    return (
        {paid.payer for paid in inside if paid.payee == u},
        {paid.payee for paid in inside if paid.payer == u},
        {paid.payer for paid in inside if paid.payee == v},
        {paid.payee for paid in inside if paid.payer == v},
    )


def common(past: list[Payment], event: Payment) -> set[int]:
    """Accounts that both ends dealt with."""
    u_in, u_out, v_in, v_out = sides(past, event)
    return ((u_in | u_out) & (v_in | v_out)) - {event.payer, event.payee}


def row(past: list[Payment], event: Payment) -> list[int]:
    """Counts of every pattern, no truncation."""
    if event.is_to_itself:
        return [0] * 8
    u_in, u_out, v_in, v_out = sides(past, event)
    patterns = [v_out & u_in, u_out & v_in, u_out & v_out, u_in & v_in, common(past, event)]
    return [*map(len, patterns), len(u_in & u_out), len(v_in & v_out), 0]

"""Shared telephone numbers in plain Python, straight from their definitions."""

from tests.naive.movement import DAY, Movement

Statement = tuple[int, int, bool, int, int]
"""Payments before it in the log, account or party, whether it is a party, number (0 closed), clock."""


def phones_row(number: int, event: Movement, statements: list[Statement]) -> list[int]:
    """The columns of `features.phones` of payment `number`, given all statements."""
    held: dict[tuple[int, bool], int] = {}
    for place, holder, is_party, phone, clock in statements:
        if place <= number:
            held.pop((holder, is_party), None)
            if phone and clock > event.clock - 400 * DAY:
                held[holder, is_party] = phone
    row = []
    for account, party in ((event.payer, event.payer_party), (event.payee, event.payee_party)):
        phone = held.get((account, False), held.get((party, True)) if party else None)
        if phone is None:
            row += [-1, -1]
            continue
        same = [is_party for (_, is_party), other in held.items() if other == phone]
        row += [same.count(False), same.count(True)]
    return row

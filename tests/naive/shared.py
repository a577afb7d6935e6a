"""Shared devices, addresses and cards in plain Python, straight from their definitions."""

from tests.naive.movement import DAY, Movement, within

DAYS = (1, 7, 30)
DEVICE, IP, MAC, IMEI, CARD = range(5)


def shared_row(past: list[Movement], event: Movement) -> list[int]:
    """The columns of `features.shared`, given all payments before the event."""
    row = []
    for kind, value in enumerate(event.marks):
        for days in DAYS:
            users = {_account(paid) for paid in within(past, event.clock, days * DAY) if paid.marks[kind] == value}
            row.append(len(users) if value else -1)
    for kind in (DEVICE, IP, MAC, IMEI):
        users = {_party(paid) for paid in within(past, event.clock, 7 * DAY) if paid.marks[kind] == event.marks[kind]}
        row.append(len(users - {0}) if event.marks[kind] else -1)
    for kind in (DEVICE, IP, CARD):
        mine = [paid for paid in past if _account(paid) == _account(event)]
        row += [len({paid.marks[kind] for paid in within(mine, event.clock, days * DAY)} - {0}) for days in DAYS]
        used = {paid.marks[kind] for paid in within(mine, event.clock, 30 * DAY)}
        row.append(int(event.marks[kind] not in used) if event.marks[kind] else -1)
    return row


def _account(paid: Movement) -> int:
    """The account of the customer who acts."""
    return paid.payee if paid.takes_in else paid.payer


def _party(paid: Movement) -> int:
    """The party who acts, 0 unknown."""
    return paid.payee_party if paid.takes_in else paid.payer_party

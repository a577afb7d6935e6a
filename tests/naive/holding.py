"""How money passes through an account in plain Python: every yuan that waits is a lot of its own."""

from tests.naive.movement import DAY, HOUR, Movement, ppm, within

WEEK = 7 * DAY
Lot = tuple[int, int]
"""Clock at which some money came in, and how much of it still waits."""


def holding_row(past: list[Movement], event: Movement, profile: list[int]) -> list[int]:
    """The columns of `features.holding`, given all payments before the event and its row of the account profile."""
    clock, payer, fen = event.clock, event.payer, event.fen if event.payer != event.payee else 0
    moved = [paid for paid in past if paid.counts and paid.fen > 0 and paid.payer != paid.payee]
    lots, _ = _lots(moved, payer, clock)
    waiting = sum(amount for _, amount in lots)

    ins = [number for number, paid in enumerate(moved) if paid.payee == payer and paid.clock > clock - WEEK]
    row = []
    for width in (HOUR, DAY):
        if ins:
            last = moved[ins[-1]]
            since = [paid for paid in moved[ins[-1] :] if paid.payer == payer] + [event]
            gone = sum(paid.fen for paid in since if paid.clock < last.clock + width and paid.payer != paid.payee)
            row.append(ppm(min(gone, last.fen), last.fen))
        else:
            row.append(-1)
    pieces = _take(lots, fen)[1]
    taken, reached, held = sum(amount for _, amount in pieces), 0, -1
    for came, amount in pieces:
        reached += amount
        if held < 0 and 2 * reached >= taken:
            held = (clock - came) // 1000
    row += [held, ppm(fen, waiting)]

    quick = _quick(moved, payer, clock) + sum(amount for came, amount in pieces if came > clock - DAY)
    out = sum(paid.fen for paid in within(past, clock, WEEK) if paid.payer == payer)
    row.append(ppm(quick, out + fen))
    out = sum(paid.fen for paid in within(past, clock, WEEK) if paid.payer == event.payee)
    row.append(ppm(_quick(moved, event.payee, clock), out))

    age, awake, payee_age, payee_awake = profile[0], profile[2], profile[5], profile[7]
    row += [int(age < 30), int(awake >= 0), int(payee_age < 30), int(payee_awake >= 0)]
    payers = {paid.payer for paid in within(past, clock, WEEK) if paid.payee == payer}
    is_suspect = age < 30 or awake >= 0
    is_fresh = bool(ins) and moved[ins[-1]].clock > clock - DAY
    drains = ppm(fen, waiting) >= 900_000
    return [*row, len(payers) if is_suspect and is_fresh and drains else 0]


def _take(lots: list[Lot], fen: int) -> tuple[list[Lot], list[Lot]]:
    """What is left when money is taken from the newest lots, and the pieces that were taken, newest first."""
    left, pieces = list(lots), []
    while fen > 0 and left:
        came, amount = left.pop()
        piece = min(amount, fen)
        pieces.append((came, piece))
        fen -= piece
        if amount > piece:
            left.append((came, amount - piece))
    return left, pieces


def _lots(moved: list[Movement], account: int, clock: int) -> tuple[list[Lot], list[tuple[int, list[Lot]]]]:
    """The money that waits in an account at a clock, and what each payment out took."""
    lots: list[Lot] = []
    taken = []
    for paid in moved:
        lots = [lot for lot in lots if lot[0] > paid.clock - WEEK]
        if paid.payer == account:
            lots, pieces = _take(lots, paid.fen)
            taken.append((paid.clock, pieces))
        if paid.payee == account:
            lots = [*lots, (paid.clock, paid.fen)]
    return [lot for lot in lots if lot[0] > clock - WEEK], taken


def _quick(moved: list[Movement], account: int, clock: int) -> int:
    """Money that left within seven days and had come in less than a day before."""
    _, taken = _lots(moved, account, clock)
    return sum(amount for left, pieces in taken if left > clock - WEEK for came, amount in pieces if came > left - DAY)

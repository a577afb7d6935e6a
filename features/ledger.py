"""The ledger of loans: one compiled pass over loan and repayment events that keeps every balance and every count.

What the words do to a loan's outstanding principal, `max(0, max(face, drawn) - repaid)`:

- `issued` sets the face, once; `drawn` adds its part (`draw_minor`, else the whole principal), so that draws of an
  issued loan are parts of its face and not on top of it; `renewed` sets the face of a loan not heard of before, and
  else nothing.
- a settled `repay` adds to what is repaid, once a movement; `attempted` does not; `reversed` gives back, once a
  movement.
- `repaid` and `cancelled` close the loan at 0; a repayment reversed after `repaid` opens it again by that much.
- `default`, `written_off` and `refused` leave the balance: who has not paid still owes, and what is written off in the
  lender's books is no less owed.
- a loan whose paying-out (`payment_id`) another platform has reported for the same borrower adds nothing.
"""

from typing import Any

import numpy as np

from features.measures.parity import UNKNOWN, in_fen
from features.measures.tables import NEVER, claim, combined, look
from streams.batch import ABSENT
from streams.clock import MS_PER_DAY, SHANGHAI_OFFSET_MS
from streams.events import code
from streams.kernel import kernel

# Columns of a loan
(
    BORROWER, PLATFORM, TYPE, BORROWER_TYPE, FACE, DRAWN, REPAID, STATE, FLAGS, OUTSTANDING, PREVIOUS, POSITION,
) = range(12)  # fmt: skip
LOAN_COLUMNS = 12
_OPEN, _REPAID, _CANCELLED = 0, 1, 2
_HEARD, _ISSUED, _DEFAULTED, _REFUSED, _PAID_BACK, _MADE = 1, 2, 4, 8, 16, 32

# Columns of a borrower
(
    B_OPEN, B_PLATFORMS, B_OUTSTANDING, B_P2P, B_ISSUED, B_REPAID, B_DEFAULTS, B_REFUSED, B_LATE, B_REPAYMENTS,
    B_RAISED_FEN, B_REPAID_FEN, B_LAST_ISSUE, B_HEARD, B_FIRST, B_CHAIN, B_APPLIED, B_NEW, B_ASKED,
) = (*range(16), 16, 19, 21)  # fmt: skip
BORROWER_COLUMNS = 23  # B_APPLIED holds 7, 30, 90 days; B_NEW 30, 90; B_ASKED platforms asked in 7, 30

# Columns of a borrower at a platform
P_OPEN, P_OUTSTANDING, P_P2P, P_APPLIED = 0, 1, 2, 3
PAIR_COLUMNS = 5  # P_APPLIED holds 7, 30 days

FORGET_DAYS = 400
EVIDENCE = 64
"""Loans of a borrower that are looked at, at most, for the evidence of a balance."""

_MOVEMENT_DAYS = 45
_SETTLED, _REVERSED = code("repay", "status", "settled"), code("repay", "status", "reversed")
(_APPLY, _ISSUE, _DRAW, _RENEW, _REPAY, _DEFAULT, _REFUSE, _CANCEL) = (
    code("loan", "status", status)
    for status in ("applied", "issued", "drawn", "renewed", "repaid", "default", "refused", "cancelled")
)
P2P = code("loan", "loan_type", "p2p")
_ABSENT_DATE = np.iinfo(np.int32).min
_APPLICATION_SPANS = np.array([7, 30, 90], dtype=np.int64) * MS_PER_DAY
_ISSUE_SPANS = np.array([30, 90], dtype=np.int64) * MS_PER_DAY


@kernel(inline="always")
def _row(table: Any, key: Any) -> Any:
    """Row of a key that never expires, made if it is new."""
    slot = claim(table[0], table[1], table[2], table[3], table[4], key, 0, NEVER)
    return table[3][slot]


@kernel()
def _forget(ring: Any, spans: Any, column: int, clock: int, borrowers: Any, pairs: Any) -> None:
    """Take what has left each window out of its borrower's counts."""
    keys, clocks, ends = ring
    mask = len(clocks) - 1
    for window in range(len(spans)):
        while ends[1 + window] < ends[0] and clocks[ends[1 + window] & mask] <= clock - spans[window]:
            slot = ends[1 + window] & mask
            borrower = _row(borrowers, keys[slot, 0])
            borrower[column + window] -= 1
            if column == B_APPLIED and window < 2:
                pair = _row(pairs, keys[slot, 1])
                pair[P_APPLIED + window] -= 1
                if pair[P_APPLIED + window] == 0:
                    borrower[B_ASKED + window] -= 1
            ends[1 + window] += 1


@kernel()
def _remember(
    ring: Any, spans: Any, column: int, clock: int, key: Any, pair_key: Any, borrower: Any, pair: Any
) -> None:
    """Count an application or an issue in every window."""
    keys, clocks, ends = ring
    slot = ends[0] & (len(clocks) - 1)
    keys[slot, 0], keys[slot, 1], clocks[slot] = key, pair_key, clock
    ends[0] += 1
    for window in range(len(spans)):
        borrower[column + window] += 1
        if column == B_APPLIED and window < 2:
            pair[P_APPLIED + window] += 1
            if pair[P_APPLIED + window] == 1:
                borrower[B_ASKED + window] += 1


@kernel()
def _book(loan: Any, sign: int, borrowers: Any, pairs: Any) -> None:
    """Add a loan's outstanding to its borrower's balances, or take it out."""
    amount = loan[OUTSTANDING]
    if amount == 0:
        return
    borrower = _row(borrowers, np.uint64(loan[BORROWER]))
    pair = _row(pairs, combined(np.uint64(loan[BORROWER]), np.uint64(loan[PLATFORM])))
    borrower[B_OUTSTANDING] += sign * amount
    pair[P_OUTSTANDING] += sign * amount
    if loan[TYPE] == P2P:
        borrower[B_P2P] += sign * amount
        pair[P_P2P] += sign * amount
    borrower[B_OPEN] += sign
    pair[P_OPEN] += sign
    if pair[P_OPEN] == (1 if sign > 0 else 0):
        borrower[B_PLATFORMS] += sign


@kernel()
def _outstanding(loan: Any) -> int:
    """Principal still owed on a loan."""
    if loan[STATE] != _OPEN or loan[BORROWER] == 0:
        return 0
    return max(0, max(loan[FACE], loan[DRAWN]) - loan[REPAID])


@kernel()
def _is_first(movements: Any, payment_id: Any, whose: Any, bit: int, today: int) -> bool:
    """True unless this movement was booked here with this bit before."""
    if payment_id == 0:
        return True
    _, _, _, values, _ = movements
    slot = claim(
        movements[0], movements[1], movements[2], values, movements[4], combined(payment_id, whose), today,
        today + _MOVEMENT_DAYS,
    )  # fmt: skip
    if values[slot, 0] & bit:
        return False
    values[slot, 0] |= bit
    return True


@kernel()
def _is_paid_out_elsewhere(movements: Any, payment_id: Any, borrower: Any, platform: Any, today: int) -> bool:
    """True where another platform has reported this paying-out to the same borrower."""
    if payment_id == 0:
        return False
    _, _, _, values, _ = movements
    slot = claim(
        movements[0], movements[1], movements[2], values, movements[4], combined(payment_id, borrower), today,
        today + _MOVEMENT_DAYS,
    )  # fmt: skip
    if values[slot, 1] == 0:
        values[slot, 1] = np.int64(platform)
    return values[slot, 1] != np.int64(platform)


@kernel()
def _features(out: Any, principal: int, rate: int, term: int, clock: int, borrower: Any, pair: Any) -> None:
    """What was known of the borrower just before the event."""
    out[0], out[1] = borrower[B_OPEN], borrower[B_PLATFORMS]
    out[2], out[3] = borrower[B_OUTSTANDING], pair[P_OUTSTANDING]
    out[4], out[5], out[6], out[7] = borrower[B_ISSUED], borrower[B_REPAID], borrower[B_DEFAULTS], borrower[B_REFUSED]
    out[8], out[9], out[10] = borrower[B_APPLIED], borrower[B_APPLIED + 1], borrower[B_APPLIED + 2]
    out[11], out[12] = borrower[B_ASKED], borrower[B_ASKED + 1]
    out[13], out[14] = borrower[B_NEW], borrower[B_NEW + 1]
    out[15] = -1 if borrower[B_ISSUED] == 0 else min(FORGET_DAYS, (clock - borrower[B_LAST_ISSUE]) // MS_PER_DAY)
    out[16] = -1 if not borrower[B_HEARD] else min(FORGET_DAYS, (clock - borrower[B_FIRST]) // MS_PER_DAY)
    raised = borrower[B_RAISED_FEN]
    # in float first: the product of two sums of fen may pass 64 bits, and the quotient is at most a few millions
    out[17] = -1 if raised <= 0 else np.int64(min(1e9, np.float64(borrower[B_REPAID_FEN]) * 1e6 / np.float64(raised)))
    out[18], out[19] = borrower[B_REPAYMENTS], borrower[B_LATE]
    out[20], out[21], out[22] = principal, rate, term


@kernel()
def _take_repayment(
    loan: Any, key: Any, status: int, payment_id: Any, amount: int, is_late: bool, today: int, borrowers: Any,
    movements: Any,
) -> None:  # fmt: skip
    """Book one repayment, or give one back."""
    if status == _SETTLED and _is_first(movements, payment_id, key, 1, today):
        loan[REPAID] += amount
        if loan[BORROWER] != 0:
            borrower = _row(borrowers, np.uint64(loan[BORROWER]))
            borrower[B_REPAYMENTS] += 1
            borrower[B_REPAID_FEN] += amount
            borrower[B_LATE] += is_late
    elif status == _REVERSED and _is_first(movements, payment_id, key, 2, today):
        if loan[STATE] == _REPAID:
            loan[STATE] = _OPEN
            loan[REPAID] = max(loan[FACE], loan[DRAWN])
        back = min(amount, loan[REPAID])
        loan[REPAID] -= back
        if loan[BORROWER] != 0:
            _row(borrowers, np.uint64(loan[BORROWER]))[B_REPAID_FEN] -= back


@kernel()
def _take_raise(
    loan: Any, key: Any, is_draw: bool, fen: int, part: int, payment_id: Any, today: int, borrower: Any, movements: Any
) -> bool:
    """Raise a loan by its face or by a draw; False where the amount could not be converted."""
    if _is_paid_out_elsewhere(movements, payment_id, np.uint64(loan[BORROWER]), np.uint64(loan[PLATFORM]), today):
        return True
    top = max(loan[FACE], loan[DRAWN])
    known = True
    if is_draw:
        if _is_first(movements, payment_id, key, 1, today):
            known = fen != UNKNOWN
            if known and part == ABSENT:
                loan[DRAWN] = max(loan[DRAWN], fen)
            elif known:
                loan[DRAWN] += part
    elif not loan[FLAGS] & _ISSUED:
        known = fen != UNKNOWN
        if known:
            loan[FACE] = fen
    borrower[B_RAISED_FEN] += max(loan[FACE], loan[DRAWN]) - top
    if loan[STATE] == _REPAID:  # told out of order: what was closed stays closed
        loan[REPAID] = max(loan[REPAID], loan[FACE], loan[DRAWN])
    return known


@kernel()
def _take_status(loan: Any, status: int, borrower: Any) -> None:
    """Close a loan, or note what became of it."""
    if status == _REPAY:
        loan[STATE] = _REPAID
        loan[REPAID] = max(loan[REPAID], loan[FACE], loan[DRAWN])
    elif status == _CANCEL:
        loan[STATE] = _CANCELLED
    elif status == _DEFAULT and not loan[FLAGS] & _DEFAULTED:
        loan[FLAGS] |= _DEFAULTED
        borrower[B_DEFAULTS] += 1
    elif status == _REFUSE and not loan[FLAGS] & _REFUSED:
        loan[FLAGS] |= _REFUSED
        borrower[B_REFUSED] += 1


@kernel()
def _settle(loan: Any, borrower: Any) -> None:
    """Note whether a loan is paid back now."""
    raised = max(loan[FACE], loan[DRAWN])
    is_back = loan[STATE] == _REPAID or (loan[STATE] == _OPEN and raised > 0 and loan[REPAID] >= raised)
    if is_back != (loan[FLAGS] & _PAID_BACK > 0):
        borrower[B_REPAID] += 1 if is_back else -1
        loan[FLAGS] ^= _PAID_BACK


@kernel()
def _open_loans(loans: Any, newest: Any, today: int, platform: Any, positions: Any, same: Any, start: int) -> int:
    """Write down where the borrower's open lending by platforms was told, newest first; returns the end."""
    end, steps, key = start, 0, newest
    while key != 0 and steps < EVIDENCE:
        slot = look(loans[0], loans[1], loans[2], key, today)
        if slot < 0:
            break
        loan = loans[3][slot]
        if loan[OUTSTANDING] > 0 and loan[TYPE] == P2P:
            positions[end], same[end] = loan[POSITION], np.uint64(loan[PLATFORM]) == platform
            end += 1
        key = np.uint64(loan[PREVIOUS])
        steps += 1
    return end


@kernel()
def follow(
    events: Any, loans_in: Any, repays_in: Any, book: Any, tables: Any, rings: Any, values: Any, out: Any
) -> int:
    """Go through loan and repayment events in log order.

    Parameters
    ----------
    events : tuple of ndarray
        Of all events together: row in the batch, whether a repayment, place in its block; clock, time, position,
        platform.
    loans_in, repays_in : tuple of ndarray
        Columns of the two blocks, see `features.lending`.
    book : tuple of ndarray
        The parities.
    tables : tuple
        Arrays of loans, borrowers, pairs and movements.
    rings : tuple
        Arrays of the applications and of the issues.
    values : ndarray of shape (n_loan_events, n_features), int64
        Filled with what was known just before each loan event.
    out : tuple of ndarray
        Of each event that raises a balance: row, borrower, borrower type, loan type, balances of lending by platforms
        at the platform and in all, whether the amount was converted, and where its evidence ends; then, for all of
        them, log positions of open loans and whether each is of the same platform.

    Returns
    -------
    int
        Number of raises.
    """
    rows, is_repay, places, clocks, times, positions, platforms = events
    (
        loan_ids, statuses, borrower_ids, borrower_types, loan_types, principals, draws, currencies,
        payment_ids, rates, terms,
    ) = loans_in  # fmt: skip
    r_loan_ids, r_statuses, r_principals, r_currencies, r_payment_ids, r_due, r_paid = repays_in
    loans, borrowers, pairs, movements = tables
    applications, issues = rings
    raises, evidence = 0, 0
    for n in range(len(rows)):
        i, clock, position, platform = places[n], clocks[n], positions[n], platforms[n]
        today = (clock + SHANGHAI_OFFSET_MS) // MS_PER_DAY
        day = (times[n] + SHANGHAI_OFFSET_MS) // MS_PER_DAY
        _forget(applications, _APPLICATION_SPANS, B_APPLIED, clock, borrowers, pairs)
        _forget(issues, _ISSUE_SPANS, B_NEW, clock, borrowers, pairs)
        key = r_loan_ids[i] if is_repay[n] else loan_ids[i]
        slot = claim(loans[0], loans[1], loans[2], loans[3], loans[4], key, today, NEVER)
        loan = loans[3][slot]
        if loan[TYPE] == 0 and not loan[FLAGS] & _MADE:  # a new row is all zeros, and 0 is a type
            loan[TYPE], loan[BORROWER_TYPE], loan[FLAGS] = -1, -1, _MADE
        before = loan[OUTSTANDING]
        if is_repay[n]:
            _book(loan, -1, borrowers, pairs)
            fen = in_fen(book, max(0, r_principals[i]), r_currencies[i], day, position)
            known = fen != UNKNOWN or r_statuses[i] != _REVERSED
            paid = day if r_paid[i] == ABSENT else (r_paid[i] + SHANGHAI_OFFSET_MS) // MS_PER_DAY
            is_late = r_due[i] != _ABSENT_DATE and paid > r_due[i]
            _take_repayment(
                loan, key, r_statuses[i], r_payment_ids[i], max(0, fen), is_late, today, borrowers, movements
            )
        else:
            status, whose = statuses[i], borrower_ids[i]
            pair_key = combined(whose, platform)
            borrower, pair = _row(borrowers, whose), _row(pairs, pair_key)
            fen = in_fen(book, principals[i], currencies[i], day, position)
            _features(values[i], max(0, fen), rates[i], terms[i], clock, borrower, pair)
            _book(loan, -1, borrowers, pairs)
            known = True
            if not borrower[B_HEARD]:
                borrower[B_HEARD], borrower[B_FIRST] = 1, clock
            is_new = not loan[FLAGS] & _HEARD
            loan[FLAGS] |= _HEARD
            loan[BORROWER], loan[PLATFORM] = np.int64(whose), np.int64(platform)
            loan[TYPE] = loan_types[i] if loan_types[i] >= 0 else loan[TYPE]
            loan[BORROWER_TYPE] = borrower_types[i] if borrower_types[i] >= 0 else loan[BORROWER_TYPE]
            if is_new and status in (_APPLY, _ISSUE, _DRAW, _REFUSE):
                _remember(applications, _APPLICATION_SPANS, B_APPLIED, clock, whose, pair_key, borrower, pair)
            if status in (_ISSUE, _DRAW) or (status == _RENEW and is_new):
                part = ABSENT if draws[i] == ABSENT else in_fen(book, draws[i], currencies[i], day, position)
                known = _take_raise(loan, key, status == _DRAW, fen, part, payment_ids[i], today, borrower, movements)
                if not loan[FLAGS] & _ISSUED:
                    loan[FLAGS] |= _ISSUED
                    borrower[B_ISSUED] += 1
                    borrower[B_LAST_ISSUE] = clock
                    _remember(issues, _ISSUE_SPANS, B_NEW, clock, whose, pair_key, borrower, pair)
                    loan[PREVIOUS], loan[POSITION] = borrower[B_CHAIN], position
                    borrower[B_CHAIN] = np.int64(key)
            else:
                _take_status(loan, status, borrower)
        loan[OUTSTANDING] = _outstanding(loan)
        _book(loan, 1, borrowers, pairs)
        # an open loan stays; one that is closed, or was only asked for, is forgotten in time
        loans[2][slot] = NEVER if loan[OUTSTANDING] > 0 else today + FORGET_DAYS
        if loan[BORROWER] == 0:
            continue
        borrower = _row(borrowers, np.uint64(loan[BORROWER]))
        _settle(loan, borrower)
        if loan[OUTSTANDING] > before or not known:
            pair = _row(pairs, combined(np.uint64(loan[BORROWER]), np.uint64(loan[PLATFORM])))
            out[0][raises], out[1][raises] = rows[n], np.uint64(loan[BORROWER])
            out[2][raises], out[3][raises] = loan[BORROWER_TYPE], loan[TYPE]
            out[4][raises], out[5][raises] = pair[P_P2P], borrower[B_P2P]
            out[6][raises] = known
            evidence = _open_loans(
                loans, np.uint64(borrower[B_CHAIN]), today, np.uint64(loan[PLATFORM]), out[8], out[9], evidence
            )
            out[7][raises] = evidence
            raises += 1
    return raises

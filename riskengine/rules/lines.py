"""Sums held to lines in yuan and in dollars, as the rules on large-value reports word it.

Money in yuan alone is held to the line in yuan, foreign money alone, in US cents, to the line in dollars. A day with
both is converted and held to the lower of the two. What no parity converts makes a sum a lower bound: it can be over a
line, but not under it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.measures.parity import UNKNOWN, USD, in_cents, in_fen
from features.measures.sums import FOREIGN, FOREIGN_CENTS, FOREIGN_FEN, WITHOUT_CENTS, WITHOUT_FEN, YUAN
from riskengine.rules.rule import CENTS, FEN
from streams.kernel import kernel

CLEAR, HIT, UNSURE = 0, 1, 2
"""Codes of how a sum stands to its line."""


@kernel(inline="always")
def _is_over(measured: int, line: int, strict: bool) -> bool:
    """Whether a sum is over a line; one that is not there is never crossed."""
    if line < 0:
        return False
    return measured > line if strict else measured >= line


@kernel()
def _hold(
    after: Any, fen_lines: Any, cents_lines: Any, strict: Any, own: Any, days: Any, positions: Any, book: Any,
    state: Any, measured: Any, threshold: Any, unit: Any,
) -> None:  # fmt: skip
    """Hold each row to its lines."""
    for i in range(len(after)):
        row = after[i]
        fen_line, cents_line = fen_lines[i], cents_lines[i]
        yuan, cents, fen = row[YUAN], row[FOREIGN_CENTS], row[YUAN] + row[FOREIGN_FEN]
        if not own[i]:
            measured[i], threshold[i], unit[i] = fen, fen_line, FEN
            over = _is_over(fen, fen_line, strict[i])
            state[i] = HIT if over else (UNSURE if row[WITHOUT_FEN] > 0 else CLEAR)
            continue
        if row[FOREIGN] == 0:
            measured[i], threshold[i], unit[i] = yuan, fen_line, FEN
            state[i] = HIT if _is_over(yuan, fen_line, strict[i]) else CLEAR
            continue
        if yuan == 0:
            measured[i], threshold[i], unit[i] = cents, cents_line, CENTS
            over = _is_over(cents, cents_line, strict[i])
            state[i] = HIT if over else (UNSURE if row[WITHOUT_CENTS] > 0 else CLEAR)
            continue
        yuan_cents = in_cents(book, yuan, 0, days[i], positions[i])
        in_yuan = UNKNOWN if cents_line < 0 else in_fen(book, cents_line, USD, days[i], positions[i])
        if cents_line >= 0 and yuan_cents != UNKNOWN and (fen_line < 0 or (in_yuan != UNKNOWN and in_yuan < fen_line)):
            measured[i], threshold[i], unit[i] = cents + yuan_cents, cents_line, CENTS
        else:
            measured[i], threshold[i], unit[i] = fen, fen_line, FEN
        if _is_over(measured[i], threshold[i], strict[i]):
            state[i] = HIT
        elif _is_over(fen, fen_line, strict[i]):
            measured[i], threshold[i], unit[i], state[i] = fen, fen_line, FEN, HIT
        elif _is_over(cents, cents_line, strict[i]):
            measured[i], threshold[i], unit[i], state[i] = cents, cents_line, CENTS, HIT
        else:
            complete = row[WITHOUT_CENTS] == 0 and row[WITHOUT_FEN] == 0 and yuan_cents != UNKNOWN
            state[i] = CLEAR if complete else UNSURE


def hold_to_lines(
    after: NDArray[np.int64],
    fen_lines: NDArray[np.int64],
    cents_lines: NDArray[np.int64],
    *,
    strict: NDArray[np.bool_],
    own: NDArray[np.bool_],
    days: NDArray[np.int64],
    positions: NDArray[np.int64],
    book: tuple[NDArray[np.int64], ...],
) -> tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
    """Hold sums to the lines of their days.

    Parameters
    ----------
    after : ndarray of shape (n, 7), int64
        Rows of `Sums.add`.
    fen_lines, cents_lines : ndarray of shape (n,), int64
        Lines in CNY fen and US cents, negative for none.
    strict : ndarray of shape (n,), bool
        True where a line is crossed by more than it, False where by reaching it.
    own : ndarray of shape (n,), bool
        Whether yuan and foreign money have lines of their own; else all money is held to the line in yuan.
    days, positions : ndarray of shape (n,), int64
        Shanghai day and log position of the event, for parities.
    book : tuple of ndarray
        The parities.

    Returns
    -------
    state : ndarray of shape (n,), int8
        CLEAR, HIT or UNSURE.
    measured, threshold : ndarray of shape (n,), int64
    unit : ndarray of shape (n,), int8
        Of the line that was tested, FEN or CENTS.
    """
    n = len(after)
    state, unit = np.empty(n, dtype=np.int8), np.empty(n, dtype=np.int8)
    measured, threshold = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    _hold(after, fen_lines, cents_lines, strict, own, days, positions, book, state, measured, threshold, unit)
    return state, measured, threshold, unit

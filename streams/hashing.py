"""The hash of an identity that stands in a body, compiled: the twin of `streams.identity` for the usual writings.

What is not ASCII, has escapes, blanks at its ends or a TYPE in small letters is left to `streams.identity`, which
brings every writing to one form; so is whatever may be no identity at all, so that refusing it is done in one place.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.blake import blake
from streams.lookup import find, sample_at
from streams.plan import PARTY, PHONE
from streams.values import colon_at, copy_text, hex_at, is_hashed, is_plain, without_gaps

#: Room for the normal form of one identity.
SCRATCH: Final = 320
#: Room for the hash's own work.
SPACE: Final = 24

_UNKNOWN, _HARD = -1, -2
_NOTHING = np.uint64(0)


@njit(cache=True, nogil=True)
def identity_at(
    text: NDArray[np.uint8],
    start: int,
    end: int,
    operation: int,
    slot: int,
    values: NDArray[np.uint64],
    value_codes: NDArray[np.int16],
    keyed: NDArray[np.uint64],
    scratch: NDArray[np.uint8],
    space: NDArray[np.uint64],
) -> Any:
    """Return hash, place of the number, and the TYPE's class of the identity at `text[start:end]`.

    Returns
    -------
    hashed : uint64
    number : int
        Where the number behind TYPE and colon begins, `start` for an identity without TYPE.
    typed : int
        0 a person's TYPE, 1 an organisation's, -1 none; -2 if `streams.identity` must judge.
    """
    number, typed = start, _UNKNOWN
    if operation == PARTY:
        colon = colon_at(text, start, end)
        if colon >= 0:
            number = colon + 1
            typed = find(values, value_codes, sample_at(text, start, colon, slot + 2), _HARD)
            if typed == _HARD:
                return _NOTHING, number, _HARD
    if is_hashed(text, number, end):
        return hex_at(text, number + 1, end), number, typed
    if operation != PHONE and number == start:
        if not is_plain(text, start, end):
            return _NOTHING, number, _HARD
        return blake(text, start, end, keyed, space), number, typed
    size = copy_text(scratch, 0, text, start, number)
    whole = without_gaps(text, number, end, operation == PARTY, scratch, size)
    if whole <= size or scratch[size] == 35:
        return _NOTHING, number, _HARD
    if operation == PARTY and whole - size == 15 and size == 3 and scratch[0] == 73:
        # An identity number of 15 digits is written with 18
        return _NOTHING, number, _HARD
    return blake(scratch, 0, whole, keyed, space), number, typed

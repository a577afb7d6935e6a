"""What stands in a canonical body, read as numbers, compiled: digits, hexadecimals, dates, numbers, ends of texts."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.clock import days_from_civil
from streams.swar import closing_quote


@njit(cache=True, nogil=True)
def hex_at(text: NDArray[np.uint8], start: int, end: int) -> np.uint64:
    value = np.uint64(0)
    for i in range(np.uint64(start), np.uint64(end)):
        c = text[i]
        value = (value << np.uint64(4)) | np.uint64(c - 48 if c < 58 else c - 87)
    return value


@njit(cache=True, nogil=True)
def digits_at(text: NDArray[np.uint8], start: int, end: int) -> int:
    value = 0
    for i in range(np.uint64(start), np.uint64(end)):
        if text[i] < 48 or text[i] > 57:
            return -1
        value = value * 10 + (text[i] - 48)
    return value


@njit(cache=True, nogil=True)
def same_text(text: NDArray[np.uint8], start: int, end: int, other_start: int, other_end: int) -> bool:
    """Tell whether two texts are equal: neighbours often come from one platform."""
    i, n = 0, end - start
    while i < n and text[start + i] == text[other_start + i]:
        i += 1
    return i == n and n == other_end - other_start


@njit(cache=True, nogil=True)
def colon_at(text: NDArray[np.uint8], start: int, end: int) -> int:
    """Return where the first colon stands, or -1."""
    for i in range(start, end):
        if text[i] == 58:
            return i
    return -1


@njit(cache=True, nogil=True)
def is_hashed(text: NDArray[np.uint8], start: int, end: int) -> bool:
    """Tell whether the text is `#` and 16 hexadecimal digits."""
    if end - start != 17 or text[start] != 35:
        return False
    i = start + 1
    while i < end and (48 <= text[i] <= 57 or 97 <= text[i] <= 102):
        i += 1
    return i == end


@njit(cache=True, nogil=True)
def days_at(text: NDArray[np.uint8], start: int, end: int) -> int:
    """Return the day number of YYYY-MM-DD or of the first of YYYY-MM."""
    year, month = digits_at(text, start, start + 4), digits_at(text, start + 5, start + 7)
    day = digits_at(text, start + 8, start + 10) if end - start == 10 else 1
    return days_from_civil(year, month, day)


@njit(cache=True, nogil=True)
def number_at(text: NDArray[np.uint8], start: int, end: int) -> float:
    """Return a JSON number; exact to the last bit but for more than 15 digits."""
    mantissa, scale, exponent, sign, i = 0, 0, 0, 1, start
    if text[i] == 45:
        sign, i = -1, i + 1
    after_point = False
    while i < end and text[i] != 101 and text[i] != 69:
        if text[i] == 46:
            after_point = True
        elif mantissa < 10**17:
            mantissa = mantissa * 10 + (text[i] - 48)
            scale -= after_point
        else:
            scale += not after_point
        i += 1
    if i < end:
        i += 1
        negative = text[i] == 45
        if text[i] == 45 or text[i] == 43:
            i += 1
        exponent = digits_at(text, i, end) * (-1 if negative else 1)
    scale += exponent
    value = float(sign * mantissa)
    return value / 10.0**-scale if scale < 0 else value * 10.0**scale


@njit(cache=True, nogil=True)
def nested_end(text: NDArray[np.uint8], start: int, end: int) -> int:
    """Return the place after a list or object."""
    depth, i = 0, start
    while i < end:
        c = text[np.uint64(i)]
        if c == 34:
            i = closing_quote(text, i + 1)
        elif c == 91 or c == 123:
            depth += 1
        elif c == 93 or c == 125:
            depth -= 1
            if depth == 0:
                return i + 1
        i += 1
    return end


@njit(cache=True, nogil=True)
def is_plain(text: NDArray[np.uint8], start: int, end: int) -> bool:
    """Tell whether a text is ASCII without escapes and without blanks at its ends: `tidy` leaves it as it is."""
    if start == end or text[start] == 32 or text[end - 1] == 32:
        return False
    # No early way out, so that the loop takes whole blocks
    seen = np.uint8(0)
    for i in range(np.uint64(start), np.uint64(end)):
        seen |= np.uint8(text[i] & np.uint8(128)) | np.uint8(text[i] == 92)
    return seen == 0


@njit(cache=True, nogil=True)
def without_gaps(text: NDArray[np.uint8], start: int, end: int, upper: bool, into: NDArray[np.uint8], n: int) -> int:
    """Write a text from `into[n]` on without blanks and hyphens and return the new length; -1 if it is not plain."""
    for i in range(start, end):
        c = text[i]
        if c >= 128 or c == 92 or n >= len(into):
            return -1
        if c != 32 and c != 45:
            into[n] = c - 32 if upper and 97 <= c <= 122 else c
            n += 1
    return n


@njit(cache=True, nogil=True)
def copy_text(into: NDArray[np.uint8], at: int, text: NDArray[np.uint8], start: int, end: int) -> int:
    """Copy `text[start:end]` to `into[at]` and return the place after it."""
    # Unsigned places: numba need not look for negative ones, and the loop becomes a copy of whole blocks
    to, source = np.uint64(at), np.uint64(start)
    for i in range(np.uint64(end - start)):
        into[to + i] = text[source + i]
    return at + end - start


@njit(cache=True, nogil=True)
def write_hash(into: NDArray[np.uint8], at: int, value: np.uint64) -> int:
    """Write `#` and 16 hexadecimal digits to `into[at]` and return the place after them."""
    to = np.uint64(at)
    into[to] = 35
    for i in range(np.uint64(16)):
        digit = np.uint8((value >> (np.uint64(60) - np.uint64(4) * i)) & np.uint64(15))
        into[to + np.uint64(1) + i] = digit + 48 + 39 * (digit > 9)
    return at + 17

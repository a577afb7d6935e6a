"""A first look at raw records, compiled, before anything parses them.

JSON decoders keep the last of two equal keys, recurse into depths that nobody needs, and know nothing of words that may
not come in. One pass over the bytes says which records are blank and which need the slow, exact look.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from streams.events.fields import coded_names
from streams.lookup import Lookup, find, sample_at, table
from streams.sensitive import SIGNATURES
from streams.swar import closing_quote, joined, quote_or_escape

MAX_DEPTH: Final = 64
MAX_BYTES: Final = 1 << 20

# What to do with a record: decode it, skip it, look behind its escapes, read it for refused words, take it apart
PLAIN, BLANK, ESCAPES, WORDS, EXACT, TOO_DEEP, TOO_LARGE = range(7)

_MAX_KEYS = 512
_SPREAD = np.uint32(2654435761)


def _signature_table() -> tuple[NDArray[np.uint32], NDArray[np.uint8], int]:
    """Return a table in which each signature has its own place, the lower-casing of bytes, and the hash's shift."""
    lower = np.arange(256, dtype=np.uint8)
    lower[65:91] += 32
    signs = [int.from_bytes(sign, "big") for sign in SIGNATURES]
    for bits in range(10, 20):
        places = [(sign * int(_SPREAD) & 0xFFFFFFFF) >> (32 - bits) for sign in signs]
        if len(set(places)) == len(signs):
            table = np.zeros(1 << bits, np.uint32)
            table[places] = signs
            return table, lower, 32 - bits
    raise RuntimeError("no table holds the signatures apart; take another multiplier")


_TABLE, _LOWER, _SHIFT = _signature_table()


@njit(cache=True, nogil=True)
def _look(
    text: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    signatures: NDArray[np.uint32],
    lower: NDArray[np.uint8],
    shift: int,
    samples: NDArray[np.uint64],
    numbers: NDArray[np.int16],
) -> NDArray[np.uint8]:
    flags = np.zeros(len(bounds) - 1, np.uint8)
    keys = np.zeros(_MAX_KEYS, np.uint64)
    first = np.zeros(MAX_DEPTH + 1, np.int64)  # per depth: where its keys begin, -1 in a list
    masks = np.zeros(MAX_DEPTH + 1, np.uint64)  # per depth: which of 64 buckets its keys are in
    down = np.uint32(shift)
    for row in range(len(flags)):
        i, end = bounds[row], bounds[row + 1]
        flag, depth, count, expects_key, blank, coded = PLAIN, 0, 0, False, True, False
        while i < end:
            c = text[np.uint64(i)]
            i += 1
            if c == 34:
                blank = False
                start = i
                if expects_key or coded:
                    i = quote_or_escape(text, start)
                    if text[np.uint64(i)] == 92:
                        flag = max(flag, EXACT if expects_key else ESCAPES)
                        i = closing_quote(text, i)
                    if not expects_key:
                        coded = False
                    elif i < end:
                        expects_key = False
                        key = sample_at(text, start, i, 0)
                        coded = find(samples, numbers, key, 0) > 0
                        bit = np.uint64(1) << (key >> np.uint64(58))
                        if masks[depth] & bit:
                            for k in range(first[depth], count):
                                if keys[k] == key:
                                    flag = max(flag, EXACT)
                                    break
                        masks[depth] |= bit
                        if count < _MAX_KEYS:
                            keys[count] = key
                            count += 1
                        else:
                            flag = max(flag, EXACT)
                else:
                    window = np.uint32(0)
                    while i < end and text[np.uint64(i)] != 34:
                        if text[np.uint64(i)] == 92:
                            flag = max(flag, ESCAPES)
                            i += 1
                            if i >= end:
                                break
                        window = ((window << np.uint32(8)) | np.uint32(lower[text[np.uint64(i)]])) & np.uint32(0xFFFFFF)
                        if signatures[np.uint32(window * _SPREAD) >> down] == window and window:
                            flag = max(flag, WORDS)
                        i += 1
                i += 1
            elif c == 123 or c == 91:
                blank = False
                coded = False
                if depth == MAX_DEPTH:
                    flag = TOO_DEEP
                    break
                depth += 1
                first[depth] = count if c == 123 else -1
                masks[depth] = np.uint64(0)
                expects_key = c == 123
            elif c == 125 or c == 93:
                blank = False
                if depth > 0:
                    if first[depth] >= 0:
                        count = first[depth]
                    depth -= 1
                expects_key = False
            elif c == 44:
                expects_key = depth > 0 and first[depth] >= 0
                coded = blank = False
            elif c != 32 and c != 9 and c != 10 and c != 13:
                blank = False
        flags[row] = BLANK if blank and flag == PLAIN and depth == 0 else flag
    return flags


@cache
def _coded() -> Lookup:
    return table({(name.encode(), 0): 1 for name in coded_names()}, 0)


def look(records: Sequence[bytes]) -> list[int]:
    """Say of each record what it needs.

    Returns
    -------
    list of int
        PLAIN, BLANK, ESCAPES, WORDS, EXACT, TOO_DEEP or TOO_LARGE.

    Examples
    --------
    >>> look([b'{"a": 1}', b" ", b'{"a": 1, "a": 2}', b'{"a": "CVV 123"}'])
    [0, 1, 4, 3]
    """
    lengths = np.fromiter(map(len, records), np.int64, len(records))
    large = np.flatnonzero(lengths > MAX_BYTES)
    if len(large):
        records = list(records)
        for row in large.tolist():
            records[row] = b""
    _, text, bounds = joined(records)
    flags = _look(text, bounds, _TABLE, _LOWER, _SHIFT, *_coded())
    flags[large] = TOO_LARGE
    return flags.tolist()

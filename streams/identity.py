"""Identities become keyed hashes here: persons, organisations, accounts, devices, names.

The hash is BLAKE2b with the deployment's key over the normalised text, 8 bytes, written as 16 hexadecimal digits after
a `#`: `ID:330106199003070012` becomes `ID:#6f1c...`. A firm that holds the key may hash at home and send that form.
Every text is brought to NFKC and trimmed; the number of a certificate is also upper-cased, freed of blanks and hyphens,
and a 15-digit identity number becomes its 18-digit form, so that one person is one on all platforms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from streams.blake import keyed_state
from streams.errors import Fault

#: The TYPEs of persons and organisations.
PERSON_TYPES: Final = (
    "ID", "TEMPID", "PASSPORT", "HKMO", "TAIWAN", "RESIDENCE", "FOREIGNPR", "MILITARY", "OTHERID",
)  # fmt: skip
ORG_TYPES: Final = ("USCC", "ORGCODE", "BIZREG", "LEI", "FOREIGNREG", "OTHERORG")
IDENTITY_TYPES: Final = PERSON_TYPES + ORG_TYPES

#: How many texts a cache remembers before it starts anew.
CACHE_SIZE: Final = 1 << 18

_HASHED: Final = re.compile(r"#[0-9a-f]{16}")
_GAPS: Final = re.compile(r"[\s\-\u2010-\u2015]+")
_ESCAPED: Final = re.compile(r'["\\\x00-\x1f]')
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def tidy(text: str) -> str:
    """Return a text in NFKC without blanks at its ends.

    >>> tidy(" ＡＢＣ　")
    'ABC'
    """
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def eighteen_digits(number: str) -> str:
    """Return the 18-digit form of a 15-digit identity number (GB 11643-1999); anything else as it is.

    >>> eighteen_digits("110105491231002")
    '11010519491231002X'
    """
    if len(number) != 15 or not (number.isascii() and number.isdigit()):
        return number
    body = number[:6] + "19" + number[6:]
    remainder = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[remainder]


def is_hashed(text: str) -> bool:
    """Tell whether a text is already a hash: `#` and 16 lower-case hexadecimal digits."""
    return len(text) == 17 and _HASHED.fullmatch(text) is not None


def _split(text: str) -> tuple[str, str]:
    """Return TYPE and number of an identity in one writing; an identity without a TYPE has an empty one."""
    text = tidy(text)
    kind, colon, number = text.partition(":")
    if not colon:
        # A firm's own customer number: it equals only itself, so nothing in it is taken for a writing habit
        if not text:
            raise Fault("out_of_range", "$", "a text that is not blank", "a blank text")
        return "", text
    kind, number = kind.strip().upper(), number.strip()
    if kind not in IDENTITY_TYPES:
        raise Fault("unknown_identity_type", "$", f"a TYPE of {', '.join(IDENTITY_TYPES)}", repr(kind[:32]))
    if number.startswith("#"):
        number = number.lower()
        if not is_hashed(number):
            raise Fault("wrong_type", "$", "16 hexadecimal digits after #", f"{len(number) - 1} characters")
        return kind, number
    number = _GAPS.sub("", number).upper()
    if not number:
        raise Fault("out_of_range", "$", f"a number after {kind}:", "none")
    return kind, eighteen_digits(number) if kind == "ID" else number


class _Cache(dict[str, str]):
    """A bounded memory of text -> pseudonym; a miss computes it."""

    __slots__ = ("_compute",)

    def __init__(self, compute: Callable[[str], str]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, text: str) -> str:
        pseudonym = self._compute(text)
        if len(self) >= CACHE_SIZE:
            self.clear()
        self[text] = pseudonym
        return pseudonym


class Identities:
    """Turns identities into pseudonyms with one deployment's key.

    Parameters
    ----------
    key : bytes
        The deployment's key, 1 to 64 bytes.

    Attributes
    ----------
    party, vertex, phone, sealed : dict of str to str
        Raw text -> pseudonym, computed at first use; indexing raises `Fault` for what is no identity.
    open_party : dict of str to str
        Raw text -> the organisation's TYPE and number in one writing; a person's is a pseudonym here too.

    Examples
    --------
    >>> identities = Identities(b"an example key")
    >>> identities.party["ID: 330106-19900307001x"] == identities.party["ID:33010619900307001X"]
    True
    >>> identities.party[identities.party["ID:33010619900307001X"]] == identities.party["ID:33010619900307001X"]
    True
    """

    def __init__(self, key: bytes) -> None:
        if not 1 <= len(key) <= 64:
            raise ValueError(f"identity key must be 1 to 64 bytes long, got {len(key)}")
        self._keyed = blake2b(key=key, digest_size=8)
        #: The key of business ids, shape (2,), uint64 (`streams.keys`).
        self.words = _words(key)
        #: The state of the hash after the key, shape (8,), uint64 (`streams.blake`).
        self.keyed = keyed_state(key)
        self.party = _Cache(self._party)
        self.open_party = _Cache(self._open_party)
        self.vertex = _Cache(self._vertex)
        self.phone = _Cache(self._phone)
        self.sealed = _Cache(self._vertex)

    def digest(self, text: str) -> str:
        """Return the 16 hexadecimal digits of a text that is already normal."""
        hashed = self._keyed.copy()
        hashed.update(text.encode())
        return hashed.hexdigest()

    def _vertex(self, text: str) -> str:
        text = tidy(text)
        if not text:
            raise Fault("out_of_range", "$", "a text that is not blank", "a blank text")
        return text if is_hashed(text) else "#" + self.digest(text)

    def _phone(self, text: str) -> str:
        return self._vertex(_GAPS.sub("", tidy(text)))

    def _party(self, text: str) -> str:
        kind, number = _split(text)
        if not kind:
            return self._vertex(number)
        return f"{kind}:{number}" if number.startswith("#") else f"{kind}:#{self.digest(f'{kind}:{number}')}"

    def _open_party(self, text: str) -> str:
        kind, number = _split(text)
        if kind in PERSON_TYPES or _ESCAPED.search(number):
            return self._party(text)
        return f"{kind}:{number}" if kind else number

    def party_hash(self, text: str) -> int:
        """Return the uint64 that stands for a person or organisation in a column, also for one sent in the open."""
        return int(self.party[text][-16:], 16)

    def vertex_hash(self, text: str) -> int:
        """Return the uint64 that stands for an account, device or other hashed text in a column."""
        return int(self.vertex[text][-16:], 16)


def _words(key: bytes) -> NDArray[np.uint64]:
    """Derive the key of business ids, so that their hashes say nothing about those of identities."""
    derived = blake2b(b"riskengine business ids", key=key, digest_size=16).digest()
    return np.frombuffer(derived, np.uint64).copy()

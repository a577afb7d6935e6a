"""What may not come in at all: C3 data of JR/T 0171 and the data that credit reporting law forbids to collect.

C3 are card verification codes, card expiry, passwords, PINs, one-time codes and biometric templates; forbidden are
religion, genes, fingerprints, blood type, disease and medical history (征信业管理条例, article 14). They are found by
the name of a field and by the words around a value in a text; a dead letter keeps the record with the values cut out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

import msgspec

C3, FORBIDDEN = "c3_present", "forbidden_data"
CUT: Final = "[cut]"

#: A field whose name has one of these words in it, in this order, is refused.
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    C3: (
        "cvv", "cvv2", "cvc", "cvc2", "cvn", "cvn2", "card verification", "security code", "card expiry",
        "card expiration", "card exp", "expiry", "expiration", "exp date", "exp month", "exp year", "valid thru",
        "password", "passwd", "pwd",
        "passcode", "pin", "pin block", "otp", "one time code", "one time password", "sms code", "verification code",
        "verify code", "dynamic code", "captcha", "biometric", "biometrics", "fingerprint template", "face template",
        "face feature", "faceprint", "iris", "voiceprint", "palmprint", "track data", "track 1", "track 2", "track1",
        "track2", "密码", "口令", "验证码", "动态码", "校验码", "安全码", "有效期", "人脸特征", "虹膜", "声纹", "掌纹",
    ),
    FORBIDDEN: (
        "religion", "religious", "faith", "gene", "genes", "genetic", "genome", "dna", "fingerprint", "fingerprints",
        "blood type", "blood group", "disease", "diseases", "illness", "medical history", "medical record", "diagnosis",
        "宗教", "信仰", "基因", "指纹", "血型", "疾病", "病史", "病历",
    ),
}  # fmt: skip
#: Names that carry such a word and mean something else.
_HARMLESS: Final = frozenset({"device_fingerprint", "browser_fingerprint"})

_SAYS: Final = r"\s*(?:is|为|是|[:=#])\s*"
_MAY_BE: Final = r"\s*(?:is|为|是|[:=])?\s*"
_MAY_SAY: Final = r"\W{0,4}(?:is|为|是|code|number)?\W{0,4}"
_TEXTS: Final[dict[str, re.Pattern[str]]] = {
    C3: re.compile(
        r"(?<![a-z])(?:cvv|cvc|cvn)2?(?:码)?" + _MAY_SAY + r"(?P<cvv>\d{3,4})(?!\d)"
        r"|安全码" + _MAY_SAY + r"(?P<safe>\d{3,4})(?!\d)"
        r"|(?<![a-z])(?:password|passwd|pwd|passcode|密码|口令)" + _SAYS + r"(?P<password>(?!\[cut\])[^\s\x22]+)"
        r"|(?<![a-z])pin(?![a-z])" + _MAY_SAY + r"(?P<pin>\d{4,8})(?!\d)"
        r"|(?:(?<![a-z])otp(?![a-z])|one[- ]time (?:code|password)|验证码|动态码|校验码)"
        + _MAY_SAY
        + r"(?P<otp>\d{4,8})(?!\d)"
        r"|(?:(?<![a-z])exp(?:iry|ires)?(?: date)?(?![a-z])|valid thru|有效期)\W{0,4}(?:is|为|是|至|到)?\W{0,4}"
        r"(?P<expiry>(?:0[1-9]|1[0-2])\s?[/-]\s?(?:20)?\d{2})(?![\d/-])",
        re.IGNORECASE,
    ),
    FORBIDDEN: re.compile(
        r"(?:血型|(?<![a-z])blood (?:type|group))" + _MAY_BE + r"(?P<blood>(?:AB|A|B|O)(?![a-z])[+-]?(?:型)?)"
        r"|(?:宗教信仰|信仰宗教|宗教|(?<![a-z])religion)" + _SAYS + r"(?P<religion>(?!\[cut\])[^\s\x22]+)"
        r"|(?:病史|疾病|(?<![a-z])medical history|(?<![a-z])disease)" + _SAYS + r"(?P<disease>(?!\[cut\])[^\s\x22]+)"
        r"|(?:基因型?|指纹|(?<![a-z])dna|(?<![a-z])fingerprint)" + _SAYS + r"(?P<gene>(?!\[cut\])[^\s\x22]+)",
        re.IGNORECASE,
    ),
}

#: Three bytes of UTF-8 (letters in lower case) of which at least one stands in every text that `_TEXTS` can match.
SIGNATURES: Final[tuple[bytes, ...]] = tuple(
    sign.encode()
    for sign in (
        "cvv", "cvc", "cvn", "ssw", "pwd", "ssc", "pin", "otp", "tim", "exp", "thr", "loo", "lig", "dic", "sea", "dna",
        "erp", "码", "令", "期", "型", "教", "仰", "史", "病", "因", "纹",
    )
) + tuple(letter.encode() for first in "Ａａ" for letter in map(chr, range(ord(first), ord(first) + 26)))  # fmt: skip


def _words(name: str) -> str:
    """Return a field's name as words: `cardCVV2` is `card cvv2`."""
    name = unicodedata.normalize("NFKC", name)
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", name).strip().lower()


@lru_cache(maxsize=65_536)
def refused_name(name: str) -> str | None:
    """Return the reason for which a field of this name is refused, or None.

    >>> refused_name("card_cvv2"), refused_name("bloodType"), refused_name("expires_at")
    ('c3_present', 'forbidden_data', None)
    """
    words = f" {_words(name)} "
    if name in _HARMLESS:
        return None
    for reason, refused in _NAMES.items():
        if any(f" {word} " in words or (not word.isascii() and word in words) for word in refused):
            return reason
    return None


def refused_text(text: str) -> str | None:
    """Return the reason for which a text is refused, or None.

    >>> refused_text("card ends 4711, CVV: 123"), refused_text("血型：AB"), refused_text("密码学教材")
    ('c3_present', 'forbidden_data', None)
    """
    text = unicodedata.normalize("NFKC", text)
    return next((reason for reason, pattern in _TEXTS.items() if pattern.search(text)), None)


def find_refused(value: Any, path: str = "$", coded: Collection[str] = ()) -> tuple[str, str] | None:
    """Return (reason, path) of the first thing in a JSON value that may not come in, or None.

    The texts of fields in `coded` are ids or codes and are not read for words.

    >>> find_refused({"fees": [{"note": "PIN 4711"}]})
    ('c3_present', '$.fees[0].note')
    """
    if isinstance(value, str):
        reason = refused_text(value)
        return (reason, path) if reason else None
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner != CUT and (reason := refused_name(name)):
                return reason, f"{path}.{name}"
            if isinstance(inner, str) and name in coded:
                continue
            if found := find_refused(inner, f"{path}.{name}", coded):
                return found
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if found := find_refused(inner, f"{path}[{number}]", coded):
                return found
    return None


def _cut_text(text: str) -> str:
    for pattern in _TEXTS.values():
        text = pattern.sub(_without_value, text)
    return text


def _without_value(match: re.Match[str]) -> str:
    group = match.lastgroup or ""
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return match.group()[:start] + CUT + match.group()[end:]


def _cut_value(value: Any) -> Any:
    if isinstance(value, str):
        return _cut_text(unicodedata.normalize("NFKC", value)) if refused_text(value) else value
    if isinstance(value, dict):
        return {name: CUT if refused_name(name) else _cut_value(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cut_value(inner) for inner in value]
    return value


_PAIR: Final = re.compile(
    r'(")((?:[^"\\]|\\.){1,64})("\s*:\s*)("(?:[^"\\]|\\.)*"?|\[[^\]]*\]?|\{[^}]*\}?|[^,}\]\s]+)', re.DOTALL
)


def _cut_pair(match: re.Match[str]) -> str:
    name = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code.group(1), 16)), match.group(2))
    return f'{match.group(1)}{match.group(2)}{match.group(3)}"{CUT}"' if refused_name(name) else match.group()


def cut(record: bytes) -> bytes:
    """Return a record with everything cut out of it that may not be kept; other bytes stay as they are.

    Goes by the shape of `"name": value` and by the words in the text, so that it works on what is no JSON too; what
    escapes or full-width letters hide is cut from the parsed value.

    >>> cut(b'{"payer": "A", "cvv": "123"}')
    b'{"payer": "A", "cvv": "[cut]"}'
    >>> cut(b'{"cvv": 123, "note": "my PIN 4711')
    b'{"cvv": "[cut]", "note": "my PIN [cut]'
    """
    # Bytes that are no UTF-8 survive as lone surrogates and come back unchanged
    text = record.decode("utf-8", "surrogateescape")
    kept = _cut_text(_PAIR.sub(_cut_pair, text))
    try:
        value = msgspec.json.decode(kept.encode("utf-8", "surrogateescape"))
        if find_refused(value) is not None:
            return msgspec.json.encode(_cut_value(value))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        if refused_text(kept):
            kept = _cut_text(unicodedata.normalize("NFKC", kept))
    return kept.encode("utf-8", "surrogateescape")

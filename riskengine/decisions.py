"""What was answered before money moved: one decision an event, with a deterministic id.

A decision is stored before it is answered, and the same event asked again gets the stored one.
"""

import hashlib
from typing import Final, Literal

import msgspec

from riskengine.alerts import Reason

Verb = Literal["allow", "review", "refuse"]
Mode = Literal["full", "rules_only", "no_model"]

VERBS: Final[tuple[Verb, ...]] = ("allow", "review", "refuse")  # rising


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to one event.

    Attributes
    ----------
    log_position : int
        Position of the event in the log.
    score : float or None
        In [0, 1], higher is riskier; None where no model scored.
    mode : str
        `full`, `rules_only` or `no_model`.
    versions : dict of str to str
        Version of every detector that judged.
    """

    decision_id: str
    platform_id: str
    event_id: str
    log_position: int
    event_time: int
    score: float | None
    decision: Verb
    mode: Mode
    reasons: tuple[Reason, ...] = ()
    versions: dict[str, str] = {}


def decision_id(platform_id: str, event_id: str, key: bytes) -> str:
    """Deterministic id of the decision on one event, 32 hex digits.

    Examples
    --------
    >>> decision_id("PAY-ZJ-014", "e1", b"k" * 32)
    '2eb33504b3a37ce88fc65006bc378fbf'
    """
    text = f"decision\0{platform_id}\0{event_id}".encode()
    return hashlib.blake2b(text, digest_size=16, key=key).hexdigest()

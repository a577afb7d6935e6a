"""What an alert is: an episode with a deterministic id, its verdict, its reasons and the events it rests on.

The same detector, subject and occasion always give the same id under the same deployment key, so that a batch
judged twice, a replay and a restored run raise each alert once. The closed sets of words live here as well.
"""

import hashlib
from typing import Final, Literal

import msgspec

Verdict = Literal["violation", "report", "flag"]
Severity = Literal["info", "low", "medium", "high", "critical"]
Audience = Literal["customer", "supervisor", "sealed"]
Status = Literal["open", "in_review", "closed"]
Disposition = Literal["excluded", "watch", "interview", "rectify", "police", "report", "suspend"]

VERDICTS: Final[tuple[Verdict, ...]] = ("violation", "report", "flag")
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "low", "medium", "high", "critical")  # rising
AUDIENCES: Final[tuple[Audience, ...]] = ("customer", "supervisor", "sealed")
STATUSES: Final[tuple[Status, ...]] = ("open", "in_review", "closed")

DISPOSITIONS: Final[dict[Disposition, str]] = {
    "excluded": "排除",
    "watch": "持续关注",
    "interview": "约谈",
    "rectify": "责令整改",
    "police": "移送公安",
    "report": "报送",
    "suspend": "暂停业务",
}
"""The decisions of a disposition record (预警处置单), code to the form's own word."""

STATUS_AFTER: Final[dict[Disposition, Status]] = {
    "excluded": "closed",
    "watch": "in_review",
    "interview": "in_review",
    "rectify": "in_review",
    "police": "closed",
    "report": "closed",
    "suspend": "in_review",
}
"""Status that a decision leaves behind unless another is asked for: what still needs a follow-up stays in review."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One reason of an alert or a decision; every field is always written, null where it does not apply.

    A model's reason names a feature, its value and its contribution to the score (log-odds). A rule's reason names the
    rule, the criterion, what was measured, against which threshold, in which unit (`fen`, `usd_cents`, `count`, `ppm`)
    and under which article.
    """

    feature: str | None = None
    value: int | float | None = None
    contribution: float | None = None
    rule: str | None = None
    criterion: str | None = None
    measured: int | float | None = None
    threshold: int | float | None = None
    unit: str | None = None
    article: str | None = None


class EvidenceRef(msgspec.Struct, frozen=True):
    """Name of one event that an alert rests on."""

    platform_id: str
    event_id: str


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One episode. Every field is always present when written as JSON, null where it does not apply.

    Attributes
    ----------
    alert_id : str
        32 hex digits, see `alert_id`.
    detector, detector_version : str
        A rule's id or a model's name, and the version that judged.
    subject : str
        Pseudonym, see `pseudonym`.
    event_time : int
        UTC epoch milliseconds of the event that crossed the line.
    score : float or None
        In [0, 1], higher is riskier; None for a rule.
    measured : int or None
        What a rule measured, in the measure's unit; money in CNY fen unless the rule says otherwise.
    threshold : int, float or None
        The rule's line in the same unit, or the threshold of a model's score.
    evidence : tuple of EvidenceRef
        In log order. Empty on the way into the store, where evidence travels beside the alert; capped on the way out.
    """

    alert_id: str
    verdict: Verdict
    severity: Severity
    detector: str
    detector_version: str
    audience: Audience
    subject: str
    line: str | None
    platform_id: str
    region: str | None
    event_time: int
    score: float | None = None
    measured: int | None = None
    threshold: int | float | None = None
    article: str | None = None
    reasons: tuple[Reason, ...] = ()
    evidence: tuple[EvidenceRef, ...] = ()
    status: Status = "open"
    disposition: Disposition | None = None


def alert_id(detector: str, subject: str, occasion: str, key: bytes) -> str:
    """Deterministic id of an episode: a keyed hash of detector, subject and occasion.

    Parameters
    ----------
    detector : str
        A rule's id or a model's name, without its version: a new version raises no open matter again.
    subject : str
        The subject's pseudonym.
    occasion : str
        The event's name for an `at` rule, window start and criterion for a windowed rule, the Shanghai day otherwise.
    key : bytes
        The deployment's identity key, up to 64 bytes.

    Returns
    -------
    str
        32 lower-case hex digits.

    Examples
    --------
    >>> alert_id("aml.cycle", "account:00000000000000ff", "20250303", b"k" * 32)
    'afb1a91fa01c7767017d73baba336d70'
    """
    # NUL cannot occur in any part, so no two triples share one text
    text = f"{detector}\0{subject}\0{occasion}".encode()
    return hashlib.blake2b(text, digest_size=16, key=key).hexdigest()


def pseudonym(kind: Literal["account", "party"], identity: int) -> str:
    """The subject as it is stored and shown: its kind and the keyed hash of its identity in 16 hex digits.

    Examples
    --------
    >>> pseudonym("account", 255)
    'account:00000000000000ff'
    """
    return f"{kind}:{identity:016x}"

"""Where a model alerts: the score that does best within what officers can read in a day.

An *alert* here is an episode, one subject on one Shanghai day, however many of its events score high. The budget is a
number of alerts a day.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.validation import Labels, Scores, shanghai_days


@dataclass(frozen=True, slots=True)
class Episodes:
    """The episodes that rows belong to.

    Attributes
    ----------
    of_row : ndarray of shape (n_rows,), int64
        Episode of each row.
    day : ndarray of shape (n_episodes,), int64
        Shanghai day of each episode.
    n_days : int
        Days from the first to the last, both counted.
    """

    of_row: NDArray[np.int64]
    day: NDArray[np.int64]
    n_days: int


def episodes(subject: NDArray[np.uint64], clock: NDArray[np.int64]) -> Episodes:
    """Group rows by subject and Shanghai day."""
    days = shanghai_days(clock)
    keys = np.empty(len(subject), dtype=[("subject", np.uint64), ("day", np.int64)])
    keys["subject"], keys["day"] = subject, days
    unique, of_row = np.unique(keys, return_inverse=True)
    span = int(days.max() - days.min()) + 1 if len(days) else 1
    return Episodes(of_row.astype(np.int64), unique["day"].astype(np.int64), span)


LOWEST = 0.01
"""No threshold lies below: an alert stands for at least one chance in a hundred."""

UNTRIED = 0.5
"""Nor below this where there were no positives to try thresholds on."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The chosen score and how it was chosen: `score`, and `rule` in words for the card."""

    score: float
    rule: str


def choose_threshold(scores: Scores, labels: Labels, own: Episodes, *, budget: float) -> Threshold:
    """The score with the best F1 among those that stay within the budget.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,), float64
    labels : ndarray of shape (n_rows,), bool
    own : Episodes
        Of the same rows.
    budget : float
        Alerts a day, on average over the slice.

    Returns
    -------
    Threshold
        Above every score, hence no alerts, where even the highest score breaks the budget. Without positives the lowest
        score that the budget allows, and at least one half.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    # An episode is new where its highest row stands
    _, first_seen = np.unique(own.of_row[order], return_index=True)
    new = np.zeros(len(order), np.int64)
    new[first_seen] = 1
    last = np.append(ranked[1:] != ranked[:-1], True) if len(ranked) else np.zeros(0, bool)
    alerts = np.cumsum(new)[last]
    hits = np.cumsum(labels[order])[last]
    flagged = np.flatnonzero(last) + 1
    cuts = ranked[last]
    allowed = int(np.searchsorted(alerts, budget * own.n_days, side="right"))
    if allowed == 0:
        return Threshold(float(np.nextafter(ranked[0] if len(ranked) else 1.0, 2.0)), "no score keeps to the budget")
    if not labels.any():
        score = max(float(cuts[allowed - 1]), UNTRIED)
        return Threshold(
            score, f"at most {budget:g} alerts a day and at least {UNTRIED}; no positives to weigh them by"
        )
    f1 = 2 * hits[:allowed] / (flagged[:allowed] + labels.sum())
    best = int(np.argmax(f1))  # the first of equals, so the highest score
    # Half-way to the next lower score, so that rounding in the last place cannot turn an alert
    lower = cuts[best + 1] if best + 1 < len(cuts) else 0.0
    score = float((cuts[best] + lower) / 2)
    if score < LOWEST:
        return Threshold(LOWEST, f"best F1 within {budget:g} alerts a day, held at {LOWEST}")
    return Threshold(score, f"best F1 within {budget:g} alerts a day")


def measure_at(scores: Scores, labels: Labels, own: Episodes, threshold: float) -> dict[str, Any]:
    """What a threshold does: events (`precision`, `recall`, `f1`) and alerts a day.

    Returns
    -------
    dict
        Also `alerts_per_day` and `alert_precision`, the share of alerts that hold a positive event. A share of nothing
        is None.
    """
    flagged = scores >= threshold
    hits = int((flagged & labels).sum())
    alerts = np.unique(own.of_row[flagged])
    right = np.unique(own.of_row[flagged & labels])
    return {
        "precision": _share(hits, int(flagged.sum())),
        "recall": _share(hits, int(labels.sum())),
        "f1": _share(2 * hits, int(flagged.sum() + labels.sum())),
        "flagged": int(flagged.sum()),
        "alerts_per_day": len(alerts) / own.n_days,
        "alert_precision": _share(len(right), len(alerts)),
    }


def measure_budget(scores: Scores, labels: Labels, own: Episodes, budget: int) -> dict[str, Any]:
    """What the `budget` highest episodes of each day hold: precision, and the share of positive episodes found."""
    n = len(own.day)
    highest = np.full(n, -np.inf)
    np.maximum.at(highest, own.of_row, scores)
    positive = np.zeros(n, bool)
    positive[own.of_row[labels]] = True
    order = np.lexsort((np.arange(n), -highest, own.day))
    day = own.day[order]
    starts = np.flatnonzero(np.append(True, day[1:] != day[:-1])) if n else np.zeros(0, np.int64)
    place = np.arange(n) - np.repeat(starts, np.diff(np.append(starts, n)))
    taken = order[place < budget]
    hits = int(positive[taken].sum())
    return {
        "alerts_a_day": budget,
        "precision": _share(hits, len(taken)),
        "recall": _share(hits, int(positive.sum())),
        "positive_episodes": int(positive.sum()),
    }


def _share(part: int, whole: int) -> float | None:
    """Part of the whole, None of nothing."""
    return part / whole if whole else None

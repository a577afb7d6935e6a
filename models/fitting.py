"""From labelled feature rows to a card and arrays: slices in time, the fit, calibration, threshold, figures.

Labels are used as they were known: the fit sees those known when its slice ended, the threshold those known when the
next one ended, and only the figures of the last slice use all of them. Nothing of a later slice reaches an earlier one.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.base import Card, Model, ModelError
from models.calibration import fit_calibration
from models.recipe import Recipe
from models.threshold import choose_threshold, episodes, measure_at, measure_budget
from models.validation import TimeSplit, area_under_curve, average_precision, block_interval, brier, split_in_time

FEWEST = 10
"""Rows of each class below which nothing is fitted."""

_EXPLAINED = 400  # rows whose contributions are averaged for the card


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Feature rows with what became known of them.

    Attributes
    ----------
    features : tuple of str
        Names of the columns.
    values : ndarray of shape (n_rows, n_features), int64
        In log order.
    clock : ndarray of shape (n_rows,), int64
        Stream's clock at the row, UTC ms, never falling.
    positive : ndarray of shape (n_rows,), bool
    known_at : ndarray of shape (n_rows,), int64
        When a positive became known, UTC ms; not read elsewhere.
    usable : ndarray of shape (n_rows,), bool
        False for rows that neither train nor count, such as payments of an account after it was found out.
    subject : ndarray of shape (n_rows,), uint64
        Whom an alert on the row would be about.
    """

    features: tuple[str, ...]
    values: NDArray[np.int64]
    clock: NDArray[np.int64]
    positive: NDArray[np.bool_]
    known_at: NDArray[np.int64]
    usable: NDArray[np.bool_]
    subject: NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit.

    Attributes
    ----------
    seed : int
    budget : int
        Alerts a day that the threshold keeps to.
    shares : tuple of float
        Of the rows, for fitting and choosing.
    gap_days : float or None
        Rows left out before the end of a slice; None takes it from the labels' delays.
    max_rows : int
        Negatives beyond it are sampled, each kept one weighing for those left out.
    refit : bool
        Fit the served model once more on all rows old enough for their labels, threshold and calibration as chosen;
        the figures are then those of the model before.
    threads : int
        Of the fit.
    parameters : mapping
        Replaces parameters of the recipe.
    code_version : str
    """

    seed: int = 0
    budget: int = 20
    shares: tuple[float, float] = (0.6, 0.2)
    gap_days: float | None = None
    max_rows: int = 400_000
    refit: bool = False
    threads: int = 1
    parameters: Mapping[str, Any] = field(default_factory=dict)
    code_version: str = ""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model with what the registry and the analyst keep of it."""

    model: Model
    estimator: Any

    @property
    def card(self) -> Card:
        """The model's card."""
        return self.model.card


def fit_model(
    recipe: Recipe,
    rows: LabelledRows,
    shown: NDArray[np.bool_],
    plan: Plan,
    *,
    measures: Callable[[Model, NDArray[np.bool_]], dict[str, Any]] | None = None,
    notes: Mapping[str, Any] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Fitted:
    """Fit, calibrate, choose the threshold, measure.

    Parameters
    ----------
    recipe : Recipe
    rows : LabelledRows
    shown : ndarray of shape (n_features,), bool
        Columns that the fit may see.
    plan : Plan
    measures : callable, optional
        Further figures for the card, of a model and the rows of the last slice.
    notes : mapping, optional
        What else the card's protocol says, such as which labels were used.
    progress : callable, optional
        Called with the name of each step.

    Raises
    ------
    ModelError
        If the training slice holds fewer than 10 rows of a class, or the rows cannot be split.
    """
    say = progress or (lambda _: None)
    parameters = recipe.with_parameters(plan.parameters)
    positive = rows.positive & rows.usable
    gap = None if plan.gap_days is None else round(plan.gap_days * 86_400_000)
    split = split_in_time(
        rows.clock[rows.usable], rows.clock[positive], rows.known_at[positive], shares=plan.shares, gap_ms=gap
    )
    columns = np.flatnonzero(shown & ~np.isin(rows.features, recipe.hidden))

    say("fit")
    train = split.train(rows.clock) & rows.usable
    known = rows.positive & (rows.known_at <= split.train_end)
    arrays, estimator, data_hash, kept = _fit(recipe, rows, train, known, columns, plan, parameters, split.train_end)
    draft = Card(
        name=recipe.name,
        version="draft",
        kind=recipe.kind,
        target=recipe.target,
        purpose=recipe.purpose,
        labels=recipe.labels,
        features=rows.features,
        unused=tuple(name for column, name in enumerate(rows.features) if column not in set(columns.tolist())),
        threshold=1.0,
        data_hash=data_hash,
        parameters={**parameters, "seed": plan.seed},
        code_version=plan.code_version,
    )
    model = recipe.load(draft, arrays)

    say("calibrate and choose the threshold")
    chosen = split.validation(rows.clock) & rows.usable
    known_then = rows.positive & (rows.known_at <= split.validation_end)
    calibration = fit_calibration(model.raw(rows.values[chosen]), known_then[chosen])
    model = recipe.load(msgspec.structs.replace(draft, calibration=calibration), arrays)
    scores, own = model.score(rows.values[chosen]), episodes(rows.subject[chosen], rows.clock[chosen])
    threshold = choose_threshold(scores, known_then[chosen], own, budget=plan.budget)

    say("measure")
    tested = split.test(rows.clock) & rows.usable
    metrics = measure(model, rows, tested, rows.positive, threshold.score, plan)
    metrics["validation"] = measure(model, rows, chosen, known_then, threshold.score, plan, rounds=0)
    if measures is not None:
        metrics |= measures(model, tested)
    importance = _importance(model, rows.values[tested], plan.seed)
    if plan.refit:
        say("fit on all rows")
        ripe = rows.usable & (rows.clock <= split.end - split.gap_ms)
        arrays, estimator, data_hash, kept = _fit(
            recipe,
            rows,
            ripe,
            rows.positive & (rows.known_at <= split.end),
            columns,
            plan,
            parameters,
            split.end,
        )

    card = msgspec.structs.replace(
        draft,
        threshold=threshold.score,
        calibration=calibration,
        data_hash=data_hash,
        period={
            "start": split.start,
            "train_end": split.train_end,
            "validation_end": split.validation_end,
            "end": split.end,
        },
        counts={
            "train_rows": int(train.sum()),
            "train_positives": int((known & train).sum()),
            "fitted_rows": kept,
            "validation_rows": int(chosen.sum()),
            "validation_positives": int((known_then & chosen).sum()),
            "test_rows": int(tested.sum()),
            "test_positives": int((rows.positive & tested).sum()),
            "left_out_rows": int((~rows.usable).sum()),
        },
        protocol={**_protocol(split, threshold.rule, plan), **(notes or {})},
        metrics=metrics,
        importance=importance,
    )
    card = msgspec.structs.replace(card, version=_version(card, arrays))
    return Fitted(recipe.load(card, arrays), estimator)


def _fit(
    recipe: Recipe,
    rows: LabelledRows,
    slice_: NDArray[np.bool_],
    known: NDArray[np.bool_],
    columns: NDArray[np.int64],
    plan: Plan,
    parameters: Mapping[str, Any],
    until: int,
) -> tuple[dict[str, NDArray[Any]], Any, str, int]:
    """Arrays, estimator, hash of what was shown, and how many rows that was."""
    chosen = np.flatnonzero(slice_)
    positives, negatives = chosen[known[chosen]], chosen[~known[chosen]]
    if min(len(positives), len(negatives)) < FEWEST:
        later = int((rows.positive[chosen] & ~known[chosen]).sum())
        hint = f"; {later} more became known only after {_day(until)}" if later else ""
        raise ModelError(
            f"model {recipe.name}: expected at least {FEWEST} rows of each class among the {len(chosen)} training rows,"
            f" found {len(positives)} positive and {len(negatives)} negative{hint}"
        )
    weights = np.ones(len(rows.clock))
    room = max(plan.max_rows - len(positives), len(positives), 1)
    if len(negatives) > room:
        drawn = np.random.default_rng(plan.seed).choice(len(negatives), room, replace=False)
        weights[negatives] = len(negatives) / room
        negatives = negatives[np.sort(drawn)]
    order = np.sort(np.concatenate([positives, negatives]))
    values, labels, weight = rows.values[order], known[order], weights[order]
    digest = hashlib.blake2b(digest_size=16)
    for part in (values, labels, weight, columns):
        digest.update(np.ascontiguousarray(part).tobytes())
    arrays, estimator = recipe.fit(
        values, labels, weight, columns, seed=plan.seed, threads=plan.threads, parameters=parameters
    )
    return arrays, estimator, digest.hexdigest(), len(order)


def measure(
    model: Model,
    rows: LabelledRows,
    slice_: NDArray[np.bool_],
    positive: NDArray[np.bool_],
    threshold: float,
    plan: Plan,
    *,
    rounds: int = 200,
) -> dict[str, Any]:
    """Figures of one slice: ranking with intervals, what the threshold does, what the budget finds, calibration."""
    scores, labels, clock = model.score(rows.values[slice_]), positive[slice_], rows.clock[slice_]
    own = episodes(rows.subject[slice_], clock)
    found: dict[str, Any] = {
        "rows": len(scores),
        "positives": int(labels.sum()),
        "average_precision": _plain(average_precision(scores, labels)),
        "auc": _plain(area_under_curve(scores, labels)),
        "brier": _plain(brier(scores, labels)),
        "mean_score": _plain(float(scores.mean())) if len(scores) else None,
        "at_threshold": measure_at(scores, labels, own, threshold),
        "at_budget": measure_budget(scores, labels, own, plan.budget),
    }
    if rounds:
        for name, figure in (("average_precision", average_precision), ("auc", area_under_curve)):
            interval = block_interval(figure, scores, labels, clock, seed=plan.seed, rounds=rounds)
            found[f"{name}_interval"] = [_plain(end) for end in interval]
    return found


def _plain(value: float) -> float | None:
    """A figure for JSON: None where it cannot be measured."""
    return None if np.isnan(value) else round(value, 6)


def _importance(model: Model, values: NDArray[np.int64], seed: int) -> dict[str, float]:
    """Mean absolute contribution of the strongest 20 features: half of the rows drawn, half the highest scores."""
    if not len(values):
        return {}
    half = min(_EXPLAINED // 2, len(values))
    drawn = np.random.default_rng(seed).choice(len(values), half, replace=False)
    highest = np.argsort(-model.score(values), kind="stable")[:half]
    total: dict[str, float] = {}
    picked = np.unique(np.concatenate([drawn, highest]))
    for row in picked:
        for reason in model.reasons(values[row]):
            total[reason.feature] = total.get(reason.feature, 0.0) + abs(reason.contribution)
    strongest = sorted(total.items(), key=lambda item: (-item[1], item[0]))[:20]
    return {name: round(value / len(picked), 6) for name, value in strongest}


def _protocol(split: TimeSplit, rule: str, plan: Plan) -> dict[str, Any]:
    """How the figures came about, for the card."""
    return {
        "split": "by the stream's clock: fitted on the first slice, threshold and calibration chosen on the second, "
        "figures of the last",
        "shares": list(plan.shares),
        "gap_hours": round(split.gap_ms / 3_600_000, 2),
        "labels": "the fit: known by train_end; the threshold: known by validation_end; the figures: all",
        "threshold_rule": rule,
        "alert": "one subject on one Shanghai day",
        "final_fit": "all rows, threshold and calibration as chosen before" if plan.refit else "the first slice",
        "negatives": f"sampled beyond {plan.max_rows} rows, weighted back",
    }


def _version(card: Card, arrays: Mapping[str, NDArray[Any]]) -> str:
    """Last day of the data the model was fitted on, and eight digits that tell models of one day apart."""
    digest = hashlib.blake2b(digest_size=4)
    digest.update(msgspec.json.encode(card, order="deterministic"))
    for name in sorted(arrays):
        digest.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    until = "end" if card.protocol["final_fit"].startswith("all") else "train_end"
    return f"{_day(card.period[until])}-{digest.hexdigest()}"


def _day(time_ms: int) -> str:
    """Shanghai day of a time."""
    return str(np.datetime64(time_ms + 8 * 3_600_000, "ms").astype("datetime64[D]"))

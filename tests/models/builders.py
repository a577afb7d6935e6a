"""Rows, labels and models that the tests of this floor share."""

import numpy as np

from models.fitting import Fitted, LabelledRows, Plan, fit_model
from models.recipe import Recipe

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START = 1_740_931_200_000  # 2025-03-03 in Shanghai

NAMES = ("count_1d", "sum_30d", "seconds_since", "hour_of_day", "tiny", "history_days", "noise", "flag")

#: Small enough to be fitted in a tenth of a second
SMALL = {
    "fraud_boosting": {
        "max_iter": 12,
        "max_leaf_nodes": 8,
        "max_features": 1.0,
        "learning_rate": 0.15,
        "min_samples_leaf": 20,
    },
    "laundering_boosting": {
        "max_iter": 12,
        "max_leaf_nodes": 8,
        "max_features": 1.0,
        "learning_rate": 0.15,
        "min_samples_leaf": 20,
    },
    "default_logistic": {},
}


def rows(n: int = 4000, *, seed: int = 0, delay_ms: int = 12 * HOUR_MS, days: int = 30) -> LabelledRows:
    """Rows of a month in which high counts and quick payments are riskier, with labels known after a delay."""
    random = np.random.default_rng(seed)
    clock = np.sort(START + random.integers(0, days * DAY_MS, n))
    values = np.column_stack(
        [
            random.poisson(5, n),
            random.lognormal(14, 3, n).astype(np.int64),
            np.where(random.random(n) < 0.2, -1, random.integers(0, 2_592_000, n)),
            (clock // HOUR_MS + 8) % 24,
            random.integers(0, 3, n),
            (clock - START) // DAY_MS,
            random.integers(-(10**9), 10**9, n),
            random.integers(0, 2, n),
        ]
    ).astype(np.int64)
    logit = 0.8 * (values[:, 0] - 8) + 1.5 * (values[:, 2] < 100_000) + 0.4 * values[:, 7] - 1
    positive = random.random(n) < 1 / (1 + np.exp(-logit))
    return LabelledRows(
        features=NAMES,
        values=np.ascontiguousarray(values),
        clock=clock,
        positive=positive,
        known_at=clock + delay_ms,
        usable=np.ones(n, bool),
        subject=random.integers(1, 400, n).astype(np.uint64),
    )


def fitted(recipe: Recipe, labelled: LabelledRows | None = None, *, seed: int = 0, **plan) -> Fitted:
    """A small model of a recipe on synthetic rows."""
    labelled = rows() if labelled is None else labelled
    shown = np.ones(len(labelled.features), bool)
    return fit_model(recipe, labelled, shown, Plan(seed=seed, parameters=SMALL[recipe.name], **plan))

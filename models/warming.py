"""Every kernel of this floor run once on noise, so that it lies compiled in the cache before the first real row."""

import numpy as np

from models.fitting import LabelledRows, Plan, fit_model
from models.forest import FEW
from models.recipe import recipes


def warm_kernels(n: int = 2000) -> None:
    """Fit, score and explain a model of noise for each recipe; takes a second once the cache is there.

    What the models say does not matter; rows come alone, few together, and in blocks, as they do in use.
    """
    random = np.random.default_rng(0)
    clock = np.arange(n, dtype=np.int64) * 600_000
    rows = LabelledRows(
        features=("narrow", "middle", "wide", "widest"),
        values=random.integers(0, [100, 10_000, 10**9, 10**15], (n, 4)),
        clock=clock,
        positive=random.random(n) < 0.2,
        known_at=clock,
        usable=np.ones(n, bool),
        subject=np.arange(n, dtype=np.uint64) % 50,
    )
    for recipe in recipes().values():
        parameters = {"max_iter": 3} if "max_iter" in recipe.parameters else {}
        model = fit_model(recipe, rows, np.ones(4, bool), Plan(parameters=parameters)).model
        for size in (1, FEW, FEW + 1):
            model.score(np.ascontiguousarray(rows.values[:size]))
        model.reasons(rows.values[0])

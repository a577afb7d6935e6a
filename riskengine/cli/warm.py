"""`riskengine warm`: compile every kernel once into the cache, so that the first real run does not wait for it."""

import tempfile
from pathlib import Path

import typer

from riskengine.cli.common import ERRORS, failures

_HELP = """Compile the kernels once into their cache beside the code; `make setup` does this.

Example:

    riskengine warm
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("warm", help=_HELP)(_warm)


def forget_kernels() -> None:
    """Remove compiled kernels: their cache does not notice a change in a function of another file that they call."""
    root = Path(__file__).resolve().parents[2]
    for package in ("streams", "features", "models", "riskengine"):
        for pattern in ("*.nbi", "*.nbc"):
            for path in (root / package).rglob(f"__pycache__/{pattern}"):
                path.unlink(missing_ok=True)


def _warm() -> None:
    import numpy as np

    from features.catalogue import names
    from models.fitting import LabelledRows, Plan, fit_model
    from models.recipe import recipe_of
    from models.warming import warm_kernels
    from riskengine.engine import Engine
    from riskengine.running import run
    from riskengine.settings import Settings
    from riskengine.simulator import Setup, simulate
    from streams.sources import open_source

    ERRORS.print("compiling kernels; this is done once")
    forget_kernels()
    warm_kernels()
    with failures(), tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "province", Setup(accounts=200, days=3))
        # a model of noise: what it says does not matter, only that its kernels have run
        rng = np.random.default_rng(0)
        n, columns = 2_000, len(names())
        rows = LabelledRows(
            features=names(),
            values=rng.integers(0, 1000, (n, columns)),
            clock=np.arange(n, dtype=np.int64) * 600_000,
            positive=rng.random(n) < 0.1,
            known_at=np.arange(n, dtype=np.int64) * 600_000,
            usable=np.ones(n, dtype=np.bool_),
            subject=np.arange(n, dtype=np.uint64),
        )
        plan = Plan(parameters={"max_iter": 3})
        model = fit_model(recipe_of("laundering_boosting"), rows, np.ones(columns, dtype=np.bool_), plan).model
        for threads in (1, 2):
            state = Path(folder) / f"state{threads}"
            with Engine(Settings(state_dir=state, threads=threads, batch=512), models=[model]) as engine:
                run(engine, open_source([Path(folder) / "province" / "events.ndjson"]))

"""The demonstration: a simulated province through the whole engine, or one's own events.

The first part of the province runs with rules and typologies alone; models are trained on it, with the labels that were
known when it ended, and score the rest, so that nothing is scored by a model that has seen it.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.base import Card, ModelError
from models.fitting import Plan
from models.recipe import recipes
from riskengine.engine import Engine
from riskengine.labels import read_labels
from riskengine.plants import PlantResult, compare
from riskengine.roles import Grant
from riskengine.running import Report, run
from riskengine.settings import Settings
from riskengine.simulator import Setup, simulate
from riskengine.training import code_version, replay, train
from streams.sources import open_source

ACCOUNT = "regulator"
HISTORY_SHARE = 0.6
# Alerts a day and model that the demonstration's thresholds keep to
ALERTS_PER_DAY = 5

Progress = Callable[[str, int, int, str], None]


@dataclass(slots=True)
class Demonstration:
    """What the demonstration came to.

    Attributes
    ----------
    history, live : Report or None
        The part before the models and the part that they scored; `live` alone for one's own events.
    cards : list of Card
    found, found_live : PlantResult or None
        Of the whole period, and of the scored part.
    """

    folder: Path
    history: Report | None
    live: Report
    cards: list[Card]
    found: PlantResult | None
    password: str


def simulated(folder: Path, setup: Setup, settings: Settings, progress: Progress) -> Demonstration:
    """Simulate a province into `folder` and put it through an engine of its own."""
    province = folder / "province"
    shutil.rmtree(province, ignore_errors=True)
    simulate(province, setup, progress=lambda what, done, total: progress(f"simulate {what}", done, total, ""))
    history, live = _split(province / "events.ndjson", HISTORY_SHARE)
    shutil.rmtree(settings.state_dir, ignore_errors=True)
    with Engine(settings, models=()) as engine:
        before = _run(engine, history, "history", progress)
        cards = _train(engine, history, province / "truth.csv", progress)
        after = _run(engine, live, "live", progress)
        found = compare(province / "truth.csv", [*before.alerts, *after.alerts], engine.identities)
        password = _account(engine)
    return Demonstration(folder, before, after, cards, found, password)


def own_events(folder: Path, events: list[Path], settings: Settings, progress: Progress) -> Demonstration:
    """Put one's own events through the engine of the demonstration's state folder, with its models if it has any."""
    with Engine(settings) as engine:
        report = _run(engine, events, "events", progress)
        return Demonstration(folder, None, report, engine.models, None, _account(engine))


def _run(engine: Engine, paths: Path | list[Path], name: str, progress: Progress) -> Report:
    """Run one part, with progress."""
    source = open_source(paths if isinstance(paths, list) else [paths])

    def tick(done: int, report: Report) -> None:
        note = f"{report.events:,} events, {report.alerts_new:,} alerts"
        progress(name, done, source.total or 0, note)

    return run(engine, source, tick=tick)


def _train(engine: Engine, history: Path, truth: Path, progress: Progress) -> list[Card]:
    """Fit every model that the first part has labels for, and let the engine score with them."""
    source = open_source([history])
    labels = read_labels(truth)
    named = frozenset(label.target for label in labels if label.target_type == "event")
    replayed = replay(
        source,
        engine.identity_key,
        named=named,
        tick=lambda done, rows: progress("features for training", done, source.total or 0, f"{rows:,} payments"),
    )
    # what became known later than the first part is not there yet
    until = engine.clock
    plan = Plan(seed=0, budget=ALERTS_PER_DAY, refit=True, code_version=code_version())
    cards = []
    known = list(recipes().values())
    for number, recipe in enumerate(known):
        progress("train", number, len(known), recipe.name)
        try:
            trained = train(recipe, replayed, labels, engine.identity_key, plan, until=until)
        except ModelError:
            continue  # the first part of a small province may hold no label of this kind
        engine.registry.save(trained.model)
        cards.append(trained.model.card)
    progress("train", len(known), len(known), "")
    engine.load_models()
    return cards


def _split(events: Path, share: float) -> tuple[Path, Path]:
    """The first part of a file of lines and the rest, as two files beside it."""
    history, live = events.with_name("history.ndjson"), events.with_name("live.ndjson")
    cut = int(events.stat().st_size * share)
    with events.open("rb") as whole:
        whole.seek(cut)
        whole.readline()
        cut = whole.tell()
        whole.seek(0)
        with history.open("wb") as first:
            while whole.tell() < cut:
                first.write(whole.read(min(1 << 24, cut - whole.tell())))
        with live.open("wb") as second:
            shutil.copyfileobj(whole, second, 1 << 24)
    return history, live


def _account(engine: Engine) -> str:
    """A fresh password for the demonstration's regulator."""
    now = int(time.time() * 1000)
    engine.store.access.remove_account(ACCOUNT)
    return engine.store.access.create_account(ACCOUNT, Grant("regulator"), now=now)

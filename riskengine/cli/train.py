"""`riskengine train` and `riskengine models`: fit models on labelled events, and look at what is kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskengine.cli.common import ERRORS, WRONG_CALL, fail, failures, print_json, progress, settings_or_exit

if TYPE_CHECKING:
    from models.base import Card
    from models.recipe import Recipe
    from models.registry import Registry
    from riskengine.labels import Label
    from riskengine.settings import Settings
    from riskengine.training import Replay, Trained

_HELP = """Fit a model on labelled events and keep it in the registry, from where `riskengine run` serves it.

MODEL is fraud, laundering, default, or all, which fits those that there are labels for. The events are replayed
through the engine's own features. The model is fitted on the first part of the time, calibrated and given its threshold
on the next, and measured on the last, which it has never seen; rows too young for their labels are left out. Without
--labels, the `label` events and the reported defaults of the log itself are used.

LABELS is a CSV with target_type,target,label,known_at: target_type is event, account, party or loan. Labels of events
are used alone where any match; else payments of labelled accounts and parties in the --account-days before they became
known are positive.

Example:

    riskengine train fraud events.ndjson --labels truth.csv --budget 20
"""

_MODELS_HELP = """The models of the registry: `list` them, `show` one card, or `use` a version.

Example:

    riskengine models show fraud_boosting
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("train", help=_HELP)(_train)
    models = typer.Typer(help=_MODELS_HELP, no_args_is_help=True)
    models.command("list", help="Every kept model; the star marks what is served.")(_list)
    models.command("show", help="The card of a model, as JSON.")(_show)
    models.command("use", help="Serve a kept version from now on: promotion and roll-back.")(_use)
    app.add_typer(models, name="models")


_RegistryOption = Annotated[
    Path | None, typer.Option("--registry", help="folder of models; default in the state folder")
]


def _train(
    model: Annotated[str, typer.Argument(help="fraud, laundering, default, or all")],
    events: Annotated[list[Path], typer.Argument(help="NDJSON, gzipped NDJSON or Parquet files")],
    labels: Annotated[Path | None, typer.Option(help="CSV: target_type,target,label,known_at")] = None,
    registry: _RegistryOption = None,
    until: Annotated[
        str | None, typer.Option(help="use nothing after this time (RFC 3339 or ms): neither events nor labels")
    ] = None,
    budget: Annotated[int, typer.Option(min=1, help="alerts a day that the threshold keeps to")] = 20,
    shares: Annotated[
        str, typer.Option(help="parts of the rows to fit on and to choose the threshold on; the rest is measured")
    ] = "0.6,0.2",
    gap_days: Annotated[
        float | None,
        typer.Option(min=0, help="rows left out before the end of a part; default from the labels' delays"),
    ] = None,
    account_days: Annotated[
        float, typer.Option(min=0, help="days before a labelled account became known whose payments count as bad")
    ] = 30.0,
    refit: Annotated[bool, typer.Option("--refit", help="fit what is served once more, on all rows")] = False,
    max_rows: Annotated[int, typer.Option(min=1000, help="negatives beyond it are sampled and weighted")] = 400_000,
    parameter: Annotated[list[str] | None, typer.Option(help="NAME=VALUE of the fit, e.g. max_iter=60")] = None,
    seed: Annotated[int, typer.Option(help="the same seed gives the same model")] = 0,
    keep_estimator: Annotated[bool, typer.Option(help="keep the scikit-learn object too, by joblib")] = False,
    challenger: Annotated[bool, typer.Option("--challenger", help="keep the model without serving it")] = False,
    threads: Annotated[int, typer.Option(min=1, help="threads of the pattern search and of the fit")] = 1,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object on standard output")] = False,
) -> None:
    from models.base import ModelError
    from models.fitting import Plan
    from riskengine.labels import LabelError, read_labels
    from riskengine.training import code_version, train

    settings = settings_or_exit()
    recipes = _recipes(model)
    plan = Plan(
        seed=seed,
        budget=budget,
        shares=_shares(shares),
        gap_days=gap_days,
        max_rows=max_rows,
        refit=refit,
        threads=threads,
        parameters=_parameters(parameter or []),
        code_version=code_version(),
    )
    until_ms = _time(until)
    try:
        given = [] if labels is None else read_labels(labels)
    except LabelError as error:
        fail(str(error), WRONG_CALL)
    with failures():
        key = settings.resolved_identity_key()
        kept = _registry(settings, registry)
        replayed = _replay(settings, events, given, until_ms, threads)
        trained: list[Trained] = []
        refused: dict[str, str] = {}
        with progress() as bar:
            for recipe in recipes:
                task = bar.add_task(recipe.name, total=4, note="")
                try:
                    one = train(
                        recipe,
                        replayed,
                        given,
                        key,
                        plan,
                        until=until_ms,
                        account_days=account_days,
                        progress=lambda step, task=task: bar.update(task, advance=1, note=step),  # type: ignore[misc]
                    )
                except ModelError as error:
                    refused[recipe.name] = str(error)
                    continue
                bar.update(task, completed=4, note="")
                kept.save(one.model, estimator=one.fitted.estimator if keep_estimator else None, current=not challenger)
                trained.append(one)
    for one in trained:
        _say(one)
    if refused and not trained:
        fail("; ".join(refused.values()))
    for message in refused.values():
        ERRORS.print(f"not fitted: {message}")
    if json_:
        print_json({"registry": str(kept.folder), "models": [_as_json(one) for one in trained], "not_fitted": refused})


def _recipes(model: str) -> "list[Recipe]":
    """The recipes of a word of the command line."""
    from models.base import ModelError
    from models.recipe import recipe_of, recipes

    if model == "all":
        return list(recipes().values())
    try:
        return [recipe_of(model)]
    except ModelError as error:
        fail(f"{error}, or all", WRONG_CALL)
        raise


def _replay(
    settings: "Settings", events: list[Path], given: "list[Label]", until: int | None, threads: int
) -> "Replay":
    """The events through the features, under a progress bar."""
    from riskengine.training import replay
    from streams.sources import open_source

    source = open_source(events)
    named = frozenset(label.target for label in given if label.target_type == "event" and label.platform_id is None)
    with progress() as bar:
        task = bar.add_task("replay", total=source.total, note="")
        replayed = replay(
            source,
            settings.resolved_identity_key(),
            named=named,
            until=until,
            budget=settings.budget,
            threads=threads,
            dedup_days=settings.dedup_days,
            tick=lambda done, rows: bar.update(task, completed=done, note=f"{rows:,} payments"),
        )
    ERRORS.print(
        f"{replayed.events:,} events: {len(replayed.payments.clock):,} payments, {len(replayed.loans.clock):,} "
        f"applications and issues ({replayed.duplicates:,} duplicates, {replayed.dead_letters:,} dead letters)"
    )
    return replayed


def _registry(settings: "Settings", folder: Path | None) -> "Registry":
    """The registry of a folder, or of the state folder."""
    from models.registry import Registry, signing_key

    return Registry(folder or settings.registry_dir(), signing_key(settings.resolved_identity_key()))


def _shares(text: str) -> tuple[float, float]:
    """Two parts of a whole."""
    try:
        first, second = (float(part) for part in text.split(","))
    except ValueError:
        fail(f"--shares: expected two numbers like 0.6,0.2, found {text!r}", WRONG_CALL)
        raise
    if not (first > 0 and second > 0 and first + second < 1):
        fail(f"--shares: expected parts above 0 that add up to less than 1, found {text!r}", WRONG_CALL)
    return first, second


def _time(text: str | None) -> int | None:
    """UTC ms of an option."""
    from streams.clock import parse_time

    if text is None:
        return None
    try:
        return parse_time(int(text) if text.isdigit() else text)
    except ValueError as error:
        fail(f"--until: {error}", WRONG_CALL)
        raise


def _parameters(texts: list[str]) -> dict[str, int | float]:
    """NAME=VALUE options."""
    found: dict[str, int | float] = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name] = int(value) if value.lstrip("-").isdigit() else float(value)
        except ValueError:
            fail(f"--parameter: expected NAME=NUMBER, found {text!r}", WRONG_CALL)
    return found


def _figure(value: float | None) -> str:
    """A figure of a card in words."""
    return "not measurable" if value is None else f"{value:.3f}"


def _say(one: "Trained") -> None:
    """What was fitted, for a reader."""
    card = one.model.card
    metrics, at = card.metrics, card.metrics["at_threshold"]
    ends = metrics["average_precision_interval"]
    interval = f" ({_figure(ends[0])} to {_figure(ends[1])})" if None not in ends else ""
    ERRORS.print(
        f"{card.name} {card.version}: {one.matched.in_words()}\n"
        f"  fitted on {card.counts['fitted_rows']:,} rows, {card.counts['train_positives']:,} positive\n"
        f"  last part, never seen: {metrics['rows']:,} rows, {metrics['positives']:,} positive\n"
        f"  average precision {_figure(metrics['average_precision'])}{interval}, AUC {_figure(metrics['auc'])}\n"
        f"  at threshold {card.threshold:.4f}: precision {_figure(at['precision'])}, recall {_figure(at['recall'])},"
        f" F1 {_figure(at['f1'])}, {at['alerts_per_day']:.1f} alerts a day\n"
        f"  strongest: {', '.join(list(card.importance)[:6])}"
    )


def _as_json(one: "Trained") -> dict[str, Any]:
    """What was fitted, for a program."""
    import msgspec

    card = one.model.card
    labels = {"given": one.matched.given, "matched": one.matched.matched, "by_type": one.matched.of_type}
    return {"name": card.name, "version": card.version, "labels": labels, "card": msgspec.to_builtins(card)}


def _list(
    registry: _RegistryOption = None,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object on standard output")] = False,
) -> None:
    with failures():
        entries = _registry(settings_or_exit(), registry).list()
    if json_:
        rows = [
            {"name": e.card.name, "version": e.card.version, "current": e.current, **_short(e.card)} for e in entries
        ]
        print_json({"models": rows})
        return
    if not entries:
        typer.echo("no models; `riskengine train` makes them")
    for entry in entries:
        card, short = entry.card, _short(entry.card)
        figures = f"AP {_figure(short['average_precision'])}  AUC {_figure(short['auc'])}"
        star = "*" if entry.current else " "
        typer.echo(f"{star} {card.name:<22} {card.version:<20} {figures}  threshold {card.threshold:.4f}")


def _short(card: "Card") -> dict[str, Any]:
    """The two figures of a list."""
    return {name: card.metrics.get(name) for name in ("average_precision", "auc")}


def _show(
    name: Annotated[str, typer.Argument(help="model, e.g. fraud_boosting")],
    version: Annotated[str | None, typer.Argument(help="default: the one that is served")] = None,
    registry: _RegistryOption = None,
) -> None:
    import msgspec

    with failures():
        card = _registry(settings_or_exit(), registry).card(name, version)
    typer.echo(msgspec.json.format(msgspec.json.encode(card), indent=2).decode())


def _use(
    name: Annotated[str, typer.Argument(help="model, e.g. fraud_boosting")],
    version: Annotated[str, typer.Argument(help="a version that `models list` shows")],
    registry: _RegistryOption = None,
) -> None:
    with failures():
        kept = _registry(settings_or_exit(), registry)
        kept.load(name, version)  # refuses a changed or foreign one before it is served
        kept.set_current(name, version)
    ERRORS.print(f"{name} {version} is served from now on")

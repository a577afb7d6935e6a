"""`riskengine simulate`: a small province of Zhejiang with planted schemes, as events, truth and summary."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from riskengine.cli.common import ERRORS, WRONG_CALL, fail, failures, progress

_HELP = """Simulate a small province: people, shops, firms and platforms of all nine lines, innocent and planted.

Writes three files into DIR: events.ndjson (in the order of arrival, with late, repeated, contradicting and broken
lines), truth.csv (what was planted, and when it would have become known) and summary.json (everything counted). The
same seed gives the same bytes.

Example:

    riskengine simulate --out province --accounts 4000 --days 90 --seed 7
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate", help=_HELP)(_simulate)


def _simulate(
    out: Annotated[Path, typer.Option(help="folder for the three files; made if it is not there", metavar="DIR")],
    accounts: Annotated[int, typer.Option(help="about how many customer accounts, from 200")] = 10_000,
    days: Annotated[int, typer.Option(help="days simulated, 1 to 1100")] = 60,
    seed: Annotated[int, typer.Option(help="another seed, another province")] = 1,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="first day; network lending ends in November 2020"),
    ] = None,
) -> None:
    from riskengine.simulator import Setup, simulate

    try:
        first = {} if start is None else {"start": start.date()}
        setup = Setup(accounts=accounts, days=days, seed=seed, **first)
    except ValueError as error:
        fail(f"--{error}", WRONG_CALL)
    if out.exists() and not out.is_dir():
        fail(f"--out: {out} must be a folder, found a file", WRONG_CALL)
    with failures(), progress() as bar:
        tasks = {name: bar.add_task(name, total=None, note="") for name in ("province", "events")}
        summary = simulate(out, setup, lambda stage, done, total: bar.update(tasks[stage], completed=done, total=total))
    for label in ("lines", "events", "people", "shops", "firms", "platforms", "accounts", "planted_payments"):
        typer.echo(f"{label.replace('_', ' '):<18}{summary[label]:>12,}")
    instances = sum(scheme["instances"] for scheme in summary["schemes"].values())
    typer.echo(f"{'planted instances':<18}{instances:>12,}")
    ERRORS.print(f"written: {out / 'events.ndjson'}, {out / 'truth.csv'}, {out / 'summary.json'}")

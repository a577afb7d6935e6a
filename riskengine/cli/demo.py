"""`riskengine demo`: the main job end to end on the embedded default, then API and console."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskengine.cli.common import ERRORS, WRONG_CALL, fail, failures, progress, settings_or_exit

if TYPE_CHECKING:
    from rich.console import Console

    from riskengine.demo import Demonstration

_HELP = """Simulate a small province, put it through the engine, print what was found, and serve API and console.

Everything lies in one folder. The first part runs with rules alone, models are trained on it, and the rest is scored.

Examples:

    riskengine demo --headless

    riskengine demo --data events.ndjson
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help=_HELP)(_demo)


def _demo(
    folder: Annotated[Path, typer.Option(help="folder for events, state and alerts")] = Path("demo"),
    data: Annotated[list[Path] | None, typer.Option(help="real events instead of a simulated province")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="end after the summary")] = False,
    accounts: Annotated[int, typer.Option(min=200, help="accounts of the province")] = 4_000,
    days: Annotated[int, typer.Option(min=10, help="days of the province")] = 90,
    seed: Annotated[int, typer.Option(min=0, help="another seed, another province")] = 1,
) -> None:
    from rich.console import Console

    from riskengine.demo import own_events, simulated
    from riskengine.running import write_alerts
    from riskengine.simulator import Setup

    if data is not None:
        for path in data:
            if not path.is_file():
                fail(f"--data: {path} cannot be read", WRONG_CALL)
    settings = settings_or_exit(state_dir=folder / "state")
    folder.mkdir(parents=True, exist_ok=True)
    with failures():
        with progress() as bar:
            tasks: dict[str, object] = {}

            def show(what: str, done: int, total: int, note: str) -> None:
                if what not in tasks:
                    tasks[what] = bar.add_task(what, total=total or None, note="")
                bar.update(tasks[what], completed=done, total=total or None, note=note)  # type: ignore[arg-type]

            if data is None:
                result = simulated(folder, Setup(accounts=accounts, days=days, seed=seed), settings, show)
            else:
                result = own_events(folder, data, settings, show)
        alerts = [*(result.history.alerts if result.history else []), *result.live.alerts]
        write_alerts(folder / "alerts.ndjson", list({alert.alert_id: alert for alert in alerts}.values()))
    address = f"http://{settings.host}:{settings.port}"
    _print(result, Console(), address, folder)
    if not headless:
        from riskengine.cli.serve import serve

        ERRORS.print(f"serving on {address}, Ctrl-C ends it")
        serve(settings)


def _print(result: "Demonstration", out: "Console", address: str, folder: Path) -> None:
    """The summary: totals, tables, files, address and login."""
    from rich.table import Table

    from riskengine.demo import ACCOUNT
    from riskengine.summary import alerts_table, print_totals

    parts = [part for part in (result.history, result.live) if part is not None]
    alerts = list({alert.alert_id: alert for part in parts for alert in part.alerts}.values())
    events, seconds = sum(part.events for part in parts), sum(part.seconds for part in parts)
    rows = [
        ("events", f"{events:,}"),
        ("events/s", f"{events / seconds if seconds else 0:,.0f}"),
        ("duplicates", f"{sum(part.duplicates for part in parts):,}"),
        ("dead letters", f"{sum(part.dead_letters for part in parts):,}"),
        ("alerts", f"{len(alerts):,}"),
    ]
    found = result.found
    if found is not None:
        share = 100 * found.found / found.planted if found.planted else 0.0
        rows += [
            ("recall of planted schemes", f"{found.found} of {found.planted} ({share:.0f} %)"),
            ("false alarms", f"{found.false_alarms:,} of {found.judged_alerts:,} flags"),
        ]
    names = [f"{card.name} {card.version}" for card in result.cards]
    rows.append(("models", ", ".join(names) if names else "none: rules and typologies alone"))
    print_totals(rows, out)
    out.print(alerts_table(alerts))
    if found is not None:
        table = Table(title="Planted schemes, found by a flag on their accounts or events")
        for heading in ("scheme", "planted", "found"):
            table.add_column(heading, justify="left" if heading == "scheme" else "right")
        for scheme, counted in sorted(found.schemes.items()):
            table.add_row(scheme, str(counted.planted), str(counted.found))
        out.print(table)
        for detector, count in sorted(found.false_by_detector.items(), key=lambda item: -item[1]):
            out.print(f"  false alarms of {detector}: {count:,}", highlight=False)
    written = [("alerts", folder / "alerts.ndjson"), ("state", folder / "state")]
    if result.found is not None:
        written.insert(0, ("events and truth", folder / "province"))
    print_totals(
        [
            *((f"file: {label}", str(path)) for label, path in written),
            ("open", address),
            ("login", f"{ACCOUNT} / {result.password}"),
        ],
        out,
    )

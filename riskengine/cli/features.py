"""`riskengine features`: feature rows of every payment of some events, as Parquet."""

from pathlib import Path
from typing import Annotated

import typer

from riskengine.cli.common import ERRORS, WRONG_CALL, fail, failures, progress, settings_or_exit

_HELP = """Write the feature row of every accepted payment, in log order, as Parquet.

The rows are as of just before each payment and are the same at any --batch and --threads. Nothing is stored in the
state folder except the identity key.

Example:

    riskengine features events.ndjson --out rows.parquet --threads 2
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("features", help=_HELP)(_features)


def _features(
    events: Annotated[list[Path], typer.Argument(help="NDJSON, gzipped NDJSON or Parquet files")],
    out: Annotated[Path, typer.Option(help="Parquet file to write")],
    batch: Annotated[int, typer.Option(min=1, help="events in a batch")] = 8192,
    threads: Annotated[int, typer.Option(min=1, help="threads of the pattern search")] = 1,
    budget: Annotated[int, typer.Option(min=1, help="links followed per payment and pattern family")] = 2048,
) -> None:
    from riskengine.featuring import write_features
    from streams.sources import open_source

    settings = settings_or_exit()
    if not out.parent.is_dir():
        fail(f"--out: folder {out.parent} does not exist; make it first", WRONG_CALL)
    with failures():
        source = open_source(events)
        with progress() as bar:
            task = bar.add_task("features", total=source.total, note="")
            written = write_features(
                source,
                out,
                key=settings.resolved_identity_key(),
                batch=batch,
                threads=threads,
                budget=budget,
                dedup_days=settings.dedup_days,
                tick=lambda done, rows: bar.update(task, completed=done, note=f"{rows:,} rows"),
            )
    ERRORS.print(
        f"{written.rows:,} rows to {out} ({written.duplicates:,} duplicates, {written.dead_letters:,} dead letters)"
    )

"""`riskengine convert`: a public data set into events, with its labels."""

import csv
import difflib
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from riskengine.cli.common import ERRORS, FAILED, WRONG_CALL, fail
from streams.formats import Format, FormatError, Label, Skipped, formats
from streams.formats.base import LABEL_COLUMNS
from streams.formats.parities import with_parities
from streams.sinks import EventFile, SinkError
from streams.sources.base import SourceError


def register(app: typer.Typer) -> None:
    """Add the command."""
    listed = "\n\n".join(
        f"* {name}: {made.title}. SOURCE is {made.source}." for name, made in sorted(formats().items())
    )
    app.command("convert", help=f"{_HELP}\n\n{listed}")(_convert)


_HELP = """Turn a public data set into events, in the order of their time, and its labels into a table.

The labels have the columns target_type,target,label,known_at; a target without a line is not known to be bad. What a
format takes currency, time and missing counterparties to be is printed.

Examples:

    riskengine convert berka data/berka --out berka.ndjson --labels berka-labels.csv

    riskengine convert amlsim 20K_cycle200_transactions.csv.gz --out cycles.parquet

Formats:"""


def _convert(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help="name of the data set's format")],
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="folder or file of the data set")],
    out: Annotated[Path, typer.Option(help="events: .ndjson, .ndjson.gz or .parquet")],
    labels: Annotated[Path | None, typer.Option(help="labels: a .csv file")] = None,
) -> None:
    chosen = _chosen(format_)
    if labels is not None and not labels.parent.is_dir():
        fail(f"--labels: folder {labels.parent} does not exist; make it first", WRONG_CALL)
    counts: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    found: list[Label] = []
    try:
        with EventFile(out) as file, _watching(chosen.name, counts):
            _write(chosen, source, file, counts, skipped, found)
        if labels is not None:
            _write_labels(labels, found)
    except (SourceError, SinkError) as error:
        fail(str(error), WRONG_CALL)
    except FormatError as error:
        fail(str(error), FAILED)
    except OSError as error:
        fail(f"{error.filename or out}: cannot be written: {error.strerror or error}", FAILED)
    except KeyboardInterrupt:
        fail("interrupted; nothing was written", FAILED)
    for note in chosen.notes:
        ERRORS.print(f"{chosen.name}: {note}", markup=False)
    typer.echo(_summary(out, counts, skipped, labels, len(found)))


def _chosen(name: str) -> Format:
    known = formats()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        fail(f"unknown format {name!r}, expected one of {', '.join(sorted(known))}{hint}", WRONG_CALL)
    return known[name]


def _write(
    chosen: Format, source: Path, file: EventFile, counts: Counter[str], skipped: Counter[str], labels: list[Label]
) -> None:
    """Write the events, and count or collect everything that the format yields."""
    for item in with_parities(chosen.convert(source)):
        if isinstance(item, Label):
            labels.append(item)
        elif isinstance(item, Skipped):
            skipped[item.reason] += 1
        else:
            file.write(item)
            counts[item["kind"]] += 1
    if not counts:
        raise FormatError(f"{source}: expected rows to make events from, found none")


@contextmanager
def _watching(name: str, counts: Counter[str]) -> Iterator[None]:
    """Show how many events there are, while somebody looks."""
    if not ERRORS.is_terminal:
        yield
        return
    from rich.live import Live
    from rich.text import Text

    began = time.perf_counter()

    def line() -> Text:
        events = counts.total()
        return Text(f"{name}: {events:,} events, {events / max(time.perf_counter() - began, 1e-3):,.0f} a second")

    with Live(get_renderable=line, console=ERRORS, refresh_per_second=8, transient=True):
        yield


def _write_labels(path: Path, labels: list[Label]) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(LABEL_COLUMNS)
            writer.writerows((label.target_type, label.target, label.label, label.known_at) for label in labels)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _summary(out: Path, counts: Counter[str], skipped: Counter[str], labels: Path | None, found: int) -> str:
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())
    text = f"{counts.total():,} events written to {out} ({kinds})"
    text += (
        f"; {found:,} labels written to {labels}" if labels is not None else f"; {found:,} labels left out (--labels)"
    )
    if skipped:
        text += f"; {skipped.total():,} rows skipped ({', '.join(f'{n:,} of {why}' for why, n in skipped.items())})"
    return text

"""`riskengine bench`: speed and memory of the parts, as JSON lines, from the runs in `benchmarks/`."""

import importlib
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from riskengine.cli.common import WRONG_CALL, fail

_FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
_HELP = """Run a benchmark of `benchmarks/` and print its figures, one JSON object a line, the machine first.

Examples:

    riskengine bench pipeline

    riskengine bench all --events 200000
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench", help=_HELP)(_bench)


def _bench(
    name: Annotated[str, typer.Argument(help="a file of benchmarks/ without its suffix, or `all`")],
    events: Annotated[int, typer.Option(min=1000, help="about how many events to measure with")] = 400_000,
    json_: Annotated[bool, typer.Option("--json", help="accepted for symmetry: the output is JSON anyway")] = True,
) -> None:
    del json_
    known = sorted(path.stem for path in _FOLDER.glob("*.py") if not path.stem.startswith("_"))
    if not known:
        fail(f"benchmarks are run from a checkout; found none in {_FOLDER}", WRONG_CALL)
    if name != "all" and name not in known:
        fail(f"bench {name}: expected one of all, {', '.join(known)}", WRONG_CALL)
    for stem in known if name == "all" else [name]:
        for line in _load(stem).run(events):
            sys.stdout.write(json.dumps({"benchmark": stem, **line}) + "\n")
            sys.stdout.flush()


def _load(stem: str) -> Any:
    """A file of `benchmarks/` as a module."""
    if str(_FOLDER.parent) not in sys.path:
        sys.path.insert(0, str(_FOLDER.parent))
    return importlib.import_module(f"benchmarks.{stem}")

"""`riskengine docs`: write the pages that are made from the code."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from riskengine.cli.common import ERRORS

_HELP = """Write the pages of `docs/` that are made from the code; `--check` only says which are not current.

Example:

    riskengine docs --check
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("docs", help=_HELP)(_docs)


def pages() -> dict[str, Callable[[], str]]:
    """File name and maker of each page."""
    from features.page import features_page
    from riskengine.rules.page import rules_page
    from riskengine.settings_page import settings_page
    from streams.events.page import render as events_page

    return {
        "events.md": events_page,
        "features.md": features_page,
        "rules.md": rules_page,
        "settings.md": settings_page,
    }


def _docs(
    folder: Annotated[Path, typer.Option(help="folder of the pages")] = Path("docs"),
    check: Annotated[bool, typer.Option("--check", help="write nothing; exit 1 if a page is not current")] = False,
) -> None:
    stale = []
    for name, make in pages().items():
        path, text = folder / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        ERRORS.print(f"not current: {', '.join(stale)}; run make docs")
        raise typer.Exit(1)
    ERRORS.print(f"{len(stale)} pages written" if stale else "every page is current")

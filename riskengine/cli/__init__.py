"""The `riskengine` command. Each command is one file of this folder with `register(app)`, found by name here.

Progress goes to standard error, results to standard output. Exit 0: done; 1: the work failed; 2: the call was wrong.
"""

import importlib
import pkgutil

import typer


def build_app() -> typer.Typer:
    """The command line with every command of this folder."""
    app = typer.Typer(
        name="riskengine",
        help="Open risk monitoring engine for internet finance.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        add_completion=False,
    )
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        command = importlib.import_module(f"{__name__}.{module.name}")
        if hasattr(command, "register"):
            command.register(app)
    return app


def main() -> None:
    """Run the command line."""
    build_app()()

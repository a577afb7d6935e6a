"""What the commands share: settings with a clear error, exit codes, progress on standard error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from riskengine.settings import Settings, SettingsError

ERRORS = Console(stderr=True, highlight=False, soft_wrap=True)
FAILED, WRONG_CALL = 1, 2


def settings_or_exit(**overrides: Any) -> Settings:
    """The settings; a setting that cannot be used ends the command."""
    try:
        return Settings(**overrides)
    except (ValidationError, ValueError) as error:
        fail(f"settings: {_first(error)}", WRONG_CALL)


def _first(error: Exception) -> str:
    """The first fault of a settings error in one line."""
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        name = "_".join(str(part) for part in fault["loc"]).upper()
        return f"RISKENGINE_{name}: {fault['msg']}, found {fault['input']!r}"
    return str(error)


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with a message on standard error."""
    ERRORS.print(
        f"[red]error[/red]: {message}" if ERRORS.is_terminal else f"error: {message}", markup=ERRORS.is_terminal
    )
    raise typer.Exit(code)


@contextmanager
def failures() -> Iterator[None]:
    """Turn what can go wrong while work is done into a message and an exit code."""
    from models.base import ModelError
    from riskengine.lock import StateError
    from riskengine.rules.schema import PackError
    from riskengine.store.errors import StoreError
    from streams.archive import ArchiveError
    from streams.kafka.client import KafkaError
    from streams.sources.base import SourceError

    try:
        yield
    except SourceError as error:
        fail(str(error), WRONG_CALL)
    except (StateError, StoreError, ArchiveError, SettingsError, ModelError, PackError, KafkaError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'disk'}: {error.strerror or error}; nothing committed is lost, run again to go on")
    except KeyboardInterrupt:
        fail("interrupted; nothing committed is lost, run again to go on")


def print_json(value: dict[str, Any]) -> None:
    """One JSON object as the last line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def progress() -> Progress:
    """A progress bar on standard error; silent where nobody looks."""
    return Progress(
        SpinnerColumn(),
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=ERRORS,
        disable=not ERRORS.is_terminal,
    )

"""`riskengine key`: API keys."""

import sys
import time
from typing import Annotated

import typer

from riskengine.cli.common import WRONG_CALL, fail, failures, settings_or_exit
from riskengine.roles import ROLES, Grant, GrantError

_CREATE = f"""Make an API key. Standard output is the key alone; it is shown once and kept as a hash.

ROLE is one of {", ".join(ROLES)}. A firm needs its platform; other limits are optional and may be given several times.

Example: riskengine key create --role firm --platform PAY-ZJ-014
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    keys = typer.Typer(help="API keys.", no_args_is_help=True)
    keys.command("create", help=_CREATE)(create)
    keys.command(
        "revoke", help="End a key by its ten digits after `rk_`.\n\nExample: riskengine key revoke 0123456789"
    )(revoke)
    app.add_typer(keys, name="key")


def grant_or_exit(role: str, platforms: list[str], regions: list[str], lines: list[str]) -> Grant:
    """The grant that the options name; one that cannot be given ends the command."""
    try:
        return Grant(role, tuple(platforms), tuple(regions), tuple(lines))  # type: ignore[arg-type]
    except GrantError as error:
        fail(str(error), WRONG_CALL)
        raise


Role = Annotated[str, typer.Option("--role", help=f"one of {', '.join(ROLES)}")]
Platforms = Annotated[list[str] | None, typer.Option("--platform", help="platform id; several times for several")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="six digits; a city covers its counties")]
Lines = Annotated[list[str] | None, typer.Option("--line", help="line of business, as in events")]


def create(role: Role, platform: Platforms = None, region: Regions = None, line: Lines = None) -> None:
    """Make a key and print it."""
    grant = grant_or_exit(role, platform or [], region or [], line or [])
    settings = settings_or_exit()
    with failures():
        from riskengine.store import Store

        store = Store(settings.resolved_database_url())
        store.migrate()
        sys.stdout.write(store.access.create_key(grant, now=int(time.time() * 1000)) + "\n")
        store.close()


def revoke(prefix: Annotated[str, typer.Argument(help="the ten digits after rk_")]) -> None:
    """End a key."""
    settings = settings_or_exit()
    with failures():
        from riskengine.store import Store

        store = Store(settings.resolved_database_url())
        store.migrate()
        ended = store.access.revoke_key(prefix, now=int(time.time() * 1000))
        store.close()
    if not ended:
        fail(f"key: expected the ten digits of a key that is good, found {prefix!r}")

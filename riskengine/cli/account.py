"""`riskengine account`: local accounts of the console."""

import sys
import time
from typing import Annotated

import typer

from riskengine.cli.common import WRONG_CALL, fail, failures, settings_or_exit
from riskengine.cli.key import Lines, Platforms, Regions, Role, grant_or_exit

_CREATE = """Make an account for the console with a generated password. Standard output is the password alone.

Example: riskengine account create li.na --role regulator --region 330100
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    accounts = typer.Typer(help="Local accounts of the console.", no_args_is_help=True)
    accounts.callback()(lambda: None)  # keeps `create` a command of its own
    accounts.command("create", help=_CREATE)(create)
    app.add_typer(accounts, name="account")


def create(
    name: Annotated[str, typer.Argument(help="1 to 63 of a-z, 0-9, '.', '_', '-'")],
    role: Role,
    platform: Platforms = None,
    region: Regions = None,
    line: Lines = None,
) -> None:
    """Make an account and print its password."""
    grant = grant_or_exit(role, platform or [], region or [], line or [])
    settings = settings_or_exit()
    with failures():
        from riskengine.store import Store
        from riskengine.store.access import AccessError

        store = Store(settings.resolved_database_url())
        store.migrate()
        try:
            password = store.access.create_account(name, grant, now=int(time.time() * 1000))
        except AccessError as error:
            fail(str(error), WRONG_CALL)
            return
        finally:
            store.close()
    sys.stdout.write(password + "\n")

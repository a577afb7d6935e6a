"""A real PostgreSQL for tests: Debian's, on a socket in a temporary folder, as user postgres where the tests are root.

It is fast and forgetful (no fsync), which is right for tests of statements and wrong for tests of lost commits: those
ask for ``durable=True``.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.missing import ServerUnavailable, in_ci

FORGETFUL = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL's programs; in CI, root installs it if it is missing.

    Raises
    ------
    ServerUnavailable
        Where there is none.
    """
    found = _installed()
    if found is None and in_ci() and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "postgresql"]):
            subprocess.run(command, check=False, capture_output=True, env=environment)
        found = _installed()
    if found is None:
        raise ServerUnavailable("PostgreSQL is not installed, found no initdb (on Debian: apt-get install postgresql)")
    return found


def _installed() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: _version(folder.parent.name))
    folders += [Path(found).resolve().parent for found in [shutil.which("initdb")] if found is not None]
    return next((folder for folder in reversed(folders) if (folder / "pg_ctl").exists()), None)


def _version(name: str) -> int:
    return int(name) if name.isdigit() else 0


class Postgres:
    """One server with a folder of its own; a context manager that starts it and takes it away.

    Parameters
    ----------
    durable : bool, default=False
        Whether a commit must be on the disk before it is answered.
    """

    def __init__(self, *, durable: bool = False) -> None:
        # Directly under /tmp: the path of a socket may have about 100 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._options = "" if durable else FORGETFUL
        self._as_postgres = os.geteuid() == 0
        self._numbers = count(1)
        self._running = False

    def start(self) -> None:
        """Start the server, making its data folder first where it is new."""
        self._binaries = binaries()
        if self._as_postgres:
            try:
                account = pwd.getpwnam("postgres")
            except KeyError as error:
                raise ServerUnavailable("PostgreSQL does not run as root, found no account postgres") from error
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.folder.chmod(0o700)
        data = self.folder / "data"
        if not (data / "PG_VERSION").exists():
            self._run(
                "initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N"
            )
        options = f"-c listen_addresses='' -k {self.folder} {self._options}"
        self._run("pg_ctl", "-D", str(data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")
        self._running = True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._binaries / program), *arguments]
        if self._as_postgres:
            command = ["runuser", "-u", "postgres", "--", *command]
        # pg_ctl hands its output on to the server: a file and not a pipe, which the server would hold open
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd="/", check=False)
            if done.returncode != 0:
                output.seek(0)
                raise ServerUnavailable(f"{program} failed: {output.read()[-800:].decode(errors='replace')}")

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database and return its SQLAlchemy URL; `template` is the name of the one to copy."""
        import psycopg

        name = f"test_{next(self._numbers)}"
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def stop(self, *, how: str = "fast") -> None:
        """End the server: ``fast`` in good order, ``immediate`` as a power cut would."""
        if self._running:
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", how, "-w", "stop")
            self._running = False

    def close(self) -> None:
        """End the server and remove its folder."""
        try:
            self.stop(how="immediate")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

"""One engine process per state folder, and one state folder per database."""

import fcntl
import os
from pathlib import Path


class StateError(Exception):
    """The state folder cannot be used; the message says who holds it or what does not fit."""


class StateLock:
    """Exclusive lock of a state folder, held until released or until the process ends.

    Parameters
    ----------
    folder : Path
        Made if absent.

    Raises
    ------
    StateError
        If another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = (folder / "engine.lock").open("a+", encoding="ascii")
        except OSError as error:
            raise StateError(f"state folder {folder} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise StateError(
                f"state folder {folder} is held by process {holder}; end it, or set RISKENGINE_STATE_DIR to another"
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let the folder go."""
        if not self._file.closed:
            self._file.close()


def bind_deployment(folder: Path, deployment_id: str) -> None:
    """Tie folder and database together at first use, and refuse another database later.

    Raises
    ------
    StateError
        If the folder belongs to another deployment.
    """
    path = folder / "deployment"
    if not path.exists():
        path.write_text(deployment_id + "\n", encoding="ascii")
        return
    found = path.read_text(encoding="ascii", errors="replace").strip()
    if found != deployment_id:
        raise StateError(
            f"state folder {folder} belongs to deployment {found}, the database to {deployment_id}; "
            "set RISKENGINE_STATE_DIR or RISKENGINE_DATABASE_URL to the one that fits"
        )

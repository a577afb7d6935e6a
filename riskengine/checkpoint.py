"""Checkpoints: the engine's state as plain arrays, beside the log position that it belongs to.

A checkpoint is a folder of `.npy` files and a manifest. It is written under another name and renamed when it is whole,
and only after the transaction whose position it carries, so that a checkpoint never knows more than the database.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

_KEPT = 2


class Stateful(Protocol):
    """A part of the engine whose state is plain arrays."""

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything it holds."""
        ...

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        ...


class Checkpoints:
    """The checkpoints of one state folder.

    Parameters
    ----------
    folder : Path
    fingerprint : str
        What the state depends on besides the log (features, rules, settings); another one is not read.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder = folder
        self._fingerprint = fingerprint

    def write(self, position: int, parts: Mapping[str, Stateful]) -> None:
        """Write the state at `position` and drop the oldest checkpoints."""
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / f"{position:015d}"
        if target.exists():
            return
        fresh = target.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        arrays: dict[str, int] = {}
        for part, stateful in parts.items():
            for name, array in stateful.state().items():
                arrays[f"{part}.{name}"] = len(arrays)
                with (fresh / f"{len(arrays) - 1}.npy").open("wb") as file:
                    np.save(file, array, allow_pickle=False)
                    file.flush()
                    os.fsync(file.fileno())
        manifest = {"position": position, "fingerprint": self._fingerprint, "arrays": arrays}
        with (fresh / "manifest.json").open("w", encoding="utf-8") as file:
            json.dump(manifest, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
        for old in self._complete()[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def restore(self, at_most: int, parts: Mapping[str, Stateful]) -> int:
        """Restore the newest usable checkpoint at or before `at_most`; its log position, 0 if there is none."""
        for folder in reversed(self._complete()):
            manifest = _manifest(folder)
            if manifest is None or manifest["fingerprint"] != self._fingerprint or manifest["position"] > at_most:
                continue
            states: dict[str, dict[str, NDArray[Any]]] = {part: {} for part in parts}
            try:
                for key, number in manifest["arrays"].items():
                    part, name = key.split(".", 1)
                    states[part][name] = np.load(folder / f"{number}.npy", allow_pickle=False)
            except (OSError, ValueError, KeyError):
                continue  # damaged: an older one, or the whole log, will do
            for part, stateful in parts.items():
                stateful.restore(states[part])
            return int(manifest["position"])
        return 0

    def _complete(self) -> list[Path]:
        """Folders of whole checkpoints, oldest first."""
        return sorted(path for path in self._folder.glob("*") if path.is_dir() and path.suffix != ".new")


def _manifest(folder: Path) -> dict[str, Any] | None:
    """A checkpoint's manifest; None if it cannot be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return manifest if {"position", "fingerprint", "arrays"} <= set(manifest) else None
    except (OSError, ValueError):
        return None

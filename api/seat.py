"""The seat that holds the engine for the API, also while another process holds the state folder.

A `riskengine run` that reads Kafka keeps the state folder for itself. The API then serves everything that is read from
the database and the archive, says so in `/readyz`, and takes the engine over once the other process has ended.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from api.engine_port import EnginePort
from models.base import Card
from models.registry import Registry
from riskengine.engine import Engine
from riskengine.lock import StateError
from riskengine.rules.pack import load_packs
from riskengine.rules.rule import Rule
from riskengine.settings import Settings
from riskengine.store import Store
from streams.archive import Archive

log = logging.getLogger("riskengine.api")

RETRY_SECONDS = 2.0
"""How long after a refusal the engine is not asked for again."""


class Seat:
    """Holds the engine if it can be had, and what is needed to read without it.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    StoreError, StateError
        If the database cannot be used, or folder and database belong to different deployments.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._mutex = threading.Lock()
        self._engine: EnginePort | None = None
        self._refused_at = -RETRY_SECONDS
        self.refusal = ""
        self.store = Store(settings.resolved_database_url())
        self.store.migrate()
        self._rules: Sequence[Rule] | None = None
        self._archive: Archive | None = None
        try:
            self.engine()
        except StateError as error:
            if not is_held_elsewhere(error):
                raise
            log.warning("%s; serving what can be read until it ends", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def engine(self) -> EnginePort:
        """The engine; opened here if another process has let it go since.

        Raises
        ------
        StateError
            If another process holds the state folder.
        """
        with self._mutex:
            if self._engine is not None:
                return self._engine
            if time.monotonic() - self._refused_at < RETRY_SECONDS:
                raise StateError(self.refusal)
            try:
                self._engine = Engine.open(self.settings)
            except StateError as error:
                self.refusal, self._refused_at = str(error), time.monotonic()
                raise
            self.refusal = ""
            return self._engine

    @property
    def holds_engine(self) -> bool:
        """Whether this process has the engine."""
        return self._engine is not None

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that judge."""
        if self._engine is not None:
            return self._engine.rules
        if self._rules is None:
            self._rules = [rule for pack in load_packs(self.settings.packs_dir) for rule in pack.rules]
        return self._rules

    @property
    def models(self) -> Sequence[Card]:
        """Cards of the models that score."""
        if self._engine is not None:
            return self._engine.models
        registry = Registry(self.settings.registry_dir(), self.settings.resolved_identity_key())
        return [model.card for model in registry.load_all()]

    def lookup(self, positions: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
        """Archived rows of log positions; those that are there no more are left out."""
        if self._engine is not None:
            return self._engine.lookup(positions)
        if self._archive is None:
            self._archive = Archive(self.settings.state_dir / "archive")
        try:
            return self._archive.lookup(positions)
        except FileNotFoundError:  # the other process has just turned a day into its final file
            return self._archive.lookup(positions)

    def close(self) -> None:
        """Let engine and database go."""
        with self._mutex:
            if self._engine is not None:
                self._engine.close()
                self._engine = None
            self.store.close()


def is_held_elsewhere(error: StateError) -> bool:
    """Whether the engine cannot be had because another process has it."""
    return "is held by process" in str(error)

"""The engine of one state folder: records in, one transaction per batch, and a state that survives being killed.

A batch is decoded, told apart from what is known, judged by the pipeline, written to the archive and committed with its
alerts and its position in one database transaction. What a killed process had not committed is cut off the archive when
the engine opens again; its state comes back from the newest checkpoint and a silent replay of the archive after it.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.catalogue import names
from features.engine import FeatureEngine
from features.lending import LendingBook, lending_features
from models.base import Card, Model
from models.registry import Registry, signing_key
from riskengine.checkpoint import Checkpoints, Stateful
from riskengine.deciding import decide_again
from riskengine.decisions import Decision
from riskengine.lock import StateLock, bind_deployment
from riskengine.pipeline import Pipeline
from riskengine.rules.engine import RuleEngine
from riskengine.rules.pack import load_packs
from riskengine.rules.rule import Rule
from riskengine.settings import Settings
from riskengine.store import Commit, PlatformActivity, Store
from streams.archive import Archive, ArchiveError, Mark
from streams.batch import Batch
from streams.dead_letters import DeadLetter
from streams.decode import Decoder
from streams.errors import conflict
from streams.events import LINES
from streams.identity import Identities
from streams.intake import CONFLICT, DUPLICATE, Intake

STATE_VERSION = 1
_REPLAY_ROWS = 8192


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of some records.

    Attributes
    ----------
    accepted, duplicates : int
    rejected : tuple of DeadLetter
        Bad records and conflicts, in the order they came.
    new_alerts : tuple of str
        Ids of alerts that were not there before.
    positions : ndarray of shape (accepted + duplicates,), int64
        Log positions of the events, new and known.
    """

    accepted: int
    duplicates: int
    rejected: tuple[DeadLetter, ...]
    new_alerts: tuple[str, ...]
    positions: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ScoreAnswer:
    """The decision on one event, and whether it had been made before."""

    decision: Decision
    duplicate: bool


class Engine:
    """One engine process; it holds the state folder's lock while it is open.

    Use as a context manager. Every public method may be called from any thread.

    Raises
    ------
    StateError
        If another process holds the state folder, or folder and database belong to different deployments.
    StoreError
        If the database cannot be used.
    """

    def __init__(self, settings: Settings, *, models: Sequence[Model] | None = None) -> None:
        self.settings = settings
        self._mutex = threading.RLock()
        self._broken = True
        self._key = settings.resolved_identity_key()
        self._lock = StateLock(settings.state_dir)
        try:
            self.store = Store(settings.resolved_database_url())
            self.store.migrate()
            bind_deployment(settings.state_dir, self.store.deployment_id())
            self.registry = Registry(settings.registry_dir(), signing_key(self._key))
            self._models = self._served_models() if models is None else tuple(models)
            self._packs = load_packs(settings.packs_dir)
            self._decoder = Decoder(self._key)
            self.archive = Archive(settings.state_dir / "archive")
            self._recover()
        except BaseException:
            self._lock.release()
            raise

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the engine of the settings' state folder."""
        return cls(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def models(self) -> list[Card]:
        """Cards of the models that score."""
        return [model.card for model in self._models]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that judge."""
        return tuple(self._pipeline.rules.rules)

    @property
    def next_position(self) -> int:
        """Length of the log."""
        return self._intake.next_position

    @property
    def clock(self) -> int | None:
        """The stream's clock, UTC ms; None before the first event."""
        return self._intake.clock

    @property
    def identity_key(self) -> bytes:
        """The deployment's identity key."""
        return self._key

    @property
    def identities(self) -> Identities:
        """The deployment's hashes, to look somebody up."""
        return self._decoder.identities

    @property
    def unknown_fields(self) -> dict[str, int]:
        """Fields of newer schema versions that were set aside, counted by `kind.field`."""
        return dict(self._decoder.unknown_fields)

    def load_models(self) -> None:
        """Score with what the registry serves now, from the next event on."""
        with self._mutex:
            self._models = self._served_models()
            self._pipeline.use_models(self._models)

    def close_day(self) -> None:
        """Treat what was read so far as the end of its Shanghai day: rules about the end of a day judge it."""
        with self._mutex:
            self._ready()
            self.archive.settle()

    def submit(
        self,
        records: Sequence[bytes],
        *,
        source: str,
        first_record: int = 0,
        locate: Callable[[int], str] | None = None,
        ingest_time: int | None = None,
    ) -> Submission:
        """Take raw records in, in order, as one batch and one transaction.

        Parameters
        ----------
        records : sequence of bytes
            One event each, JSON.
        source : str
            Id of the source, under which its position is kept.
        first_record : int, default=0
            Ordinal of the first record in its source.
        locate : callable, optional
            Names the place of an ordinal in errors.
        ingest_time : int, optional
            UTC ms; default now.
        """
        with self._mutex:
            return self._take(records, source, first_record, locate, ingest_time, ask=False)[0]

    def score(self, record: bytes, *, source: str = "http:score") -> ScoreAnswer | DeadLetter:
        """The stored decision on one event; it enters the log if it is new.

        Raises
        ------
        StoreError
            If the decision cannot be stored; then there is no answer.
        """
        with self._mutex:
            submission, decision = self._take([record], source, 0, lambda _: "body", None, ask=True)
            if submission.rejected:
                return submission.rejected[0]
            if decision is not None:
                return ScoreAnswer(decision, duplicate=False)
            return ScoreAnswer(self._decision_on(int(submission.positions[0])), duplicate=True)

    def lookup(self, positions: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Archived rows of log positions."""
        with self._mutex:
            return self.archive.lookup(positions)

    def checkpoint(self) -> None:
        """Write the state beside its position."""
        with self._mutex:
            self._ready()
            self._checkpoints.write(self.next_position, self._parts())
            self._checkpointed = self.next_position

    def close(self) -> None:
        """Write a checkpoint if there is something new, and let the state folder go."""
        with self._mutex:
            try:
                if not self._broken and self.next_position > self._checkpointed:
                    self.checkpoint()
                self.archive.close()
                self.store.close()
            finally:
                self._lock.release()

    def _take(
        self,
        records: Sequence[bytes],
        source: str,
        first_record: int,
        locate: Callable[[int], str] | None,
        ingest_time: int | None,
        *,
        ask: bool,
    ) -> tuple[Submission, Decision | None]:
        """One batch from bytes to commit."""
        self._ready()
        now = int(time.time() * 1000) if ingest_time is None else ingest_time
        batch, letters = self._decoder.decode(
            records, source=source, first_record=first_record, ingest_time=now, locate=locate
        )
        self._broken = True  # until the transaction is through, memory is ahead of the database
        accepted = self._intake.accept(batch)
        for row in np.flatnonzero(accepted.verdict == CONFLICT).tolist():
            record = int(batch.record[row])
            where = f"record {record}" if locate is None else locate(record)
            letters.append(
                conflict(
                    batch.platform_id[row],
                    batch.event_id[row],
                    where=where,
                    source=source,
                    record=record,
                    body=records[record - first_record],
                    received_at=now,
                )
            )
        new = accepted.batch
        asked = range(len(new)) if ask else ()
        outcome = self._pipeline.process(new, asked=asked)
        self.archive.append(new, outcome.scores)
        mark = self.archive.mark()
        duplicates = int(np.count_nonzero(accepted.verdict == DUPLICATE))
        result = self.store.commit(
            Commit(
                source=source,
                record=first_record + len(records),
                log_position=self.next_position,
                clock=self._intake.clock or 0,
                archive_segment=mark.segment,
                archive_bytes=mark.size,
                alerts=outcome.alerts,
                evidence=self._named(new, outcome.evidence),
                dead_letters=letters,
                decisions=outcome.decisions,
                counts={"accepted": len(new), "duplicates": duplicates, "dead_letters": len(letters)},
                platforms=_activity(new),
            )
        )
        self._broken = False
        self.archive.settle()
        if self.next_position - self._checkpointed >= self.settings.checkpoint_events:
            self.checkpoint()
        letters.sort(key=lambda letter: letter.record)
        known = accepted.position[accepted.verdict != CONFLICT]
        submission = Submission(len(new), duplicates, tuple(letters), result.new_alerts, known)
        return submission, outcome.decisions[0] if outcome.decisions else None

    def _named(self, batch: Batch, evidence: Sequence[tuple[str, int]]) -> list[tuple[str, int, str, str]]:
        """Evidence with the names of its events; those of earlier batches come out of the archive."""
        first = self.next_position - len(batch)
        earlier = self.archive.names({position for _, position in evidence if position < first})
        named = []
        for alert, position in evidence:
            if position >= first:
                platform, event = batch.platform_id[position - first], batch.event_id[position - first]
            else:
                platform, event = earlier[position]
            named.append((alert, position, platform, event))
        return named

    def _decision_on(self, position: int) -> Decision:
        """The decision on an event that the log held already, made from what was stored of it if nobody had asked."""
        row = self.archive.lookup([position])[position]
        stored = self.store.decision(row["platform_id"], row["event_id"])
        if stored is not None:
            return stored
        alerts = self.store.alerts_resting_on(position)
        decision = decide_again(row, alerts, self._models, self._key)
        mark = self.archive.mark()
        self.store.commit(
            Commit(
                source="http:score",
                record=0,
                log_position=self.next_position,
                clock=self._intake.clock or 0,
                archive_segment=mark.segment,
                archive_bytes=mark.size,
                decisions=[decision],
            )
        )
        return decision

    def _served_models(self) -> tuple[Model, ...]:
        """What the registry serves, if it was fitted on the features that are computed."""
        loans = tuple(feature.name for feature in lending_features())
        return tuple(self.registry.load_all({"payment": names(), "loan": loans}))

    def _parts(self) -> dict[str, Stateful]:
        """Everything that a checkpoint holds."""
        return {"intake": self._intake, **self._pipeline.parts()}

    def _ready(self) -> None:
        """Come back to the last commit after a failure in mid-batch."""
        if self._broken:
            self.archive.close()
            self._recover()

    def _recover(self) -> None:
        """Bring memory, archive and database to the last commit."""
        state = self.store.log_state()
        self.archive.recover(Mark(state.archive_segment, state.archive_bytes))
        settings = self.settings
        self._intake = Intake(dedup_days=settings.dedup_days)
        self._pipeline = Pipeline(
            features=FeatureEngine(budget=settings.budget, threads=settings.threads),
            lending=LendingBook(),
            rules=RuleEngine(self._packs, signed=frozenset(settings.signed_rules)),
            models=self._models,
            identity_key=self._key,
        )
        fingerprint = _fingerprint(settings, self._pipeline.rules.rules)
        self._checkpoints = Checkpoints(settings.state_dir / "checkpoints", fingerprint)
        self._checkpointed = self._checkpoints.restore(state.log_position, self._parts())
        for batch in replayed(self.archive, self._decoder, self._checkpointed, state.log_position):
            self._pipeline.process(self._intake.accept(batch).batch, silent=True)
        if self.next_position != state.log_position:
            raise ArchiveError(
                f"archive {self.archive.folder}: expected {state.log_position} events as the database says, "
                f"found {self.next_position}; restore archive and database from one backup"
            )
        self._broken = False


def replayed(archive: Archive, decoder: Decoder, start: int = 0, stop: int | None = None) -> Iterator[Batch]:
    """Batches of the archive's events, decoded anew, in log order.

    Yields
    ------
    Batch
        Without position and clock, which the intake gives again.
    """
    for rows in archive.read(start, stop):
        for first in range(0, rows.num_rows, _REPLAY_ROWS):
            part = rows.slice(first, _REPLAY_ROWS)
            yield decoder.replay(part.column("body").to_pylist(), part.column("ingest_time").to_numpy())


def _activity(batch: Batch) -> list[PlatformActivity]:
    """Events of the batch by platform and line."""
    if not len(batch):
        return []
    # the hash of the platform and the line, so that grouping needs no string per event
    groups = batch.platform ^ (batch.line.astype(np.int64).view(np.uint64) + np.uint64(1))
    _, firsts, inverse = np.unique(groups, return_index=True, return_inverse=True)
    counts = np.bincount(inverse)
    earliest = np.full(len(firsts), np.iinfo(np.int64).max)
    latest = np.full(len(firsts), np.iinfo(np.int64).min)
    np.minimum.at(earliest, inverse, batch.event_time)
    np.maximum.at(latest, inverse, batch.event_time)
    return [
        PlatformActivity(
            batch.platform_id[first],
            LINES[batch.line[first]] if batch.line[first] >= 0 else None,
            int(counts[group]),
            int(earliest[group]),
            int(latest[group]),
        )
        for group, first in enumerate(firsts.tolist())
    ]


def _fingerprint(settings: Settings, rules: Sequence[Rule]) -> str:
    """What the state depends on besides the log."""
    parts = (STATE_VERSION, names(), settings.budget, settings.dedup_days, tuple(repr(rule) for rule in rules))
    return hashlib.sha256(repr(parts).encode()).hexdigest()

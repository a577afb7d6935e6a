"""The main job over a whole source: every chunk through the engine, then what came of it as one report."""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from riskengine.alerts import Alert
from riskengine.engine import Engine
from streams.sources.base import Source


@dataclass(slots=True)
class Report:
    """What a run read and what came of it; `as_json` is what `riskengine run --json` prints."""

    source: str
    events: int = 0
    accepted: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    alerts_new: int = 0
    seconds: float = 0.0
    models: list[str] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    first_problems: list[str] = field(default_factory=list)

    @property
    def events_per_second(self) -> float:
        """Records read per second of wall time."""
        return self.events / self.seconds if self.seconds > 0 else 0.0

    def alerts_by_detector(self) -> dict[str, int]:
        """Number of alerts of each rule and model."""
        counted: dict[str, int] = {}
        for alert in self.alerts:
            counted[alert.detector] = counted.get(alert.detector, 0) + 1
        return dict(sorted(counted.items()))

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            "source": self.source,
            "events": self.events,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "dead_letters": self.dead_letters,
            "alerts": len(self.alerts),
            "alerts_new": self.alerts_new,
            "alerts_by_detector": self.alerts_by_detector(),
            "models": self.models,
            "events_per_second": round(self.events_per_second, 1),
            "peak_rss_mb": peak_rss_mb(),
            "seconds": round(self.seconds, 3),
        }


def run(engine: Engine, source: Source, *, start: int = 0, tick: Callable[[int, Report], None] | None = None) -> Report:
    """Put a source through the engine, from the first record that no earlier run has committed.

    What an earlier run took counts as known: its events are duplicates here, and its dead letters are counted again.

    Parameters
    ----------
    engine : Engine
    source : Source
    tick : callable, optional
        Called after each chunk with how much of the source is read and the report so far.

    Raises
    ------
    SourceError
        Where the source cannot be read on; what was read before is committed.
    """
    report = Report(source.identity, models=[card.name for card in engine.models])
    began = time.perf_counter()
    sources: dict[str, None] = {source.identity: None}
    known: list[NDArray[np.int64]] = []
    start = engine.store.positions().get(source.identity, 0)
    if start:
        before = engine.store.counts(source.identity)
        report.duplicates = before.get("accepted", 0) + before.get("duplicates", 0)
        report.dead_letters = before.get("dead_letters", 0)
        report.events = report.duplicates + report.dead_letters
    for chunk in source.chunks(engine.settings.batch, start=start):
        sources[chunk.source] = None
        records = sum(1 for record in chunk.records if record.strip())
        result = engine.submit(chunk.records, source=chunk.source, first_record=chunk.first_record, locate=chunk.locate)
        report.events += records
        report.accepted += result.accepted
        report.duplicates += result.duplicates
        report.dead_letters += len(result.rejected)
        report.alerts_new += len(result.new_alerts)
        report.first_problems += [letter.message for letter in result.rejected[: 5 - len(report.first_problems)]]
        if result.duplicates:
            known.append(result.positions)
        if tick is not None:
            tick(chunk.done, report)
    report.seconds = time.perf_counter() - began
    report.alerts = alerts_of(engine, list(sources), known)
    return report


def alerts_of(engine: Engine, sources: list[str], known: list[NDArray[np.int64]]) -> list[Alert]:
    """Every alert that events of these sources raised or go on with, old or new, in the order of their ids.

    Parameters
    ----------
    engine : Engine
    sources : list of str
    known : list of ndarrays
        Log positions of events that had come before from elsewhere; alerts that rest on them belong here too.
    """
    found = {alert.alert_id: alert for source in sources for alert in engine.store.alerts_of_source(source)}
    if known:
        for alert in engine.store.alerts_at(np.unique(np.concatenate(known))):
            found.setdefault(alert.alert_id, alert)
    return [found[identity] for identity in sorted(found)]


def write_alerts(path: Path, alerts: list[Alert]) -> None:
    """Write alerts as NDJSON, one a line."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for alert in alerts:
            file.write(encoder.encode(alert) + b"\n")


def peak_rss_mb() -> float:
    """Most memory that this process has held, in MB (10^6 bytes)."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1)

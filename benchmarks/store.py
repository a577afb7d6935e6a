"""What the store costs: batches with one alert in a hundred events, single events, and a page of the queue."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import Any

from benchmarks._machine import machine
from riskengine.alerts import Alert, Reason, alert_id
from riskengine.store import Commit, Store

BATCH = 8192
EVIDENCE = 6


def run(events: int) -> Iterator[dict[str, Any]]:
    """Figures on SQLite, fully synced, in a temporary folder."""
    yield machine()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'risk.db'}")
        store.migrate()
        batches = max(1, events // BATCH)
        seconds = [_timed(store, number, BATCH // 100) for number in range(batches)]
        yield {
            "what": f"commit of {BATCH} events, {BATCH // 100} alerts, {EVIDENCE} events of evidence each",
            "microseconds_per_event": round(median(wall for wall, _ in seconds) / BATCH * 1e6, 3),
            "processor_microseconds_per_event": round(median(own for _, own in seconds) / BATCH * 1e6, 3),
            "batches": batches,
        }
        single = [_timed(store, batches + number, 0) for number in range(200)]
        yield {
            "what": "commit of a batch without alerts",
            "milliseconds": round(median(wall for wall, _ in single) * 1e3, 2),
        }
        began = perf_counter()
        alerts, _ = store.alerts(limit=100)
        yield {
            "what": f"first page of {len(alerts)} out of {sum(store.count_alerts('severity').values())} alerts",
            "milliseconds": round((perf_counter() - began) * 1e3, 2),
        }
        store.close()


def _timed(store: Store, number: int, count: int) -> tuple[float, float]:
    """Seconds of one commit: by the clock, the disk included, and of this thread alone."""
    first = number * BATCH
    alerts = [_alert(first + one) for one in range(count)]
    evidence = [
        (alert.alert_id, first + at, "PAY-ZJ-014", f"e{first + at}") for alert in alerts for at in range(EVIDENCE)
    ]
    commit = Commit("file", first + BATCH, first + BATCH, 0, "day", 0, alerts, evidence, counts={"accepted": BATCH})
    began, own = perf_counter(), thread_time()
    store.commit(commit)
    return perf_counter() - began, thread_time() - own


def _alert(number: int) -> Alert:
    """A flag about an account of its own."""
    subject = f"account:{number:016x}"
    return Alert(
        alert_id=alert_id("aml.cycle", subject, "day", b"k" * 32),
        verdict="flag",
        severity="high",
        detector="aml.cycle",
        detector_version="1",
        audience="customer",
        subject=subject,
        line="third_party_payment",
        platform_id="PAY-ZJ-014",
        region="330106",
        event_time=1_741_060_800_000 + number,
        measured=1,
        threshold=1,
        reasons=(Reason(rule="aml.cycle", criterion="yuan", measured=1, threshold=1, unit="count"),),
    )

"""Every stage of the way, and the whole of it, in events a second on one core.

Events come from the simulator. Stages run one after the other over the same batches of 8,192; the whole pipeline is the
engine from records to committed alerts, archive and database included.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks._machine import machine
from features.catalogue import names
from features.engine import FeatureEngine
from features.graph.temporal import TemporalGraph
from features.lending import LendingBook
from models.base import Model
from models.fitting import LabelledRows, Plan, fit_model
from models.recipe import recipe_of
from riskengine.engine import Engine
from riskengine.rules.engine import RuleEngine
from riskengine.rules.pack import load_packs
from riskengine.running import run as run_source
from riskengine.settings import Settings
from riskengine.simulator import Setup, simulate
from streams.decode import Decoder
from streams.intake import Intake
from streams.sources import open_source

BATCH = 8192
_EVENTS_PER_ACCOUNT_AND_DAY = 1.25
_DAYS = 60
_NOW = 2 * 10**12


def run(events: int) -> Iterator[dict[str, Any]]:
    """Yield one line a stage."""
    yield {"machine": machine()}
    with tempfile.TemporaryDirectory() as folder:
        accounts = max(200, int(events / _DAYS / _EVENTS_PER_ACCOUNT_AND_DAY))
        simulate(Path(folder) / "province", Setup(accounts=accounts, days=_DAYS))
        path = Path(folder) / "province" / "events.ndjson"
        chunks = [chunk.records for chunk in open_source([path]).chunks(BATCH)]
        records = sum(map(len, chunks))
        size = path.stat().st_size / records
        yield {"stage": "input", "events": records, "bytes_per_event": round(size)}
        model = _model()
        for _ in range(2):  # the first round warms caches, the second is reported
            lines = list(_stages(chunks, records, model))
        yield from lines
        for named, models in (("whole pipeline", [model]), ("whole pipeline, rules alone", [])):
            for number in range(2):
                state = Path(folder) / f"{named}{number}"
                with Engine(Settings(state_dir=state, batch=BATCH), models=models) as engine:
                    report = run_source(engine, open_source([path]))
            yield {
                "stage": named,
                "events_per_s": round(report.events_per_second),
                "alerts": len(report.alerts),
                "peak_rss_mb": report.as_json()["peak_rss_mb"],
            }
        plain = Path(folder) / "plain.ndjson"
        plain.write_bytes(b"\n".join(_plain_payments(events // 2)))
        for number in range(2):
            with Engine(Settings(state_dir=Path(folder) / f"plain{number}", batch=BATCH), models=[model]) as engine:
                report = run_source(engine, open_source([plain]))
        yield {
            "stage": "whole pipeline, payments of 15 fields",
            "events_per_s": round(report.events_per_second),
            "bytes_per_event": round(plain.stat().st_size / report.events),
            "dead_letters": report.dead_letters,
        }


def _plain_payments(count: int) -> Iterator[bytes]:
    """Payments of fifteen fields between 20,000 accounts, three a second."""
    rng = np.random.default_rng(3)
    payers, payees, amounts = (rng.integers(0, high, count).tolist() for high in (20_000, 20_000, 10**6))
    for number, (payer, payee, amount) in enumerate(zip(payers, payees, amounts, strict=True)):
        yield (
            f'{{"event_id":"E{number:09d}","kind":"payment","event_time":{1_600_000_000_000 + 333 * number},'
            f'"platform_id":"PAY-ZJ-014","line":"third_party_payment","region":"330106","payment_id":"CL{number:09d}",'
            f'"payer":"PAY-ZJ-014:{770000 + payer}","payee":"BANK-3301:{622848000 + payee}",'
            f'"amount_minor":{amount + 1},"direction":"out","payer_person":"ID:33010619900307{payer % 10000:04d}",'
            f'"payee_person":"ID:33010619800307{payee % 10000:04d}","channel":"mobile","device_id":"a6c{payer}"}}'
        ).encode()


def _stages(chunks: list[list[bytes]], records: int, model: Model) -> Iterator[dict[str, Any]]:
    """Time of each stage over all batches."""
    decoder, intake, graph_engine = Decoder(b"benchmark key 16"), Intake(), FeatureEngine()
    book, rules = LendingBook(), RuleEngine(load_packs())
    seconds = dict.fromkeys(("decode", "intake", "features", "lending", "model", "rules"), 0.0)
    payments = 0
    for chunk in chunks:
        began = perf_counter()
        batch, _ = decoder.decode(chunk, source="benchmark", ingest_time=_NOW)
        seconds["decode"] += perf_counter() - began
        began = perf_counter()
        batch = intake.accept(batch).batch
        seconds["intake"] += perf_counter() - began
        began = perf_counter()
        rows = graph_engine.update(batch)
        seconds["features"] += perf_counter() - began
        payments += len(rows.rows)
        began = perf_counter()
        lending = book.update(batch)
        seconds["lending"] += perf_counter() - began
        began = perf_counter()
        model.score(rows.values)
        seconds["model"] += perf_counter() - began
        began = perf_counter()
        rules.judge(batch, rows, lending)
        seconds["rules"] += perf_counter() - began
    for stage, spent in seconds.items():
        yield {
            "stage": stage,
            "events_per_s": round(records / spent),
            "us_per_event": round(1e6 * spent / records, 3),
        }
    yield {"stage": "memory", **_bytes(graph_engine.graph, payments)}


def _bytes(graph: TemporalGraph, payments: int) -> dict[str, Any]:
    """Bytes of the graph by what they are for."""
    held = graph.log.nbytes()
    return {
        "bytes_per_edge": graph.log.entries.dtype.itemsize,
        "graph_mb": round(sum(held.values()) / 1e6, 1),
        "payments": payments,
    }


def _model() -> Model:
    """A forest of the default size, fitted on noise: its scores mean nothing, its size does."""
    rng = np.random.default_rng(0)
    n, columns = 20_000, len(names())
    clock = np.arange(n, dtype=np.int64) * 600_000
    values = rng.integers(0, 10**6, (n, columns))
    rows = LabelledRows(
        features=names(),
        values=values,
        clock=clock,
        positive=(values[:, :6].sum(axis=1) + rng.integers(0, 10**6, n)) > 4 * 10**6,
        known_at=clock,
        usable=np.ones(n, dtype=np.bool_),
        subject=np.arange(n, dtype=np.uint64),
    )
    return fit_model(recipe_of("laundering_boosting"), rows, np.ones(columns, dtype=np.bool_), Plan()).model

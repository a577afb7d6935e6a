"""Feature rows of a source as Parquet, by the same decoder, intake and families that the engine runs."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import names
from features.engine import FeatureEngine, FeatureRows
from streams.batch import Batch
from streams.decode import Decoder
from streams.intake import CONFLICT, DUPLICATE, Intake
from streams.sources.base import Source

_ROW_GROUP = 65_536


@dataclass(slots=True)
class Written:
    """Counts of what was written and what was not."""

    rows: int = 0
    duplicates: int = 0
    dead_letters: int = 0


def feature_schema() -> pa.Schema:
    """Columns of the file: names of the event, then every feature, int64."""
    named = [
        ("platform_id", pa.string()),
        ("event_id", pa.string()),
        ("event_time", pa.int64()),
        ("log_position", pa.int64()),
    ]
    return pa.schema(named + [(name, pa.int64()) for name in names()])


def accepted_batches(
    source: Source, key: bytes, *, batch: int, dedup_days: int, counts: Written
) -> Iterator[tuple[int, Batch]]:
    """How much of a source is read, and the new events, batch by batch in log order; `counts` is kept up to date."""
    decoder, intake = Decoder(key), Intake(dedup_days=dedup_days)
    for chunk in source.chunks(batch):
        decoded, letters = decoder.decode(
            chunk.records,
            source=chunk.source,
            first_record=chunk.first_record,
            ingest_time=int(time.time() * 1000),
            locate=chunk.locate,
        )
        accepted = intake.accept(decoded)
        counts.duplicates += int(np.count_nonzero(accepted.verdict == DUPLICATE))
        counts.dead_letters += len(letters) + int(np.count_nonzero(accepted.verdict == CONFLICT))
        yield chunk.done, accepted.batch


def write_features(
    source: Source,
    out: Path,
    *,
    key: bytes,
    batch: int = 8192,
    threads: int = 1,
    budget: int = 2048,
    dedup_days: int = 45,
    tick: Callable[[int, int], None] | None = None,
) -> Written:
    """Write the feature rows of a source.

    Parameters
    ----------
    source : Source
    out : Path
        Written under another name and renamed when it is whole.
    key : bytes
        The deployment's identity key.
    batch, threads, budget : int
        The rows do not depend on the first two.
    tick : callable, optional
        Called after each batch with how much of the source is read and the rows so far.
    """
    engine = FeatureEngine(budget=budget, threads=threads)
    schema, counts = feature_schema(), Written()
    fresh = out.with_name(out.name + ".new")
    waiting: list[pa.RecordBatch] = []
    held = 0
    with pq.ParquetWriter(fresh, schema, compression="zstd", compression_level=1) as writer:
        for done, accepted in accepted_batches(source, key, batch=batch, dedup_days=dedup_days, counts=counts):
            rows = engine.update(accepted)
            counts.rows += len(rows.rows)
            waiting.append(_record_batch(accepted, rows, schema))
            held += len(rows.rows)
            if held >= _ROW_GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting, held = [], 0
            if tick is not None:
                tick(done, counts.rows)
        writer.write_table(pa.Table.from_batches(waiting, schema))
    fresh.replace(out)
    return counts


def _record_batch(batch: Batch, rows: FeatureRows, schema: pa.Schema) -> pa.RecordBatch:
    """Feature rows with the names of their events."""
    at = rows.rows.tolist()
    named = [
        pa.array([batch.platform_id[row] for row in at]),
        pa.array([batch.event_id[row] for row in at]),
        pa.array(batch.event_time[rows.rows]),
        pa.array(batch.position[rows.rows]),
    ]
    columns = [pa.array(np.ascontiguousarray(rows.values[:, column])) for column in range(rows.values.shape[1])]
    return pa.record_batch(named + columns, schema=schema)

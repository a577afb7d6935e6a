"""`riskengine publish`: files of events to a Kafka topic."""

import time
from pathlib import Path
from typing import Annotated

import typer

from riskengine.cli.common import failures, progress, settings_or_exit

_HELP = """Send events to a Kafka topic of one partition, in their order and as they are.

A topic that is not there is made with one partition. Several files are merged by event time. Sending a file twice does
no harm: an event is known by its platform and event id.

Examples:

    riskengine publish events.ndjson

    riskengine publish january.ndjson.gz february.parquet --topic payments
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish", help=_HELP)(_publish)


def _publish(
    events: Annotated[list[Path], typer.Argument(metavar="EVENTS...", help="NDJSON, gzipped NDJSON or Parquet files")],
    topic: Annotated[str | None, typer.Option(help="topic (default: RISKENGINE_KAFKA_TOPIC)")] = None,
    any_partitions: Annotated[
        bool, typer.Option("--any-partitions", help="take a topic of several partitions; the order is then not kept")
    ] = False,
) -> None:
    from streams.kafka.kafka_python import KafkaPython
    from streams.kafka.publish import publish
    from streams.sources import Chunk, open_source

    settings = settings_or_exit()
    with failures():
        source = open_source(events)
        cluster = KafkaPython(
            settings.kafka_bootstrap, security=settings.kafka_security, seconds=settings.kafka_timeout_seconds
        )
        admin = cluster.admin()
        producer = cluster.producer()
        began = time.perf_counter()
        try:
            with progress() as bar:
                task = bar.add_task("publish", total=source.total, note="")

                def show(chunk: Chunk) -> None:
                    bar.update(task, completed=chunk.done, note=f"{chunk.next_record:,} records")

                sent = publish(
                    source,
                    topic or settings.kafka_topic,
                    admin=admin,
                    producer=producer,
                    any_partitions=any_partitions,
                    progress=show,
                )
        finally:
            producer.close()
            admin.close()
    seconds = max(time.perf_counter() - began, 1e-3)
    rate = sent.records / seconds
    typer.echo(f"{sent.records:,} records sent to topic {sent.topic} in {seconds:.1f} s ({rate:,.0f} a second)")

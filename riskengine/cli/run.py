"""`riskengine run`: the main job, from files or from Kafka."""

from pathlib import Path
from typing import Annotated, Any

import typer

from riskengine.cli.common import ERRORS, WRONG_CALL, fail, failures, print_json, progress, settings_or_exit

_HELP = """Put events through the engine: features, scores, rules, alerts.

Without files the events come from Kafka (RISKENGINE_KAFKA_TOPIC). State lies in RISKENGINE_STATE_DIR (default ./state);
running the same file again adds nothing, and a run that was killed goes on where it stopped.

Examples:

    riskengine run events.ndjson

    riskengine run january.ndjson.gz february.parquet --json --alerts alerts.ndjson

    RISKENGINE_KAFKA_TOPIC=payments riskengine run --until-end
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", help=_HELP)(_run)


def _run(
    events: Annotated[list[Path] | None, typer.Argument(help="NDJSON, gzipped NDJSON or Parquet files")] = None,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object as the last line")] = False,
    alerts: Annotated[Path | None, typer.Option(help="write the alerts of these events here, NDJSON")] = None,
    close_day: Annotated[
        bool, typer.Option("--close-day", help="treat the end of the source as the end of its last Shanghai day")
    ] = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="from Kafka: stop at the offsets that were last at the start")
    ] = False,
) -> None:
    from riskengine.engine import Engine
    from riskengine.running import Report, run, write_alerts
    from riskengine.summary import print_report
    from streams.sources import open_source

    settings = settings_or_exit()
    if alerts is not None and not alerts.parent.is_dir():
        fail(f"--alerts: folder {alerts.parent} does not exist; make it first", WRONG_CALL)
    with failures():
        source: Any = open_source(events) if events else None
        if source is not None and source.total == 0:
            ERRORS.print("no events: the files are empty")
        with Engine.open(settings) as engine, progress() as bar:
            if source is None:
                from streams.sources.kafka import KafkaSource

                prefix = f"kafka:{settings.kafka_topic}:"
                source = KafkaSource(
                    settings.kafka_topic,
                    group=settings.kafka_group,
                    bootstrap=settings.kafka_bootstrap,
                    start_offsets={
                        int(name.removeprefix(prefix)): offset
                        for name, offset in engine.store.positions().items()
                        if name.startswith(prefix)
                    },
                    until_end=until_end,
                    timeout_seconds=settings.kafka_timeout_seconds,
                    security=settings.kafka_security,
                )
            task = bar.add_task("events", total=source.total, note="")

            def tick(done: int, report: Report) -> None:
                bar.update(task, completed=done, note=f"{report.events:,} events, {report.alerts_new:,} new alerts")

            report = run(engine, source, tick=tick)
            if close_day:
                engine.close_day()
        if alerts is not None:
            write_alerts(alerts, report.alerts)
    print_report(report)
    if json_:
        print_json(report.as_json())

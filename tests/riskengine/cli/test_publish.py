from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from riskengine.cli import publish
from streams.sources.kafka import KafkaSource
from tests.servers.kafka_broker import KafkaBroker
from tests.servers.ports import free_ports


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b'{"event_id": "1"}\n\n{"event_id": "2"}\nbad\n')
    return path


def run(bootstrap: str, *arguments: str | Path, **settings: str) -> Result:
    app = typer.Typer()
    publish.register(app)
    environment = {"RISKENGINE_KAFKA_BOOTSTRAP": bootstrap, **settings}
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)


def read(bootstrap: str, topic: str) -> list[bytes]:
    source = KafkaSource(topic, bootstrap=bootstrap, until_end=True)
    records = [record for chunk in source.chunks(100) for record in chunk.records]
    source.close()
    return records


@pytest.mark.server
def test_file_goes_to_the_topic_that_is_named(kafka_broker: KafkaBroker, events: Path) -> None:
    done = run(kafka_broker.bootstrap, events, "--topic", "cli.named")
    assert done.exit_code == 0
    assert done.stdout.startswith("3 records sent to topic cli.named in ")
    assert read(kafka_broker.bootstrap, "cli.named") == [b'{"event_id": "1"}', b'{"event_id": "2"}', b"bad"]


@pytest.mark.server
def test_topic_of_the_settings_is_the_default(kafka_broker: KafkaBroker, events: Path) -> None:
    assert run(kafka_broker.bootstrap, events, RISKENGINE_KAFKA_TOPIC="cli.default").exit_code == 0
    assert len(read(kafka_broker.bootstrap, "cli.default")) == 3


@pytest.mark.server
def test_topic_of_several_partitions_fails_unless_allowed(kafka_broker: KafkaBroker, events: Path) -> None:
    from streams.kafka.kafka_python import KafkaPython

    admin = KafkaPython(kafka_broker.bootstrap).admin()
    admin.create_topic("cli.many", 2)
    admin.close()
    done = run(kafka_broker.bootstrap, events, "--topic", "cli.many")
    assert done.exit_code == 1
    assert "expected one partition, which keeps the order of the events, found 2" in done.stderr
    assert run(kafka_broker.bootstrap, events, "--topic", "cli.many", "--any-partitions").exit_code == 0


def test_missing_file_is_a_wrong_call(events: Path) -> None:
    done = run("127.0.0.1:1", events.with_name("nowhere.ndjson"))
    assert done.exit_code == 2
    assert "nowhere.ndjson: no such file" in done.stderr


def test_silent_broker_fails_within_its_time(events: Path) -> None:
    (port,) = free_ports(1)
    done = run(f"127.0.0.1:{port}", events, RISKENGINE_KAFKA_TIMEOUT_SECONDS="1")
    assert done.exit_code == 1
    assert f"no broker at 127.0.0.1:{port} answered within 1 s" in done.stderr

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.kafka_broker import KafkaBroker
from tests.servers.missing import ServerUnavailable, skip_or_fail
from tests.servers.ports import free_ports
from tests.servers.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]


def test_ports_are_free_and_differ() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(1024 <= port <= 65535 for port in ports)


def test_missing_server_skips_with_the_reason_on_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="found no java"):
        skip_or_fail(ServerUnavailable("found no java"))


def test_missing_server_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="found no java"):
        skip_or_fail(ServerUnavailable("found no java"))


@pytest.mark.server
def test_topic_survives_a_restart_of_the_broker() -> None:
    from streams.kafka.kafka_python import KafkaPython

    try:
        with KafkaBroker() as broker:
            admin = KafkaPython(broker.bootstrap).admin()
            admin.create_topic("kept", 3)
            admin.close()
            broker.stop()
            assert broker.pid is None
            broker.start()
            admin = KafkaPython(broker.bootstrap).admin()
            assert admin.partition_count("kept") == 3
            admin.close()
    except ServerUnavailable as reason:
        skip_or_fail(reason)
    assert not broker.folder.exists()


@pytest.mark.server
def test_broker_runs_as_a_program_until_it_is_told_to_end(kafka_broker: KafkaBroker, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [
        sys.executable,
        "-m",
        "tests.servers.kafka_broker",
        "--port",
        str(port),
        "--data",
        str(tmp_path / "kafka"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert f"127.0.0.1:{port}" in program.stdout.readline()
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=30) == 0
    assert (tmp_path / "kafka" / "data").exists()


@pytest.mark.server
def test_each_database_of_postgres_is_a_new_one(postgres: Postgres) -> None:
    import sqlalchemy as sa

    first, second = (sa.create_engine(postgres.new_database()) for _ in range(2))
    with first.begin() as connection:
        connection.execute(sa.text("CREATE TABLE only_here (a int)"))
    with second.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    first.dispose()
    second.dispose()

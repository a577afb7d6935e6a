"""Fixtures that every floor may use: the real servers, each started once for all tests that ask for it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.servers.missing import ServerUnavailable, skip_or_fail

if TYPE_CHECKING:
    from tests.servers.kafka_broker import KafkaBroker
    from tests.servers.postgres import Postgres


@pytest.fixture(scope="session")
def kafka_broker() -> "Iterator[KafkaBroker]":
    """A running Apache Kafka; tests take topics of their own and do not stop it."""
    from tests.servers.kafka_broker import KafkaBroker

    try:
        broker = KafkaBroker()
        broker.__enter__()
    except ServerUnavailable as reason:
        skip_or_fail(reason)
    yield broker
    broker.close()


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Postgres]":
    """A running PostgreSQL; `Postgres.new_database` gives each test one of its own."""
    from tests.servers.postgres import Postgres

    try:
        server = Postgres()
        server.__enter__()
    except ServerUnavailable as reason:
        skip_or_fail(reason)
    yield server
    server.close()

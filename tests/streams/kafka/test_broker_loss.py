"""What a reader sees when its broker is gone, and when it comes back."""

import logging
import threading
import time
from typing import Any

import pytest

from streams.kafka.kafka_python import KafkaPython
from streams.sources import SourceError
from streams.sources.kafka import KafkaSource
from tests.servers.kafka_broker import KafkaBroker
from tests.servers.missing import ServerUnavailable, skip_or_fail

pytestmark = pytest.mark.server


def test_lost_broker_ends_a_bounded_run_and_is_waited_for_by_an_unbounded_one(caplog: pytest.LogCaptureFixture) -> None:
    try:
        with KafkaBroker() as broker:
            cluster = KafkaPython(broker.bootstrap, seconds=2.0)
            admin = cluster.admin()
            admin.create_topic("events", 1)
            admin.close()
            send(cluster, b"1")
            where: dict[str, Any] = {"bootstrap": broker.bootstrap, "timeout_seconds": 2.0}
            bounded, unbounded = KafkaSource("events", until_end=True, **where), KafkaSource("events", **where)
            got: list[bytes] = []

            def read_two() -> None:
                for chunk in unbounded.chunks(10):
                    got.extend(chunk.records)
                    if len(got) == 2:
                        unbounded.stop()

            reader = threading.Thread(target=read_two, daemon=True)
            broker.kill()
            began = time.monotonic()
            with caplog.at_level(logging.WARNING, "streams.sources.kafka"):
                reader.start()
                with pytest.raises(SourceError, match=r"topic events: no broker at .* answered within 2 s"):
                    list(bounded.chunks(10))
                assert time.monotonic() - began < 15
                broker.start()
                send(cluster, b"2")
                reader.join(timeout=40)
            assert not reader.is_alive()
            assert got == [b"1", b"2"]
            assert "still waiting: topic events: no broker" in caplog.text
            bounded.close()
            unbounded.close()
    except ServerUnavailable as reason:
        skip_or_fail(reason)


def send(cluster: KafkaPython, value: bytes) -> None:
    producer = cluster.producer()
    producer.send("events", [value], [None], 0).wait()
    producer.close()

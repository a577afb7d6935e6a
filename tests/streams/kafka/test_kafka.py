"""Kafka as it is: publish, read, resume and fail against a running Apache Kafka."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.kafka.client import KafkaError, OffsetGoneError
from streams.kafka.kafka_python import KafkaPython
from streams.kafka.publish import Published, publish
from streams.sources import SourceError, open_source
from streams.sources.kafka import KafkaSource
from tests.servers.kafka_broker import KafkaBroker
from tests.servers.ports import free_ports

pytestmark = pytest.mark.server

NUMBERS = itertools.count()


@pytest.fixture
def cluster(kafka_broker: KafkaBroker) -> KafkaPython:
    return KafkaPython(kafka_broker.bootstrap)


@pytest.fixture
def topic() -> str:
    return f"events-{next(NUMBERS)}"


@pytest.fixture
def sources(kafka_broker: KafkaBroker) -> "Iterator[Callable[..., KafkaSource]]":
    opened: list[KafkaSource] = []

    def opening(topic: str, **options: Any) -> KafkaSource:
        opened.append(KafkaSource(topic, bootstrap=kafka_broker.bootstrap, **options))
        return opened[-1]

    yield opening
    for source in opened:
        source.close()


def sent(cluster: KafkaPython, path: Path, topic: str, **options: Any) -> Published:
    admin, producer = cluster.admin(), cluster.producer()
    try:
        return publish(open_source([path]), topic, admin=admin, producer=producer, **options)
    finally:
        producer.close()
        admin.close()


def made(cluster: KafkaPython, topic: str, partitions: int = 1) -> None:
    admin = cluster.admin()
    admin.create_topic(topic, partitions)
    admin.close()


def produced(cluster: KafkaPython, topic: str, values: list[bytes], **options: Any) -> None:
    producer = cluster.producer()
    producer.send(topic, values, options.get("keys", [None] * len(values)), options.get("partition", 0)).wait()
    producer.close()


def records_of(source: KafkaSource, size: int = 500) -> list[bytes]:
    return [record for chunk in source.chunks(size) for record in chunk.records if record]


def lines(count: int) -> list[bytes]:
    return [f'{{"event_id": "{i}", "platform_id": "P", "text": "{"x" * 200}"}}'.encode() for i in range(count)]


def test_file_comes_out_of_a_topic_as_it_went_in(
    tmp_path: Path, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(lines(12_345)))
    assert sent(cluster, path, topic) == Published(topic, 1, 12_345, 0)
    source = sources(topic, until_end=True)
    chunks = list(source.chunks(1000))
    assert [record for chunk in chunks for record in chunk.records] == lines(12_345)
    assert {chunk.source for chunk in chunks} == {f"kafka:{topic}:0"}
    assert max(len(chunk.records) for chunk in chunks) <= 1000
    assert source.total == chunks[-1].done == 12_345
    assert chunks[0].locate(88) == f"topic {topic}, partition 0, offset 88"


def test_bytes_of_a_bad_record_pass_through_untouched(
    tmp_path: Path, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    bad = [b'{"cut off', b"\0\xff\xfe", "王小明".encode("gbk"), b" [1, 2] ", b'{"deep": ' + b"[" * 5000]
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join([b"{}", *bad, b"", b"{}"]))
    assert sent(cluster, path, topic) == Published(topic, 1, 7, 1)
    assert records_of(sources(topic, until_end=True)) == [b"{}", *bad, b"{}"]


def test_reading_resumes_at_the_stored_offset(tmp_path: Path, cluster: KafkaPython, topic: str, sources: Any) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(lines(1000)))
    sent(cluster, path, topic)
    chunks = sources(topic, until_end=True).chunks(300)
    first = next(chunks)
    rest = records_of(sources(topic, start_offsets={0: first.next_record}, until_end=True))
    assert first.records + rest == lines(1000)


def test_nothing_is_read_where_everything_was_read(cluster: KafkaPython, topic: str, sources: Any) -> None:
    made(cluster, topic)
    assert records_of(sources(topic, until_end=True)) == []
    produced(cluster, topic, [b"{}"])
    assert records_of(sources(topic, start_offsets={0: 1}, until_end=True)) == []


def test_until_end_stops_at_what_was_last_when_it_started(cluster: KafkaPython, topic: str, sources: Any) -> None:
    made(cluster, topic)
    produced(cluster, topic, [b"1", b"2"])
    source = sources(topic, until_end=True)
    produced(cluster, topic, [b"3"])
    assert records_of(source) == [b"1", b"2"]


def test_without_end_later_records_come_until_it_is_stopped(cluster: KafkaPython, topic: str, sources: Any) -> None:
    made(cluster, topic)
    source = sources(topic)
    assert source.total is None
    got: list[bytes] = []

    def read_two() -> None:
        for chunk in source.chunks(10):
            got.extend(chunk.records)
            if len(got) == 2:
                source.stop()

    reader = threading.Thread(target=read_two, daemon=True)
    reader.start()
    for value in (b"1", b"2"):
        produced(cluster, topic, [value])
    reader.join(timeout=20)
    assert not reader.is_alive()
    assert got == [b"1", b"2"]


def test_stopped_source_reads_no_further(cluster: KafkaPython, topic: str, sources: Any) -> None:
    made(cluster, topic)
    source = sources(topic)
    source.stop()
    assert records_of(source) == []


def transactional(kafka_broker: KafkaBroker, topic: str, *transactions: tuple[list[bytes], bool]) -> None:
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap, transactional_id=f"tx-{topic}")
    producer.init_transactions()
    for values, commits in transactions:
        producer.begin_transaction()
        for value in values:
            producer.send(topic, value)
        producer.flush()
        if commits:
            producer.commit_transaction()
        else:
            producer.abort_transaction()
    producer.close()


def test_records_of_aborted_transactions_are_not_read(
    kafka_broker: KafkaBroker, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    made(cluster, topic)
    transactional(
        kafka_broker, topic, ([b"1", b"2"], True), ([b"x"] * 5, False), ([b"3"], True), ([b"y"], False)
    )  # fmt: skip
    source = sources(topic, until_end=True)
    chunks = list(source.chunks(100))
    assert [record for chunk in chunks for record in chunk.records if record] == [b"1", b"2", b"3"]
    # 2 records, a mark, 5 aborted ones, a mark: the third committed record keeps its own offset
    places = [c.first_record + i for c in chunks for i, record in enumerate(c.records) if record]
    assert places == [0, 1, 9]


def test_open_transaction_is_not_waited_for(
    kafka_broker: KafkaBroker, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    from kafka import KafkaProducer

    made(cluster, topic)
    produced(cluster, topic, [b"1"])
    producer = KafkaProducer(bootstrap_servers=kafka_broker.bootstrap, transactional_id=f"open-{topic}")
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(topic, b"open").get(timeout=10)
    assert records_of(sources(topic, until_end=True)) == [b"1"]
    producer.abort_transaction()
    producer.close()


def test_every_partition_is_read_from_its_own_offset(cluster: KafkaPython, topic: str, sources: Any) -> None:
    made(cluster, topic, 3)
    for partition in range(3):
        produced(cluster, topic, [f"{partition}:{i}".encode() for i in range(4)], partition=partition)
    source = sources(topic, start_offsets={0: 4, 1: 2}, until_end=True)
    assert source.total == 0 + 2 + 4
    got: dict[str, list[bytes]] = {}
    for chunk in source.chunks(100):
        got.setdefault(chunk.source, []).extend(chunk.records)
    assert got == {
        f"kafka:{topic}:1": [b"1:2", b"1:3"],
        f"kafka:{topic}:2": [b"2:0", b"2:1", b"2:2", b"2:3"],
    }


def test_record_without_a_value_is_kept_as_null(cluster: KafkaPython, topic: str, sources: Any) -> None:
    made(cluster, topic)
    producer = cluster.producer()
    producer._client.send(topic, value=None, key=b"k").get(timeout=10)
    producer.close()
    assert records_of(sources(topic, until_end=True)) == [b"null"]


def test_group_shows_reported_positions_and_nothing_is_read_from_there(
    kafka_broker: KafkaBroker, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    from kafka import KafkaAdminClient

    made(cluster, topic)
    produced(cluster, topic, [b"1", b"2", b"3"])
    source = sources(topic, group=f"group-{topic}", until_end=True)
    assert records_of(source) == [b"1", b"2", b"3"]
    source.report({0: 2})
    admin = KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap)
    ((offsets),) = admin.list_group_offsets([f"group-{topic}"]).values()
    assert [found.offset for found in offsets.values()] == [2]
    admin.close()
    assert records_of(sources(topic, group=f"group-{topic}", until_end=True)) == [b"1", b"2", b"3"]


def test_missing_topic_is_named_and_not_made(cluster: KafkaPython, topic: str) -> None:
    for _ in range(2):
        with pytest.raises(SourceError, match=f"topic {topic}: no such topic at 127.0.0.1"):
            KafkaSource(topic, bootstrap=cluster.bootstrap)


def test_silent_broker_is_named_within_the_time(topic: str) -> None:
    (port,) = free_ports(1)
    began = time.monotonic()
    with pytest.raises(SourceError, match=rf"no broker at 127\.0\.0\.1:{port} answered within 1 s"):
        KafkaSource(topic, bootstrap=f"127.0.0.1:{port}", timeout_seconds=1.0)
    assert time.monotonic() - began < 5


def test_offset_beyond_the_end_is_refused(cluster: KafkaPython, topic: str) -> None:
    made(cluster, topic)
    produced(cluster, topic, [b"1"])
    with pytest.raises(
        SourceError, match="partition 0: expected offset 7, the next to read, found the topic to end at 1"
    ):
        KafkaSource(topic, bootstrap=cluster.bootstrap, start_offsets={0: 7})


def test_offset_that_is_no_longer_kept_is_refused(
    kafka_broker: KafkaBroker, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    from kafka import KafkaAdminClient, TopicPartition

    made(cluster, topic)
    produced(cluster, topic, [b"1", b"2", b"3"])
    admin = KafkaAdminClient(bootstrap_servers=kafka_broker.bootstrap)
    admin.delete_records({TopicPartition(topic, 0): 2})
    admin.close()
    with pytest.raises(
        SourceError, match="expected offset 1, the next to read, found 2 as the first that is kept; 1 records"
    ):
        KafkaSource(topic, bootstrap=cluster.bootstrap, start_offsets={0: 1})
    assert records_of(sources(topic, until_end=True)) == [b"3"]


def test_consumer_says_that_an_offset_is_gone(cluster: KafkaPython, topic: str) -> None:
    made(cluster, topic)
    consumer = cluster.consumer(topic, None)
    consumer.start({0: 1000})
    with pytest.raises(OffsetGoneError, match=f"topic {topic}: an offset is not kept any more"):
        consumer.poll(5.0, 10)
    consumer.close()


def test_topic_of_several_partitions_is_refused_unless_allowed(
    tmp_path: Path, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join([*lines(100), b"poison"]))
    made(cluster, topic, 4)
    with pytest.raises(KafkaError, match="expected one partition, which keeps the order of the events, found 4"):
        sent(cluster, path, topic)
    assert sent(cluster, path, topic, any_partitions=True) == Published(topic, 4, 101, 0)
    assert sorted(records_of(sources(topic, until_end=True))) == sorted([*lines(100), b"poison"])


def test_publishing_again_with_several_partitions_sends_an_event_to_the_same_one(
    tmp_path: Path, cluster: KafkaPython, topic: str, sources: Any
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\n".join(lines(100)))
    made(cluster, topic, 4)
    for _ in range(2):
        sent(cluster, path, topic, any_partitions=True)
    seen: dict[bytes, set[str]] = {}
    for chunk in sources(topic, until_end=True).chunks(50):
        for record in chunk.records:
            seen.setdefault(record, set()).add(chunk.source)
    assert len(seen) == 100
    assert all(len(partitions) == 1 for partitions in seen.values())
    assert len(set.union(*seen.values())) == 4


def test_record_larger_than_the_topic_takes_is_named(tmp_path: Path, cluster: KafkaPython, topic: str) -> None:
    import random

    path = tmp_path / "events.ndjson"
    huge = random.Random(7).randbytes(1_500_000).hex().encode()
    path.write_bytes(b"{}\n\n" + huge + b"\n{}\n")
    with pytest.raises(KafkaError, match=r"events\.ndjson, line 3: the record is larger than the topic takes"):
        sent(cluster, path, topic)


def test_bad_topic_name_is_refused(tmp_path: Path, cluster: KafkaPython) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"{}")
    with pytest.raises(KafkaError, match="topic bad topic!: expected a name of at most 249 letters"):
        sent(cluster, path, "bad topic!")


def test_unknown_security_setting_is_refused_by_name() -> None:
    with pytest.raises(KafkaError, match="found 'password'"):
        KafkaPython("127.0.0.1:1", security={"password": "secret"})


def test_security_settings_reach_the_client(kafka_broker: KafkaBroker, topic: str) -> None:
    assert (
        KafkaPython(kafka_broker.bootstrap, security={"security_protocol": "PLAINTEXT"}).admin().partition_count(topic)
        is None
    )
    with pytest.raises(KafkaError, match="answered within 1 s"):
        KafkaPython(
            kafka_broker.bootstrap, security={"security_protocol": "SSL", "ssl_check_hostname": "false"}, seconds=1
        ).admin()

"""The Kafka client of `streams.kafka.client`, done with kafka-python 3.

Consumers read committed records only and never let the broker choose an offset; producers are idempotent, with acks
from all replicas. Security settings are kafka-python's own (``security_protocol``, ``ssl_*``, ``sasl_*`` and so on).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import kafka
from kafka import errors, structs

from streams.kafka.client import BrokerSilentError, DeliveryError, Fetched, KafkaError, OffsetGoneError

SECURITY_PREFIXES = ("security_", "ssl_", "sasl_", "proxy_")
FETCH_BYTES = 8 << 20
BATCH_BYTES = 512 << 10
LARGEST_RECORD_BYTES = 32 << 20
LINGER_MS = 20
RECONNECT_MS = 2_000
UNKNOWN_TOPIC = 3


class KafkaPython:
    """A cluster reached through kafka-python.

    Parameters
    ----------
    bootstrap : str
        Brokers as ``host:port``, separated by commas.
    security : mapping, optional
        Settings of kafka-python whose names start with ``security_``, ``ssl_``, ``sasl_`` or ``proxy_``.
    seconds : float, default=10.0
        How long a broker may take to answer.

    Raises
    ------
    KafkaError
        For a security setting of another name.
    """

    def __init__(self, bootstrap: str, *, security: Mapping[str, str] | None = None, seconds: float = 10.0) -> None:
        self.bootstrap = bootstrap
        self.seconds = seconds
        for name in security or {}:
            if not name.startswith(SECURITY_PREFIXES):
                expected = ", ".join(f"{prefix}*" for prefix in SECURITY_PREFIXES)
                raise KafkaError(f"kafka_security: expected settings named {expected}, found {name!r}")
        truth = {"true": True, "false": False}
        self._common: dict[str, Any] = {name: truth.get(text.lower(), text) for name, text in (security or {}).items()}
        self._common["bootstrap_servers"] = [part.strip() for part in bootstrap.split(",") if part.strip()]
        self._common["bootstrap_timeout_ms"] = self._milliseconds
        self._common["client_id"] = "riskengine"
        # A broker that is back should be noticed in a second or two, not in the library's half minute
        self._common["reconnect_backoff_max_ms"] = RECONNECT_MS

    @property
    def _milliseconds(self) -> int:
        # kafka-python wants the time of a request to be longer than the half second that a fetch may wait
        return max(int(self.seconds * 1000), 1000)

    @contextmanager
    def _words(self, doing: str) -> Iterator[None]:
        """Turn the library's errors into ours."""
        try:
            yield
        except errors.OffsetOutOfRangeError as error:
            raise OffsetGoneError(f"{doing}: an offset is not kept any more: {error}") from error
        except errors.InvalidTopicError as error:
            raise KafkaError(f"{doing}: expected a name of at most 249 letters, digits, '.', '_' and '-'") from error
        except errors.KafkaTimeoutError as error:
            text = f"{doing}: no broker at {self.bootstrap} answered within {self.seconds:g} s"
            raise BrokerSilentError(f"{text}; check the address and that Kafka runs") from error
        except errors.KafkaError as error:
            raise KafkaError(f"{doing}: {_first_line(error)} (brokers {self.bootstrap})") from error
        except (ValueError, OSError, AssertionError) as error:
            raise KafkaError(f"{doing}: {_first_line(error)} (brokers {self.bootstrap})") from error

    def consumer(self, topic: str, group: str | None) -> "_Consumer":
        """Open a consumer of one topic."""
        with self._words(f"topic {topic}"):
            client = kafka.KafkaConsumer(
                **self._common,
                group_id=group,
                request_timeout_ms=self._milliseconds,
                isolation_level="read_committed",
                auto_offset_reset="none",
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                max_partition_fetch_bytes=FETCH_BYTES,
            )
        return _Consumer(self, client, topic)

    def producer(self) -> "_Producer":
        """Open a producer."""
        with self._words("producer"):
            client = kafka.KafkaProducer(
                **self._common,
                request_timeout_ms=self._milliseconds,
                delivery_timeout_ms=3 * self._milliseconds,
                max_block_ms=self._milliseconds,
                allow_auto_create_topics=False,
                compression_type="lz4",
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES,
                max_request_size=LARGEST_RECORD_BYTES,
            )
        return _Producer(self, client)

    def admin(self) -> "_Admin":
        """Open an admin client."""
        with self._words("admin"):
            client = kafka.KafkaAdminClient(**self._common, request_timeout_ms=self._milliseconds)
        return _Admin(self, client)


class _Consumer:
    """A `Consumer` on a KafkaConsumer with partitions assigned by hand."""

    def __init__(self, cluster: KafkaPython, client: Any, topic: str) -> None:
        self._cluster, self._client, self._topic = cluster, client, topic

    def bounds(self, partitions: Sequence[int]) -> dict[int, tuple[int, int]]:
        places = [structs.TopicPartition(self._topic, partition) for partition in partitions]
        wait = self._cluster._milliseconds
        with self._cluster._words(f"topic {self._topic}"):
            first = self._client.beginning_offsets(places, timeout_ms=wait)
            last = self._client.end_offsets(places, timeout_ms=wait)
        return {place.partition: (first[place], last[place]) for place in places}

    def start(self, offsets: Mapping[int, int]) -> None:
        places = {structs.TopicPartition(self._topic, partition): offset for partition, offset in offsets.items()}
        with self._cluster._words(f"topic {self._topic}"):
            self._client.assign(list(places))
            for place, offset in places.items():
                self._client.seek(place, offset)

    def poll(self, seconds: float, most: int) -> list[Fetched]:
        with self._cluster._words(f"topic {self._topic}"):
            got = self._client.poll(timeout_ms=int(seconds * 1000), max_records=most)
        return [
            Fetched(place.partition, [record.offset for record in records], [record.value for record in records])
            for place, records in sorted(got.items())
        ]

    def position(self, partition: int) -> int:
        with self._cluster._words(f"topic {self._topic}"):
            place = structs.TopicPartition(self._topic, partition)
            return int(self._client.position(place, timeout_ms=self._cluster._milliseconds))

    def commit(self, offsets: Mapping[int, int]) -> None:
        places = {
            structs.TopicPartition(self._topic, partition): structs.OffsetAndMetadata(offset, "", -1)
            for partition, offset in offsets.items()
        }
        with self._cluster._words(f"group of topic {self._topic}"):
            self._client.commit(places, timeout_ms=self._cluster._milliseconds)

    def close(self) -> None:
        self._client.close(autocommit=False, timeout_ms=1000)


class _Sent:
    """Futures of records that were sent together."""

    def __init__(self, futures: list[Any], seconds: float) -> None:
        self._futures, self._seconds = futures, seconds

    def wait(self) -> None:
        for index, future in enumerate(self._futures):
            try:
                future.get(timeout=self._seconds)
            except errors.MessageSizeTooLargeError as error:
                raise DeliveryError(index, "the record is larger than the topic takes (max.message.bytes)") from error
            except errors.KafkaError as error:
                raise DeliveryError(index, f"the record was not stored: {_first_line(error)}") from error


class _Producer:
    """A `Producer` on an idempotent KafkaProducer."""

    def __init__(self, cluster: KafkaPython, client: Any) -> None:
        self._cluster, self._client = cluster, client

    def send(self, topic: str, values: Sequence[bytes], keys: Sequence[bytes | None], partition: int | None) -> _Sent:
        futures = []
        send = self._client.send
        for index, (value, key) in enumerate(zip(values, keys, strict=True)):
            try:
                futures.append(send(topic, value=value, key=key, partition=partition))
            except errors.MessageSizeTooLargeError as error:
                text = f"expected at most {LARGEST_RECORD_BYTES} bytes in a record, found {len(value)}"
                raise DeliveryError(index, text) from error
            except errors.KafkaError as error:
                raise DeliveryError(index, f"the record was not sent: {_first_line(error)}") from error
        return _Sent(futures, 4 * self._cluster.seconds)

    def close(self) -> None:
        self._client.close(timeout=self._cluster.seconds)


class _Admin:
    """An `Admin` on a KafkaAdminClient."""

    def __init__(self, cluster: KafkaPython, client: Any) -> None:
        self._cluster, self._client = cluster, client

    def partition_count(self, topic: str) -> int | None:
        with self._cluster._words(f"topic {topic}"):
            (found,) = self._client.describe_topics([topic])
            if found["error_code"] and found["error_code"] != UNKNOWN_TOPIC:
                raise errors.for_code(found["error_code"])
        return None if found["error_code"] == UNKNOWN_TOPIC else len(found["partitions"])

    def create_topic(self, topic: str, partitions: int) -> None:
        wanted = {topic: {"num_partitions": partitions, "replication_factor": -1}}
        with self._cluster._words(f"topic {topic}"):
            try:
                self._client.create_topics(wanted)
            except errors.TopicAlreadyExistsError:
                return

    def close(self) -> None:
        self._client.close()


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:300]}" if text else type(error).__name__

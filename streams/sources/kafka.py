"""Events from a Kafka topic, from offsets that the caller has stored with the outcome of the events before them.

All partitions are read; each is a source of its own with the offset as ordinal. The broker's idea of the group's
offsets is never asked, so that what has been decided and what has been read cannot come apart.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping

from streams.kafka.client import BrokerSilentError, Consumer, Fetched, Kafka, KafkaError
from streams.sources.base import Chunk, SourceError

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
WIDEST_PADDED_GAP = 1_000
NULL_RECORD = b"null"


def partition_identity(topic: str, partition: int) -> str:
    """Return the identity under which a partition's position is stored.

    Examples
    --------
    >>> partition_identity("payments", 0)
    'kafka:payments:0'
    """
    return f"kafka:{topic}:{partition}"


class KafkaSource:
    """All partitions of one topic.

    Parameters
    ----------
    topic : str
        The topic; it must be there.
    bootstrap : str
        Brokers as ``host:port``, separated by commas.
    group : str, optional
        Consumer group for `report`; nothing is read from it.
    start_offsets : mapping of int to int, optional
        For each partition the next offset to read; a partition that is not named is read from its first offset on.
    until_end : bool, default=False
        Whether to stop at the offsets that were last when reading began.
    timeout_seconds : float, default=10.0
        How long a broker may take to answer.
    security : mapping of str to str, optional
        Client settings for TLS and SASL, as `streams.kafka.kafka_python.KafkaPython` takes them.

    Raises
    ------
    SourceError
        Where no broker answers in time, the topic is not there, or an offset to start from is not kept.
    """

    def __init__(
        self,
        topic: str,
        *,
        bootstrap: str,
        group: str | None = None,
        start_offsets: Mapping[int, int] | None = None,
        until_end: bool = False,
        timeout_seconds: float = 10.0,
        security: Mapping[str, str] | None = None,
    ) -> None:
        from streams.kafka.kafka_python import KafkaPython

        self.topic = topic
        self._seconds = timeout_seconds
        self._until_end = until_end
        self._stopped = threading.Event()
        try:
            kafka: Kafka = KafkaPython(bootstrap, security=security, seconds=timeout_seconds)
            self._partitions = _partitions(topic, kafka)
            self._consumer: Consumer = kafka.consumer(topic, group)
        except KafkaError as error:
            raise SourceError(str(error)) from error
        try:
            bounds = self._consumer.bounds(self._partitions)
            self._next = {p: _checked_start(topic, p, bounds[p], start_offsets or {}) for p in self._partitions}
            self._ends = {p: last for p, (_, last) in bounds.items()}
            self._consumer.start(self._next)
        except KafkaError as error:
            self._consumer.close()
            raise SourceError(str(error)) from error
        except SourceError:
            self._consumer.close()
            raise
        self._total = sum(self._ends[p] - self._next[p] for p in self._partitions)

    @property
    def identity(self) -> str:
        """Return ``kafka:TOPIC``; chunks and positions carry ``kafka:TOPIC:PARTITION``."""
        return f"kafka:{self.topic}"

    @property
    def total(self) -> int | None:
        """Offsets to read where reading ends at the offsets that were last, else None."""
        return self._total if self._until_end else None

    def stop(self) -> None:
        """Let `chunks` end after the poll under way; may be called from a signal handler or another thread."""
        self._stopped.set()

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()

    def report(self, positions: Mapping[int, int]) -> None:
        """Tell positions to the broker as the group's offsets, for tools that show lag; a failure is only logged.

        Parameters
        ----------
        positions : mapping of int to int
            For each partition the next offset to read, as stored with the outcome.
        """
        try:
            self._consumer.commit(positions)
        except KafkaError as error:
            log.warning("the group's offsets were not told to Kafka: %s", error)

    def chunks(self, size: int, *, start: int = 0) -> Iterator[Chunk]:
        """Yield records from `start_offsets` on, each chunk from one partition.

        Where reading has no end, this waits for further records until `stop` is called. `start` must stay 0: the
        offsets to start from were given for each partition.
        """
        if start:
            raise ValueError(f"a topic starts from its start_offsets, got start={start}")
        done = 0
        heard = time.monotonic()
        while not self._stopped.is_set() and not self._at_end():
            try:
                fetched = self._consumer.poll(POLL_SECONDS, size)
            except KafkaError as error:
                raise SourceError(str(error)) from error
            for part in fetched:
                for chunk in self._chunks_of(part, done):
                    done += len(chunk.records)
                    yield chunk
            if fetched:
                heard = time.monotonic()
            elif time.monotonic() - heard > self._seconds:
                self._check_broker()
                heard = time.monotonic()

    def _at_end(self) -> bool:
        """Say whether every partition has reached its end; marks and aborted records at the end count as read."""
        if not self._until_end:
            return False
        behind = [p for p in self._partitions if self._next[p] < self._ends[p]]
        try:
            return all(self._consumer.position(p) >= self._ends[p] for p in behind)
        except KafkaError as error:
            raise SourceError(str(error)) from error

    def _chunks_of(self, part: Fetched, done: int) -> Iterator[Chunk]:
        """Cut what was fetched of a partition into chunks without gaps."""
        topic, partition = self.topic, part.partition

        def locate(record: int) -> str:
            return f"topic {topic}, partition {partition}, offset {record}"

        if self._until_end:
            part = _before(part, self._ends[partition])
        source = partition_identity(topic, partition)
        for first, records in without_gaps(part):
            done += len(records)
            self._next[partition] = first + len(records)
            yield Chunk(source, first, records, locate, done)

    def _check_broker(self) -> None:
        """Find out whether nothing comes because nothing is sent, or because the broker is gone."""
        try:
            self._consumer.bounds(self._partitions)
        except BrokerSilentError as error:
            if self._until_end:
                raise SourceError(str(error)) from error
            log.warning("still waiting: %s", error)
        except KafkaError as error:
            raise SourceError(str(error)) from error


def _partitions(topic: str, kafka: Kafka) -> tuple[int, ...]:
    admin = kafka.admin()
    try:
        count = admin.partition_count(topic)
    finally:
        admin.close()
    if count is None:
        raise SourceError(f"topic {topic}: no such topic at {kafka.bootstrap}; make it, or publish events to it first")
    return tuple(range(count))


def _checked_start(topic: str, partition: int, bounds: tuple[int, int], offsets: Mapping[int, int]) -> int:
    """Return the offset to start from; one that the topic does not hold would silently lose events."""
    first, last = bounds
    offset = offsets.get(partition, first)
    where = f"topic {topic}, partition {partition}"
    if offset < first:
        raise SourceError(
            f"{where}: expected offset {offset}, the next to read, found {first} as the first that is kept; "
            f"{first - offset} records are gone, raise the topic's retention and publish them again"
        )
    if offset > last:
        raise SourceError(
            f"{where}: expected offset {offset}, the next to read, found the topic to end at {last}; "
            "it was made anew, use another name or another state folder"
        )
    return offset


def _before(part: Fetched, end: int) -> Fetched:
    """Leave out what came after the end."""
    if not part.offsets or part.offsets[-1] < end:
        return part
    kept = sum(offset < end for offset in part.offsets)
    return Fetched(part.partition, part.offsets[:kept], part.values[:kept])


def without_gaps(part: Fetched) -> Iterator[tuple[int, list[bytes]]]:
    r"""Yield runs of records with their first offset; an offset that holds no record becomes a blank one.

    A record without a value stands as JSON null, which the decoder refuses by name.

    Examples
    --------
    >>> list(without_gaps(Fetched(0, [4, 5, 7], [b"{}", None, b"[]"])))
    [(4, [b'{}', b'null', b'', b'[]'])]
    """
    if not part.offsets:
        return
    first = part.offsets[0]
    records: list[bytes] = []
    expected = first
    for offset, value in zip(part.offsets, part.values, strict=True):
        gap = offset - expected
        if gap > WIDEST_PADDED_GAP:
            yield first, records
            first, records = offset, []
        elif gap:
            records += [b""] * gap
        records.append(NULL_RECORD if value is None else value)
        expected = offset + 1
    yield first, records

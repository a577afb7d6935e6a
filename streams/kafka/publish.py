"""Send a source of events to a topic, as it is and in its order.

The log of the engine is a topic with one partition, because only a partition keeps an order. A topic of several takes
events too, keyed by platform and event id as firms write to the intake, but its order is no longer that of the file.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from streams.kafka.client import Admin, DeliveryError, KafkaError, Producer, Sent
from streams.sources.base import Chunk, Source

CHUNK_RECORDS = 5_000


@dataclass(frozen=True, slots=True)
class Published:
    """What was sent: records, and blank lines that were left out."""

    topic: str
    partitions: int
    records: int
    blank: int


class _Key(msgspec.Struct):
    """The two fields that make an event's key."""

    platform_id: str
    event_id: str


_KEY = msgspec.json.Decoder(_Key)


def event_key(record: bytes) -> bytes | None:
    r"""Return the key of a raw event on a topic of many partitions, None where it has no ids.

    Examples
    --------
    >>> event_key(b'{"platform_id": "PAY-1", "event_id": "7"}')
    b'PAY-1\x007'
    """
    try:
        ids = _KEY.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return f"{ids.platform_id}\0{ids.event_id}".encode()


def publish(
    source: Source,
    topic: str,
    *,
    admin: Admin,
    producer: Producer,
    any_partitions: bool = False,
    progress: Callable[[Chunk], None] = lambda _: None,
) -> Published:
    """Send every record of a source to a topic; a topic that is not there is made with one partition.

    Parameters
    ----------
    source : Source
        Where the records come from; blank lines are left out, bad records are sent as they are.
    topic : str
        Where they go.
    any_partitions : bool, default=False
        Whether a topic of several partitions will do.
    progress : callable, optional
        Called with each chunk when it has been sent.

    Returns
    -------
    Published
        Counts; every record has been stored by all replicas that are in sync.

    Raises
    ------
    KafkaError
        Where the topic has several partitions, or a record was not taken; the records before it have been stored.
    SourceError
        Where the source cannot be read on.
    """
    partitions = admin.partition_count(topic)
    if partitions is None:
        admin.create_topic(topic, 1)
        partitions = 1
    if partitions != 1 and not any_partitions:
        raise KafkaError(
            f"topic {topic}: expected one partition, which keeps the order of the events, found {partitions}; "
            "name another topic, or allow any number of partitions"
        )
    records = blank = 0
    before: tuple[Sent, Chunk, list[int]] | None = None
    for chunk in source.chunks(CHUNK_RECORDS):
        places = [i for i, record in enumerate(chunk.records) if record.strip()]
        values = [chunk.records[i] for i in places]
        keys = [None] * len(values) if partitions == 1 else [event_key(value) for value in values]
        try:
            sent = producer.send(topic, values, keys, 0 if partitions == 1 else None)
        except DeliveryError as error:
            raise _located(error, chunk, places) from error
        # One chunk is on its way while the next is read: bounded memory, and an error is seen soon
        _arrived(before)
        before = (sent, chunk, places)
        records += len(values)
        blank += len(chunk.records) - len(values)
        progress(chunk)
    _arrived(before)
    return Published(topic, partitions, records, blank)


def _arrived(before: tuple[Sent, Chunk, list[int]] | None) -> None:
    if before is None:
        return
    sent, chunk, places = before
    try:
        sent.wait()
    except DeliveryError as error:
        raise _located(error, chunk, places) from error


def _located(error: DeliveryError, chunk: Chunk, places: list[int]) -> KafkaError:
    """Say which record of the source was not taken."""
    return KafkaError(f"{chunk.locate(chunk.first_record + places[error.index])}: {error}")

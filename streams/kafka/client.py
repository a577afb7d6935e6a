"""What the engine needs of a Kafka client: read partitions from given offsets, send records in order, look at topics.

Every call ends within the time-out that the client was opened with, or raises `KafkaError` with words for an operator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from streams.errors import StreamError


class KafkaError(StreamError):
    """Kafka refused, or cannot do, what was asked; the text names broker, topic and partition as far as they matter."""


class BrokerSilentError(KafkaError):
    """No broker answered within the time-out."""


class OffsetGoneError(KafkaError):
    """An offset is asked for that the topic does not hold (any more)."""


class DeliveryError(KafkaError):
    """A record was not taken.

    Attributes
    ----------
    index : int
        Which of the records that were sent together.
    """

    def __init__(self, index: int, text: str) -> None:
        super().__init__(text)
        self.index = index


@dataclass(frozen=True, slots=True)
class Fetched:
    """Records of one partition with rising offsets; between two of them may lie offsets that hold no record."""

    partition: int
    offsets: list[int]
    values: list[bytes | None]


class Consumer(Protocol):
    """Reads committed records of one topic's partitions from offsets that the caller gives."""

    def bounds(self, partitions: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return the first offset kept and the one after the last committed record, for each partition."""

    def start(self, offsets: Mapping[int, int]) -> None:
        """Read these partitions, each from its offset on."""

    def poll(self, seconds: float, most: int) -> list[Fetched]:
        """Return what has come, at most `most` records, waiting up to `seconds` for the first."""

    def position(self, partition: int) -> int:
        """Return the next offset to be read; it passes over aborted records and transaction marks."""

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Tell the group's offsets to the broker; for tools that show lag, nothing is read from there."""

    def close(self) -> None:
        """Leave the broker."""


class Sent(Protocol):
    """Records on their way."""

    def wait(self) -> None:
        """Wait until all are stored.

        Raises
        ------
        DeliveryError
            For the first record that was not taken.
        """


class Producer(Protocol):
    """Sends records; each partition keeps the order of sending, and a repeated attempt stores no record twice."""

    def send(self, topic: str, values: Sequence[bytes], keys: Sequence[bytes | None], partition: int | None) -> Sent:
        """Begin to send records to one partition, or each to the partition of its key where that is None."""

    def close(self) -> None:
        """Leave the broker."""


class Admin(Protocol):
    """Looks at topics and makes them."""

    def partition_count(self, topic: str) -> int | None:
        """Return the number of partitions, None where there is no such topic."""

    def create_topic(self, topic: str, partitions: int) -> None:
        """Make a topic with the broker's default replication; one that is there already stays as it is."""

    def close(self) -> None:
        """Leave the broker."""


class Kafka(Protocol):
    """A cluster, as settings describe it: opens clients that are to be closed again."""

    bootstrap: str
    seconds: float

    def consumer(self, topic: str, group: str | None) -> Consumer:
        """Open a consumer of one topic; the group is a name for `Consumer.commit` only."""

    def producer(self) -> Producer:
        """Open a producer."""

    def admin(self) -> Admin:
        """Open an admin client."""

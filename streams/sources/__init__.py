"""Where events come from: files, Kafka, and (on the floors above) HTTP bodies.

A source hands out chunks of raw records with their ordinals and knows where each record stands ("events.ndjson,
line 12"); it never looks into a record further than it must. `open_source` picks the source of a list of files by their
suffix. A file is known by its content, a topic's partition by its name, so that a position stored beside that identity
means the same record for ever.
"""

from streams.sources.base import Chunk, EmptySourceError, Source, SourceError
from streams.sources.files import SUFFIXES, open_source

__all__ = ["SUFFIXES", "Chunk", "EmptySourceError", "Source", "SourceError", "open_source"]

"""A record that was refused: its bytes, the reason, and where it stood; nothing is lost and somebody can act."""

from __future__ import annotations

import msgspec


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One refused record.

    Parameters
    ----------
    reason : str
        One of `streams.errors.REASONS`.
    path : str
        The field, as `$.amount_minor`; `$` for the record itself.
    expected, found : str
        What should have stood there and what did, in words, without identities and names.
    where : str
        The place for a person: `events.ndjson, line 12` or `topic payments, partition 2, offset 8841`.
    message : str
        One sentence of path, expected, found and where.
    source : str
        The source as the decoder was given it.
    record : int
        Ordinal of the record in its source (line number - 1, or offset).
    body : bytes
        The record as received, with card codes, passwords and forbidden data cut out.
    platform_id : str or None
        The platform that the record names, if it could be read.
    received_at : int
        UTC milliseconds.
    """

    reason: str
    path: str
    expected: str
    found: str
    where: str
    message: str
    source: str
    record: int
    body: bytes
    platform_id: str | None
    received_at: int

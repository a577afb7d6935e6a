"""What a request's body is: one event, a list of events, or NDJSON; a document; a form."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qs

import msgspec
from fastapi import Request

from api.auth import Caller
from api.limits import EVENTS_A_REQUEST
from api.problems import BadRequest, Forbidden, TooLarge, UnsupportedMedia
from streams.identity import tidy

BLANK: Final = bytes(range(0x21))  # what the decoder skips between events: blanks and control characters
_BOM: Final = b"\xef\xbb\xbf"
_list_of_raw = msgspec.json.Decoder(list[msgspec.Raw])
_any_json = msgspec.json.Decoder(msgspec.Raw)


class _Named(msgspec.Struct):
    """The part of an event that says whose it is."""

    platform_id: object = None


_named = msgspec.json.Decoder(_Named)


async def body_of(request: Request) -> bytes:
    """The body of a request, plain."""
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise UnsupportedMedia(f"Content-Encoding: expected identity, found {encoding!r}; send the body uncompressed")
    return await request.body()


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form; of a field that comes twice the last."""
    text = (await body_of(request)).decode("utf-8", "replace")
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise BadRequest("form: expected at most 50 fields, found more") from error
    return {name: values[-1].replace("\0", "") for name, values in fields.items()}


def split_events(body: bytes) -> list[bytes]:
    """The events of a body, each as its own bytes; in NDJSON one a line, blank lines included.

    Raises
    ------
    BadRequest
        If the body is empty, or is a list that is no JSON.
    TooLarge
        If there are more events than one request may carry.

    Examples
    --------
    >>> split_events(b'[{"a": 1}, {"a": 2}]')
    [b'{"a": 1}', b'{"a": 2}']
    >>> split_events(b'{"a": 1}\\n\\n{"a": 2}\\n')
    [b'{"a": 1}', b'', b'{"a": 2}']
    """
    body = body.removeprefix(_BOM).strip(BLANK)
    if not body:
        raise BadRequest("body: expected one event, a list of events or NDJSON, found nothing")
    events = _split(body)
    if len(events) > EVENTS_A_REQUEST:
        raise TooLarge(f"body: expected at most {EVENTS_A_REQUEST} events, found {len(events)}; send them in parts")
    return events


def _split(body: bytes) -> list[bytes]:
    """Cut a body that is not empty."""
    if body.startswith(b"["):
        try:
            return [bytes(raw) for raw in _list_of_raw.decode(body)]
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadRequest(f"body: expected a list of events in JSON, found text that is none: {error}") from error
    if b"\n" not in body or _is_json(body):
        return [body]
    lines = [line.strip(BLANK) for line in body.split(b"\n")]
    second = next(line for line in lines[1:] if line)
    # an event that is written over several lines and is bad is one bad event, not one a line
    return lines if second.startswith(b"{") or _is_json(lines[0]) else [body]


def _is_json(text: bytes) -> bool:
    """Whether the bytes are exactly one JSON value."""
    try:
        _any_json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def check_platforms(caller: Caller, events: Iterable[bytes]) -> None:
    """Refuse the request if an event names a platform that is not the caller's.

    An event whose platform cannot be read passes here; the decoder refuses it with its reason.

    Raises
    ------
    Forbidden
        With the place of the first such event.
    """
    own = frozenset(caller.grant.platforms)
    if not own:
        return
    for index, event in enumerate(events):
        try:
            named = _named.decode(event).platform_id
        except msgspec.DecodeError:
            continue
        except RecursionError as error:
            raise BadRequest(f"[{index}]: expected an event, found JSON that is nested too deep") from error
        # as the decoder reads it, so that no other writing of a name slips through
        if isinstance(named, str) and tidy(named) not in own:
            raise Forbidden(
                f"[{index}].platform_id: expected {' or '.join(sorted(own))} as the key says, found another platform"
            )

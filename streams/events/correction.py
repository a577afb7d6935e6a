"""An earlier event is replaced or made void; alerts on it stay, marked."""

from __future__ import annotations

from typing import Literal

from streams.errors import Fault
from streams.events.base import Key, LooseEvent, Object, Text


class Correction(LooseEvent, tag="correction", frozen=True, kw_only=True):
    """What supersedes the event that `ref_event_id` names.

    `replacement` is the whole event of the same kind without its id; the decoder validates it as that kind.
    """

    ref_event_id: Key
    action: Literal["replace", "void"]
    replacement: Object | None = None
    reason: Text | None = None
    requested_by: Literal["platform", "supervisor", "custodian"] | None = None

    def check(self) -> None:
        """Ask for the replacement, and for none where the event is made void."""
        if self.action == "replace" and self.replacement is None:
            raise Fault("missing_field", "$.replacement", "replacement, required with action replace", "nothing")
        if self.action == "void" and self.replacement is not None:
            raise Fault("contradiction", "$.replacement", "no replacement with action void", "one")

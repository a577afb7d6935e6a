"""Every event that is no payment: kept as fields until all are known, then numbered and encoded.

There are a few of them for a hundred payments, so plain dictionaries are cheap enough and let each generator write the
fields of its kind as the table of events has them.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Records:
    """The events other than payments, in the order of adding.

    Attributes
    ----------
    time : list of int
        UTC ms.
    platform : list of int
        Index of the reporting platform.
    kind : list of str
    line : list of str or None
        The line where it is not the reporter's own (a registration of somebody else).
    tag : list of int
        Number of the planted instance, 0 none; never written to the events.
    fields : list of dict
        Everything else, by the names of the table of events.
    """

    time: list[int] = field(default_factory=list)
    platform: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    line: list[str | None] = field(default_factory=list)
    tag: list[int] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.time)

    def add(
        self,
        kind: str,
        time: int,
        platform: int,
        fields: dict[str, Any],
        *,
        line: str | None = None,
        tag: int = 0,
    ) -> None:
        """Add one event.

        Parameters
        ----------
        kind : str
            One of the kinds of the table of events.
        time : int
            UTC ms.
        platform : int
            Index of the reporting platform.
        fields : dict
            The fields of the kind; a value of None is left out.
        """
        self.time.append(int(time))
        self.platform.append(platform)
        self.kind.append(kind)
        self.line.append(line)
        self.tag.append(tag)
        self.fields.append({name: value for name, value in fields.items() if value is not None})

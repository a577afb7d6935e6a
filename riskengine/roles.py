"""Who may see what: the six roles and the grant of a key or an account.

A grant is a role with its limits; what it allows to be read is a `Scope` that goes into the query.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from riskengine.alerts import AUDIENCES, Audience
from streams.events import LINES

Role = Literal["regulator", "firm", "analyst", "reviewer", "auditor", "administrator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)

# Suspicious reports and police matters are confidential (AML law 2024 Art. 7, 35): a firm sees what is about its
# customers, and only those who work or review such matters see the sealed ones
_AUDIENCES_OF: Final[dict[Role, tuple[Audience, ...]]] = {
    "regulator": AUDIENCES,
    "firm": ("customer",),
    "analyst": ("customer", "supervisor"),
    "reviewer": AUDIENCES,
    "auditor": AUDIENCES,
    "administrator": ("customer", "supervisor"),
}
_REGION = re.compile(r"[1-9][0-9]{5}")


@dataclass(frozen=True, slots=True)
class Scope:
    """Platforms, regions, lines and audiences that a reader may see; an empty tuple of the first three limits nothing.

    A region is a six-digit code; a city's code covers its counties and a province's code its cities.
    """

    platforms: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    audiences: tuple[Audience, ...] = field(default=AUDIENCES)


class GrantError(ValueError):
    """A role or its limits cannot be granted; the message says which and what was expected."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role with its limits; an empty tuple limits nothing.

    Parameters
    ----------
    role : str
        One of `ROLES`.
    platforms, regions, lines : tuple of str
        Platform ids, six-digit region codes, lines of business. A firm has at least one platform.

    Raises
    ------
    GrantError
        If the role is unknown, a firm names no platform, or a region or line is not one.

    Examples
    --------
    >>> Grant("firm", platforms=("PAY-ZJ-014",)).scope().audiences
    ('customer',)
    """

    role: Role
    platforms: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise GrantError(f"role: expected one of {', '.join(ROLES)}, found {self.role!r}")
        if self.role == "firm" and not self.platforms:
            raise GrantError("platform: expected the firm's platform id, found none; a firm sees its own platform only")
        for platform in self.platforms:
            if not 1 <= len(platform) <= 256 or not platform.isprintable() or platform != platform.strip():
                raise GrantError(f"platform: expected 1 to 256 printable characters, found {platform!r}")
        for region in self.regions:
            if not _REGION.fullmatch(region):
                raise GrantError(f"region: expected a six-digit code such as 330100, found {region!r}")
        for line in self.lines:
            if line not in LINES:
                raise GrantError(f"line: expected one of {', '.join(LINES)}, found {line!r}")

    def scope(self) -> Scope:
        """What the grant allows to be read."""
        return Scope(self.platforms, self.regions, self.lines, _AUDIENCES_OF[self.role])

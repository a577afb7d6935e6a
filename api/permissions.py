"""Which role may do what: one table, read by every route."""

from typing import Final, Literal

from riskengine.roles import ROLES, Role

Permission = Literal[
    "send_events", "ask_score", "read_alerts", "decide_alerts", "read_platforms", "read_catalogues", "read_models"
]

_EVERYONE: Final = frozenset(ROLES)
MAY: Final[dict[Permission, frozenset[Role]]] = {
    # authorities send events under their own code: leads, lists, registrations
    "send_events": frozenset({"firm", "regulator", "administrator"}),
    "ask_score": frozenset({"firm", "regulator", "administrator"}),
    "read_alerts": _EVERYONE,
    "decide_alerts": frozenset({"regulator", "reviewer"}),
    "read_platforms": _EVERYONE,
    "read_catalogues": _EVERYONE,
    "read_models": _EVERYONE - {"firm"},  # a card says what a model looks at, and so how to pass it by
}

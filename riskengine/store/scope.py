"""A reader's scope as a condition of the query, never of the page."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.sql import ColumnExpressionArgument

from riskengine.alerts import AUDIENCES
from riskengine.roles import Scope


def in_regions(column: ColumnElement[Any], codes: tuple[str, ...]) -> ColumnElement[bool]:
    """Condition that a region column lies in one of the regions; an absent region lies in none.

    Examples
    --------
    >>> from riskengine.store.tables import alerts
    >>> print(in_regions(alerts.c.region, ("330100",)).compile(compile_kwargs={"literal_binds": True}))
    alerts.region >= '330100' AND alerts.region <= '330199'
    """
    return or_(*(_in_region(column, code) for code in codes))


def _in_region(column: ColumnElement[Any], code: str) -> ColumnElement[bool]:
    """One region with what it covers, as a range, so that an index serves it."""
    if code.endswith("0000"):
        return and_(column >= code, column <= code[:2] + "9999")
    if code.endswith("00"):
        return and_(column >= code, column <= code[:4] + "99")
    return column == code


def scope_conditions(table: Any, scope: Scope) -> ColumnExpressionArgument[bool]:
    """Condition under which a row of `alerts` is in scope."""
    conditions: list[ColumnElement[bool]] = []
    if scope.platforms:
        conditions.append(table.c.platform_id.in_(scope.platforms))
    if scope.regions:
        conditions.append(in_regions(table.c.region, scope.regions))
    if scope.lines:
        conditions.append(table.c.line.in_(scope.lines))
    if set(scope.audiences) != set(AUDIENCES):
        conditions.append(table.c.audience.in_(scope.audiences))
    return and_(true(), *conditions)

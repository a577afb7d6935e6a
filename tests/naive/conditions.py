"""Conditions by plain recursion over a tree, one row at a time; None is unknown."""

from typing import Any

LIMIT = 2**63 - 1


def value(tree: Any, row: dict[str, int | None]) -> Any:
    """Value of a tree: `("name", n)`, `("number", x)`, `(operator, left, right)`, `("not", x)` or `("known", x)`."""
    kind, *parts = tree
    if kind == "name":
        return row[parts[0]]
    if kind == "number":
        return parts[0]
    if kind == "not":
        inner = value(parts[0], row)
        return None if inner is None else not inner
    if kind == "known":
        return value(parts[0], row) is not None
    left, right = (value(part, row) for part in parts)
    if kind == "and":
        return False if False in (left, right) else (None if None in (left, right) else True)
    if kind == "or":
        return True if True in (left, right) else (None if None in (left, right) else False)
    if left is None or right is None or (kind in ("/", "//", "%") and right == 0):
        return None
    return _apply(kind, left, right)


def _apply(kind: str, left: Any, right: Any) -> Any:
    """One operation on known values."""
    if kind in ("+", "-", "*"):
        result = {"+": left + right, "-": left - right, "*": left * right}[kind]
        return max(-LIMIT, min(LIMIT, result)) if isinstance(result, int) else result
    return {
        "/": lambda: left / right,
        "//": lambda: left // right,
        "%": lambda: left % right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "min": lambda: min(left, right),
        "max": lambda: max(left, right),
    }[kind]()


def text(tree: Any) -> str:
    """The tree as a condition is written."""
    kind, *parts = tree
    if kind in ("name", "number"):
        return str(parts[0])
    if kind in ("not", "known"):
        return f"(not {text(parts[0])})" if kind == "not" else f"known({text(parts[0])})"
    left, right = (text(part) for part in parts)
    return f"{kind}({left}, {right})" if kind in ("min", "max") else f"({left} {kind} {right})"

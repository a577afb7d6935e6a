"""The kinds of events, one file each: what each field may hold, what becomes of it at intake, what column it makes.

`KINDS` and `LINES` fix the numbers that columns hold. `kinds()` finds the classes: to add a kind is to add a file, and
its name to `names.py`. `code("payment", "status", "settled")` gives the number of a value in its closed set, `values`
the set itself. The page `docs/events.md` is made from here: `python -m streams.events.page > docs/events.md`.
"""

from __future__ import annotations

from streams.events.names import KINDS, LINES
from streams.events.registry import code, kind_code, kinds, line_code, values

__all__ = ["KINDS", "LINES", "code", "kind_code", "kinds", "line_code", "values"]

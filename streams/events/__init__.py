"""The kinds of events, one file each, as in a table of fields: what a field may hold and what becomes of it at intake.

`KINDS` and `LINES` fix the numbers that columns hold. `kinds()` finds the classes: to add a kind is to add a file and its
name here. `code("payment", "status", "settled")` gives the number of a value in its closed set, `values` the set itself.
"""

from __future__ import annotations

from streams.events.names import KINDS, LINES
from streams.events.registry import code, kind_code, kinds, line_code, values

__all__ = ["KINDS", "LINES", "code", "kind_code", "kinds", "line_code", "values"]

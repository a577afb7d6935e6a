"""Public data sets as events: one file a format, found by its name.

A format says in its docstring, and in `Format.notes` for those who run it, what it takes a step, the currency,
platform, line, region and missing counterparties to be. `formats()` finds all of them; to add one is to add a file with
`FORMAT`.
"""

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from streams.formats.base import Format, FormatError, Label, Skipped

__all__ = ["Format", "FormatError", "Label", "Skipped", "formats"]


@cache
def formats() -> dict[str, Format]:
    """Return every format by name.

    Examples
    --------
    >>> sorted(formats())
    ['amlsim', 'amlworld', 'berka', 'paysim']
    """
    found: dict[str, Format] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        declared = getattr(importlib.import_module(f"{__name__}.{module.name}"), "FORMAT", None)
        if declared is not None:
            found[declared.name] = declared
    return found

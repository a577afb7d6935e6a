from __future__ import annotations

from pathlib import Path

from streams.events import KINDS, kinds
from streams.events.fields import fields_of
from streams.events.page import render

PAGE = Path(__file__).parents[3] / "docs" / "events.md"


def test_page_is_what_the_code_says():
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m streams.events.page > docs/events.md"


def test_page_names_every_kind_and_field():
    page = render()
    assert [kind for kind in KINDS if f"\n## {kind}\n" not in page] == []
    names = {field.name for struct in kinds().values() for field in fields_of(struct)}
    assert [name for name in names if f"`{name}`" not in page] == []

"""The docs keep up with the code: made pages are current, and what the README tells to run exists."""

import re
from pathlib import Path

import pytest

from riskengine.cli import build_app
from riskengine.cli.docs import pages

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", sorted(pages()))
def test_pages_made_from_the_code_are_current(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name](), "run make docs"


def test_every_command_of_the_readme_exists():
    app = build_app()
    known = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    named = set(re.findall(r"^\s+(?:RISKENGINE_\w+=\S+ )*riskengine ([a-z]+)", (ROOT / "README.md").read_text(), re.M))
    assert named
    assert named <= known


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`?make ([a-z-]+)", (ROOT / "README.md").read_text())):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_links_and_pictures_lead_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"

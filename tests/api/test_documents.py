"""The page about the API keeps up with the code."""

from pathlib import Path

from fastapi import FastAPI

from riskengine.alerts import DISPOSITIONS, STATUS_AFTER
from riskengine.roles import ROLES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_route_is_on_the_page(app: FastAPI) -> None:
    for path in app.openapi()["paths"]:
        assert path.replace("{alert_id}", "{id}").replace("{platform_id}", "{id}") in PAGE, path


def test_every_role_is_on_the_page() -> None:
    assert all(f"| `{role}` |" in PAGE for role in ROLES)


def test_every_disposition_is_on_the_page_with_its_status() -> None:
    for code, word in DISPOSITIONS.items():
        assert f"| `{code}` | {word} | `{STATUS_AFTER[code]}` |" in PAGE

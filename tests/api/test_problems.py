"""Every error is a problem document, and says nothing that it should not."""

import logging

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api import limits
from riskengine.lock import StateError
from riskengine.store import StoreError
from tests.api.conftest import AsRole, Headers

MEMBERS = {"type", "title", "status", "detail", "instance"}


@pytest.fixture(scope="module")
def key(as_role: AsRole) -> Headers:
    return as_role("administrator")


def test_unknown_path(client: TestClient) -> None:
    answer = client.get("/v1/nothing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == MEMBERS
    assert answer.json()["detail"] == "path: expected one of the routes in /openapi.json, found '/v1/nothing'"
    assert answer.json()["instance"] == "/v1/nothing"


def test_wrong_method_names_the_right_one(client: TestClient, key: Headers) -> None:
    answer = client.delete("/v1/events", headers=key)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["detail"] == "method: expected POST, found DELETE"


def test_body_over_the_limit_by_its_header(client: TestClient, key: Headers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "OTHER_BYTES", 100)
    answer = client.patch(f"/v1/alerts/{'0' * 32}", content=b"x" * 101, headers=key)
    assert answer.status_code == 413
    assert set(answer.json()) == MEMBERS
    assert "expected at most 100 bytes" in answer.json()["detail"]


def test_body_over_the_limit_without_a_header(
    client: TestClient, as_role: AsRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "OTHER_BYTES", 100)
    answer = client.patch(f"/v1/alerts/{'0' * 32}", content=(b"x" * 30 for _ in range(9)), headers=as_role("regulator"))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (StoreError("database risk.db has no room: the disk is full; free space, then start again"), "free space"),
        (StateError("state folder state is held by process 17; end it"), "held by process 17"),
    ],
)
def test_trouble_below_is_503_with_what_to_do(
    client: TestClient, app: FastAPI, key: Headers, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    monkeypatch.setattr(app.state.seat, "engine", lambda: raise_(error))
    answer = client.post("/v1/events", content=b"{}", headers=key)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert words in answer.json()["detail"]


def test_failure_tells_its_number_and_nothing_else(
    client: TestClient, app: FastAPI, key: Headers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(app.state.seat, "engine", lambda: raise_(RuntimeError("secret 330106199003070012")))
    with caplog.at_level(logging.ERROR, "riskengine.api"):
        answer = client.post("/v1/events", content=b"{}", headers=key)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    number = answer.json()["detail"].rpartition(" ")[2]
    assert f"failure {number} at POST /v1/events" in caplog.text
    assert "content-security-policy" in answer.headers


def raise_(error: Exception) -> None:
    """What a call cannot say in a lambda."""
    raise error


def test_every_answer_has_the_security_headers(client: TestClient) -> None:
    for path in ("/v1/alerts", "/healthz", "/login", "/static/console.css", "/v1/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("public, max-age=3600" if path.startswith("/static/") else "no-store")


def test_browser_gets_a_page_and_a_program_gets_json(client: TestClient) -> None:
    page = client.get("/nowhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Back to the queue" in client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": "en"}).text
    assert (
        client.get("/v1/nowhere", headers={"Accept": "text/html"}).headers["content-type"] == "application/problem+json"
    )

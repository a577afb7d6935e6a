"""Asking for a decision."""

import pytest
from starlette.testclient import TestClient

from riskengine.store import Store
from tests.api.builders import payment
from tests.api.conftest import AsRole, Headers


@pytest.fixture(scope="module")
def firm(as_role: AsRole) -> Headers:
    return as_role("firm", platforms=("PAY-ZJ-014",))


def test_answer_has_its_fields_and_is_stored(client: TestClient, firm: Headers, store: Store) -> None:
    answer = client.post("/v1/score", json=payment(1), headers=firm)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"decision_id", "score", "decision", "reasons", "mode"}
    assert body["decision"] in ("allow", "review", "refuse")
    assert (body["score"], body["mode"]) == (None, "no_model")
    stored = store.decision("PAY-ZJ-014", "e1")
    assert stored is not None
    assert stored.decision_id == body["decision_id"]


def test_same_event_has_the_same_answer(client: TestClient, firm: Headers) -> None:
    first = client.post("/v1/score", json=payment(2), headers=firm)
    client.post("/v1/events", json=[payment(3), payment(4)], headers=firm)
    second = client.post("/v1/score", json=payment(2), headers=firm)
    assert first.content == second.content


def test_scored_event_is_a_duplicate_when_it_arrives(client: TestClient, firm: Headers) -> None:
    client.post("/v1/score", json=payment(5), headers=firm)
    answer = client.post("/v1/events", json=payment(5), headers=firm)
    assert answer.json() == {"accepted": 0, "duplicates": 1, "rejected": []}


def test_event_that_came_before_is_decided_once(client: TestClient, firm: Headers) -> None:
    client.post("/v1/events", json=payment(6), headers=firm)
    first = client.post("/v1/score", json=payment(6), headers=firm)
    second = client.post("/v1/score", json=payment(6), headers=firm)
    assert first.status_code == 200
    assert first.content == second.content


def test_bad_event_is_a_problem_with_path_expected_found(client: TestClient, firm: Headers) -> None:
    answer = client.post("/v1/score", json=payment(7, amount_minor="x"), headers=firm)
    assert answer.status_code == 422
    assert answer.json()["rejected"][0]["path"] == "$.amount_minor"


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"[]", 422), (b"{", 422), (b"[1]", 422)])
def test_body_that_is_no_event(client: TestClient, firm: Headers, body: bytes, status: int) -> None:
    answer = client.post("/v1/score", content=body, headers=firm)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_firm_cannot_ask_about_another_platform(client: TestClient, firm: Headers) -> None:
    assert client.post("/v1/score", json=payment(8, platform_id="OTHER"), headers=firm).status_code == 403

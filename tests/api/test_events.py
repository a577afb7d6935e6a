"""Sending events."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from riskengine.store import Store
from tests.api.builders import ndjson, payment
from tests.api.conftest import AsRole, Headers


@pytest.fixture(scope="module")
def firm(as_role: AsRole) -> Headers:
    return as_role("firm", platforms=("PAY-ZJ-014",))


def test_one_event_is_accepted(client: TestClient, firm: Headers) -> None:
    answer = client.post("/v1/events", json=payment(1), headers=firm)
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}


def test_event_written_over_several_lines_is_one(client: TestClient, firm: Headers) -> None:
    answer = client.post("/v1/events", content=json.dumps(payment(2), indent=2), headers=firm)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)


def test_list_with_a_bad_event_keeps_the_good_ones(client: TestClient, firm: Headers) -> None:
    events = [payment(10), payment(11, amount_minor="12.50"), payment(12)]
    answer = client.post("/v1/events", json=events, headers=firm)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["accepted"], body["duplicates"]) == (2, 0)
    [rejected] = body["rejected"]
    assert (rejected["index"], rejected["path"], rejected["reason"]) == (1, "$.amount_minor", "wrong_type")
    assert "int" in rejected["expected"]
    assert rejected["found"]


def test_lines_are_counted_with_the_blank_ones(client: TestClient, firm: Headers) -> None:
    body = ndjson(payment(20)) + b"\n" + b'{"event_id": \n' + ndjson(payment(21))
    answer = client.post("/v1/events", content=body, headers=firm | {"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    assert [one["index"] for one in answer.json()["rejected"]] == [2]


def test_known_events_alone_are_duplicates(client: TestClient, firm: Headers) -> None:
    client.post("/v1/events", json=payment(30), headers=firm)
    answer = client.post("/v1/events", json=[payment(30), payment(30)], headers=firm)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "duplicates": 2, "rejected": []})


def test_all_rejected_is_a_problem_with_the_same_fields(client: TestClient, firm: Headers, store: Store) -> None:
    answer = client.post("/v1/events", json=[payment(40, amount_minor=-1), {"kind": "nonsense"}], headers=firm)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["accepted"], body["duplicates"], len(body["rejected"])) == (0, 0, 2)
    assert body["title"] == "The request does not fit"
    assert sum(store.count_dead_letters().values()) >= 2


def test_same_id_with_other_content_is_rejected(client: TestClient, firm: Headers) -> None:
    client.post("/v1/events", json=payment(45), headers=firm)
    answer = client.post("/v1/events", json=[payment(45, amount_minor=7), payment(46)], headers=firm)
    assert answer.json()["rejected"][0]["reason"] == "conflict"


def test_two_bad_events_of_two_requests_are_two_dead_letters(client: TestClient, firm: Headers, store: Store) -> None:
    before = sum(store.count_dead_letters().values())
    for amount in (-3, -4, -3):
        client.post("/v1/events", json=payment(47, amount_minor=amount), headers=firm)
    assert sum(store.count_dead_letters().values()) == before + 2


@pytest.mark.parametrize("platform", ["OTHER", "pay-zj-014", "PAY-ZJ-014.", "PAY-ZJ-014\u0000", "ＰＡＹ-ＺＪ-０１５"])
def test_firm_cannot_name_another_platform(client: TestClient, firm: Headers, store: Store, platform: str) -> None:
    before = store.log_state().log_position
    answer = client.post("/v1/events", json=[payment(50), payment(51, platform_id=platform)], headers=firm)
    assert answer.status_code == 403
    assert "[1].platform_id: expected PAY-ZJ-014 as the key says" in answer.json()["detail"]
    assert store.log_state().log_position == before


def test_other_writing_of_the_own_platform_is_the_own(client: TestClient, firm: Headers) -> None:
    answer = client.post("/v1/events", json=payment(55, platform_id=" ＰＡＹ-ZJ-014 "), headers=firm)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 1)


def test_platform_named_twice_does_not_slip_through(client: TestClient, firm: Headers, store: Store) -> None:
    twice = json.dumps(payment(56))[:-1] + ', "platform_id": "OTHER"}'
    answer = client.post("/v1/events", content=twice, headers=firm)
    assert answer.status_code in (403, 422)
    assert not any(row.platform_id == "OTHER" for row in store.platforms())


def test_authority_sends_for_any_platform(client: TestClient, as_role: AsRole) -> None:
    answer = client.post("/v1/events", json=payment(60, platform_id="ELSEWHERE"), headers=as_role("administrator"))
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "expected one event, a list of events or NDJSON, found nothing"),
        (b" \n \r\n", 400, "found nothing"),
        (b"[{", 400, "expected a list of events in JSON"),
        (b"[1, 2", 400, "expected a list of events in JSON"),
        (b'{"event_id": "x"', 422, ""),
        (b"\xff\xfe\x00binary", 422, ""),
        (b"null", 422, ""),
        (b"[[[]]]", 422, ""),
        (b"[" * 100_000, 400, ""),
        (b'{"a":' * 100_000, 400, "nested too deep"),
    ],
)
def test_bad_body_has_a_clear_answer(client: TestClient, firm: Headers, body: bytes, status: int, words: str) -> None:
    answer = client.post("/v1/events", content=body, headers=firm)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_empty_list_is_nothing_to_do(client: TestClient, firm: Headers) -> None:
    answer = client.post("/v1/events", content=b"[]", headers=firm)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 0, "duplicates": 0, "rejected": []})


def test_compressed_body_is_refused_by_name(client: TestClient, firm: Headers) -> None:
    answer = client.post("/v1/events", content=b"x", headers=firm | {"Content-Encoding": "gzip"})
    assert answer.status_code == 415
    assert "Content-Encoding: expected identity, found 'gzip'" in answer.json()["detail"]


def test_too_many_events_are_refused(client: TestClient, firm: Headers) -> None:
    answer = client.post("/v1/events", content=b"[" + b"1," * 50_000 + b"1]", headers=firm)
    assert answer.status_code == 413
    assert "expected at most 50000 events, found 50001" in answer.json()["detail"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_breaks_the_engine(client: TestClient, firm: Headers, body: bytes) -> None:
    for path in ("/v1/events", "/v1/score"):
        answer = client.post(path, content=body, headers=firm)
        assert answer.status_code < 500


FIELDS = st.sampled_from(sorted(payment()))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=FIELDS, value=JSON)
def test_no_value_of_a_field_breaks_the_engine(client: TestClient, firm: Headers, field: str, value: Any) -> None:
    event = payment(70, **{field: value})
    for path in ("/v1/events", "/v1/score"):
        assert client.post(path, content=json.dumps(event), headers=firm).status_code < 500

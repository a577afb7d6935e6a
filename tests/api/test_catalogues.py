"""Rules, features, models, health, metrics, and the OpenAPI page."""

import json

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from riskengine.alerts import Alert
from tests.api.conftest import AsRole, Headers


@pytest.fixture(scope="module")
def key(as_role: AsRole) -> Headers:
    return as_role("analyst")


def test_rules_have_titles_dates_and_articles(client: TestClient, key: Headers) -> None:
    rules = {rule["id"]: rule for rule in client.get("/v1/rules", headers=key).json()["rules"]}
    cash = rules["aml.lvt.cash"]
    assert cash["verdict"] == "report"
    assert cash["title_zh"]
    assert cash["title_en"]
    assert cash["periods"][-1]["instrument"]
    assert cash["periods"][-1]["effective_from"]


def test_firm_is_told_only_of_rules_for_its_customers(client: TestClient, as_role: AsRole) -> None:
    rules = client.get("/v1/rules", headers=as_role("firm", platforms=("P",))).json()["rules"]
    assert {rule["audience"] for rule in rules} == {"customer"}


def test_features_are_the_catalogue(client: TestClient, key: Headers) -> None:
    body = client.get("/v1/features", headers=key).json()
    assert body["payment"][0]["name"] == "payer_out_count_1h"
    assert set(body["payment"][0]) == {"name", "family", "meaning", "unit", "window", "horizon_days", "purposes"}
    assert body["lending"]


def test_without_models_the_list_is_empty(client: TestClient, key: Headers) -> None:
    assert client.get("/v1/models", headers=key).json() == {"models": []}


def test_health_needs_no_key(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    body = client.get("/readyz").json()
    assert body["ready"] is True
    assert body["accepts_events"] is True
    assert body["models"] == []
    assert body["rules"] > 10
    assert body["database"]["revision"] == body["database"]["newest"]


def test_metrics_count_by_route_and_never_by_path(client: TestClient, key: Headers) -> None:
    client.get(f"/v1/alerts/{'ab' * 16}", headers=key)
    client.get("/secret-path-of-somebody")
    text = client.get("/metrics").text
    assert 'riskengine_http_requests_total{method="GET",route="/v1/alerts/{alert_id}",status="404"}' in text
    assert "riskengine_log_position" in text
    assert "abababab" not in text
    assert "secret-path" not in text


def test_openapi_names_every_route_with_examples(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert "/v1/events" in document["paths"]
    events = document["paths"]["/v1/events"]["post"]
    assert set(events["requestBody"]["content"]) == {"application/json", "application/x-ndjson"}
    assert events["responses"]["202"]["content"]["application/json"]["example"]["accepted"] == 1
    assert "application/problem+json" in events["responses"]["default"]["content"]
    assert set(document["components"]["schemas"]["Alert"]["properties"]) == set(Alert.__struct_fields__)
    assert "HTTPBearer" in document["components"]["securitySchemes"]


def test_openapi_refers_to_nothing_that_is_missing(app: FastAPI) -> None:
    document = app.openapi()
    text = json.dumps(document)
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(document["components"]["schemas"])
    assert "/login" not in document["paths"]

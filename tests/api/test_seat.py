"""The API beside another process that holds the engine."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api import seat
from api.app import create_app
from riskengine.engine import Engine
from riskengine.lock import StateError
from riskengine.roles import Grant
from riskengine.settings import Settings
from tests.api.builders import ndjson, payment, put_alerts
from tests.riskengine.store.builders import make_alert


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state", identity_key="6b" * 32)


def test_reading_works_while_another_process_takes_events_in(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat, "RETRY_SECONDS", 0.0)
    other = Engine.open(settings)
    other.submit(ndjson(payment(1), payment(2)).splitlines(), source="file:x")
    app = create_app(settings)
    store = app.state.seat.store
    key = {"Authorization": f"Bearer {store.access.create_key(Grant('administrator'), now=0)}"}
    with TestClient(app) as client:
        alert = make_alert(1)
        put_alerts(store, [alert], [(alert.alert_id, 0, "PAY-ZJ-014", "e1")])
        evidence = client.get(f"/v1/alerts/{alert.alert_id}/evidence", headers=key).json()
        assert evidence["events"][0]["body"]["amount_minor"] == 1001
        assert len(client.get("/v1/rules", headers=key).json()["rules"]) > 10
        assert client.get("/v1/models", headers=key).json() == {"models": []}

        ready = client.get("/readyz").json()
        assert (ready["ready"], ready["accepts_events"]) == (True, False)
        assert "is held by process" in ready["engine"]["detail"]
        refused = client.post("/v1/events", json=payment(3), headers=key)
        assert refused.status_code == 503
        assert "is held by process" in refused.json()["detail"]

        other.close()
        assert client.post("/v1/events", json=payment(3), headers=key).status_code == 202
        assert client.get("/readyz").json()["accepts_events"] is True


def test_engine_is_not_asked_for_at_every_request(settings: Settings) -> None:
    with Engine.open(settings):
        held = seat.Seat(settings)
        first = held.refusal
    with pytest.raises(StateError) as caught:
        held.engine()
    assert str(caught.value) == first
    held.close()


def test_database_of_another_deployment_is_refused(settings: Settings, tmp_path: Path) -> None:
    Engine.open(settings).close()
    other = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'other.db'}"})
    with pytest.raises(StateError, match="belongs to deployment"):
        create_app(other)

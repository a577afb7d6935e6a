"""Who may do what: every route with every role, and what a scope lets through."""

from importlib import import_module
from pkgutil import iter_modules

import pytest
from starlette.testclient import TestClient

from api import routes
from api.permissions import MAY, Permission
from riskengine.alerts import Alert
from riskengine.roles import ROLES, Role
from riskengine.store import PlatformActivity, Store
from tests.api.builders import put_alerts
from tests.api.conftest import AsRole, Headers
from tests.riskengine.store.builders import make_alert, make_commit

# (method, path, permission): what every route of the API asks for
ROUTES: list[tuple[str, str, Permission]] = [
    ("POST", "/v1/events", "send_events"),
    ("POST", "/v1/score", "ask_score"),
    ("GET", "/v1/alerts", "read_alerts"),
    ("GET", "/v1/alerts/export", "read_alerts"),
    ("GET", "/v1/alerts/{alert_id}", "read_alerts"),
    ("PATCH", "/v1/alerts/{alert_id}", "decide_alerts"),
    ("GET", "/v1/alerts/{alert_id}/evidence", "read_alerts"),
    ("GET", "/v1/platforms", "read_platforms"),
    ("GET", "/v1/platforms/{platform_id}", "read_platforms"),
    ("GET", "/v1/rules", "read_catalogues"),
    ("GET", "/v1/features", "read_catalogues"),
    ("GET", "/v1/models", "read_models"),
]
OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/login", "/logout", "/language/{language}"}
CONSOLE = {"/", "/alerts/{alert_id}", "/alerts/{alert_id}/disposition"}

AUDIENCES = ("customer", "supervisor", "sealed")


@pytest.fixture(scope="module")
def alerts(store: Store) -> dict[str, Alert]:
    """An alert of each audience on two platforms."""
    made = {
        f"{platform}/{audience}": make_alert(
            number, platform_id=platform, audience=audience, region=region, line=line, detector=f"test.{audience}"
        )
        for number, (platform, audience, region, line) in enumerate(
            (platform, audience, region, line)
            for platform, region, line in (("P1", "330106", "network_payment"), ("P2", "330203", "network_lending"))
            for audience in AUDIENCES
        )
    }
    evidence = [(alert.alert_id, at, f"P{at}", f"e{at}") for alert in made.values() for at in (1, 2)]
    put_alerts(store, list(made.values()), evidence)
    activity = [PlatformActivity("P1", "network_payment", 10, 1, 2), PlatformActivity("P2", "network_lending", 5, 1, 2)]
    store.commit(make_commit(0, source="test", log_position=0, clock=0, platforms=activity))
    return made


@pytest.fixture(scope="module")
def keys(as_role: AsRole, alerts: dict[str, Alert]) -> dict[Role, Headers]:
    """A key of each role without limits, save that a firm has its platform."""
    return {role: as_role(role, **({"platforms": ("P1",)} if role == "firm" else {})) for role in ROLES}


def routes_of_the_api() -> set[tuple[str, str]]:
    """Every method and path that the route files add."""
    routers = [import_module(f"{routes.__name__}.{found.name}").router for found in iter_modules(routes.__path__)]
    return {
        (method, route.path)
        for router in routers
        for route in router.routes
        for method in route.methods
        if route.path not in OPEN | CONSOLE
    }


def test_table_names_every_route() -> None:
    assert routes_of_the_api() == {(method, path) for method, path, _ in ROUTES}


@pytest.mark.parametrize(("method", "path", "permission"), ROUTES)
def test_route_asks_for_its_permission(
    client: TestClient,
    keys: dict[Role, Headers],
    alerts: dict[str, Alert],
    method: str,
    path: str,
    permission: Permission,
) -> None:
    url = path.format(alert_id=alerts["P1/customer"].alert_id, platform_id="P1")
    for role in ROLES:
        status = client.request(method, url, headers=keys[role]).status_code
        if role in MAY[permission]:
            assert status not in (401, 403), (role, status)
        else:
            assert status == 403, (role, status)


@pytest.mark.parametrize(("method", "path", "permission"), ROUTES)
@pytest.mark.parametrize(
    "authorization", [None, "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer rk_0123456789_" + "0" * 64]
)
def test_route_without_a_good_key_answers_401(
    client: TestClient, method: str, path: str, permission: Permission, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.request(method, path.format(alert_id="0" * 32, platform_id="P1"), headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


SCOPES: list[tuple[Role, dict[str, tuple[str, ...]], set[str]]] = [
    ("regulator", {}, {"P1/customer", "P1/supervisor", "P1/sealed", "P2/customer", "P2/supervisor", "P2/sealed"}),
    ("regulator", {"regions": ("330100",)}, {"P1/customer", "P1/supervisor", "P1/sealed"}),
    ("regulator", {"regions": ("330203",)}, {"P2/customer", "P2/supervisor", "P2/sealed"}),
    ("regulator", {"regions": ("330300",)}, set()),
    ("regulator", {"lines": ("network_lending",)}, {"P2/customer", "P2/supervisor", "P2/sealed"}),
    ("regulator", {"regions": ("330100",), "lines": ("network_lending",)}, set()),
    ("firm", {"platforms": ("P1",)}, {"P1/customer"}),
    ("firm", {"platforms": ("P3",)}, set()),
    ("analyst", {}, {"P1/customer", "P1/supervisor", "P2/customer", "P2/supervisor"}),
    ("administrator", {}, {"P1/customer", "P1/supervisor", "P2/customer", "P2/supervisor"}),
    ("reviewer", {"platforms": ("P2",)}, {"P2/customer", "P2/supervisor", "P2/sealed"}),
    ("auditor", {"lines": ("network_payment",)}, {"P1/customer", "P1/supervisor", "P1/sealed"}),
]


@pytest.mark.parametrize(("role", "limits", "sees"), SCOPES)
def test_scope_holds_on_every_way_to_an_alert(
    client: TestClient,
    as_role: AsRole,
    alerts: dict[str, Alert],
    role: Role,
    limits: dict[str, tuple[str, ...]],
    sees: set[str],
) -> None:
    headers = as_role(role, **limits)
    ids = {alert.alert_id: name for name, alert in alerts.items()}
    listed = client.get("/v1/alerts?limit=500", headers=headers).json()["alerts"]
    assert {ids[alert["alert_id"]] for alert in listed} == sees
    exported = client.get("/v1/alerts/export?format=csv", headers=headers).text
    assert {name for identity, name in ids.items() if identity in exported} == sees
    for identity, name in ids.items():
        for path in (f"/v1/alerts/{identity}", f"/v1/alerts/{identity}/evidence"):
            assert (client.get(path, headers=headers).status_code == 200) is (name in sees)
        if role in MAY["decide_alerts"]:
            answer = client.patch(f"/v1/alerts/{identity}", json={"status": "open"}, headers=headers)
            assert (answer.status_code == 200) is (name in sees)


def test_filter_on_what_is_out_of_scope_finds_nothing(client: TestClient, keys: dict[Role, Headers]) -> None:
    for query in ("platform_id=P2", "region=330203", "detector=test.sealed", "line=network_lending"):
        assert client.get(f"/v1/alerts?{query}", headers=keys["firm"]).json()["alerts"] == []


def test_firm_learns_nothing_from_alerts_that_are_not_for_it(
    client: TestClient, keys: dict[Role, Headers], store: Store
) -> None:
    paths = ("/v1/alerts", "/v1/alerts?limit=1", "/v1/alerts/export", "/v1/platforms", "/v1/platforms/P1")
    before = [client.get(path, headers=keys["firm"]).content for path in paths]
    put_alerts(store, [make_alert(50 + n, platform_id="P1", audience=a) for n, a in enumerate(AUDIENCES[1:])])
    assert [client.get(path, headers=keys["firm"]).content for path in paths] == before


def test_firm_sees_only_its_own_evidence(
    client: TestClient, keys: dict[Role, Headers], alerts: dict[str, Alert]
) -> None:
    path = f"/v1/alerts/{alerts['P1/customer'].alert_id}"
    assert [one["platform_id"] for one in client.get(path, headers=keys["firm"]).json()["evidence"]] == ["P1"]
    assert client.get(f"{path}/evidence", headers=keys["firm"]).json()["count"] == 1
    assert client.get(f"{path}/evidence", headers=keys["regulator"]).json()["count"] == 2


@pytest.mark.parametrize(
    ("role", "limits", "sees"),
    [
        ("firm", {"platforms": ("P1",)}, ["P1"]),
        ("regulator", {}, ["P1", "P2"]),
        ("regulator", {"lines": ("network_lending",)}, ["P2"]),
        ("regulator", {"regions": ("330100",)}, ["P1"]),
    ],
)
def test_platforms_in_scope(
    client: TestClient,
    as_role: AsRole,
    alerts: dict[str, Alert],
    role: Role,
    limits: dict[str, tuple[str, ...]],
    sees: list[str],
) -> None:
    headers = as_role(role, **limits)
    listed = client.get("/v1/platforms", headers=headers).json()["platforms"]
    assert [one["platform_id"] for one in listed] == sees
    for platform in ("P1", "P2"):
        assert (client.get(f"/v1/platforms/{platform}", headers=headers).status_code == 200) is (platform in sees)


def test_dossier_counts_what_the_caller_may_see(client: TestClient, as_role: AsRole, alerts: dict[str, Alert]) -> None:
    firm = client.get("/v1/platforms/P1", headers=as_role("firm", platforms=("P1",))).json()
    assert firm["alerts_by_detector"] == {"test.customer": 1}
    assert firm["lines"] == [{"line": "network_payment", "events": 10, "first_event_time": 1, "last_event_time": 2}]
    assert set(firm) >= {"alerts_by_severity", "alerts_by_verdict", "dead_letters_by_reason"}


@pytest.mark.parametrize("platform", ["nobody", "%00", "P1%20", "x" * 300])
def test_unknown_platform_is_not_found(client: TestClient, as_role: AsRole, platform: str) -> None:
    assert client.get(f"/v1/platforms/{platform}", headers=as_role("regulator")).status_code in (404, 422)


def test_revoked_key_opens_nothing(client: TestClient, store: Store, as_role: AsRole) -> None:
    headers = as_role("regulator")
    assert client.get("/v1/alerts", headers=headers).status_code == 200
    store.access.revoke_key(headers["Authorization"][10:20], now=1)
    assert client.get("/v1/alerts", headers=headers).status_code == 401

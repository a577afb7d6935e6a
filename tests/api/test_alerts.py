"""The queue over HTTP: filters, pages, one alert, decisions, evidence, export."""

import csv
import io
import zipfile
from xml.etree import ElementTree

import pytest
from starlette.testclient import TestClient

from riskengine.alerts import DISPOSITIONS, Alert
from riskengine.store import Store
from tests.api.builders import put_alerts
from tests.api.conftest import AsRole, Headers
from tests.riskengine.store.builders import NOON, make_alert


@pytest.fixture(scope="module")
def alerts(store: Store) -> list[Alert]:
    """Five alerts that differ."""
    made = [
        make_alert(0),
        make_alert(1, line="network_lending", severity="low", region="330203"),
        make_alert(2, platform_id="=OTHER", verdict="violation", region="330110", audience="customer"),
        make_alert(3, detector="aml.lvt.cash", verdict="report", region=None, audience="sealed", measured=10**16),
        make_alert(4, detector="fraud_boosting", score=0.9, measured=None, threshold=0.5),
    ]
    put_alerts(store, made)
    return made


@pytest.fixture(scope="module")
def regulator(as_role: AsRole, alerts: list[Alert]) -> Headers:
    return as_role("regulator")


def numbers(page: dict[str, list[dict[str, str]]]) -> list[int]:
    """The numbers that the alerts of a page were made with."""
    return [int(alert["subject"].partition(":")[2], 16) for alert in page["alerts"]]


def test_alert_has_every_field(client: TestClient, regulator: Headers, alerts: list[Alert]) -> None:
    body = client.get(f"/v1/alerts/{alerts[4].alert_id}", headers=regulator).json()
    assert set(body) == {
        "alert_id", "verdict", "severity", "detector", "detector_version", "audience", "subject", "line",
        "platform_id", "region", "event_time", "score", "measured", "threshold", "article", "reasons", "evidence",
        "status", "disposition",
    }  # fmt: skip
    assert (body["score"], body["measured"], body["threshold"]) == (0.9, None, 0.5)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [4, 3, 2, 1, 0]),
        ("line=network_lending", [1]),
        ("verdict=report&verdict=violation", [3, 2]),
        ("severity=low", [1]),
        ("detector=aml.lvt.cash", [3]),
        ("platform_id=%3DOTHER", [2]),
        ("region=330100", [4, 2, 0]),
        ("region=330106", [4, 0]),
        ("status=closed", []),
        (f"subject=account:{2:016x}", [2]),
        (f"since={NOON + 1000}&until={NOON + 3000}", [2, 1]),
        ("since=2025-03-04T12:00:03%2B08:00", [4, 3]),
        ("since=2025-03-04T12:00:03+08:00", [4, 3]),
        ("until=2025-03-04T04:00:01Z", [0]),
    ],
)
def test_filters(client: TestClient, regulator: Headers, query: str, expected: list[int]) -> None:
    answer = client.get(f"/v1/alerts?{query}", headers=regulator)
    assert answer.status_code == 200
    assert numbers(answer.json()) == expected
    assert answer.json()["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("severity=huge", "query.severity.0: expected 'info', 'low', 'medium', 'high' or 'critical', found 'huge'"),
        ("sevrity=high", "query.sevrity: expected a parameter of this route, found an unknown one"),
        ("limit=0", "query.limit: expected greater than or equal to 1"),
        ("limit=501", "query.limit: expected less than or equal to 500"),
        ("limit=many", "query.limit"),
        ("line=loans", "query.line.0: expected one of third_party_payment"),
        ("region=33", "query.region.0"),
        ("since=yesterday", "query.since: expected an RFC 3339 time with offset"),
        ("since=2025-03-04", "query.since: expected an RFC 3339 time with offset"),
        ("since=99999999999999999999", "query.since"),
        ("since=999999999999999", "query.since: expected a time between the years 1 and 9999"),
        ("cursor=nonsense", "query.cursor: expected the next_cursor of an earlier page"),
        ("subject=%00", "query.subject: expected printable characters"),
        ("detector=" + "x" * 300, "query.detector.0"),
    ],
)
def test_filter_that_does_not_fit_says_why(client: TestClient, regulator: Headers, query: str, words: str) -> None:
    answer = client.get(f"/v1/alerts?{query}", headers=regulator)
    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_under_inserts_show_each_alert_once(
    client: TestClient, regulator: Headers, store: Store, alerts: list[Alert]
) -> None:
    seen: list[int] = []
    cursor = ""
    for step in range(10):
        page = client.get(f"/v1/alerts?limit=2{cursor}&platform_id=PAGING", headers=regulator).json()
        if step == 0:
            assert page["alerts"] == []
            put_alerts(store, [make_alert(100 + number, platform_id="PAGING") for number in range(7)])
            continue
        seen += numbers(page)
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        put_alerts(store, [make_alert(200 + step, platform_id="PAGING")])
    assert [number for number in seen if number < 200] == [106, 105, 104, 103, 102, 101, 100]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("identity", ["0" * 32, "nothing", "0" * 31 + "G", "%00", "..%2f..", "0" * 5000])
def test_unknown_alert_is_not_found(client: TestClient, regulator: Headers, identity: str) -> None:
    for path in (f"/v1/alerts/{identity}", f"/v1/alerts/{identity}/evidence"):
        answer = client.get(path, headers=regulator)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.patch(f"/v1/alerts/{identity}", json={"status": "closed"}, headers=regulator).status_code == 404


@pytest.mark.parametrize("code", list(DISPOSITIONS))
def test_disposition_by_code_and_by_the_forms_word(
    client: TestClient, regulator: Headers, store: Store, code: str
) -> None:
    alert = make_alert(300, platform_id="DECIDED")
    put_alerts(store, [alert])
    for value in (code, DISPOSITIONS[code]):  # type: ignore[index]
        answer = client.patch(
            f"/v1/alerts/{alert.alert_id}", json={"disposition": value, "note": "理由"}, headers=regulator
        )
        assert (answer.status_code, answer.json()["disposition"]) == (200, code)
    assert store.decided(alert.alert_id)[-1].note == "理由"
    assert store.decided(alert.alert_id)[-1].decided_by.startswith("key:")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "expected a JSON object"),
        (b"{", 400, "expected a JSON object"),
        (b"[]", 422, "expected status, disposition, note as text"),
        (b"{}", 422, "expected a status or a disposition, found neither"),
        (b'{"status": "done"}', 422, "status: expected one of open, in_review, closed, found 'done'"),
        ('{"disposition": "罚款"}'.encode(), 422, "disposition: expected one of excluded (排除), watch"),
        (b'{"status": 5}', 422, "expected status, disposition, note as text"),
        (b'{"status": "closed", "verdict": "flag"}', 422, "verdict"),
        (b'{"status": "closed", "note": "a\\u0000"}', 422, "note: expected at most 4000 characters without NUL"),
        (b'{"status": "closed", "note": "' + b"a" * 5000 + b'"}', 422, "found 5000 characters"),
        (b'{"status": "closed", "note": "\\ud800"}', 400, ""),
        (b'{"status": "' + b"a" * 70_000 + b'"}', 413, "expected at most 65536 bytes"),
    ],
)
def test_change_that_does_not_fit_says_why(
    client: TestClient, regulator: Headers, alerts: list[Alert], body: bytes, status: int, words: str
) -> None:
    answer = client.patch(f"/v1/alerts/{alerts[0].alert_id}", content=body, headers=regulator)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_evidence_without_archive_names_its_events(client: TestClient, regulator: Headers, store: Store) -> None:
    alert = make_alert(400, platform_id="GONE")
    put_alerts(store, [alert], [(alert.alert_id, 10**9, "GONE", "e1")])
    body = client.get(f"/v1/alerts/{alert.alert_id}/evidence", headers=regulator).json()
    assert (body["count"], body["nodes"], body["links"]) == (1, [], [])
    assert body["events"] == [
        {"log_position": 10**9, "platform_id": "GONE", "event_id": "e1", "kind": None, "event_time": None, "body": None}
    ]


def test_csv_holds_the_filtered_alerts_and_no_formula(client: TestClient, regulator: Headers) -> None:
    answer = client.get("/v1/alerts/export?format=csv&platform_id=%3DOTHER", headers=regulator)
    assert answer.status_code == 200
    assert 'filename="alerts.csv"' in answer.headers["content-disposition"]
    [row] = list(csv.DictReader(io.StringIO(answer.text)))
    assert row["platform_id"] == "'=OTHER"
    assert row["measured"] == "4"
    assert row["reasons"].startswith('[{"feature":null')


def test_parquet_reads_back(client: TestClient, regulator: Headers) -> None:
    import pyarrow.parquet as pq

    answer = client.get("/v1/alerts/export?format=parquet", headers=regulator)
    table = pq.read_table(io.BytesIO(answer.content))
    rows = {row["subject"]: row for row in table.to_pylist()}
    assert rows[f"account:{3:016x}"]["measured"] == 10**16
    assert rows[f"account:{4:016x}"]["threshold"] == "0.5"


def test_workbook_holds_every_row_and_exact_money(client: TestClient, regulator: Headers) -> None:
    answer = client.get("/v1/alerts/export?format=xlsx&detector=aml.lvt.cash", headers=regulator)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
        for name in package.namelist():
            ElementTree.fromstring(package.read(name))
    rows = sheet.findall(".//{*}row")
    assert len(rows) == 2
    assert str(10**16) in [text.text for text in rows[1].findall(".//{*}t")]


def test_export_of_nothing_has_its_head(client: TestClient, regulator: Headers) -> None:
    for form in ("csv", "xlsx", "parquet"):
        answer = client.get(f"/v1/alerts/export?format={form}&subject=nobody", headers=regulator)
        assert answer.status_code == 200
        assert len(answer.content) > 100


def test_unknown_form_is_refused(client: TestClient, regulator: Headers) -> None:
    answer = client.get("/v1/alerts/export?format=pdf", headers=regulator)
    assert "expected 'csv', 'xlsx' or 'parquet', found 'pdf'" in answer.json()["detail"]

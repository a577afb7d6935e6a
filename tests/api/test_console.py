"""The pages: login, queue, alert, in both languages."""

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.auth import now_ms
from riskengine.alerts import Reason
from riskengine.roles import Grant
from riskengine.store import Store
from tests.api.builders import put_alerts
from tests.riskengine.store.builders import NOON, make_alert

PAGE = {"Accept": "text/html"}
SUBJECT = "account:00000000000000aa"


@pytest.fixture(scope="module")
def passwords(store: Store) -> dict[str, str]:
    """Accounts, and alerts to look at."""
    put_alerts(
        store,
        [
            make_alert(1, detector="aml.cycle"),
            make_alert(2, verdict="report", detector="aml.lvt.cash", audience="customer"),
            make_alert(3, verdict="violation", detector="p2p.borrower_cap.person_platform", severity="critical"),
            make_alert(
                4,
                detector="fraud_boosting",
                score=0.91,
                threshold=0.5,
                measured=None,
                subject=SUBJECT,
                reasons=(Reason(feature="payee_in_count_1d", value=31, contribution=1.5),),
            ),
            make_alert(5, platform_id="<script>alert(1)</script>", detector="<b>", subject="account:<i>"),
        ],
    )
    grants = {
        "regulator": Grant("regulator"),
        "analyst": Grant("analyst"),
        "firm": Grant("firm", platforms=("PAY-ZJ-014",)),
        "city": Grant("regulator", regions=("330200",)),
    }
    return {name: store.access.create_account(name, grant, now=0) for name, grant in grants.items()}


@pytest.fixture(scope="module")
def sessions(store: Store, passwords: dict[str, str]) -> dict[str, str]:
    """A session of each account; the password's hash is slow on purpose, so once is enough."""
    found = {name: store.access.log_in(name, password, now=now_ms()) for name, password in passwords.items()}
    return {name: token for name, token in found.items() if token is not None}


@pytest.fixture
def browser(app: FastAPI, client: TestClient, passwords: dict[str, str]) -> TestClient:
    """Somebody with a browser in Chinese; `client` keeps the app open."""
    return TestClient(app, follow_redirects=False, headers=PAGE | {"Accept-Language": "zh-CN"})


def log_in(browser: TestClient, name: str, sessions: dict[str, str]) -> None:
    """Be logged in already."""
    browser.cookies.set("riskengine_session", sessions[name])


def csrf_in(page: str) -> str:
    """The token that a page carries."""
    match = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert match is not None
    return match[1]


def identity(number: int, **changes: str) -> str:
    """Id of one of the alerts."""
    return make_alert(number, **changes).alert_id


def test_page_without_login_leads_to_the_login_and_back(browser: TestClient) -> None:
    answer = browser.get("/?severity=high")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2F%3Fseverity%3Dhigh")
    page = browser.get(answer.headers["location"])
    assert 'name="next" value="/?severity=high"' in page.text


@pytest.mark.parametrize(
    "following", ["//evil.example", "https://evil.example", "/\\evil", "/login?next=/", "javascript:x"]
)
def test_login_leads_nowhere_else(browser: TestClient, passwords: dict[str, str], following: str) -> None:
    data = {"account": "analyst", "password": passwords["analyst"], "next": following}
    assert browser.post("/login", data=data).headers["location"] == "/"


def test_session_cookie_is_out_of_reach_of_scripts_and_sites(browser: TestClient, passwords: dict[str, str]) -> None:
    data = {"account": "analyst", "password": passwords["analyst"]}
    cookie = browser.post("/login", data=data).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    secure = TestClient(browser.app, base_url="https://testserver", follow_redirects=False, headers=PAGE)
    assert "secure" in secure.post("/login", data=data).headers["set-cookie"].lower()


def test_wrong_password_says_so_and_keeps_the_name(browser: TestClient, passwords: dict[str, str]) -> None:
    answer = browser.post("/login", data={"account": "analyst", "password": "wrong"})
    assert answer.status_code == 401
    assert "账号或密码不正确" in answer.text
    assert 'value="analyst"' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_login_from_another_site_is_refused(
    browser: TestClient, passwords: dict[str, str], headers: dict[str, str]
) -> None:
    data = {"account": "analyst", "password": passwords["analyst"]}
    assert browser.post("/login", data=data, headers=headers).status_code == 403


def test_stolen_cookie_dies_at_logout(app: FastAPI, browser: TestClient, passwords: dict[str, str]) -> None:
    answer = browser.post("/login", data={"account": "analyst", "password": passwords["analyst"], "next": "/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    stolen = browser.cookies["riskengine_session"]
    token = csrf_in(browser.get("/").text)
    assert browser.post("/logout", data={"csrf": "0" * 64}).status_code == 403
    assert browser.post("/logout", data={"csrf": token}).headers["location"] == "/login"
    thief = TestClient(app, follow_redirects=False, headers=PAGE, cookies={"riskengine_session": stolen})
    assert thief.get("/").status_code == 303


def test_queue_speaks_of_suspicion_and_leaves_reports_out(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    page = browser.get("/").text
    assert "涉嫌" in page
    assert "循环转账" in page
    assert f"/alerts/{identity(1)}" in page
    assert f"/alerts/{identity(2, detector='aml.lvt.cash')}" not in page
    assert browser.get("/?verdict=report").text.count('<tr class="') == 1
    assert browser.get("/?verdict=any").text.count('<tr class="') == 5


def test_flag_is_never_called_a_violation(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    for language, word in (("zh", "违规"), ("en", "iolation")):
        browser.get(f"/language/{language}")
        rows = browser.get("/?verdict=flag").text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert rows.count("<tr") == 3
        assert word not in rows
        page = browser.get(f"/alerts/{identity(1)}").text.partition("<h1>")[2].partition("</h1>")[0]
        assert word not in page


def test_firm_sees_its_reports_and_not_what_is_about_it(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "firm", sessions)
    page = browser.get("/").text
    assert page.count('<tr class="') == 1
    assert "大额报告" in page
    assert browser.get(f"/alerts/{identity(1)}").status_code == 404


def test_scope_of_a_city_holds_on_the_pages(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "city", sessions)
    page = browser.get("/").text
    assert "还没有预警" in page
    assert "海曙区" in page
    assert "西湖区" not in page
    assert browser.get(f"/alerts/{identity(1)}").status_code == 404


def test_language_is_chosen_and_kept(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    answer = browser.get("/language/en?next=/%3Fseverity=high")
    assert answer.headers["location"] == "/?severity=high"
    page = browser.get("/").text
    assert 'lang="en"' in page
    assert "Suspected" in page
    assert browser.get("/language/fr").status_code == 404
    assert browser.get("/language/zh?next=//evil.example").headers["location"] == "/"


def test_filters_of_the_page(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    for query, rows in {
        "severity=critical": 1,
        "detector=fraud_boosting": 1,
        "region=330100&severity=&since=&until=&subject=": 4,
        "since=2025-03-04&until=2025-03-04": 4,
        "since=2025-03-05": 0,
        "until=2025-03-03": 0,
        f"subject={SUBJECT}": 1,
        "status=closed": 0,
    }.items():
        assert browser.get(f"/?{query}").text.count('<tr class="') == rows, query
    assert "没有符合筛选条件的预警" in browser.get("/?status=closed").text


@pytest.mark.parametrize(
    "query", ["severity=huge", "since=yesterday", "until=9999-12-31", "region=1", "cursor=x", "line=%00", "subject=%00"]
)
def test_filter_that_does_not_fit_is_a_page(browser: TestClient, sessions: dict[str, str], query: str) -> None:
    log_in(browser, "regulator", sessions)
    answer = browser.get(f"/?{query}")
    assert answer.status_code == 422
    assert "返回预警队列" in answer.text


def test_pages_of_the_queue(browser: TestClient, store: Store, sessions: dict[str, str]) -> None:
    put_alerts(store, [make_alert(1000 + number, platform_id="MANY") for number in range(60)])
    log_in(browser, "regulator", sessions)
    first = browser.get("/?platform_id=MANY").text
    link = re.search(r'href="([^"]+)" rel="next"', first)
    assert link is not None
    assert "60 条预警" in first
    second = browser.get(link[1].replace("&amp;", "&")).text
    assert (first.count('<tr class="'), second.count('<tr class="')) == (50, 10)
    assert "回到第一页" in second


def test_what_firms_send_is_escaped(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    page = browser.get("/").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    alert = browser.get(f"/alerts/{identity(5, detector='<b>')}").text
    assert "<script" not in alert
    assert "<b></b>" not in alert
    assert "style=" not in page + alert


def test_model_alert_says_its_reasons_in_words(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    page = browser.get(f"/alerts/{identity(4)}").text
    assert "近 1 天收款方收到笔数" in page
    assert "0.910" in page
    browser.get("/language/en")
    assert "Payments received by the payee in 1 day" in browser.get(f"/alerts/{identity(4)}").text


def test_rule_alert_cites_its_text(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    page = browser.get(f"/alerts/{identity(2)}").text
    assert "规则依据" in page
    assert "当日单笔或者累计现金收支" in page
    assert "2025-03-04 12:00:02" in page


def test_disposition_needs_token_role_choice_and_reason(
    browser: TestClient, store: Store, sessions: dict[str, str]
) -> None:
    path = f"/alerts/{identity(3)}"
    log_in(browser, "analyst", sessions)
    assert "本角色可查看，不可处置" in browser.get(path).text
    token = csrf_in(browser.get(path).text)
    fields = {"csrf": token, "disposition": "watch", "note": "看"}
    assert browser.post(f"{path}/disposition", data=fields).status_code == 403

    log_in(browser, "regulator", sessions)
    assert browser.post(f"{path}/disposition", data=fields).status_code == 403
    fields["csrf"] = csrf_in(browser.get(path).text)
    for missing in ({"note": " "}, {"disposition": ""}):
        answer = browser.post(f"{path}/disposition", data=fields | missing)
        assert answer.headers["location"] == f"{path}?said=decide_nothing#disposition"
    assert browser.post(f"{path}/disposition", data=fields | {"disposition": "fine"}).status_code == 422
    assert store.decided(identity(3)) == []

    answer = browser.post(f"{path}/disposition", data=fields)
    assert answer.headers["location"] == f"{path}?said=decided#disposition"
    page = browser.get(answer.headers["location"].partition("#")[0]).text
    assert "处置已记录" in page
    assert "持续关注" in page
    [entry] = store.decided(identity(3))
    assert (entry.decided_by, entry.disposition, entry.status, entry.note) == ("regulator", "watch", "in_review", "看")
    assert entry.decided_at > NOON


def test_session_may_use_the_api_with_its_token(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    path = f"/v1/alerts/{identity(1)}"
    assert browser.get(path).status_code == 200
    assert browser.patch(path, json={"status": "open"}).status_code == 403
    token = csrf_in(browser.get("/").text)
    assert browser.patch(path, json={"status": "open"}, headers={"X-CSRF-Token": token}).status_code == 200


def test_form_with_garbage_is_refused(browser: TestClient, sessions: dict[str, str]) -> None:
    log_in(browser, "regulator", sessions)
    for body in (b"\xff\xfe", b"&" * 100, b"a=1&" * 60, b"%00=%00"):
        assert browser.post(f"/alerts/{identity(1)}/disposition", content=body).status_code < 500
        assert browser.post("/login", content=body).status_code < 500

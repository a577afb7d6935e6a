"""A supervisor's way through the console in a real browser: login, queue, alert, disposition."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.builders import payment
from tests.servers.chromium import open_browser
from tests.servers.missing import ServerUnavailable, skip_or_fail
from tests.servers.ports import free_ports

pytestmark = pytest.mark.server

ROOT = Path(__file__).resolve().parents[2]
RING = ("A", "B", "C", "A")


class Console:
    """A console that runs, its address, and a login."""

    def __init__(self, folder: Path) -> None:
        self.address = f"http://127.0.0.1:{free_ports(1)[0]}"
        self._environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "RISKENGINE_STATE_DIR": str(folder),
            "RISKENGINE_PORT": self.address.rpartition(":")[2],
        }
        key = self._call("key", "create", "--role", "administrator")
        self.password = self._call("account", "create", "li.na", "--role", "regulator")
        self._process = subprocess.Popen(
            self._command("serve"), stderr=subprocess.PIPE, text=True, env=self._environment
        )
        assert self._process.stderr is not None
        assert self.address in self._process.stderr.readline()
        try:
            self._send_ring(key)
        except BaseException:
            self.close()
            raise

    def _send_ring(self, key: str) -> None:
        """Money that goes round three accounts."""
        events = [
            payment(number, payer=payer, payee=payee, amount_minor=4_900_000 - number)
            for number, (payer, payee) in enumerate(pairwise(RING))
        ]
        sent = httpx.post(
            f"{self.address}/v1/events", json=events, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )
        assert sent.json() == {"accepted": 3, "duplicates": 0, "rejected": []}

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", "from riskengine.cli import main; main()", *arguments]

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), capture_output=True, text=True, check=True, env=self._environment
        )
        return done.stdout.strip()

    def close(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with open_browser() as opened:
            yield opened
    except ServerUnavailable as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="module")
def console(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    running = Console(tmp_path_factory.mktemp("state"))
    yield running
    running.close()


@pytest.fixture(params=["zh-CN", "en-US"])
def page(request: pytest.FixtureRequest, browser: Browser, console: Console) -> Iterator[Page]:
    """A page that must neither complain nor ask anybody else."""
    context = browser.new_context(locale=request.param, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda asked: complaints.append(f"asked {asked.url}") if not asked.url.startswith(console.address) else None,
    )
    yield opened
    context.close()
    assert complaints == []


def test_from_login_to_disposition_by_keyboard(page: Page, console: Console) -> None:
    page.goto(f"{console.address}/")
    expect(page).to_have_url(f"{console.address}/login")
    page.keyboard.type("li.na")
    page.keyboard.press("Tab")
    page.keyboard.type(console.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{console.address}/")

    alert = page.locator("table.queue a").first
    assert (alert.locator(".verdict").text_content() or "").strip() in ("涉嫌", "Suspected")
    alert.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/*")

    graph = page.locator("svg.graph")
    expect(graph.locator("circle")).to_have_count(3)
    expect(graph.locator("path[marker-end]")).to_have_count(3)
    expect(graph.locator(".subject circle")).to_have_count(1)
    assert "¥49,000.00" in (graph.text_content() or "")
    assert "03-04 12:00" in (graph.locator(".at").first.text_content() or "")
    expect(page.locator("svg.timeline line.tick")).to_have_count(3)

    page.locator("#choice").select_option("watch")
    page.locator("#note").fill("再看一周")
    page.locator("form.decide button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message.good")).to_be_visible()
    expect(page.locator("ol.record li").last).to_contain_text("再看一周")


def test_pages_fit_a_tablet_and_paper(page: Page, console: Console, tmp_path: Path) -> None:
    page.goto(f"{console.address}/login")
    page.fill("#account", "li.na")
    page.fill("#password", console.password)
    page.click("main button")
    page.locator("table.queue a").first.click()
    page.wait_for_url("**/alerts/*")
    page.set_viewport_size({"width": 800, "height": 1100})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.emulate_media(media="print")
    expect(page.locator("header.bar")).to_be_hidden()
    expect(page.locator("form.decide")).to_be_hidden()
    page.pdf(path=tmp_path / "alert.pdf")
    assert (tmp_path / "alert.pdf").stat().st_size > 10_000


def test_wrong_password_stays_at_the_door(browser: Browser, console: Console) -> None:
    page = browser.new_page()
    page.goto(f"{console.address}/login")
    page.fill("#account", "li.na")
    page.fill("#password", "wrong")
    page.click("main button")
    expect(page.locator("[role=alert]")).to_be_visible()
    assert page.context.cookies() == []
    page.context.close()

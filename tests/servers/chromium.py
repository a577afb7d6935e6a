"""A real browser for tests: Debian's Chromium, driven by Playwright."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.servers.missing import ServerUnavailable, in_ci


def executable() -> str:
    """Return Chromium's path; in CI, root installs it if it is missing, with fonts for Chinese.

    Raises
    ------
    ServerUnavailable
        Where there is none.
    """
    found = _installed()
    if found is None and in_ci() and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium", "fonts-noto-cjk"]):
            subprocess.run(command, check=False, capture_output=True, env=environment)
        found = _installed()
    if found is None:
        raise ServerUnavailable("Chromium is not installed (on Debian: apt-get install chromium fonts-noto-cjk)")
    return found


def _installed() -> str | None:
    """Path of a browser that is there."""
    named = os.environ.get("RISKENGINE_CHROMIUM")
    return named or next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A browser without a window; root cannot use its sandbox."""
    path = executable()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()

"""What a test does when a server cannot be had: skip with the reason on a desk, fail where CI promises the server."""

import os
from typing import NoReturn

import pytest


class ServerUnavailable(Exception):
    """The server cannot be started here; the text says what is missing."""


def in_ci() -> bool:
    """Say whether this run must have every server."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def skip_or_fail(reason: Exception) -> NoReturn:
    """End the test: a failure with CI=true, else a skip that names what is missing."""
    if in_ci():
        pytest.fail(str(reason), pytrace=False)
    pytest.skip(str(reason))

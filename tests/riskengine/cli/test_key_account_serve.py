"""The commands that open the door: keys, accounts, serving."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskengine.cli import build_app
from riskengine.roles import ROLES, Grant
from riskengine.store import Store

runner = CliRunner()


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder in the environment."""
    monkeypatch.setenv("RISKENGINE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state"


def open_store(state: Path) -> Store:
    return Store(f"sqlite:///{state / 'riskengine.db'}")


@pytest.mark.parametrize("role", ROLES)
def test_standard_output_is_the_key_alone(state: Path, role: str) -> None:
    done = runner.invoke(build_app(), ["key", "create", "--role", role, "--platform", "P1"])
    assert done.exit_code == 0
    assert done.stdout.count("\n") == 1
    holder = open_store(state).access.find_key(done.stdout.strip())
    assert holder is not None
    assert holder.grant == Grant(role, platforms=("P1",))  # type: ignore[arg-type]


def test_key_with_every_limit(state: Path) -> None:
    limits = ["--region", "330100", "--region", "330203", "--line", "network_lending", "--platform", "P1"]
    done = runner.invoke(build_app(), ["key", "create", "--role", "regulator", *limits])
    holder = open_store(state).access.find_key(done.stdout.strip())
    assert holder is not None
    assert holder.grant == Grant("regulator", ("P1",), ("330100", "330203"), ("network_lending",))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--role", "king"], "role: expected one of regulator, firm"),
        (["--role", "firm"], "platform: expected the firm's platform id"),
        (["--role", "regulator", "--region", "33"], "region: expected a six-digit code"),
        (["--role", "regulator", "--line", "loans"], "line: expected one of third_party_payment"),
        ([], "--role"),
    ],
)
def test_wrong_call_exits_2_and_makes_nothing(state: Path, arguments: list[str], words: str) -> None:
    for command in (["key", "create"], ["account", "create", "li"]):
        done = runner.invoke(build_app(), [*command, *arguments])
        assert done.exit_code == 2
        assert words in done.stderr.replace("\n", " ")
        assert done.stdout == ""
    assert not state.exists()


def test_revoked_key_is_good_no_more(state: Path) -> None:
    key = runner.invoke(build_app(), ["key", "create", "--role", "analyst"]).stdout.strip()
    assert runner.invoke(build_app(), ["key", "revoke", key[3:13]]).exit_code == 0
    assert open_store(state).access.find_key(key) is None
    again = runner.invoke(build_app(), ["key", "revoke", key[3:13]])
    assert again.exit_code == 1
    assert "expected the ten digits of a key that is good" in again.stderr


def test_account_prints_its_password_alone(state: Path) -> None:
    done = runner.invoke(build_app(), ["account", "create", "li.na", "--role", "reviewer"])
    assert done.exit_code == 0
    access = open_store(state).access
    assert access.log_in("li.na", done.stdout.strip(), now=0) is not None
    again = runner.invoke(build_app(), ["account", "create", "li.na", "--role", "reviewer"])
    assert again.exit_code == 2
    assert "account li.na exists already" in again.stderr


def test_address_in_use_says_so(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = runner.invoke(build_app(), ["serve", "--port", str(port)])
    assert done.exit_code == 1
    assert f"address 127.0.0.1:{port} cannot be used" in done.stderr


def test_database_that_cannot_be_used_ends_serving_with_a_message(state: Path) -> None:
    state.mkdir()
    (state / "riskengine.db").write_bytes(b"no database" * 100)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    done = runner.invoke(build_app(), ["serve", "--port", str(port)])
    assert done.exit_code == 1
    assert "is not a database; move the file away" in done.stderr


def test_serving_prints_its_address_and_ends_in_good_order(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", "from riskengine.cli import main; main()", "serve", "--port", str(port)]
    path = os.pathsep.join([str(Path(__file__).resolve().parents[3]), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "RISKENGINE_STATE_DIR": str(state)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as serving:
        assert serving.stderr is not None
        assert serving.stderr.readline() == f"riskengine listens on http://127.0.0.1:{port}\n"
        assert b'"ready":true' in answer_of(f"http://127.0.0.1:{port}/readyz")
        serving.send_signal(signal.SIGINT)
        assert serving.wait(20) == 0
        assert serving.stderr.read() == ""


def answer_of(url: str) -> bytes:
    """An answer, asked for until the server takes calls."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} does not answer")

"""One small province for all tests of this folder, simulated and decoded once."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from riskengine.simulator import Setup, simulate


@dataclass(frozen=True)
class Province:
    """The three files, read."""

    folder: Path
    lines: list[bytes]
    events: list[dict]
    truth: list[dict[str, str]]
    summary: dict

    def of_kind(self, kind: str) -> list[dict]:
        return [event for event in self.events if event.get("kind") == kind]

    def targets(self, target_type: str) -> set[str]:
        return {row["target"] for row in self.truth if row["target_type"] == target_type}


def read(folder: Path) -> Province:
    lines = (folder / "events.ndjson").read_bytes().split(b"\n")[:-1]
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(event, dict):
            events.append(event)
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    return Province(folder, lines, events, truth, json.loads((folder / "summary.json").read_text(encoding="utf-8")))


@pytest.fixture
def make(tmp_path: Path):
    """Simulate what is ordered and read it."""

    def made(**order) -> Province:
        simulate(tmp_path, Setup(**order))
        return read(tmp_path)

    return made


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    folder = tmp_path_factory.mktemp("province")
    simulate(folder, Setup(accounts=1_200, days=40, seed=11))
    return read(folder)

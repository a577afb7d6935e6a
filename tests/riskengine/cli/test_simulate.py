"""The command: what it prints, what it writes, and how it refuses."""

import pytest
from typer.testing import CliRunner

from riskengine.cli import build_app


def call(*words: str):
    return CliRunner().invoke(build_app(), ["simulate", *words])


def test_command_writes_three_files_and_prints_the_totals(tmp_path):
    result = call(
        "--out", str(tmp_path / "p"), "--accounts", "200", "--days", "2", "--seed", "9", "--start", "2020-11-10"
    )
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "p").iterdir()) == ["events.ndjson", "summary.json", "truth.csv"]
    assert "planted instances" in result.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--accounts", "5"), "--accounts must be between 200"),
        (("--days", "0"), "--days must be between 1"),
        (("--start", "1999-01-01"), "--start must be between"),
    ],
)
def test_wrong_call_exits_two_and_names_the_option(tmp_path, words, expected):
    result = call("--out", str(tmp_path / "p"), *words)
    assert result.exit_code == 2
    assert expected in result.stderr
    assert not (tmp_path / "p").exists()


def test_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "p").write_text("x")
    result = call("--out", str(tmp_path / "p"))
    assert result.exit_code == 2
    assert "must be a folder" in result.stderr

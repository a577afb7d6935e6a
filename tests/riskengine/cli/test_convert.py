import csv
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from riskengine.cli import convert
from streams.formats import formats
from streams.sources import open_source

HEAD = "step,type,amount,nameOrig,nameDest,isFraud\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "paysim.csv"
    path.write_text(HEAD + "1,TRANSFER,20128.0,C1,C2,1\n1,CASH_OUT,0,C1,C2,0\n2,PAYMENT,5616.1,C3,M1,0\n")
    return path


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    convert.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_events_and_labels_are_written_and_counted_on_the_last_line(table: Path) -> None:
    out, labels = table.with_name("events.ndjson"), table.with_name("labels.csv")
    done = run("paysim", table, "--out", out, "--labels", labels)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == (
        f"2 events written to {out} (2 payment); 1 labels written to {labels}; 1 rows skipped (1 of amount 0)"
    )
    assert sum(len(chunk.records) for chunk in open_source([out]).chunks(10)) == 2
    with labels.open() as file:
        assert list(csv.reader(file)) == [
            ["target_type", "target", "label", "known_at"],
            ["event", "row-1", "fraud", "2024-01-02T00:00:00+08:00"],
        ]


@pytest.mark.parametrize("suffix", ["ndjson.gz", "parquet"])
def test_suffix_of_out_chooses_how_it_is_written(table: Path, suffix: str) -> None:
    out = table.with_name(f"events.{suffix}")
    assert run("paysim", table, "--out", out).exit_code == 0
    assert sum(len(chunk.records) for chunk in open_source([out]).chunks(10)) == 2


def test_what_the_format_takes_things_to_be_is_said(table: Path) -> None:
    done = run("paysim", table, "--out", table.with_name("events.ndjson"))
    assert "one step is one hour" in done.stderr
    assert "one unit stands as one yuan (CNY)" in done.stderr
    assert "one step" not in done.stdout


def test_labels_may_be_left_out(table: Path) -> None:
    assert "1 labels left out (--labels)" in run("paysim", table, "--out", table.with_name("events.ndjson")).stdout


def test_help_lists_the_formats() -> None:
    text = " ".join(run("--help").stdout.split())
    assert all(f"{name}: " in text for name in formats())


def test_unknown_format_is_a_wrong_call_with_a_hint(table: Path) -> None:
    done = run("paysin", table, "--out", table.with_name("events.ndjson"))
    assert done.exit_code == 2
    assert (
        "unknown format 'paysin', expected one of amlsim, amlworld, berka, paysim; did you mean 'paysim'?"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("source", "out", "words"),
    [
        ("nowhere.csv", "events.ndjson", "nowhere.csv: no such file"),
        ("paysim.csv", "events.txt", "expected a name that ends in .ndjson"),
        ("paysim.csv", "nowhere/events.ndjson", "does not exist; make it first"),
    ],
)
def test_path_that_cannot_be_used_is_a_wrong_call(table: Path, source: str, out: str, words: str) -> None:
    done = run("paysim", table.with_name(source), "--out", table.parent / out)
    assert done.exit_code == 2
    assert words in done.stderr


def test_missing_folder_of_the_labels_is_seen_before_the_work(table: Path) -> None:
    out = table.with_name("events.ndjson")
    done = run("paysim", table, "--out", out, "--labels", table.parent / "nowhere" / "labels.csv")
    assert done.exit_code == 2
    assert "--labels: folder" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("row", "words"), [("1,TRANSFER,lots,C1,C2,0\n", "line 2, column 'amount'"), ("", "found none")]
)
def test_bad_data_fail_and_write_nothing(table: Path, row: str, words: str) -> None:
    table.write_text(HEAD + row)
    out = table.with_name("events.ndjson")
    done = run("paysim", table, "--out", out)
    assert done.exit_code == 1
    assert words in done.stderr
    assert sorted(path.name for path in table.parent.iterdir()) == ["paysim.csv"]

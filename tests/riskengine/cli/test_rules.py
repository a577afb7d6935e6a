"""`riskengine rules`: what it lists, shows and refuses, with exit codes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from riskengine.cli import build_app
from riskengine.rules.pack import BUILT_IN

runner = CliRunner()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str):
    return runner.invoke(build_app(), ["rules", *arguments])


def test_list_has_one_line_a_rule():
    done = run("list")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert any(line.startswith("aml.lvt.cash ") and " report " in line for line in lines)
    assert any(line.startswith("p2p.borrower_cap.person_total ") and " flag " in line for line in lines)


def test_show_says_lines_dates_and_article():
    done = run("show", "aml.lvt.cash")
    assert done.exit_code == 0
    assert "from 2017-07-01: >= CNY 50,000 or >= USD 10,000" in done.stdout
    assert "第五条第一款第（一）项" in done.stdout


def test_show_of_a_signed_rule_is_a_violation(monkeypatch):
    assert "verdict: flag; violation once signed" in run("show", "pay.acct.class1_life").stdout
    monkeypatch.setenv("RISKENGINE_SIGNED_RULES", "pay.acct.class1_life")
    assert "verdict: violation" in run("show", "pay.acct.class1_life").stdout


def test_show_of_an_unknown_rule_is_a_wrong_call():
    done = run("show", "aml.lvt.cahs")
    assert done.exit_code == 2
    assert "no rule has the id 'aml.lvt.cahs'; did you mean 'aml.lvt.cash'?" in done.stderr


def test_check_of_a_good_pack_counts_its_rules():
    done = run("check", str(BUILT_IN / "payment_accounts.toml"))
    assert done.exit_code == 0
    assert done.stdout.startswith("rule pack payment_accounts 2026.1: 3 rules, no fault")


def test_check_of_a_bad_pack_fails_and_names_the_rule(tmp_path):
    text = (BUILT_IN / "typologies.toml").read_text(encoding="utf-8")
    path = tmp_path / "typologies.toml"
    path.write_text(text.replace('title_zh = "循环转账"\n', ""), encoding="utf-8")
    done = run("check", str(path))
    assert done.exit_code == 1
    assert "rule pack typologies: rule aml.cycle: title_zh: expected a value, found none" in done.stderr


def test_check_of_a_missing_file_is_a_wrong_call():
    done = run("check", "nowhere.toml")
    assert done.exit_code == 2
    assert "expected a TOML file, found none" in done.stderr

"""Packs: what is wrong in one is said in one sentence that names the rule, and those that ship are whole."""

import copy
import re
import tomllib

import pytest

from riskengine.rules.pack import BUILT_IN, load_pack, load_packs, parse_pack, with_signed
from riskengine.rules.schema import PackError

LENDING = tomllib.loads((BUILT_IN / "network_lending.toml").read_text(encoding="utf-8"))
TYPOLOGIES = tomllib.loads((BUILT_IN / "typologies.toml").read_text(encoding="utf-8"))
CAP = "rule pack network_lending: rule p2p.borrower_cap.person_platform"
CYCLE = "rule pack typologies: rule aml.cycle"


def fault(pack: dict, *path, value) -> str:
    """The error of a pack in which one value is another; None takes it out."""
    changed = copy.deepcopy(pack)
    at = changed
    for step in path[:-1]:
        at = at[step]
    if value is None:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    with pytest.raises(PackError) as error:
        parse_pack(changed, pack["pack"])
    return str(error.value)


RULE, MEASURE, PERIOD = ("rule", 0), ("rule", 0, "measure"), ("rule", 0, "period", 0)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ((*RULE, "titel_en"), "x", f"{CAP}: unknown field 'titel_en'; did you mean 'title_en'?"),
        ((*RULE, "severity"), "hgh", f"{CAP}: severity: expected one of info, low, medium, high, critical"),
        ((*RULE, "title_zh"), None, f"{CAP}: title_zh: expected a value, found none"),
        ((*RULE, "lines"), ["network_lendin"], f"{CAP}: lines: unknown line 'network_lendin'; did you mean"),
        ((*MEASURE, "kind"), "summ", f"{CAP}: measure.kind: expected one of sum, balance, features, near_line"),
        ((*MEASURE, "key"), "platform", f"{CAP}: measure: key: expected one of platform_borrower, borrower"),
        ((*MEASURE, "where"), "borrower_is_persn", f"{CAP} uses unknown field 'borrower_is_persn'; did you mean"),
        ((*MEASURE, "windw"), "D", f"{CAP}: measure: unknown field 'windw'"),
        ((*PERIOD, "threshold_fen"), None, f"{CAP}: period[0]: expected threshold_fen or threshold_cents"),
        ((*PERIOD, "threshold_fen"), 0, f"{CAP}: period[0]: expected thresholds above 0"),
        ((*PERIOD, "threshold_fen"), "1", f"{CAP}: period[0]: threshold_fen: expected int | null, got str"),
        ((*PERIOD, "efective_from"), "x", f"{CAP}: period[0]: unknown field 'efective_from'; did you mean 'eff"),
        ((*PERIOD, "effective_from"), None, f"{CAP}: period[0]: effective_from: expected a date for a rule of law"),
        (("pack",), "lending", "rule pack network_lending: pack: expected the name of the file, 'network_lending'"),
        (("rules",), [], "rule pack network_lending: unknown field 'rules'; did you mean 'rule'?"),
        (("rule",), [], "rule pack network_lending: rule: expected at least one [[rule]], found none"),
        (("rule", 1, "id"), LENDING["rule"][0]["id"], "rule pack network_lending: rule p2p.borrower_cap.person_platf"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_pack_is_said(path, value, message):
    if path == ("pack",):
        changed = copy.deepcopy(LENDING) | {"pack": value}
        with pytest.raises(PackError, match="expected the name of the file") as error:
            parse_pack(changed, "network_lending")
        assert message in str(error.value)
    else:
        assert message in fault(LENDING, *path, value=value)


def test_pack_with_unknown_feature_names_the_rule():
    path = ("rule", 0, "measure", "criterion", 0, "when")
    message = fault(TYPOLOGIES, *path, value="cycles_3_1w >= 1")
    assert message == f"{CYCLE} uses unknown feature 'cycles_3_1w'; did you mean 'cycles_3_1h'?"


def test_typology_can_only_be_a_flag():
    assert fault(TYPOLOGIES, "rule", 0, "verdict", value="violation").endswith(
        "verdict: expected flag for a typology, found violation"
    )


def periods(*dates: tuple) -> list[dict]:
    """Periods from pairs of first day and end, None for an open one."""
    names = ("effective_from", "effective_to")
    tables = [{name: day for name, day in zip(names, pair, strict=True) if day} for pair in dates]
    return [{"threshold_fen": 1} | table for table in tables]


def test_periods_must_follow_one_another():
    day = LENDING["rule"][0]["period"][0]["effective_from"]
    later, last = day.replace(year=2018), day.replace(year=2020)
    assert "effective_from before effective_to" in fault(LENDING, "rule", 0, "period", value=periods((later, day)))
    for second in ((day, None), (later.replace(year=2017), last)):
        message = fault(LENDING, "rule", 0, "period", value=periods((day, later), second))
        assert "period[1]: expected a period that begins where the one before has ended" in message
    open_end = fault(LENDING, "rule", 0, "period", value=periods((day, None), (later, None)))
    assert "period[1]: expected a period that begins" in open_end


def test_file_that_is_no_pack_is_refused(tmp_path):
    with pytest.raises(PackError, match="cannot be read"):
        load_pack(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[[rule", encoding="utf-8")
    with pytest.raises(PackError, match="is no TOML"):
        load_pack(tmp_path / "bad.toml")
    with pytest.raises(PackError, match="expected a folder at"):
        load_packs(tmp_path / "nowhere")


def test_packs_of_an_analyst_come_after_those_that_ship(tmp_path):
    text = (BUILT_IN / "network_lending.toml").read_text(encoding="utf-8")
    own = text.replace('pack = "network_lending"', 'pack = "house"')
    (tmp_path / "house.toml").write_text(own, encoding="utf-8")
    with pytest.raises(
        PackError, match=re.escape("rule pack house: rule p2p.borrower_cap.person_platform is in rule pack network")
    ):
        load_packs(tmp_path)
    (tmp_path / "house.toml").write_text(own.replace("p2p.", "house."), encoding="utf-8")
    assert load_packs(tmp_path)[-1].rules[0].id == "house.borrower_cap.person_platform"


def test_signing_an_unknown_rule_is_refused():
    rules = [rule for pack in load_packs() for rule in pack.rules]
    with pytest.raises(
        PackError, match=re.escape("no rule has the id 'pay.acct.class1_lif'; did you mean 'pay.acct.class1_life'")
    ):
        with_signed(rules, frozenset({"pay.acct.class1_lif"}))


def test_draft_and_remembered_rules_judge_in_the_shadow():
    changed = copy.deepcopy(LENDING)
    changed["rule"][0]["status"], changed["rule"][1]["basis"] = "draft", "M"
    rules = parse_pack(changed, "network_lending").rules
    assert [rule.is_shadow for rule in rules] == [True, True, False, False]
    signed = with_signed(rules, frozenset({rules[0].id, rules[1].id}))
    assert [(rule.is_shadow, rule.verdict) for rule in signed[:2]] == [(True, "violation"), (False, "violation")]


def test_only_what_was_read_or_signed_is_a_violation():
    for rule in (rule for pack in load_packs() for rule in pack.rules):
        assert rule.verdict != "violation" or rule.basis == "S"
        assert rule.title_zh
        assert rule.authority
        if rule.status == "law":
            assert all(period.effective_from and period.instrument and period.article for period in rule.periods)


def test_a_rule_reads_the_same_in_every_process():
    # a checkpoint belongs to the rules that made it, known by their repr
    first, second = (repr(load_pack(BUILT_IN / "typologies.toml").rules) for _ in range(2))
    assert first == second
    assert " at 0x" not in first

"""Every word that a page asks for is there, in both languages."""

import re
from pathlib import Path

import api
from api.console.feature_words import plain_name
from api.console.words import Words, keys
from features.catalogue import payment_features
from features.lending import lending_features
from riskengine.alerts import DISPOSITIONS, SEVERITIES, STATUSES, VERDICTS
from riskengine.roles import ROLES
from riskengine.rules.pack import load_packs
from streams.events import LINES

TEMPLATES = sorted((Path(api.__file__).parent / "templates").glob("*.html"))


def test_templates_ask_for_known_words() -> None:
    asked = {key for path in TEMPLATES for key in re.findall(r"words\('([a-z_]+)'", path.read_text(encoding="utf-8"))}
    assert asked
    assert asked <= set(keys())


def test_closed_sets_have_words() -> None:
    families = {
        "verdict": VERDICTS,
        "severity": SEVERITIES,
        "status": STATUSES,
        "disposition": tuple(DISPOSITIONS),
        "line": LINES,
        "role": ROLES,
    }
    for family, values in families.items():
        assert {f"{family}.{value}" for value in values} <= set(keys())


def test_dispositions_are_worded_as_the_form_has_them() -> None:
    assert {code: Words("zh").of("disposition", code) for code in DISPOSITIONS} == DISPOSITIONS


def test_every_criterion_of_the_rules_has_words() -> None:
    criteria = {criterion for pack in load_packs() for rule in pack.rules for criterion in rule.criteria}
    assert {f"criterion.{criterion}" for criterion in criteria} <= set(keys())


def test_every_feature_has_plain_words_in_both_languages() -> None:
    for feature in (*payment_features(), *lending_features()):
        assert plain_name(feature.name, Words("zh")) != feature.name
        assert plain_name(feature.name, Words("en")) != feature.name


def test_no_template_brings_a_script_a_style_or_another_host() -> None:
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "style=" not in text
        assert "://" not in text
        assert not re.search(r"\son[a-z]+=", text)

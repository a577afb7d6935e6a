"""`riskengine rules`: the rules that judge, one rule in full, and the check of a pack."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from riskengine.cli.common import WRONG_CALL, fail, failures, settings_or_exit

_HELP = """Rules: list them, show one, check a pack before it is used.

Examples:

    riskengine rules list
    riskengine rules show aml.lvt.cash
    riskengine rules check my-packs/house.toml
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help=_HELP, no_args_is_help=True)
    group.command("list", help="List every rule.\n\nExample:\n\n    riskengine rules list")(_list)
    group.command("show", help="Show one rule.\n\nExample:\n\n    riskengine rules show p2p.borrower_cap.org_total")(
        _show
    )
    group.command("check", help="Check one pack.\n\nExample:\n\n    riskengine rules check my-packs/house.toml")(_check)
    app.add_typer(group, name="rules")


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _list() -> None:
    """List every rule, those of the packs folder too."""
    from riskengine.rules.pack import load_packs, with_signed

    settings = settings_or_exit()
    with failures():
        packs = load_packs(settings.packs_dir)
        rules = with_signed((rule for pack in packs for rule in pack.rules), frozenset(settings.signed_rules))
    width = max(len(rule.id) for rule in rules)
    for rule in rules:
        columns = f"{rule.verdict:<10} {rule.severity:<8} {rule.status:<8} {rule.basis:<5}"
        _console().print(f"{rule.id:<{width}} {columns} {rule.title_en}", markup=False)


def _show(identity: Annotated[str, typer.Argument(metavar="ID", help="a rule's id")]) -> None:
    """Show one rule: what it measures, its lines with their dates, its text, its conditions."""
    from riskengine.rules.describe import (
        condition_words,
        dates_words,
        line_words,
        measure_words,
        scope_words,
        verdict_words,
    )
    from riskengine.rules.expression import suggestion
    from riskengine.rules.pack import load_packs, with_signed

    settings = settings_or_exit()
    with failures():
        packs = load_packs(settings.packs_dir)
        every = with_signed((rule for pack in packs for rule in pack.rules), frozenset(settings.signed_rules))
    rules = {rule.id: rule for rule in every}
    if identity not in rules:
        fail(f"no rule has the id '{identity}'{suggestion(identity, rules)}", WRONG_CALL)
    rule = rules[identity]
    rows = [
        ("rule", f"{rule.id} (pack {rule.pack} {rule.version})"),
        ("title", f"{rule.title_en} / {rule.title_zh}"),
        ("measured", measure_words(rule)),
        ("verdict", verdict_words(rule)),
        ("severity", rule.severity),
        ("audience", rule.audience),
        ("status, basis", f"{rule.status}, {rule.basis}"),
        ("lines", scope_words(rule)),
        ("authority", f"{rule.authority}; filer: {rule.filer}"),
    ]
    for period in rule.periods:
        if period.instrument:
            text = f"{period.instrument}{period.article}"
            rows.append((dates_words(period), f"{line_words(rule, period)}; {text}"))
    rows += [(name, " ".join(text.split())) for name, text in condition_words(rule)]
    rows += [("note", note) for note in (rule.note_en, rule.note_zh) if note]
    for name, value in rows:
        _console().print(f"{name}: {value}", markup=False)


def _check(pack: Annotated[Path, typer.Argument(metavar="PACK", help="a TOML file")]) -> None:
    """Check one pack; exit 1 with the first fault, or say what it holds."""
    from riskengine.rules.pack import load_pack

    if not pack.is_file():
        fail(f"rule pack {pack}: expected a TOML file, found none", WRONG_CALL)
    with failures():
        checked = load_pack(pack)
    _console().print(f"rule pack {checked.name} {checked.version}: {len(checked.rules)} rules, no fault", markup=False)

"""What a run came to, for people: totals one a line, then alerts by line, verdict and severity."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from riskengine.alerts import SEVERITIES, Alert
from riskengine.running import Report

# A flag is a suspicion and a report is a duty; neither is ever called a violation
_VERDICT = {"violation": "violation", "report": "report (no blame)", "flag": "flag (suspected)"}


def totals(report: Report) -> list[tuple[str, str]]:
    """Label and figure of each total."""
    return [
        ("events", f"{report.events:,}"),
        ("events/s", f"{report.events_per_second:,.0f}"),
        ("duplicates", f"{report.duplicates:,}"),
        ("dead letters", f"{report.dead_letters:,}"),
        ("alerts", f"{len(report.alerts):,}"),
        ("new alerts", f"{report.alerts_new:,}"),
        ("models", ", ".join(report.models) if report.models else "none: rules and typologies alone"),
    ]


def print_totals(rows: list[tuple[str, str]], console: Console) -> None:
    """One total a line, label and figure."""
    width = max(len(label) for label, _ in rows)
    for label, figure in rows:
        console.print(f"{label:<{width}}  {figure}", highlight=False, markup=False)


def alerts_table(alerts: list[Alert]) -> Table:
    """Alerts by line, verdict and severity."""
    counted = Counter((alert.line or "-", alert.verdict, alert.severity) for alert in alerts)
    severities = [severity for severity in reversed(SEVERITIES) if any(key[2] == severity for key in counted)]
    table = Table(title="Alerts by line, verdict and severity")
    table.add_column("line")
    table.add_column("verdict")
    for severity in severities:
        table.add_column(severity, justify="right")
    table.add_column("all", justify="right")
    for line, verdict in sorted({key[:2] for key in counted}):
        figures = [counted[(line, verdict, severity)] for severity in severities]
        table.add_row(line, _VERDICT[verdict], *(f"{n:,}" if n else "" for n in figures), f"{sum(figures):,}")
    return table


def detectors_table(alerts: list[Alert]) -> Table:
    """Alerts by detector."""
    table = Table(title="Alerts by detector")
    table.add_column("detector")
    table.add_column("alerts", justify="right")
    for detector, n in sorted(Counter(alert.detector for alert in alerts).items()):
        table.add_row(detector, f"{n:,}")
    return table


def print_report(report: Report, console: Console | None = None) -> None:
    """Print a run's report to standard output."""
    out = console or Console()
    print_totals(totals(report), out)
    for problem in report.first_problems:
        out.print(f"  dead letter: {problem}", highlight=False, markup=False)
    if report.dead_letters > len(report.first_problems) > 0:
        out.print(f"  and {report.dead_letters - len(report.first_problems):,} more", highlight=False)
    if report.alerts:
        out.print(alerts_table(report.alerts))

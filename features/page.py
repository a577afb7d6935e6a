"""The page of features, `docs/features.md`, written from the catalogue."""

from collections.abc import Sequence

from features.catalogue import Feature, payment_features
from features.lending import lending_features


def features_page() -> str:
    """The page's Markdown."""
    parts = [
        "# Features",
        "",
        "Made from the catalogue by `make docs`; do not edit.",
        "",
        "A feature is an int64 about one event, computed from what the log held just before it. u is the payer, v the",
        "payee, t the clock at the event; a window w is half-open, `(t - w, t]`. Only settled payments count, the",
        "first report of a movement alone. Sums are in CNY fen at the parity of the event's day. Nothing older than",
        "the horizon can change a value. A model or rule may use a feature only for the purposes that stand beside it.",
        "",
        "## Payments",
        "",
        *_table(payment_features()),
        "",
        "## Loans",
        "",
        *_table(lending_features()),
        "",
    ]
    return "\n".join(parts)


def _table(features: Sequence[Feature]) -> list[str]:
    """One row a feature."""
    lines = [
        "| # | feature | meaning | unit | window | horizon, days | family | purposes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for number, feature in enumerate(features):
        lines.append(
            f"| {number} | `{feature.name}` | {feature.meaning} | {feature.unit} | {feature.window} | "
            f"{feature.horizon_days:g} | `features/{feature.family}.py` | {', '.join(feature.purposes)} |"
        )
    return lines

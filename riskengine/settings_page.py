"""The page of settings, `docs/settings.md`, written from `riskengine/settings.py`."""

from riskengine.settings import Settings


def settings_page() -> str:
    """The page's Markdown."""
    lines = [
        "# Settings",
        "",
        "Made from `riskengine/settings.py` by `make docs`; do not edit.",
        "",
        "A setting is an environment variable, or a key of `riskengine.toml` in the working folder, without the prefix",
        "and in lower case. The variable wins.",
        "",
        "| variable | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "none" if default in (None, (), {}) else f"`{default}`"
        lines.append(f"| `RISKENGINE_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join([*lines, ""])

"""The reference page of the settings, made from their model: `python -m statuswatch.config.reference [--check] [FOLDER]`."""

import sys
from dataclasses import MISSING, fields
from typing import Any

from statuswatch.catalog.reference import cell, main_for
from statuswatch.config.model import Config, ProviderOverride, Rule

_HEAD = """# Configuration

Settings stand in `config.toml` below `$XDG_CONFIG_HOME/statuswatch` (usually `~/.config/statuswatch`), or below `$STATUSWATCH_HOME/config`
where that variable is set. Everything has a default; without the file nothing is different. A mistake is told with file, line and key.
Which records of clients may be read is asked, and kept beside it in `sources.toml`; your own provider files lie in `providers/`.

This page is generated: change the model, then run `python -m statuswatch.config.reference`.
"""


def page() -> str:
    """The page in Markdown."""
    parts = [_HEAD]
    for part in fields(Config):
        override = part.name == "providers"
        model: Any = ProviderOverride if override else part.type
        parts.append(_section(f"{part.name}.ID" if override else part.name, model))
    return "\n".join(parts)


def _section(title: str, model: Any) -> str:
    lines = [f"## `[{title}]`", "", (model.__doc__ or "").strip(), "", "| key | default | meaning |", "|---|---|---|"]
    for setting in fields(model):
        default = "(must be given)" if setting.default is MISSING else f"`{_toml(setting.default)}`"
        lines.append(f"| `{setting.name}` | {default} | {cell(_meaning(setting.metadata['rule']))} |")
    return "\n".join([*lines, ""])


def _meaning(rule: Rule) -> str:
    extra = []
    if rule.words:
        extra.append("One of " + ", ".join(f"`{word}`" for word in rule.words) + ".")
    if rule.most:
        extra.append(f"From {rule.least:g} to {rule.most:g}.")
    return " ".join([rule.meaning, *extra])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


if __name__ == "__main__":
    sys.exit(main_for({"configuration.md": page()}, sys.argv[1:]))

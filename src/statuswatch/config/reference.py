"""The reference page of the settings, made from their model: `python -m statuswatch.config.reference [--check] [FOLDER]`."""

import sys
from typing import Any

from pydantic import BaseModel

from statuswatch.catalog.reference import cell, main_for
from statuswatch.config.model import Config, ProviderOverride

_HEAD = """# Configuration

Settings stand in `config.toml` below `$XDG_CONFIG_HOME/statuswatch` (usually `~/.config/statuswatch`), or below `$STATUSWATCH_HOME/config`
where that variable is set. Everything has a default; without the file nothing is different. A mistake is told with file, line and key.
Which records of clients may be read is asked, and kept beside it in `sources.toml`; your own provider files lie in `providers/`.

This page is generated: change the model, then run `python -m statuswatch.config.reference`.
"""


def page() -> str:
    """The page in Markdown."""
    parts = [_HEAD]
    for name, field in Config.model_fields.items():
        override = name == "providers"
        model: Any = ProviderOverride if override else field.annotation
        parts.append(_section(f"{name}.ID" if override else name, model))
    return "\n".join(parts)


def _section(title: str, model: type[BaseModel]) -> str:
    lines = [f"## `[{title}]`", "", (model.__doc__ or "").strip(), "", "| key | default | meaning |", "|---|---|---|"]
    for key, field in model.model_fields.items():
        default = "(must be given)" if field.is_required() else f"`{_toml(field.default)}`"
        lines.append(f"| `{key}` | {default} | {cell(_meaning(key, model, field.description or ''))} |")
    return "\n".join([*lines, ""])


def _meaning(key: str, model: type[BaseModel], description: str) -> str:
    shape = model.model_json_schema()["properties"][key]
    extra = []
    if "enum" in shape:
        extra.append("One of " + ", ".join(f"`{word}`" for word in shape["enum"]) + ".")
    if "minimum" in shape:
        extra.append(f"From {shape['minimum']:g} to {shape['maximum']:g}.")
    return " ".join([description, *extra])


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


if __name__ == "__main__":
    sys.exit(main_for({"configuration.md": page()}, sys.argv[1:]))

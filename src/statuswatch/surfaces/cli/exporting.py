"""What a client has to be told so that it exports its calls to the engine's receiver, and whether it exports somewhere else already.

Nothing here is written into any setting: the lines are shown, and a client whose exports are set up already is left as it is.
Sources: code.claude.com/docs/en/monitoring-usage, developers.openai.com/codex (config, `[otel]`), Gemini CLI docs/cli/telemetry.md,
docs.github.com "OpenTelemetry monitoring" of Copilot.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SETTINGS_MAX = 1 << 20
# Variables that say where telemetry goes; others (`OTEL_SERVICE_NAME`, resource attributes) do not stand in the way.
_WHERE = re.compile(
    r"OTEL_(?:EXPORTER_OTLP_(?:[A-Z]+_)?(?:ENDPOINT|PROTOCOL|HEADERS)|(?:LOGS|TRACES|METRICS)_EXPORTER)|CLAUDE_CODE_ENABLE_TELEMETRY"
    r"|COPILOT_OTEL_[A-Z_]+|GEMINI_TELEMETRY_[A-Z_]+"
)


@dataclass(frozen=True, slots=True)
class Exporter:
    """One client: what to set and where; `taken` names the settings that say otherwise already."""

    client: str
    title: str
    where: str
    lines: tuple[str, ...]
    taken: tuple[str, ...]


def exporters(address: str, environ: Mapping[str, str], home: Path) -> tuple[Exporter, ...]:
    """Every client that can export, with the lines for the receiver at `address`. `address` given nowhere else: its last part is a secret of this user."""
    shared = tuple(sorted(name for name, value in environ.items() if _WHERE.fullmatch(name) and address not in value and not _harmless(name, value)))
    claude = _moved(environ, "CLAUDE_CONFIG_DIR", home / ".claude") / "settings.json"
    codex = _moved(environ, "CODEX_HOME", home / ".codex") / "config.toml"
    gemini = _moved(environ, "GEMINI_CLI_HOME", home, ".gemini") / "settings.json"
    return (
        Exporter(
            "claude-code",
            "Claude Code",
            f'in the environment, or as "env" in {claude}',
            (
                "CLAUDE_CODE_ENABLE_TELEMETRY=1",
                "OTEL_LOGS_EXPORTER=otlp",
                "OTEL_EXPORTER_OTLP_PROTOCOL=http/json",
                f"OTEL_EXPORTER_OTLP_ENDPOINT={address}",
            ),
            (*_only(shared, "OTEL_", "CLAUDE_"), *_in_env_of(claude, address)),
        ),
        Exporter(
            "codex",
            "Codex",
            f"in {codex}",
            ("[otel]", f'exporter = {{ otlp-http = {{ endpoint = "{address}/v1/logs", protocol = "json" }} }}'),
            _at(_read(codex, tomllib.loads), ("otel", "exporter"), f"[otel] exporter in {codex}", address),
        ),
        Exporter(
            "gemini-cli",
            "Gemini CLI",
            f"in {gemini}",
            (f'"telemetry": {{"enabled": true, "target": "local", "otlpProtocol": "http", "otlpEndpoint": "{address}", "logPrompts": false}}',),
            (*_only(shared, "GEMINI_"), *_at(_read(gemini, json.loads), ("telemetry",), f"telemetry in {gemini}", address)),
        ),
        Exporter(
            "copilot-cli",
            "Copilot CLI",
            "in the environment",
            (f"OTEL_EXPORTER_OTLP_ENDPOINT={address}",),
            _only(shared, "OTEL_", "COPILOT_"),
        ),
    )


def _harmless(name: str, value: str) -> bool:
    """A switch that is off, or one that our own lines would set as well."""
    return value.strip().lower() in {"", "0", "false", "none"} or (name, value) in {
        ("CLAUDE_CODE_ENABLE_TELEMETRY", "1"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
    }


def _only(names: tuple[str, ...], *starts: str) -> tuple[str, ...]:
    return tuple(f"{name} in the environment" for name in names if name.startswith(starts))


def _in_env_of(path: Path, address: str) -> tuple[str, ...]:
    settings = _read(path, json.loads)
    environ = settings.get("env") if isinstance(settings, dict) else None
    if not isinstance(environ, dict):
        return ()
    found = [name for name, value in environ.items() if _WHERE.fullmatch(name) and address not in str(value) and not _harmless(name, str(value))]
    return tuple(f"{name} in {path}" for name in sorted(found))


def _at(settings: object, keys: tuple[str, ...], said: str, address: str) -> tuple[str, ...]:
    found: Any = settings
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    if found in (None, "none", {}) or address in json.dumps(found, default=str):
        return ()
    return () if isinstance(found, dict) and found.get("enabled") is False else (said,)


def _moved(environ: Mapping[str, str], name: str, usual: Path, below: str = "") -> Path:
    moved = environ.get(name, "")
    base = Path(moved) if moved and Path(moved).is_absolute() else usual
    return base / below if below else base


def _read(path: Path, loads: Callable[[str], object]) -> object:
    """Settings as they are read; None where there are none, or none that can be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_SETTINGS_MAX)
        return loads(data.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None

"""What a client has to be told to export here; whose telemetry is set up already is left as it is."""

import json
from pathlib import Path

import pytest

from statuswatch.surfaces.cli.exporting import Exporter, exporters

HERE = "http://127.0.0.1:14318/word"


def found(home: Path, **environ: str) -> dict[str, Exporter]:
    return {item.client: item for item in exporters(HERE, environ, home)}


def test_every_client_gets_its_lines(tmp_path: Path) -> None:
    items = found(tmp_path)
    assert set(items) == {"claude-code", "codex", "gemini-cli", "copilot-cli"}
    for item in items.values():
        assert item.taken == ()
        assert any(HERE in line for line in item.lines)


@pytest.mark.parametrize(
    ("name", "value", "clients"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otel.example", {"claude-code", "copilot-cli"}),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "https://otel.example", {"claude-code", "copilot-cli"}),
        ("OTEL_LOGS_EXPORTER", "console", {"claude-code", "copilot-cli"}),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", {"claude-code", "copilot-cli"}),
        ("COPILOT_OTEL_FILE_EXPORTER_PATH", "/x", {"copilot-cli"}),
        ("GEMINI_TELEMETRY_OTLP_ENDPOINT", "https://otel.example", {"gemini-cli"}),
        ("OTEL_SERVICE_NAME", "mine", set()),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", HERE, set()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", set()),
        ("CLAUDE_CODE_ENABLE_TELEMETRY", "0", set()),
    ],
)
def test_a_variable_that_sends_telemetry_elsewhere_is_never_overridden(tmp_path: Path, name: str, value: str, clients: set[str]) -> None:
    items = found(tmp_path, **{name: value})
    assert {client for client, item in items.items() if item.taken} == clients
    for client in clients:
        assert items[client].taken == (f"{name} in the environment",)


def test_what_settings_of_clients_say_already_is_seen(tmp_path: Path) -> None:
    for folder in (".claude", ".codex", ".gemini"):
        (tmp_path / folder).mkdir()
    claude, codex, gemini = tmp_path / ".claude/settings.json", tmp_path / ".codex/config.toml", tmp_path / ".gemini/settings.json"
    claude.write_text(json.dumps({"env": {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://otel.example", "OTEL_LOGS_EXPORTER": "otlp", "FOO": "1"}}))
    codex.write_text('[otel]\nexporter = { otlp-http = { endpoint = "https://otel.example", protocol = "binary" } }\n')
    gemini.write_text(json.dumps({"telemetry": {"enabled": True, "target": "gcp"}}))

    assert {client: item.taken for client, item in found(tmp_path).items()} == {
        "claude-code": (f"OTEL_EXPORTER_OTLP_ENDPOINT in {claude}",),
        "codex": (f"[otel] exporter in {codex}",),
        "gemini-cli": (f"telemetry in {gemini}",),
        "copilot-cli": (),
    }


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", '{"env": 7, "telemetry": 7}', '{"env": {"OTEL_EXPORTER_OTLP_ENDPOINT": "' + HERE + '"}}', '{"telemetry": {"enabled": false}}']
)
def test_settings_that_say_nothing_or_send_here_already_stand_in_nobodys_way(tmp_path: Path, text: str) -> None:
    for folder, name in ((".claude", "settings.json"), (".codex", "config.toml"), (".gemini", "settings.json")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    taken = {client: item.taken for client, item in found(tmp_path).items() if item.taken}
    assert taken == ({"gemini-cli": (f"telemetry in {tmp_path / '.gemini/settings.json'}",)} if '"telemetry": 7' in text else {})


def test_folders_that_a_variable_moves_are_looked_at_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "cfg").mkdir()
    (tmp_path / "cfg" / "settings.json").write_text(json.dumps({"env": {"OTEL_LOGS_EXPORTER": "console"}}))
    assert found(tmp_path, CLAUDE_CONFIG_DIR=str(tmp_path / "cfg"))["claude-code"].taken
    assert str(tmp_path / "cfg") in found(tmp_path, CODEX_HOME=str(tmp_path / "cfg"))["codex"].where

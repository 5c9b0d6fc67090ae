"""`statuswatch sources`: nothing is read without a yes, and each yes can be taken back."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.config.consent import load_consent
from statuswatch.config.errors import ConfigError
from statuswatch.config.token import read_token
from statuswatch.core.snapshot import SourceView
from statuswatch.sources.clients import CLIENTS
from statuswatch.surfaces.cli import sources
from support import snapshots
from support.published import Engine, publish


def rows(capsys, *argv):
    capsys.readouterr()
    assert sources.run([*argv, "--json"]) == 0
    return {row["name"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}


def test_every_client_is_listed_with_what_is_read_what_never_is_and_where(capsys):
    found = rows(capsys)

    receiver = found.pop("otlp")
    assert set(found) == {client.name for client in CLIENTS.values() if client.roots}
    for row in found.values():
        assert (row["read"], row["asked"], row["exists"]) == (False, False, False)
        assert row["what"]
        assert "prompts" in row["leaves"]
        assert row["path"].startswith(str(Path.home()))
    assert (receiver["read"], receiver["asked"], receiver["path"]) == (False, False, "127.0.0.1:14318")
    assert "prompts" in receiver["leaves"]


def test_a_yes_and_a_no_are_stored(capsys):
    found = rows(capsys, "on", "claude-code", "codex")
    assert found["claude-code"]["read"]
    found = rows(capsys, "off", "codex")

    assert load_consent(paths.sources_file()) == {"claude-code": True, "codex": False}
    assert (found["codex"]["read"], found["codex"]["asked"]) == (False, True)
    assert found["claude-code"]["read"]


def test_where_a_client_keeps_its_records_follows_its_own_variable_and_what_is_there(capsys, monkeypatch, tmp_path):
    (tmp_path / "cfg" / "projects").mkdir(parents=True)
    (Path.home() / ".codex" / "sessions").mkdir(parents=True)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "cfg"))

    found = rows(capsys)

    assert (found["claude-code"]["path"], found["claude-code"]["exists"]) == (str(tmp_path / "cfg" / "projects"), True)
    assert found["codex"]["exists"]


def test_what_else_the_engine_found_is_listed_too(capsys):
    other = SourceView("claude-code", "Claude Code: the names of the model", "/home/someone/.claude/settings.json", enabled=False, asked=False)
    publish(replace(snapshots.calm(), sources=(other,)))

    assert sources.run([]) == 0
    assert other.path in capsys.readouterr().out


def test_for_people_it_says_read_not_read_and_not_asked(capsys):
    sources.run(["on", "claude-code"])
    sources.run(["off", "codex"])
    capsys.readouterr()

    assert sources.run([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if "claude-code" in line).startswith("read ")
    assert next(line for line in lines if "codex " in line).startswith("not read ")
    assert next(line for line in lines if "opencode " in line).startswith("not asked ")


def test_a_running_engine_has_to_begin_anew_and_that_is_said(capsys):
    sources.run(["on", "codex"])
    assert "engine stop" not in capsys.readouterr().err
    with Engine():
        sources.run(["off", "codex"])
    assert "statuswatch engine stop" in capsys.readouterr().err


@pytest.mark.parametrize(("argv", "told"), [(["on", "claude"], "claude-code"), (["on"], "which?"), (["maybe", "codex"], "is none of on, off")])
def test_a_name_that_is_no_source_is_usage(argv, told, capsys):
    assert sources.run(argv) == 2
    assert told in capsys.readouterr().err
    assert load_consent(paths.sources_file()) == {}


def test_a_broken_file_of_answers_is_never_written_over():
    paths.ensure_private(paths.config_dir())
    Path(paths.sources_file()).write_text("[sources]\ncodex = maybe\n")

    with pytest.raises(ConfigError, match=r"sources\.toml:2"):
        sources.run(["on", "codex"])
    assert Path(paths.sources_file()).read_text() == "[sources]\ncodex = maybe\n"


@pytest.mark.parametrize("turn", ["on", "enable"])
def test_switching_exports_on_prints_what_to_set_and_the_address_stays_the_same(capsys, turn):
    assert sources.run([turn, "otlp"]) == 0
    told = capsys.readouterr().out
    token = read_token(paths.otlp_token_file())
    assert f"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:14318/{token}" in told.splitlines()[-1]
    assert load_consent(paths.sources_file()) == {"otlp": True}
    assert sources.run(["otlp"]) == 0
    assert token in capsys.readouterr().out
    rows(capsys, "off", "otlp")
    assert sources.run(["otlp"]) == 2


def test_what_to_set_is_not_printed_where_telemetry_goes_elsewhere(capsys, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otel.example")
    sources.run(["on", "otlp"])
    told = capsys.readouterr().out
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=" not in told
    assert "left as it is" in told
    assert "https://otel.example" not in told


def test_the_port_of_the_settings_is_the_one_that_is_printed(capsys):
    paths.ensure_private(paths.config_dir())
    Path(paths.config_file()).write_text("[otlp]\nport = 4999\n")
    sources.run(["on", "otlp"])
    assert "http://127.0.0.1:4999/" in capsys.readouterr().out


def test_what_hinders_reading_is_said(capsys):
    place = str(Path.home() / ".claude/projects")
    note = "looked at every 2 s, as the system's limit of watched folders is reached"
    publish(replace(snapshots.calm(), sources=(SourceView("claude-code", "x", place, enabled=True, asked=True, note=note),)))
    assert rows(capsys, "on", "claude-code")["claude-code"]["note"] == note
    sources.run([])
    assert "looked at every 2 s" in capsys.readouterr().out
    assert rows(capsys, "off", "claude-code")["claude-code"]["note"] == ""


def test_what_was_changed_is_shown_and_not_the_whole_list(capsys):
    assert sources.run(["on", "codex", "gemini-cli"]) == 0
    out = capsys.readouterr().out
    assert out.count("never: ") == 2
    assert out.count("read ") >= 2
    assert "claude-code" not in out
    assert sources.run([]) == 0
    assert "claude-code" in capsys.readouterr().out

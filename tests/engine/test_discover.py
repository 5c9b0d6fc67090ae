"""What a machine tells about the models its user calls, and that nothing is opened without consent."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.ids import Surface
from statuswatch.core.observation import Call, Diagnosis, Outcome
from statuswatch.core.watchlist import WatchSource
from statuswatch.engine.discover import discover, in_calls, recent_calls, roots_of, sources, usual_places
from statuswatch.sources.clients import CLIENTS
from statuswatch.sources.clients.places import Place

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVERYONE = frozenset(CLIENTS)


class Undecided:
    def response(self, *, status, headers, body, url, provider):  # noqa: ARG002 - the protocol's names
        return Diagnosis(Fault.UNKNOWN, Confidence.LOW, "test", status=status)

    def transport(self, *, code, host):  # noqa: ARG002 - the protocol's names
        return Diagnosis(Fault.UNKNOWN, Confidence.LOW, "test", code=code)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "ada"


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(home: Path, environ: dict[str, str] | None = None, consent: frozenset[str] = EVERYONE) -> list[str]:
    return [watch.route.canonical for watch in discover(environ or {}, home, consent).watches]


def test_names_of_variables_speak_for_providers_and_their_values_are_never_seen(home: Path) -> None:
    class Names(dict[str, str]):
        """An environment whose values must not be asked for."""

        def __getitem__(self, key: str) -> str:
            raise AssertionError(f"the value of {key} was read")

    environ = Names(ANTHROPIC_API_KEY="x", GROQ_API_KEY="x", CLAUDE_CODE_USE_VERTEX="1", HOME="x")
    watches = discover(environ, home).watches
    assert [watch.route.canonical for watch in watches] == ["anthropic/api:*", "groq/api:*", "google-cloud/cloud:*"]
    assert [watch.note for watch in watches] == ["ANTHROPIC_API_KEY is set", "GROQ_API_KEY is set", "CLAUDE_CODE_USE_VERTEX is set"]
    assert {watch.source for watch in watches} == {WatchSource.FOUND}


def test_without_consent_no_file_is_opened(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home / ".claude/settings.json", '{"model": "opus"}')
    put(home / ".claude/projects/p/s.jsonl", "{}")
    opened: list[str] = []
    monkeypatch.setattr(Path, "open", lambda self, *_a, **_k: opened.append(str(self)))
    assert found(home, {"ANTHROPIC_MODEL": "claude-opus-4-5"}, frozenset()) == []
    assert recent_calls({}, home, frozenset(), Undecided(), NOW) == ()
    assert opened == []


@pytest.mark.parametrize(
    ("path", "text", "routes"),
    [
        (".claude/settings.json", '{"model": "claude-opus-4-5-20251101"}', ["anthropic/code:claude-opus-4.5"]),
        (".claude/settings.json", '{"model": "opus[1m]", "fallbackModel": ["sonnet"]}', ["anthropic/code:claude-opus", "anthropic/code:claude-sonnet"]),
        (".claude/settings.json", '{"model": "opusplan"}', ["anthropic/code:claude-opus", "anthropic/code:claude-sonnet"]),
        (".claude/settings.json", '{"model": "default"}', ["anthropic/code:*"]),
        (".claude/settings.json", '{"env": {"ANTHROPIC_MODEL": "us.anthropic.claude-opus-4-5-20251101-v1:0"}}', ["aws-bedrock/cloud:claude-opus-4.5"]),
        (".codex/config.toml", 'model = "gpt-5.1-codex"\n[profiles.x]\nmodel = "gpt-5.5"\n', ["openai/code:gpt-5.1-codex", "openai/code:gpt-5.5"]),
        (".codex/config.toml", 'model = "gpt-5.5"\nmodel_provider = "openrouter"\n', ["openrouter/api:gpt-5.5"]),
        (
            ".config/opencode/opencode.jsonc",
            '{ // mine\n "model": "anthropic/claude-opus-4-5", /* small */ "small_model": "google/gemini-2.5-flash", "theme": "https://x//y",\n}',
            ["anthropic/api:claude-opus-4.5", "google-gemini/api:gemini-2.5-flash"],
        ),
        (
            ".gemini/settings.json",
            '{"model": {"name": "gemini-2.5-pro"}, "security": {"auth": {"selectedType": "vertex-ai"}}}',
            ["google-cloud/cloud:gemini-2.5-pro"],
        ),
        (".copilot/config.json", '{"model": "claude-opus-4.5"}', ["github-copilot/code:claude-opus-4.5"]),
        (".claude/settings.json", '{"model": 7, "env": []}', []),
        (".claude/settings.json", "{broken", []),
        (".claude/settings.json", "[" * 100_000, []),
        (".claude/settings.json", '{"model": "sk-ant-api03-abc123"}', []),
        (".claude/settings.json", '{"model": "' + "x" * (2 << 20) + '"}', []),
        (".codex/config.toml", "model = ", []),
    ],
    ids=range(16),
)
def test_settings_name_models_where_the_user_agreed(home: Path, path: str, text: str, routes: list[str]) -> None:
    put(home / path, text)
    assert found(home) == routes


def test_settings_in_another_encoding_are_passed_over(home: Path) -> None:
    (home / ".claude").mkdir(parents=True)
    (home / ".claude/settings.json").write_bytes('{"model": "opus"}'.encode("utf-16"))
    assert found(home) == []


def test_consent_is_per_client(home: Path) -> None:
    put(home / ".claude/settings.json", '{"model": "opus"}')
    put(home / ".codex/config.toml", 'model = "gpt-5.5"')
    assert found(home, consent=frozenset({"codex"})) == ["openai/code:gpt-5.5"]


def test_a_variable_that_holds_a_models_name_is_read_with_consent(home: Path) -> None:
    environ = {"ANTHROPIC_MODEL": "claude-opus-4-5", "COPILOT_MODEL": "gpt-5.1", "GEMINI_MODEL": "not a model name"}
    assert found(home, environ) == ["anthropic/code:claude-opus-4.5", "github-copilot/code:gpt-5.1"]


def test_any_model_of_a_provider_gives_way_to_models_known_by_name(home: Path) -> None:
    put(home / ".config/opencode/opencode.json", '{"model": "anthropic/claude-opus-4-5"}')
    assert found(home, {"ANTHROPIC_API_KEY": "", "OPENAI_API_KEY": ""}) == ["openai/api:*", "anthropic/api:claude-opus-4.5"]


def test_a_moved_folder_is_where_its_variable_says(home: Path, tmp_path: Path) -> None:
    put(tmp_path / "moved/settings.json", '{"model": "haiku"}')
    environ = {"CLAUDE_CONFIG_DIR": str(tmp_path / "moved"), "COPILOT_HOME": str(tmp_path / "copilot"), "CODEX_HOME": "relative"}
    assert found(home, environ) == ["anthropic/code:claude-haiku"]
    assert roots_of(CLIENTS["claude-code"], environ, home) == (tmp_path / "moved/projects",)
    assert roots_of(CLIENTS["copilot-cli"], environ, home) == (tmp_path / "copilot",)
    assert roots_of(CLIENTS["codex"], environ, home) == (home / ".codex/sessions",)
    assert roots_of(CLIENTS["otlp"], environ, home) == ()


def test_every_source_is_listed_with_what_is_read_and_whether_it_is_there(home: Path) -> None:
    put(home / ".codex/sessions/x", "")
    put(home / ".claude/settings.json", "{}")
    listed = {str(source.path.relative_to(home)): source for source in sources({}, home)}
    assert {path for path, source in listed.items() if source.exists} == {".codex/sessions", ".claude/settings.json"}
    assert {source.name for source in listed.values()} == {name for name in CLIENTS if name != "otlp"}
    assert all(source.what and source.left and source.title for source in listed.values())
    put(home / ".config/claude/projects/x", "")
    assert home / ".config/claude/projects" in {source.path for source in sources({}, home)}


def call(provider: str, model: str, minute: int, surface: Surface | None = Surface.CODE) -> Call:
    return Call(f"k{minute}", NOW + timedelta(minutes=minute), "claude-code", provider, model, Outcome.OK, surface)


def test_calls_tell_routes_with_their_newest_use_first() -> None:
    calls = [call("anthropic", "claude-opus-4.5", 3), call("anthropic", "claude-haiku-4.5", 9), call("anthropic", "claude-opus-4.5", 1)]
    calls += [call("anthropic", "*", 20), call("unknown", "gpt-5.5", 21), call("openai", "gpt-5.5", 5, None), call("not a provider", "x", 30)]
    watches = in_calls(calls)
    assert [(watch.route.canonical, watch.last_used) for watch in watches] == [
        ("anthropic/code:claude-haiku-4.5", NOW + timedelta(minutes=9)),
        ("openai/api:gpt-5.5", NOW + timedelta(minutes=5)),
        ("anthropic/code:claude-opus-4.5", NOW + timedelta(minutes=3)),
    ]
    assert {(watch.source, watch.note) for watch in watches} == {(WatchSource.SEEN, "seen in Claude Code")}


def answer(number: int, model: str) -> str:
    message = {"id": f"m{number}", "model": model, "usage": {}}
    return json.dumps({"type": "assistant", "uuid": str(number), "timestamp": f"2026-03-01T11:00:{number:02}Z", "message": message}) + "\n"


def test_recent_records_of_agreed_clients_tell_their_calls(home: Path, tmp_path: Path) -> None:
    session = put(home / ".claude/projects/p/s.jsonl", answer(1, "claude-haiku-4-5") + "x" * 300_000 + "\n" + answer(2, "claude-opus-4-5"))
    old = put(home / ".claude/projects/p/old.jsonl", answer(3, "claude-sonnet-4-5"))
    outside = put(tmp_path / "outside.jsonl", answer(4, "claude-sonnet-4"))
    (home / ".claude/projects/p/link.jsonl").symlink_to(outside)
    (home / ".claude/projects/p/dead.jsonl").symlink_to(tmp_path / "nothing")
    for path, days in ((session, 0), (old, 30), (outside, 0)):
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))
    calls = recent_calls({}, home, frozenset({"claude-code"}), Undecided(), NOW)
    assert [call.model for call in calls] == ["claude-opus-4.5"]
    assert recent_calls({}, home, frozenset({"codex"}), Undecided(), NOW) == ()


def test_a_clients_settings_name_its_place_only_where_it_may_be_read(tmp_path: Path) -> None:
    settings = tmp_path / ".gemini" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"security": {"auth": {"selectedType": "gemini-api-key"}}}')
    assert usual_places({}, tmp_path, frozenset()) == {}
    assert usual_places({}, tmp_path, frozenset({"gemini-cli"})) == {"gemini-cli": Place("google-gemini", Surface.API)}

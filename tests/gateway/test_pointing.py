"""Which words and variables a client starts with: the gateway's address where it can be put, what the person has chosen where it cannot."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from statuswatch.gateway.clients import OTHERS, Client, File, client_of, clients
from statuswatch.gateway.pointing import Door, Pointed, RefusedError, UnreadableError, point, way_of

BASE = "http://127.0.0.1:14319/word"
NAMES = frozenset({"anthropic", "openai", "google-gemini"})


def register(url: str, like: str) -> str:
    if "refused" in url:
        raise RefusedError("the address that you have set cannot be passed on to")
    return like if url == f"https://{like}.example" else "own-1"


def pointed(argv: list[str], environ: Mapping[str, str] | None = None, files: Mapping[tuple[str, str], Any] | None = None, **door: Any) -> Pointed:
    """As `run` would have it, where settings lie at `files` by file and key."""
    held = files or {}

    def read(file: File, key: str) -> Any:
        found = held.get((file.file or file.named, key))
        if isinstance(found, Exception):
            raise found
        return found

    return point(client_of(argv[0]), argv, environ or {}, read, Door(BASE, NAMES, door.get("configured", frozenset()), register))


def added(result: Pointed, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    return {name: value for name, value in result.environ.items() if (environ or {}).get(name) != value}


def test_claude_code_gets_its_variable_and_its_search_for_tools_back() -> None:
    result = pointed(["claude", "-p", "hi"])

    assert result.argv == ("claude", "-p", "hi")
    assert added(result) == {"ANTHROPIC_BASE_URL": f"{BASE}/anthropic;annotate", "ENABLE_TOOL_SEARCH": "true"}
    assert (result.said, result.through) == ((), ("anthropic",))


def test_behind_a_server_of_the_persons_own_nothing_is_assumed_of_it() -> None:
    assert "ENABLE_TOOL_SEARCH" not in added(pointed(["claude"], configured=frozenset({"anthropic"})))
    own = {"ANTHROPIC_BASE_URL": "https://llm.example/x/"}
    assert added(pointed(["claude"], own), own) == {"ANTHROPIC_BASE_URL": f"{BASE}/own-1;annotate"}
    assert pointed(["claude"], {"ENABLE_TOOL_SEARCH": "false"}).environ["ENABLE_TOOL_SEARCH"] == "false"


@pytest.mark.parametrize(
    ("argv", "environ", "files", "says"),
    [
        (["claude"], {"CLAUDE_CODE_USE_BEDROCK": "1"}, {}, "it calls Amazon Bedrock"),
        (["claude"], {"ANTHROPIC_BASE_URL": "https://refused.example"}, {}, "cannot be passed on to"),
        (["claude"], {}, {("settings.json", "env.ANTHROPIC_BASE_URL"): UnreadableError("settings.json cannot be read")}, "settings.json cannot be read"),
        (["claude"], {}, {("settings.json", "env.ANTHROPIC_BASE_URL"): 7}, "is no text"),
        (["claude"], {}, {("/etc/claude-code/managed-settings.json", "env.ANTHROPIC_BASE_URL"): "https://llm.example"}, "for all users"),
        (["claude", "--settings", "x"], {}, {("settings.json", "env.ANTHROPIC_BASE_URL"): "https://llm.example"}, "--settings is given"),
        (["codex", "-c", "openai_base_url=x"], {}, {}, "chooses what it calls"),
        (["codex", "--config=model_provider=x"], {}, {}, "chooses what it calls"),
        (["codex", "exec", "-p", "work"], {}, {}, "chooses what it calls"),
        (["codex", "--profile=work"], {}, {}, "chooses what it calls"),
        (["codex"], {}, {("config.toml", "model_provider"): "mine"}, "a provider of your own"),
        (["codex"], {}, {("auth.json", "tokens.account_id"): "a1"}, "ChatGPT"),
        (["copilot"], {}, {}, "it calls models that GitHub hosts"),
        (["opencode"], {}, {}, "no API that the gateway could be put before"),
        (["opencode"], {"OPENCODE_CONFIG_CONTENT": "// none", "ANTHROPIC_API_KEY": "k"}, {}, "no plain JSON"),
        (["opencode"], {"OPENCODE_CONFIG_CONTENT": '{"provider": 1}', "ANTHROPIC_API_KEY": "k"}, {}, "no room"),
    ],
)
def test_what_cannot_be_led_through_it_stays_as_it_is_and_is_told(
    argv: list[str], environ: dict[str, str], files: dict[tuple[str, str], Any], says: str
) -> None:
    result = pointed(argv, environ, files)

    assert (result.argv, dict(result.environ), result.through) == (tuple(argv), environ, ())
    assert says in result.said[0]


def test_settings_of_claude_codes_own_are_passed_on_to_and_gone_before() -> None:
    result = pointed(["claude", "-p", "hi"], {}, {("settings.json", "env.ANTHROPIC_BASE_URL"): "https://llm.example"})

    assert result.argv == ("claude", "--settings", json.dumps({"env": {"ANTHROPIC_BASE_URL": f"{BASE}/own-1;annotate"}}, separators=(",", ":")), "-p", "hi")


def test_codex_gets_a_word_that_its_settings_give_way_to() -> None:
    assert pointed(["codex", "exec", "fix model_provider"]).argv == (
        "codex",
        "-c",
        f'openai_base_url="{BASE}/openai;annotate/v1"',
        "exec",
        "fix model_provider",
    )
    own = pointed(["codex"], {}, {("config.toml", "openai_base_url"): "https://openai.example/v1"})
    assert own.argv[2] == f'openai_base_url="{BASE}/openai;annotate/v1"'
    own = pointed(["codex"], {}, {("config.toml", "openai_base_url"): "https://llm.example/other"})
    assert own.argv[2] == f'openai_base_url="{BASE}/own-1;annotate"'
    assert pointed(["codex"], {"CODEX_API_KEY": "k"}, {("auth.json", "tokens.account_id"): "a1"}).through == ("openai",)


def test_opencode_gets_a_document_in_which_all_else_stays() -> None:
    environ = {"ANTHROPIC_API_KEY": "k", "OPENCODE_CONFIG_CONTENT": '{"theme": "x", "provider": {"anthropic": {"options": {"timeout": 1}}}}'}
    document = json.loads(pointed(["opencode", "run"], environ).environ["OPENCODE_CONFIG_CONTENT"])

    assert document == {"theme": "x", "provider": {"anthropic": {"options": {"timeout": 1, "baseURL": f"{BASE}/anthropic;annotate/v1"}}}}
    for files in ({("opencode/opencode.json", "provider.anthropic"): {}}, {("opencode/auth.json", "anthropic.type"): "api"}):
        assert pointed(["opencode"], {}, files).through == ("anthropic",)


def test_a_client_that_no_user_agent_tells_is_named_in_its_address() -> None:
    own = {"COPILOT_PROVIDER_BASE_URL": "https://anthropic.example"}
    assert added(pointed(["copilot"], own), own) == {"COPILOT_PROVIDER_BASE_URL": f"{BASE}/anthropic;annotate;client=copilot-cli"}


def test_any_other_program_gets_what_the_sdks_read_and_each_that_cannot_be_is_told_by_itself() -> None:
    result = pointed(["python", "x.py"], {"OPENAI_BASE_URL": "https://refused.example/v1"})

    assert result.environ["OPENAI_BASE_URL"] == "https://refused.example/v1"
    assert result.through == ("anthropic", "google-gemini")
    assert len(result.said) == 1


def test_an_address_that_is_the_gateways_already_is_left_alone() -> None:
    own = {"ANTHROPIC_BASE_URL": f"{BASE}/own-7;annotate"}
    assert added(pointed(["claude"], own), own) == {}


def test_an_api_that_the_gateway_does_not_know_is_told() -> None:
    result = point(client_of("claude"), ["claude"], {}, lambda _file, _key: None, Door(BASE, frozenset(), frozenset(), register))
    assert result.said == ("the gateway knows no API named anthropic",)


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, {}),
        ({"NO_PROXY": "a.example"}, {"NO_PROXY": "a.example"}),
        ({"HTTP_PROXY": "http://p:1"}, {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}),
        ({"https_proxy": "http://p:1", "no_proxy": "a.example"}, {"no_proxy": "a.example,127.0.0.1"}),
        ({"https_proxy": "http://p:1", "NO_PROXY": "*"}, {"NO_PROXY": "*"}),
    ],
)
def test_a_proxy_is_not_asked_for_this_machine(environ: dict[str, str], wanted: dict[str, str]) -> None:
    result = pointed(["python"], environ)
    assert {name: value for name, value in result.environ.items() if name.lower() == "no_proxy"} == wanted


def test_two_ways_out_are_the_same_where_proxy_and_exceptions_are() -> None:
    one = {"HTTPS_PROXY": "http://ada:secret@p:1", "NO_PROXY": "b.example, a.example"}
    assert way_of(one) == way_of({"https_proxy": "http://ada:secret@p:1", "no_proxy": "a.example,B.example,127.0.0.1"})
    assert way_of(one) != way_of({"HTTPS_PROXY": "http://p:1"})
    assert "secret" not in way_of(one)
    assert way_of({"NO_PROXY": "x"}) == ""


@pytest.mark.parametrize("client", clients(), ids=lambda client: client.name)
def test_every_row_has_a_source_a_way_and_one_place_for_the_address(client: Client) -> None:
    assert client.source
    assert client.ways
    for way in client.ways:
        assert sum(map(bool, (way.variable, way.argument, way.document))) == 1
        assert bool(way.document) == bool(way.member)
        assert bool(way.key) == bool(client.files)
    assert bool(client.programs) == (client.name != OTHERS)

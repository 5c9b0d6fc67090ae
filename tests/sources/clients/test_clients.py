"""The table of clients: every reader is there, every kind of file is found by its first lines, and places are named as the catalogue names them."""

import re
from pathlib import Path

import pytest

from statuswatch.catalog.loader import load
from statuswatch.core.ids import Surface
from statuswatch.sources.clients import CLIENTS, detect, folders_of, kind_for, places, reader_class
from statuswatch.sources.clients.places import Place, place_by_id, place_named

SAMPLES = Path(__file__).parent / "samples"
_KINDS = {
    "claude-transcript.jsonl": ("claude-code", "transcript"),
    "claude-stream.jsonl": ("claude-code", "stream"),
    "claude-hooks.jsonl": ("claude-code", "hooks"),
    "codex-rollout.jsonl": ("codex", "rollout"),
    "codex-exec.jsonl": ("codex", "exec"),
    "opencode.log": ("opencode", "log"),
    "opencode-events.jsonl": ("opencode", "events"),
    "copilot-events.jsonl": ("copilot-cli", "events"),
    "copilot-process.log": ("copilot-cli", "log"),
    "copilot-hook.jsonl": ("copilot-cli", "errors"),
    "gemini-telemetry.log": ("gemini-cli", "telemetry"),
    "gemini-chat.jsonl": ("gemini-cli", "chat"),
    "otlp.jsonl": ("otlp", "otlp"),
}


def test_every_kind_has_a_reader_and_a_sample() -> None:
    kinds = {(client.name, kind.name) for client in CLIENTS.values() for kind in client.kinds}
    assert kinds == set(_KINDS.values())
    for client in CLIENTS.values():
        for kind in client.kinds:
            assert reader_class(kind).client == client.name
            for mark in kind.marks:
                re.compile(mark)


@pytest.mark.parametrize(("name", "expected"), _KINDS.items())
def test_a_kind_is_found_by_the_first_lines(name: str, expected: tuple[str, str]) -> None:
    lines = (SAMPLES / name).read_bytes().split(b"\n")
    for among in (None, CLIENTS[expected[0]]):
        found = detect(lines, among)
        assert found is not None
        assert (found[0].name, found[1].name) == expected


def test_what_nobody_wrote_is_not_found() -> None:
    assert detect([]) is None
    assert detect([b"hello", b"\xff\xfe\x00", b'{"a":1}']) is None


@pytest.mark.parametrize(
    ("client", "path", "kind"),
    [
        ("claude-code", "-home-ada-engine/5e55.jsonl", "transcript"),
        ("claude-code", "-home-ada-engine/5e55/subagents/agent-1.jsonl", "transcript"),
        ("claude-code", "-home-ada-engine/5e55/subagents/deep/agent-1.jsonl", "transcript"),
        ("claude-code", "-home-ada-engine/5e55/tool-results/x.jsonl", None),
        ("claude-code", "loose.jsonl", None),
        ("claude-code", "-home-ada-engine/notes.txt", None),
        ("codex", "2026/03/01/rollout-2026-03-01-x.jsonl", "rollout"),
        ("codex", "2026/03/01/other.jsonl", None),
        ("opencode", "opencode.log", "log"),
        ("opencode", "old/opencode.log", None),
        ("copilot-cli", "session-state/abc/events.jsonl", "events"),
        ("copilot-cli", "logs/process-1.log", "log"),
        ("copilot-cli", "session-state/abc/checkpoints/events.jsonl", None),
        ("gemini-cli", "tmp/hash/chats/session.jsonl", "chat"),
    ],
)
def test_only_record_files_are_read_below_a_root(client: str, path: str, kind: str | None) -> None:
    found = kind_for(CLIENTS[client], path)
    assert (found.name if found else None) == kind


def test_only_the_folders_that_hold_records_are_looked_at() -> None:
    folders = {client.name: folders_of(client) for client in CLIENTS.values()}
    assert folders == {
        "claude-code": ("",),
        "codex": ("",),
        "opencode": ("",),
        "copilot-cli": ("logs", "session-state"),
        "gemini-cli": ("tmp",),
        "otlp": (),
    }


def test_a_client_that_is_followed_says_what_is_read_and_what_is_not() -> None:
    for client in CLIENTS.values():
        if any(kind.globs for kind in client.kinds):
            assert client.reads
            assert "prompts" in client.leaves
            assert client.roots


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (("us.anthropic.claude-opus-4-5-20251101-v1:0",), Place("aws-bedrock", Surface.CLOUD)),
        (("arn:aws:bedrock:eu-west-1:1:inference-profile/x",), Place("aws-bedrock", Surface.CLOUD)),
        (("claude-opus-4-5@20251101",), Place("google-cloud", Surface.CLOUD)),
        (("claude-opus-4-5", "msg_vrtx_01"), Place("google-cloud", Surface.CLOUD)),
        (("claude-opus-4-5", "msg_01"), None),
        ((None, 7), None),
    ],
)
def test_a_platform_is_known_by_ids_that_only_it_uses(ids: tuple[object, ...], expected: Place | None) -> None:
    assert place_by_id(*ids) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("openai", Place("openai", Surface.CODE)),
        ("amazon-bedrock", Place("aws-bedrock", Surface.CLOUD)),
        ("My_Proxy", Place("my-proxy", Surface.API)),
        ("", Place("openai", Surface.CODE)),
        (None, Place("openai", Surface.CODE)),
        ("two words", Place("openai", Surface.CODE)),
        ("sk-ant-123", Place("openai", Surface.CODE)),
    ],
)
def test_a_clients_word_for_a_provider_is_looked_up_and_never_guessed(name: object, expected: Place) -> None:
    assert place_named(name, Place("openai", Surface.CODE)) == expected


def test_every_named_provider_is_one_that_the_catalogue_knows() -> None:
    known = set(load(None, ()).knowledge.providers)
    assert {place.provider for place in (*places.HOME.values(), *places._NAMED.values(), *(place for _, place in places._MARKS))} <= known

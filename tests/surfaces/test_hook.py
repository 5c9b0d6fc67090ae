"""`statuswatch hook`: the place of the record is passed on and nothing else; nothing is printed, and nobody is kept waiting."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.config import paths

SESSION = "7b3276c2-b61c-4ea4-a17c-fbb69b9ed4d8"
_CLAUDE = {
    "session_id": SESSION,
    "transcript_path": "/home/ada/.claude/projects/-p/s.jsonl",
    "cwd": "/home/ada/p",
    "hook_event_name": "StopFailure",
    "error": "server_error",
    "last_assistant_message": "API Error: PLANTED",
}
_COPILOT = {"sessionId": SESSION, "timestamp": 1, "cwd": "/x", "errorContext": "model_call", "error": {"message": "PLANTED"}}


@pytest.fixture
def box() -> socket.socket:
    paths.ensure_private(paths.runtime_dir())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(paths.observe_file())
        listening.setblocking(False)
        yield listening


def hook(*argv: str, said: bytes = b"", **env: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "statuswatch", "hook", *argv], input=said, env={**os.environ, **env}, capture_output=True, timeout=60, check=False
    )


def heard(box: socket.socket) -> list[dict[str, object]]:
    messages = []
    while True:
        try:
            messages.append(json.loads(box.recv(65536)))
        except BlockingIOError:
            return messages


def silent(done: "subprocess.CompletedProcess[bytes]") -> bool:
    return (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_transcript_of_claude_code_is_pointed_at_and_nothing_else_is_passed_on(box: socket.socket) -> None:
    assert silent(hook("claude-code", said=json.dumps(_CLAUDE).encode()))
    assert heard(box) == [{"type": "observe", "record": {"client": "claude-code", "path": _CLAUDE["transcript_path"]}}]


def test_the_events_of_copilot_are_found_by_the_session(box: socket.socket) -> None:
    assert silent(hook("copilot", said=json.dumps(_COPILOT).encode()))
    assert silent(hook("copilot-cli", said=json.dumps(_COPILOT).encode(), COPILOT_HOME="/elsewhere"))
    found = [message["record"] for message in heard(box)]
    assert found == [
        {"client": "copilot-cli", "path": f"{Path.home()}/.copilot/session-state/{SESSION}/events.jsonl"},
        {"client": "copilot-cli", "path": f"/elsewhere/session-state/{SESSION}/events.jsonl"},
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ((), b"{}"),
        (("nobody",), json.dumps(_CLAUDE).encode()),
        (("claude-code",), b""),
        (("claude-code",), b"no JSON"),
        (("claude-code",), b"[1]"),
        (("claude-code",), b"[" * 100_000),
        (("claude-code",), b"{}"),
        (("claude-code",), json.dumps({"transcript_path": "/etc/passwd"}).encode()),
        (("claude-code",), json.dumps({"transcript_path": ["x.jsonl"]}).encode()),
        (("copilot",), json.dumps({"sessionId": "../../../etc/x-y-z"}).encode()),
        (("copilot",), json.dumps({"sessionId": 7}).encode()),
        (("claude-code",), b'{"x":"' + b"y" * (1 << 21) + b'"}'),
    ],
    ids=range(12),
)
def test_what_points_nowhere_is_passed_over_in_silence(box: socket.socket, argv: tuple[str, ...], said: bytes) -> None:
    assert silent(hook(*argv, said=said))
    assert heard(box) == []


def test_without_an_engine_nothing_happens() -> None:
    assert silent(hook("claude-code", said=json.dumps(_CLAUDE).encode()))


def test_an_input_that_never_ends_is_not_waited_for() -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen([sys.executable, "-m", "statuswatch", "hook", "claude-code"], stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(reading)
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 0
    os.close(writing)


@pytest.mark.usefixtures("box")
def test_a_stuck_engine_is_not_waited_for() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        out.connect(paths.observe_file())
        with contextlib.suppress(BlockingIOError):  # until there is no room
            for _ in range(100_000):
                out.send(b"x")
    assert silent(hook("claude-code", said=json.dumps(_CLAUDE).encode()))


def test_help_says_what_it_is_for() -> None:
    done = hook("--help")
    assert done.returncode == 0
    assert b"StopFailure" in done.stdout
    assert b"errorOccurred" in done.stdout


def test_a_hook_loads_nothing_heavy() -> None:
    loaded = "import sys; from statuswatch.surfaces.cli import hook; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", loaded], capture_output=True, text=True, timeout=60, check=True)
    assert {"asyncio", "pydantic", "httpx", "dataclasses", "argparse", "logging", "pathlib"} & set(done.stdout.split()) <= _always()


def _always() -> set[str]:
    """What this interpreter loads before any program runs: .pth files of test tools."""
    done = subprocess.run([sys.executable, "-I", "-c", "import sys; print(*sys.modules)"], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())

"""The taps of a real engine: what clients write, export and say in hooks becomes calls, and none of it beyond that is anywhere afterwards."""

import asyncio
import gzip
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from statuswatch.surfaces.cli.hook import tell
from support.planting import FILES, MARK, SECRETS, lines_of, planted_line
from support.server import Answer, status_server
from support.tapped import Tapped, tapped

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("taps")]
_PLACES = {
    ("claude-code", "transcript"): "-home-dev-proj/{}.jsonl",
    ("codex", "rollout"): "2026/11/22/rollout-{}.jsonl",
    ("opencode", "log"): "{}.log",
    ("copilot-cli", "events"): "session-state/{}/events.jsonl",
    ("copilot-cli", "log"): "logs/process-{}.log",
    ("gemini-cli", "telemetry"): "tmp/{}/telemetry.log",
    ("gemini-cli", "chat"): "tmp/{}/chats/session.jsonl",
}


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def answer(number: int, model: str) -> bytes:
    """One answered call as Claude Code tells it."""
    message = {"id": f"msg_{number}", "model": model, "usage": {"output_tokens": 1}, "content": [{"type": "text", "text": "done"}]}
    return json.dumps({"type": "assistant", "uuid": f"a{number}", "sessionId": "s", "timestamp": now(), "message": message}).encode()


def gave_up(number: int) -> bytes:
    """One call that Claude Code gave up."""
    message = {"model": "<synthetic>", "content": [{"type": "text", "text": "API Error: 529 Overloaded"}]}
    entry = {"type": "assistant", "uuid": f"f{number}", "sessionId": "s", "timestamp": now(), "isApiErrorMessage": True, "error": "server_error"}
    return json.dumps({**entry, "apiErrorStatus": 529, "apiErrorType": "overloaded_error", "message": message}).encode()


def everywhere(home: Path) -> list[str]:
    """Files of the engine (store, log, snapshot, prompt, sockets apart) that hold the mark."""
    kept = [path for folder in ("state", "run", "config") for path in (home / folder).rglob("*") if path.is_file()]
    return [str(path) for path in [*kept, home / "log"] if MARK.encode() in path.read_bytes()]


async def heard(home: Path, until: asyncio.Event) -> bytes:
    """All that the engine's socket says meanwhile."""
    reader, writer = await asyncio.open_unix_connection(str(home / "run" / "bridge.sock"), limit=1 << 24)
    said = bytearray()
    while not until.is_set():
        try:
            async with asyncio.timeout(0.2):
                said += await reader.read(1 << 16)
        except TimeoutError:
            continue
    writer.close()
    return bytes(said)


async def plant(home: Tapped) -> None:
    """Every secret in every field of every client's record, in exports and in messages."""
    async with httpx.AsyncClient() as client:
        for name, kind in FILES:
            for number, secret in enumerate(SECRETS):
                lines = [planted_line(line, secret) for line in lines_of(name, kind)]
                if (name, kind) in _PLACES:
                    home.record(name, _PLACES[name, kind].format(f"planted-{number}"), *lines)
                if kind == "otlp":
                    for line in lines:
                        sent = await client.post(
                            f"{home.exports}/v1/logs", content=gzip.compress(line), headers={"content-encoding": "gzip", "content-type": "application/json"}
                        )
                        assert sent.status_code == 200
    keys = ("id", "turn", "client", "provider", "model", "transport", "body", "code", "request_id", "project", "url", "at")
    for secret in SECRETS:
        call = {**dict.fromkeys(keys, secret), "outcome": "failed", "status": 500, "headers": {"x-request-id": secret, "authorization": secret}}
        tell({"type": "observe", "call": call}, str(home.home / "run" / "observe.sock"))


async def test_a_secret_in_every_field_is_in_no_file_no_message_and_no_memory_of_the_engine() -> None:
    async with tapped("s") as home:
        done = asyncio.Event()
        listening = asyncio.create_task(heard(home.home, done))
        await plant(home)
        home.record("claude-code", "-home-dev-proj/last.jsonl", answer(1, "claude-haiku-4-5"))
        await home.until(lambda: home.calls("anthropic/code:claude-haiku-4.5"), "the last record is read")
        await home.until(home.settled, "all that was written is read")
        done.set()
        said = await listening
        assert said.count(b"\n") > 1
        assert everywhere(home.home) == []
        if platform.libc_ver()[0] == "glibc":
            assert home.holding(MARK.encode()) == []
        assert MARK.encode() not in said


async def test_an_export_is_a_call_at_once() -> None:
    pairs = {"event.name": "api_error", "event.timestamp": now(), "session.id": "s", "model": "claude-opus-4-5", "status_code": "529", "error": "Overloaded"}
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in pairs.items()]
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": attributes}]}]}]}
    async with tapped("o", consent=("otlp",)) as home, httpx.AsyncClient() as client:
        assert (await client.post(f"{home.exports}/v1/logs", json=body)).status_code == 200
        await home.until(lambda: home.calls("anthropic/code:claude-opus-4.5"), "the export counts")
        assert [source["name"] for source in home.snapshot()["sources"] if source["enabled"]] == ["otlp"]


async def test_without_consent_nothing_listens_for_exports() -> None:
    async with tapped("n", consent=()) as home, httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.post(f"{home.exports}/v1/logs", json={})


async def test_one_failure_that_the_record_and_the_export_tell_is_one() -> None:
    async with tapped("d", consent=("otlp", "claude-code")) as home, httpx.AsyncClient() as client:
        home.record("claude-code", "-p/s.jsonl", answer(1, "claude-opus-4-5"))
        await home.until(lambda: home.calls("anthropic/code:claude-opus-4.5") == 1, "the answer counts")
        pairs = {"event.name": "api_error", "event.timestamp": now(), "session.id": "s", "model": "claude-opus-4-5", "error": "Repeated 529 Overloaded errors"}
        attributes = [{"key": name, "value": {"stringValue": value}} for name, value in pairs.items()]
        body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"attributes": attributes}]}]}]}
        home.record("claude-code", "-p/s.jsonl", gave_up(2))
        assert (await client.post(f"{home.exports}/v1/logs", json=body)).status_code == 200
        tell({"type": "observe", "call": {"outcome": "ok", "provider": "openai", "model": "gpt-5.1"}}, str(home.home / "run" / "observe.sock"))
        await home.until(lambda: home.calls("openai/api:gpt-5.1"), "all is taken in")
        await home.until(lambda: home.calls("anthropic/code:claude-opus-4.5") == 2, "the failure counts once")


async def test_a_hook_has_the_record_read_at_once_and_its_label_is_not_believed() -> None:
    async with tapped("h", consent=("claude-code",)) as home:
        session = home.record("claude-code", "-p/s.jsonl", answer(1, "claude-haiku-4-5"))
        await home.until(lambda: home.calls("anthropic/code:claude-haiku-4.5"), "the answer counts")
        said = {"transcript_path": str(session), "hook_event_name": "StopFailure", "error": "server_error", "last_assistant_message": "API Error: 529"}
        for path in (session, home.home / "config" / "sources.toml", Path("/etc/passwd"), session.parent / "none.jsonl"):
            argv = [sys.executable, "-m", "statuswatch", "hook", "claude-code"]
            hook = await asyncio.create_subprocess_exec(*argv, env=home.env, stdin=asyncio.subprocess.PIPE)
            await hook.communicate(json.dumps({**said, "transcript_path": str(path)}).encode())
            assert hook.returncode == 0
        home.record("claude-code", "-p/s.jsonl", gave_up(2))
        await home.until(lambda: home.calls("anthropic/code:claude-haiku-4.5") == 2, "the failure counts")
        view = next(view for view in home.snapshot()["routes"] if view["route"] == "anthropic/code:claude-haiku-4.5")
        assert view["calls"] | {"latencies_ms": []} == {**view["calls"], "ok": 1, "failed": 1, "latencies_ms": []}
        assert view["verdict"]["fault"] == "provider"


async def test_attempts_without_an_answer_between_them_send_for_the_page_at_once() -> None:
    """Nobody looks, so the page is read every five minutes: it is read again within one, as two requests of one conversation went out and none came back."""
    sent = json.dumps({"type": "api-request", "sessionId": "s", "querySource": "repl", "params": {"model": "claude-opus-4-5"}}).encode()
    page = Answer(headers={"content-type": "application/json"}, body=b'{"page":{"id":"x"},"status":{"indicator":"none"},"components":[],"incidents":[]}')
    async with status_server() as server:
        url = server.serve("/api/v2/summary.json", page)
        async with tapped("r", consent=("claude-code",), pages={"anthropic": url}) as home:
            home.record("claude-code", "-p/s.jsonl", answer(1, "claude-opus-4-5"), sent)
            await home.until(lambda: server.seen, "the page is read for the first time")
            await asyncio.sleep(1)
            before = len(server.seen)
            home.record("claude-code", "-p/s.jsonl", sent)
            await home.until(lambda: len(server.seen) > before, "the page is read again")
            assert home.calls("anthropic/code:claude-opus-4.5") == 1

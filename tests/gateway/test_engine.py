"""The gateway of an engine: it opens when it is asked for, and a failing answer carries the verdict that it has itself led to."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from http_sf import parse

from statuswatch.app.gatewaying import outlook_of
from statuswatch.app.led import MOST, read_led, write_led
from statuswatch.app.wiring import Made, Start, make_engine, read_setting
from statuswatch.config import paths
from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.ids import Surface
from statuswatch.engine.clock import SystemClock
from support.gatewaykit import GENEROUS, Server, calling, field, until

OVERLOADED = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
FAILING = b"HTTP/1.1 529 Overloaded\r\nContent-Type: application/json\r\nrequest-id: req_1\r\nContent-Length: %d\r\n\r\n%s" % (len(OVERLOADED), OVERLOADED)
GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def engine(monkeypatch: pytest.MonkeyPatch, folder: Path, server: Server, more: str = "") -> AsyncIterator[Made]:
    monkeypatch.setenv("STATUSWATCH_HOME", str(folder))
    (folder / "config").mkdir(exist_ok=True)
    there = f"http://127.0.0.1:{server.port}"
    settings = f'[gateway]\nupstreams = ["anthropic={there}"]\n{more}\n[providers.anthropic]\nurls = ["{there}/feed"]\n'
    (folder / "config" / "config.toml").write_text(settings)
    made = make_engine(read_setting(), Start(SystemClock(), environ={}, home=folder, simulated="test", desktop=False))
    running = asyncio.create_task(made.run())
    try:
        await until(lambda: Path(paths.gateway_file()).exists() or running.done())
        yield made
    finally:
        made.engine.stop()
        await running


async def told() -> dict[str, object]:
    async with asyncio.timeout(GENEROUS):
        reader, writer = await asyncio.open_unix_connection(paths.gateway_file())
        said = json.loads(await reader.readline())
        writer.close()
    assert isinstance(said, dict)
    return said


async def led(url: str) -> str:
    """The name under which the gateway reaches an address of the person's own."""
    async with asyncio.timeout(GENEROUS):
        reader, writer = await asyncio.open_unix_connection(paths.gateway_file())
        await reader.readline()
        writer.write(json.dumps({"upstream": url, "like": "anthropic"}).encode() + b"\n")
        said = json.loads(await reader.readline())
        writer.close()
    return str(said.get("name") or said["error"])


async def call(address: str, name: str, model: str) -> bytes:
    port, token = address.rsplit(":", 1)[1].split("/")
    body = json.dumps({"model": model, "messages": []}).encode()
    async with calling(int(port)) as caller:
        head = f"POST /{token}/{name}/v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: claude-cli/2.1\r\nContent-Length: {len(body)}\r\n\r\n"
        await caller.send(head.encode() + body)
        return await caller.answer()


async def sure_of(address: str, name: str, model: str) -> bytes:
    """A failing answer whose verdict is sure and says what works: from the third call on, or later on a machine too busy to judge in time."""
    for number in range(100):
        got = await call(address, name, model)
        said = field(got, "statuswatch-verdict")
        if number > 1 and said:
            fault, parameters = parse(said.encode(), tltype="item")
            if str(fault) == "provider" and str(parameters["confidence"]) in {"medium", "high"} and b"Works now" in got:
                return got
    pytest.fail(f"never sure: {got!r}")


async def test_who_asks_gets_the_address_and_failing_calls_carry_their_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as server, engine(monkeypatch, tmp_path, server) as made:
        server.answers = [GOOD]
        said = await told()
        address = str(said["address"])
        assert (await told())["address"] == address
        assert "anthropic" in said["names"]  # type: ignore[operator]  # a list
        assert await call(address, "anthropic", "claude-haiku-4-5") == GOOD
        server.answers = [FAILING]
        got = await sure_of(address, "anthropic;annotate", "claude-opus-4-5-20251101")

        assert field(got, "link") == '<https://status.claude.com>; rel="status"'
        message = json.loads(got.partition(b"\r\n\r\n")[2])["error"]["message"]
        assert message.startswith("Overloaded. statuswatch: It's them. Anthropic is failing for Claude Opus 4.5")
        assert "Works now: Claude Haiku 4.5." in message
        expected = {("claude-code", "claude-opus-4.5", "failed"), ("claude-code", "claude-haiku-4.5", "ok")}

        def seen() -> set[tuple[str, str, str]]:
            snapshot = made.engine.snapshot
            return {(one.client, one.model, one.outcome) for one in snapshot.calls} if snapshot else set()

        await until(lambda: seen() == expected)


async def test_it_is_closed_until_somebody_asks_and_where_its_port_is_taken_another_will_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as server, engine(monkeypatch, tmp_path, server, f"port = {server.port}"):
        connections = server.connections
        said = await told()

        assert not str(said["address"]).startswith(f"http://127.0.0.1:{server.port}/")
        assert server.connections == connections


async def test_where_the_settings_say_so_it_listens_from_the_start_at_its_port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as free:
        port = free.port
    async with Server() as server, engine(monkeypatch, tmp_path, server, f"enabled = true\nport = {port}"):
        server.answers = [GOOD]

        assert str((await told())["address"]).startswith(f"http://127.0.0.1:{port}/")


async def test_the_word_in_the_address_stays_and_nobody_else_can_read_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as server, engine(monkeypatch, tmp_path, server):
        address = str((await told())["address"])
        token = Path(paths.gateway_token_file())

        assert token.read_text().strip() == address.rsplit("/", 1)[1]
        assert token.stat().st_mode & 0o077 == 0


async def test_where_the_word_cannot_be_kept_who_asks_hears_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as server, engine(monkeypatch, tmp_path, server):
        Path(paths.gateway_token_file()).mkdir()
        (Path(paths.gateway_token_file()) / "in the way").touch()

        assert "cannot be kept" in str((await told())["error"])


async def test_without_a_picture_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as server, engine(monkeypatch, tmp_path, server) as made:
        outlook = outlook_of(None, made.knowledge, "anthropic", Surface.API, "claude-opus-4.5")

        assert outlook is not None
        assert (outlook.fault, outlook.confidence, outlook.health, outlook.sentence) == (Fault.UNKNOWN, Confidence.LOW, Health.UNKNOWN, "")
        assert outlook.link == "https://status.claude.com"
        assert outlook_of(None, made.knowledge, "nobody", None, "*") is None


async def test_a_program_under_way_finds_its_way_when_the_engine_was_restarted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as own, Server() as server:
        own.answers = [GOOD]
        async with engine(monkeypatch, tmp_path, server):
            known, name = await led(f"http://127.0.0.1:{server.port}"), await led(f"http://127.0.0.1:{own.port}/base")
            assert (known, name.startswith("own-")) == ("anthropic", True)
            assert await call(str((await told())["address"]), name, "claude-haiku-4-5") == GOOD
        async with engine(monkeypatch, tmp_path, server, f'[providers.openai]\nurls = ["http://127.0.0.1:{server.port}/feed"]'):
            assert await call(str((await told())["address"]), f"{name};annotate", "claude-haiku-4-5") == GOOD

        place = Path(paths.gateway_led_file())
        assert json.loads(place.read_text()) == [f"http://127.0.0.1:{own.port}/base"]
        assert place.stat().st_mode & 0o077 == 0
        assert [one.split(b" ")[1] for one in own.requests] == [b"/base/v1/messages"] * 2


async def test_where_an_address_cannot_be_kept_it_is_passed_on_to_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with Server() as own, Server() as server, engine(monkeypatch, tmp_path, server):
        own.answers = [GOOD]
        await told()
        Path(paths.gateway_led_file()).mkdir()

        assert await call(str((await told())["address"]), await led(f"http://127.0.0.1:{own.port}"), "claude-haiku-4-5") == GOOD
        assert await led("https://me:secret@llm.example.com") == "not an address: 'https://me:secret@llm.example.com'; expected https://host/path"


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\xff",
        b"{}",
        b"[" * 100_000,
        b"7",
        json.dumps([1, None, "x", "http://10.0.0.1", "https://a.example?key=1", "https://me:word@a.example", "https://[::1", "https://a:99999"]).encode(),
    ],
    ids=["empty", "no text", "an object", "deep", "a number", "no addresses"],
)
def test_a_file_of_addresses_that_was_spoilt_leads_nowhere(kept: bytes, tmp_path: Path) -> None:
    place = tmp_path / "addresses"
    place.write_bytes(kept)

    assert read_led(place) == []


def test_the_addresses_asked_for_last_are_kept(tmp_path: Path) -> None:
    place = tmp_path / "addresses"
    assert read_led(place) == []
    kept: list[str] = []
    for number in range(MOST + 5):
        kept = write_led(place, kept, f"https://a{number}.example")
    kept = write_led(place, kept, "https://a20.example")

    assert read_led(place) == kept
    assert (len(kept), kept[0], kept[-2:]) == (MOST, "https://a5.example", [f"https://a{MOST + 4}.example", "https://a20.example"])

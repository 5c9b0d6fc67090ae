"""The dashboard in a browser: who is let in, and that the page needs nothing from elsewhere. A real server on loopback, spoken to byte by byte."""

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, WSMsgType, web
from textual_serve.app_service import AppService

from statuswatch.surfaces.tui.serving import Guarded, free_port

WORD = "abcdefghijklmnopqrstuvwx"


@asynccontextmanager
async def served(command: str = "exit 1") -> AsyncIterator[Guarded]:
    server = Guarded(command, free_port(), WORD)
    runner = web.AppRunner(await server._make_app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", server.port).start()
    try:
        yield server
    finally:
        await runner.cleanup()


async def asked(server: Guarded, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Status, and head and body as text."""
    given = {"Host": f"127.0.0.1:{server.port}", "Connection": "close"} | dict(headers or {})
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write((f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in given.items()) + "\r\n").encode())
    answer = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode("utf-8", "replace")
    if given["Connection"] == "close":
        answer += (await asyncio.wait_for(reader.read(), 30)).decode("utf-8", "replace")
    writer.close()
    return int(answer.split(" ", 2)[1]), answer


async def listening(port: int) -> None:
    """Come back once somebody takes a connection there."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            return writer.close()


def cookie(server: Guarded) -> dict[str, str]:
    return {"Cookie": f"statuswatch-{server.port}={WORD}"}


async def test_the_word_becomes_a_cookie_that_no_script_and_no_other_site_gets() -> None:
    async with served() as server:
        status, answer = await asked(server, f"/?token={WORD}")
        assert status == 303
        assert f"statuswatch-{server.port}={WORD}" in answer
        assert "HttpOnly" in answer
        assert "SameSite=Strict" in answer
        assert "Location: /\r\n" in answer


async def test_the_page_names_no_other_host_and_may_reach_none() -> None:
    async with served() as server:
        status, answer = await asked(server, "/", cookie(server))
        assert status == 200
        assert "fonts.googleapis.com" not in answer
        head, _, body = answer.partition("\r\n\r\n")
        assert "default-src 'none'" in head
        hosts = {piece.split("/")[0].split('"')[0] for piece in body.split("://")[1:]}
        assert hosts <= {f"127.0.0.1:{server.port}", "www.w3.org"}
        assert "www.w3.org/2000/svg" in body  # the name of a notation, fetched by nobody


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js", "/download/x", "/?token=wrong", "/ws?token=" + WORD])
async def test_nobody_comes_in_without_the_word(path: str) -> None:
    async with served() as server:
        status, answer = await asked(server, path, {"Origin": f"http://127.0.0.1:{server.port}"})
        assert status == 401
        assert WORD not in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost:1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
    ids=str,
)
async def test_no_other_page_and_no_other_name_comes_in_even_with_the_word(headers: dict[str, str]) -> None:
    async with served() as server:
        assert (await asked(server, "/", cookie(server) | headers))[0] == 403
        assert (await asked(server, "/static/js/textual.js", cookie(server) | headers))[0] == 403


async def test_a_websocket_says_which_page_opened_it() -> None:
    async with served() as server:
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        assert (await asked(server, "/ws", cookie(server) | upgrade))[0] == 403
        assert (await asked(server, "/ws", upgrade | {"Origin": f"http://127.0.0.1:{server.port}"}))[0] == 401


async def test_it_listens_on_loopback_only() -> None:
    server = Guarded("exit 1", free_port(), WORD)
    assert server.host == "127.0.0.1"
    assert server.address == f"http://127.0.0.1:{server.port}/?token={WORD}"


async def test_the_word_is_printed_once_and_no_visit_is(tmp_path: Path) -> None:
    port = free_port()
    argv = [sys.executable, "-m", "statuswatch", "dashboard", "--serve", "--port", str(port)]
    environ = {**os.environ, "STATUSWATCH_HOME": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(*argv, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    assert process.stdout is not None
    try:
        first = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        word = first.strip().rpartition("token=")[2]
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client, asyncio.timeout(60):
            await listening(port)
            for query, status in (("?token=wrong", 401), (f"?token={word}", 200), ("", 200)):
                async with client.get(f"http://127.0.0.1:{port}/{query}") as answer:
                    assert answer.status == status
    finally:
        process.terminate()
        rest = (await asyncio.wait_for(process.stdout.read(), 60)).decode()
        await process.wait()
    assert word
    assert rest == "Only on this machine, and only with this address. Ctrl-C ends it.\n"


async def test_with_the_word_a_browser_gets_the_dashboard(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[asyncio.subprocess.Process] = []
    opening = AppService._open_app_process

    async def noted(service: AppService, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        started.append(await opening(service, width, height))
        return started[-1]

    monkeypatch.setattr(AppService, "_open_app_process", noted)
    show = (
        "from pathlib import Path; from statuswatch.surfaces.tui.run import run; from statuswatch.surfaces.tui.source import SocketSource; "
        "run(SocketSource(Path('/nonexistent/socket'), Path('/nonexistent/snapshot')))"
    )
    async with served(shlex.join([sys.executable, "-c", show])) as server, ClientSession(cookies=dict([cookie(server)["Cookie"].split("=", 1)])) as client:
        origin = f"http://127.0.0.1:{server.port}"
        async with client.ws_connect(f"{origin}/ws?width=100&height=30", origin=origin) as socket:
            said = ""
            while "No picture yet" not in said:
                message = await socket.receive(timeout=60)
                assert message.type is WSMsgType.BINARY, (message, said)
                said += message.data.decode("utf-8", "replace")
        async with asyncio.timeout(60):  # the dashboard ends with its page, and before the loop that watches it
            assert [await process.wait() for process in started] == [0]

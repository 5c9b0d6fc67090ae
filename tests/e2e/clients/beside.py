"""One coding client, started twice: straight and by `statuswatch run`, against a provider that answers, fails or breaks off: what it printed and sent.

`python beside.py '{"client": …, "scene": …}'`, started in namespaces of its own (see cell.py); prints one JSON object. Scenes: `none` (it works), a failure of
the simulated provider by its name, `slow` (the first byte takes three seconds), `dropped` (the first answer breaks off in its middle), `settings` (the address
stands in Claude Code's own settings), `tools` (the model asks Claude Code for a tool, and tells what came of it). `times`: how many calls meet the failure
(null: all).
"""

import asyncio
import contextlib
import json
import re
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from agent import _events, _text, handler
from cell import Names, raise_loopback, route_nowhere

from statuswatch.engine.clock import SystemClock
from statuswatch.simulate.provider import Provider, Served
from support.realclients import CLIENTS, Client, Ground, environment, settle_in
from support.runkit import STATUSWATCH, Person

LEAVE_S = 200.0
SLOW_S = 3.0
CUT = 400
PLAIN = {"none", "slow", "dropped", "settings", "tools"}
_MODEL = re.compile(rb'"model"\s*:\s*"([^"]+)"')
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+[^\s\"')]*|127\.0\.0\.1:\d+")


class Asking:
    """A model that asks for a shell command, and then says what came of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, request: dict[str, Any]) -> tuple[bytes, ...]:
        """The events of one answer."""
        parts = [part for message in request["messages"] if isinstance(message["content"], list) for part in message["content"]]
        results = [part["content"] for part in parts if part.get("type") == "tool_result"]
        if results or not request.get("tools"):
            return _text(request, f"It said: {results}")
        block = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
        return _events(request, block, {"type": "input_json_delta", "partial_json": json.dumps({"command": "echo made-by-$((40 + 2))"})}, "tool_use")


@contextlib.contextmanager
def asking() -> Iterator[int]:
    """Such a model's port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(Asking())) as server:  # type: ignore[arg-type]  # it has what a handler asks for
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class Line:
    """A way to the provider that can be slow at the first byte of an answer, or break off after `CUT` bytes of the first long one.

    What is asked of a small model beside (a title) is never broken off: nobody tries that again, and which of the two comes first is chance.
    """

    def __init__(self, port: int, scene: str) -> None:
        self._port, self._scene, self.cut = port, scene, 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._passed, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _passed(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, here = await asyncio.open_connection("127.0.0.1", self._port)
        models = [b""]
        asking = asyncio.create_task(self._copy(reader, here, models))
        with contextlib.suppress(OSError):
            await self._back(there, writer, models)
        for end in (writer, here):
            end.close()
        asking.cancel()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, models: list[bytes]) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                models += _MODEL.findall(data)
                writer.write(data)
                await writer.drain()
            writer.write_eof()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, models: list[bytes]) -> None:
        passed = 0
        while data := await reader.read(1 << 16):
            if self._scene == "slow":
                await asyncio.sleep(SLOW_S)
            if self._scene == "dropped" and not self.cut and b"haiku" not in models[-1] and b"text/event-stream" in data:
                self.cut += 1
                head = data.index(b"\r\n\r\n")
                writer.write(data[: head + CUT])
                await writer.drain()
                writer.transport.abort()
                return
            writer.write(data)
            passed += len(data)
            await writer.drain()


async def started(client: Client, scene: str, times: int | None, folder: Path, *, through: bool) -> dict[str, Any]:
    """One start of it, in a home of its own."""
    served: list[Served] = []
    failure = scene if scene not in PLAIN else None
    async with contextlib.AsyncExitStack() as held:
        provider = await held.enter_async_context(Provider(SystemClock(), failure, times, served.append))
        port = held.enter_context(asking()) if scene == "tools" else int(provider.url.rpartition(":")[2])
        url = await held.enter_async_context(Line(port, scene).open())
        ground = Ground(url, folder / "home", "http://127.0.0.1:9")
        settle_in(client, ground)
        env = environment(client, ground)
        name = {"codex": "openai", "gemini-cli": "google-gemini"}.get(client.name, "anthropic")
        person = Person(ground.home).settle({name: url})
        argv: tuple[str, ...] = (*client.argv, "--allowedTools", "Bash") if scene == "tools" else client.argv
        if scene == "settings":
            (ground.home / ".claude" / "settings.json").write_text(json.dumps({"env": {"ANTHROPIC_BASE_URL": url}}))
            env["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:9"  # which settings go before
        if through:
            argv = (*STATUSWATCH, "run", "--", *argv)
        try:
            status, out, err = await _left(client, person, argv, {**env, **{key: value for key, value in person.environ().items() if key not in env}})
            calls = await _seen(person) if through else []
        finally:
            await person.leave()
    asked = [f"{one.method} {one.path.partition('?')[0]} {one.status} {one.failure or ''}".strip() for one in served]
    return {"exit": status, "out": _ADDRESS.sub("ADDRESS", out), "err": _ADDRESS.sub("ADDRESS", err), "served": asked, "calls": calls}


async def _seen(person: Person) -> list[str]:
    """The calls that the engine has heard of, once there are any: those that worked are told a moment later."""
    for _ in range(15):
        _, calls, _ = await person.does(*STATUSWATCH, "calls", "--json")
        if calls:
            return calls.splitlines()
        await asyncio.sleep(1.0)
    return []


async def _left(client: Client, person: Person, argv: tuple[str, ...], env: dict[str, str]) -> tuple[int | None, str, str]:
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*argv, env=env, cwd=person.home / "project", stdin=nothing, stdout=pipe, stderr=pipe, limit=1 << 24)
    try:
        out, err = await asyncio.wait_for(process.communicate(), LEAVE_S)
    except TimeoutError:
        process.kill()
        return None, client.name, "it did not end"
    return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


async def play(wanted: dict[str, Any], place: Path) -> dict[str, Any]:
    client = CLIENTS[wanted["client"]]
    straight = await started(client, wanted["scene"], wanted.get("times"), place / "straight", through=False)
    return {"straight": straight, "through": await started(client, wanted["scene"], wanted.get("times"), place / "through", through=True)}


def main() -> None:
    raise_loopback()
    route_nowhere()
    with tempfile.TemporaryDirectory(prefix="swb", dir="/tmp", ignore_cleanup_errors=True) as folder:
        names = Names(Path(folder))
        names.start()
        for name in ("straight", "through"):
            (Path(folder) / name / "home").mkdir(parents=True)
        result = asyncio.run(play(json.loads(sys.argv[1]), Path(folder)))
        sys.stdout.write(json.dumps({**result, "names": sorted(set(names.asked))}) + "\n")


if __name__ == "__main__":
    main()

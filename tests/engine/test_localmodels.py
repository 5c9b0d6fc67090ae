"""Model servers on this machine: found where they answer with models, looked for only while that is wanted."""

import asyncio
import json
from dataclasses import replace

import pytest

from statuswatch.app.around import around, doubted, wanted
from statuswatch.catalog.localservers import ServerSpec, local_servers
from statuswatch.core.health import FeedState
from statuswatch.core.observation import LocalServer, LocalServersSeen
from statuswatch.engine.clock import SystemClock
from statuswatch.engine.fetch import Fetcher
from statuswatch.engine.inbox import Inbox
from statuswatch.engine.localmodels import LocalModels, model_names
from support.server import Answer, StatusServer, status_server
from support.snapshots import calm, trouble

_SPEC = ServerSpec("Ollama", 11434, "/api/tags", "models", "name", "docs")


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b'{"models": [{"name": "qwen3:8b"}, {"name": "llama3.3"}]}', ("qwen3:8b", "llama3.3")),
        (b'{"models": []}', ()),
        (b'{"models": [{"name": "evil\\u001b[31m"}, {"name": 7}, 7, {"id": "x"}, {"name": "fine"}]}', ("fine",)),
        (b'{"models": {"name": "x"}}', ()),
        (b"[1]", ()),
        (b"<html>a router's page</html>", ()),
        (b"[" * 100_000, ()),
        (b"\xff\xfe", ()),
        (b"", ()),
    ],
)
def test_only_names_that_are_names_are_taken(data: bytes, names: tuple[str, ...]) -> None:
    assert model_names(data, _SPEC) == names


def test_the_shipped_servers_are_asked_on_this_machine_and_say_where_that_is_known_from() -> None:
    servers = local_servers()

    assert [server.name for server in servers[:3]] == ["Ollama", "LM Studio", "llama.cpp"]
    assert all(server.path.startswith("/") and 1024 <= server.port <= 65535 and server.source for server in servers)
    assert len({server.port for server in servers}) == len(servers)


def _specs(server: StatusServer) -> list[ServerSpec]:
    return [replace(_SPEC, name="Silent", port=1), replace(_SPEC, name="Other", port=server.port, path="/other"), replace(_SPEC, port=server.port)]


async def test_it_is_looked_for_while_needed_and_forgotten_after() -> None:
    async with status_server() as server:
        server.serve("/api/tags", Answer(headers={"Content-Type": "application/json"}, body=json.dumps({"models": [{"name": "qwen3"}]}).encode()))
        server.serve("/other", Answer(headers={"Content-Type": "text/html"}, body=b"<!doctype html><html></html>"))
        inbox, needed = Inbox(), [False]
        clock = _Impatient()
        models = LocalModels(_specs(server), Fetcher(total_seconds=30.0), inbox, clock, lambda: needed[0])
        running = asyncio.create_task(models.run())
        await asyncio.sleep(0.2)
        assert (server.seen, clock.sleeps) == ([], 0), "while nothing is wrong nothing is looked for, and no clock runs"
        needed[0] = True
        models.stepped()
        assert await _seen(inbox) == (LocalServer("Ollama", f"127.0.0.1:{server.port}", ("qwen3",)),)
        needed[0] = False
        models.stepped()
        assert await _seen(inbox) == ()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class _Impatient(SystemClock):
    """Machine time whose sleeps are short, and counted."""

    sleeps = 0

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        await super().sleep(min(seconds, 0.02))


async def _seen(inbox: Inbox) -> tuple[LocalServer, ...]:
    async with asyncio.timeout(60):
        while True:
            for arrival in await inbox.take():
                if isinstance(arrival.observation, LocalServersSeen):
                    return arrival.observation.servers


async def test_nothing_is_looked_for_before_there_is_a_picture_or_where_it_is_switched_off() -> None:
    assert not wanted(None)
    assert not doubted(None)
    assert list(around(Inbox(), SystemClock(), lambda: None, local=False).taps) == ["the network of this machine"]
    assert len(around(Inbox(), SystemClock(), lambda: None, local=True).taps) == 2


def test_the_network_is_doubted_in_trouble_and_where_a_feed_cannot_be_reached() -> None:
    assert not doubted(calm())
    assert doubted(trouble())
    assert doubted(replace(calm(), feeds=tuple(replace(feed, state=FeedState.UNREACHABLE) for feed in calm().feeds[:1])))

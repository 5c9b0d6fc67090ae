"""Over real HTTP on loopback, read with the same parsers that read the real pages."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from statuswatch.core.health import Health
from statuswatch.core.incident import Page, Stage
from statuswatch.core.moment import parse_time
from statuswatch.simulate.reading import load
from statuswatch.simulate.server import PROVIDER_HEADER, World
from statuswatch.sources.body import Body
from statuswatch.sources.formats import parser_for
from support.clocks import JumpClock
from support.recordings import recordings

SCRIPT = load("claude-2025-12-14")


def at(clock: str) -> datetime:
    return parse_time(f"2025-12-14T{clock}Z")


class Running:
    """A world, its clock and a client."""

    def __init__(self, world: World, clock: JumpClock, client: httpx.AsyncClient) -> None:
        self.world, self.clock, self.client = world, clock, client

    async def page(self, path: str, provider: str = "anthropic", **headers: str) -> httpx.Response:
        return await self.client.get(self.world.pages[provider] + path, headers=headers)

    async def read(self, name: str, path: str, provider: str = "anthropic") -> Page:
        response = await self.page(path, provider)
        page = parser_for(name)(Body(response.content, provider, str(response.url), response.headers["content-type"]))
        assert isinstance(page, Page), page
        assert page.problems == ()
        return page

    async def ask(self, path: str, model: str, **headers: str) -> httpx.Response:
        return await self.client.post(self.world.api + path, json={"model": model, "messages": []}, headers=headers)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    clock = JumpClock(SCRIPT.start)
    async with World(SCRIPT, clock) as world, httpx.AsyncClient(trust_env=False, timeout=10) as client:
        yield Running(world, clock, client)


@pytest.mark.parametrize(
    ("clock", "health", "stages"),
    [
        ("21:25:30", Health.OK, []),
        ("21:31:42", Health.DOWN, [Stage.INVESTIGATING]),
        ("21:50:00", Health.DOWN, [Stage.INVESTIGATING] * 2),
        ("22:48:00", Health.DOWN, [Stage.INVESTIGATING] * 3 + [Stage.IDENTIFIED]),
        ("22:55:00", Health.OK, []),
    ],
)
async def test_the_summary_is_read_by_the_parser_of_real_pages(running: Running, clock: str, health: Health, stages: list[Stage]) -> None:
    running.clock.jump(at(clock))
    page = await running.read("statuspage-summary", "/api/v2/summary.json")
    assert page.health is health
    assert {component.health for component in page.components} == {health}
    assert [component.id for component in page.components] == ["rwppv331jlwc", "0qbwn08sd68x", "k8w3r06qmzrp", "yyzkbfz2thpt"]
    assert [update.stage for incident in page.incidents for update in incident.updates] == stages
    assert all((incident.id, incident.impact.value, len(incident.components)) == ("9g6qpr72ttbr", "critical", 4) for incident in page.incidents)


async def test_the_other_feeds_tell_the_same_incident(running: Running) -> None:
    running.clock.jump(at("22:55:00"))
    for name, path in (("statuspage-incidents", "/api/v2/incidents.json"), ("statuspage-history", "/history.atom")):
        page = await running.read(name, path)
        [incident] = page.incidents
        assert incident.id == "9g6qpr72ttbr"
        assert incident.stage is Stage.RESOLVED
        assert [update.at.replace(second=0) for update in incident.updates] == [post.at.replace(second=0) for post in SCRIPT.incidents[0].posts]
        assert incident.updates[1].body == SCRIPT.incidents[0].posts[1].body
    assert (await running.read("statuspage-unresolved", "/api/v2/incidents/unresolved.json")).incidents == ()


async def test_every_feed_of_the_script_has_a_parser_and_is_served(running: Running) -> None:
    running.clock.jump(at("22:00:00"))
    for party in SCRIPT.providers:
        for feed in party.feeds:
            assert (await running.read(feed.format, feed.path, party.id)).provider == party.id


async def test_the_second_page_stays_healthy(running: Running) -> None:
    running.clock.jump(at("22:00:00"))
    page = await running.read("statuspage-summary", "/api/v2/summary.json", "openai")
    assert page.health is Health.OK
    assert page.incidents == ()


async def test_the_summary_has_the_keys_of_the_recorded_one_at_every_level(running: Running) -> None:
    recorded = json.loads(recordings("feeds/anthropic/summary-20260729T202625Z-critical.json").read_bytes())
    running.clock.jump(at("21:50:00"))
    served = (await running.page("/api/v2/summary.json")).json()
    assert _shape(served) == _shape(recorded)


def _shape(value: object) -> object:
    """Keys in their order and the kinds of values; of a list its first item."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value[:1]]
    return type(value).__name__


async def test_an_unchanged_page_answers_304_until_the_next_post(running: Running) -> None:
    running.clock.jump(at("21:40:00"))
    first = await running.page("/api/v2/summary.json")
    etag = first.headers["etag"]
    running.clock.jump(at("21:46:04"))
    second = await running.page("/api/v2/summary.json", **{"if-none-match": f'"other", {etag}'})
    assert (second.status_code, second.content, second.headers["etag"]) == (304, b"", etag)
    running.clock.jump(at("21:46:05"))
    third = await running.page("/api/v2/summary.json", **{"if-none-match": etag})
    assert third.status_code == 200
    assert third.headers["etag"] != etag


async def test_the_date_is_the_simulated_time(running: Running) -> None:
    running.clock.jump(at("22:01:02"))
    assert parsedate_to_datetime((await running.page("/api/v2/status.json")).headers["date"]) == at("22:01:02")


async def test_what_a_page_does_not_serve_is_not_found(running: Running) -> None:
    assert (await running.page("/api/v2/nothing.json")).status_code == 404
    assert (await running.client.post(running.world.pages["anthropic"] + "/api/v2/summary.json")).status_code == 404
    head = await running.client.head(running.world.pages["anthropic"] + "/api/v2/summary.json")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(("clock", "status"), [("21:24:59", 200), ("21:25:00", 529), ("22:42:59", 529), ("22:43:00", 200)])
async def test_the_messages_api_fails_as_the_real_one_did(running: Running, clock: str, status: int) -> None:
    running.clock.jump(at(clock))
    answer = await running.ask("/v1/messages", "claude-opus-4-5-20251101")
    assert answer.status_code == status
    body = answer.json()
    request = answer.headers["request-id"]
    assert request.startswith("req_")
    if status == 529:
        assert body == {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": request}
        assert answer.headers["x-should-retry"] == "true"
    else:
        assert (body["type"], body["model"], body["stop_reason"]) == ("message", "claude-opus-4-5-20251101", "end_turn")
        assert body["usage"]["output_tokens"] > 0


async def test_another_model_answers_while_three_fail(running: Running) -> None:
    running.clock.jump(at("22:00:00"))
    assert (await running.ask("/v1/messages", "claude-haiku-4-5")).status_code == 200
    assert (await running.ask("/v1/messages", "claude-sonnet-4-5")).status_code == 529


@pytest.mark.parametrize(("path", "kind"), [("/v1/chat/completions", "chat.completion"), ("/v1/responses", "response")])
async def test_the_other_wire_shapes_answer_in_their_own_words(running: Running, path: str, kind: str) -> None:
    running.clock.jump(at("22:00:00"))
    answer = await running.ask(path, "gpt-5.1")
    assert (answer.status_code, answer.json()["object"]) == (200, kind)
    assert answer.headers["x-request-id"].startswith("req_")
    failed = await running.ask(path, "claude-opus-4-5", **{PROVIDER_HEADER: "anthropic"})
    assert failed.status_code == 529
    assert failed.json()["error"]["code"] == "overloaded_error"


async def test_calls_that_make_no_sense_are_the_callers_fault(running: Running) -> None:
    url = running.world.api
    assert (await running.client.post(url + "/v1/messages", content=b"not json")).status_code == 400
    assert (await running.client.post(url + "/v1/messages", json={"model": 5})).json()["error"]["type"] == "invalid_request_error"
    assert (await running.client.post(url + "/v1/elsewhere", json={})).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n",
        b"\xff\x00\x01",
        b"DELETE / HTTP/1.1\r\n\r\n",
        b"GET nowhere HTTP/1.1\r\n\r\n",
        b"GET / SPDY/3\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * 70_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nshort",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
    ],
)
async def test_what_is_no_request_is_refused_and_the_server_lives_on(running: Running, sent: bytes) -> None:
    host, _, port = running.world.api.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    writer.write_eof()
    assert (await asyncio.wait_for(reader.read(), 10)).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()
    assert (await running.ask("/v1/messages", "claude-haiku-4-5")).status_code == 200


async def test_the_servers_listen_on_this_machine_only_and_leave_nothing(running: Running) -> None:
    for url in (running.world.api, *running.world.pages.values()):
        assert url.startswith("http://127.0.0.1:")
    for server in (running.world._api, *running.world._pages.values()):
        assert server._server
        assert {socket.getsockname()[0] for socket in server._server.sockets} == {"127.0.0.1"}
    before = asyncio.all_tasks()
    async with World(SCRIPT, running.clock) as other:
        url = other.api
        await running.client.post(url + "/v1/messages", json={"model": "claude-haiku-4-5"})
    with pytest.raises(httpx.TransportError):
        await running.client.post(url + "/v1/messages", json={"model": "claude-haiku-4-5"})
    assert {task for task in asyncio.all_tasks() if not task.done()} <= before

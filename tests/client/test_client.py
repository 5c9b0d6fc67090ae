"""The transport by itself, with both libraries, synchronous and not: what it tells, and that nobody else notices it."""

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import httpx2
import pytest

import statuswatch.client as tap
from statuswatch._client.link import LINK
from support.modelapi import Mailbox, ModelApi, engine_listens, model_api
from support.server import Answer

LIBRARIES = {"httpx": httpx, "httpx2": httpx2}
JSON = {"content-type": "application/json"}
SSE = {"content-type": "text/event-stream"}
BODY = {"model": "big-1", "messages": [{"role": "user", "content": "hello"}]}
PATH = "/v1/messages"
OVERLOADED = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'


@pytest.fixture(scope="module")
def server() -> Iterator[ModelApi]:
    with model_api() as api:
        yield api


@pytest.fixture
def api(server: ModelApi) -> ModelApi:
    server.answer = server.failure = server.times = None
    return server


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with engine_listens() as found:
        yield found


class Asker:
    """One way to ask: a library, blocking or not; `watched` or as it comes."""

    def __init__(self, library: str, *, is_async: bool, watched: bool = True) -> None:
        self.module, self.is_async = LIBRARIES[library], is_async
        self.make = {
            (True, False): lambda **options: tap.http_client(library, **options),
            (True, True): lambda **options: tap.async_http_client(library, **options),
            (False, False): self.module.Client,
            (False, True): self.module.AsyncClient,
        }[watched, is_async]

    def pieces(self, url: str, body: object = BODY, **options: Any) -> list[bytes]:
        """The raw bytes of the answer, as they came."""
        return asyncio.run(self._apieces(url, body, **options)) if self.is_async else self._pieces(url, body, **options)

    def _pieces(self, url: str, body: object, **options: Any) -> list[bytes]:
        with self.make(**options) as client, client.stream("POST", url, json=body) as answer:
            return [str(answer.status_code).encode(), *answer.iter_raw()]

    async def _apieces(self, url: str, body: object, **options: Any) -> list[bytes]:
        async with self.make(**options) as client, client.stream("POST", url, json=body) as answer:
            return [str(answer.status_code).encode(), *[piece async for piece in answer.aiter_raw()]]


WAYS = pytest.mark.parametrize("way", [(library, is_async) for library in LIBRARIES for is_async in (False, True)], ids=["httpx", "async", "httpx2", "async2"])


@WAYS
def test_a_success_is_told_with_its_model_and_nothing_of_its_content(way: tuple[str, bool], api: ModelApi, box: Mailbox) -> None:
    Asker(way[0], is_async=way[1]).pieces(api.url + PATH)
    (call,) = box.calls()
    assert (call["outcome"], call["model"], call["status"], call["url"]) == ("ok", "big-1", 200, api.url + PATH)
    assert set(call) == {"outcome", "at", "id", "client", "status", "url", "latency_ms", "project", "model", "request_id"}


@WAYS
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("failure", [None, "overloaded", "quota", "auth", "credit", "bad_gateway", "overloaded_stream"])
def test_the_bytes_of_an_answer_are_those_without_it(way: tuple[str, bool], api: ModelApi, box: Mailbox, failure: str | None, stream: bool) -> None:
    api.failure = failure
    body = {**BODY, "stream": stream}
    watched = Asker(way[0], is_async=way[1]).pieces(api.url + PATH, body)
    plain = Asker(way[0], is_async=way[1], watched=False).pieces(api.url + PATH, body)
    assert b"".join(watched) == b"".join(plain)
    assert [call["outcome"] for call in box.calls()] == ["failed" if failure else "ok"]


@WAYS
@pytest.mark.parametrize("name", ["overloaded", "overloaded_stream"])
def test_a_failure_is_told_with_its_code(way: tuple[str, bool], api: ModelApi, box: Mailbox, name: str) -> None:
    api.failure = name
    Asker(way[0], is_async=way[1]).pieces(api.url + PATH, {**BODY, "stream": True})
    (call,) = box.calls()
    assert call["outcome"] == "failed"
    assert json.loads(call["body"])["error"] == {"type": "overloaded_error", "message": "Overloaded"}


@WAYS
def test_a_body_that_nobody_reads_is_told_all_the_same(way: tuple[str, bool], api: ModelApi, box: Mailbox) -> None:
    """An SDK that tries again closes the answer as soon as it knows the status."""
    api.failure = "overloaded"
    library, is_async = way

    async def closed_unread() -> None:
        async with tap.async_http_client(library) as client:
            answer = await client.send(client.build_request("POST", api.url + PATH, json=BODY), stream=True)
            await answer.aclose()

    if is_async:
        asyncio.run(closed_unread())
    else:
        with tap.http_client(library) as client:
            client.send(client.build_request("POST", api.url + PATH, json=BODY), stream=True).close()
    assert "overloaded_error" in box.calls()[0]["body"]


@WAYS
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/v1/messages", {"ECONNREFUSED"}),
        ("http://nowhere.invalid/v1/messages", {"EAI_NONAME", "EAI_AGAIN", "EAI_NODATA", "EAI_FAIL", "ENOTFOUND"}),
    ],
)
def test_where_no_answer_comes_the_word_of_the_system_is_told(way: tuple[str, bool], box: Mailbox, url: str, words: set[str]) -> None:
    with pytest.raises(LIBRARIES[way[0]].ConnectError):
        Asker(way[0], is_async=way[1]).pieces(url)
    (call,) = box.calls()
    assert (call["outcome"], call["url"], "status" in call) == ("failed", url, False)
    assert call["transport"] in words


@WAYS
def test_a_timeout_is_told_as_one(way: tuple[str, bool], api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(before=60)
    with pytest.raises(LIBRARIES[way[0]].ReadTimeout):
        Asker(way[0], is_async=way[1]).pieces(api.url + PATH, timeout=LIBRARIES[way[0]].Timeout(60, read=0.05))
    assert box.calls()[0]["transport"] == "ReadTimeout"


@WAYS
def test_an_answer_that_breaks_off_is_no_answer(way: tuple[str, bool], api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(headers=SSE, pieces=(b"data: {}\n\n",), length=1000, cut=True)
    with pytest.raises(LIBRARIES[way[0]].RemoteProtocolError):
        Asker(way[0], is_async=way[1]).pieces(api.url + PATH)
    (call,) = box.calls()
    assert (call["outcome"], call["transport"]) == ("failed", "RemoteProtocolError")


@WAYS
def test_an_error_body_that_breaks_off_fails_where_it_failed_before(way: tuple[str, bool], api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(529, JSON, OVERLOADED[:40], length=1000, cut=True)
    with pytest.raises(LIBRARIES[way[0]].RemoteProtocolError):
        Asker(way[0], is_async=way[1]).pieces(api.url + PATH)
    assert [call["status"] for call in box.calls()] == [529]


@pytest.mark.parametrize(
    ("headers", "pieces", "outcome"),
    [
        (SSE, (b"data: {}\n\n", b"data: [DONE]\n\n"), "ok"),
        (SSE, (b"data: {}\n\n",), None),
        (SSE, (b"event: er", b"ror\ndata: {", b'"type":"error","error":{"type":"overloaded_error"}}\n', b"\n"), "failed"),
        (SSE, (b'data: {"error":{"code":503}}',), "failed"),
        (SSE, (b"data: {}\n\n", b'{"error": {"code": 503', b', "status": "UNAVAILABLE"}}'), "failed"),
        (SSE, (b"event: error\r\ndata: all is lost\r\n\r\n",), "failed"),
        (SSE, (b'data: {"choices":[{"error":{"code":502},"finish_reason":"error"}]}\n\n',), "failed"),
        (SSE, (b'data: {"delta":"event: error overloaded_error {\\"error\\":1}"}\n\n', b"data: [DONE]\n\n"), "ok"),
        (SSE, (b'data: {"type":"response.mcp_call.failed"}\n\n', b'data: {"type":"response.completed"}\n\n'), "ok"),
        (SSE, (b'data: {"response":{"error":null}}\n\n', b"data: [DONE]\n\n"), "ok"),
        ({"content-type": "application/vnd.amazon.eventstream"}, (b"\0\0\x0f:exception-type\x07\0\x13throttlingException{}",), "failed"),
        (JSON, (b'{"error":{"code":502,"message":"Provider returned error"}}',), "failed"),
        (JSON, (b'{"id":"1","error":null,"choices":[]}',), "ok"),
        (JSON, (b'{"id":"', b"x" * 100, b'","text":"{\\"error\\":{}}"}'), "ok"),
        ({"content-type": "text/html"}, (b"<!DOCTYPE html><html><title>Sign in</title></html>",), "failed"),
        (JSON, (), "ok"),
        ({**SSE, "content-encoding": "gzip"}, (gzip.compress(b'event: error\ndata: {"type":"error"}\n\n'),), "failed"),
        ({**SSE, "content-encoding": "unheard"}, (b"data: [DONE]\n\n",), None),
        ({**JSON, "content-encoding": "gzip"}, (b"no gzip at all",), "ok"),
    ],
)
def test_what_a_success_says_decides_and_an_end_without_its_mark_says_nothing(
    api: ModelApi, box: Mailbox, headers: dict[str, str], pieces: tuple[bytes, ...], outcome: str | None
) -> None:
    api.answer = Answer(headers=headers, pieces=pieces)
    answer = Asker("httpx2", is_async=False).pieces(api.url + PATH)
    assert b"".join(answer[1:]) == b"".join(pieces)
    assert [call["outcome"] for call in box.calls()] == ([outcome] if outcome else [])


def test_a_compressed_error_is_read_by_its_words(api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(529, {**JSON, "content-encoding": "gzip"}, gzip.compress(OVERLOADED))
    assert Asker("httpx", is_async=False).pieces(api.url + PATH)[1:] == [gzip.compress(OVERLOADED)]
    assert "overloaded_error" in box.calls()[0]["body"]


def test_an_error_body_without_an_end_is_read_up_to_a_bound_and_passed_on_whole(api: ModelApi, box: Mailbox) -> None:
    body = b'{"error":"' + b"x" * 3_000_000 + b'"}'
    api.answer = Answer(500, JSON, body)
    assert b"".join(Asker("httpx", is_async=True).pieces(api.url + PATH)[1:]) == body
    (call,) = box.calls()
    assert len(call["body"]) < 4096


def test_an_event_without_an_end_is_not_kept(api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(headers=SSE, pieces=(b"data: " + b"y" * 5_000_000, b"\n\ndata: [DONE]\n\n"))
    Asker("httpx", is_async=False).pieces(api.url + PATH)
    assert [call["outcome"] for call in box.calls()] == ["ok"]


def test_attempts_that_repeat_a_request_are_one_turn_and_the_third_is_the_last(api: ModelApi, box: Mailbox) -> None:
    api.failure, api.times = "overloaded", 4
    with tap.http_client("httpx") as client:
        for body in (BODY, BODY, BODY, {**BODY, "model": "big-2"}, BODY, BODY):
            client.post(api.url + PATH, json=body)
    calls = box.calls()
    turns = [call.get("turn") for call in calls]
    assert turns[0] == turns[1] == turns[2] != turns[3]
    assert [call.get("final") for call in calls] == [False, False, True, False, None, None]
    assert len({call["id"] for call in calls}) == 6


def test_a_retry_count_of_the_sdk_begins_a_turn(api: ModelApi, box: Mailbox) -> None:
    api.failure = "overloaded"
    with tap.http_client("httpx") as client:
        for count in ("0", "1", "0"):
            client.post(api.url + PATH, json=BODY, headers={"x-stainless-retry-count": count})
    turns = [call["turn"] for call in box.calls()]
    assert turns[0] == turns[1] != turns[2]


@pytest.mark.parametrize(("status", "headers", "final"), [(401, {}, True), (529, {"x-should-retry": "false"}, True), (503, {}, False), (429, {}, False)])
def test_a_refusal_that_nobody_repeats_is_final(api: ModelApi, box: Mailbox, status: int, headers: dict[str, str], final: bool) -> None:
    api.answer = Answer(status, {**JSON, **headers}, b"{}")
    Asker("httpx", is_async=False).pieces(api.url + PATH)
    assert box.calls()[0]["final"] is final


def test_only_calls_to_a_model_are_told(api: ModelApi, box: Mailbox) -> None:
    with tap.http_client("httpx") as client:
        client.get(api.url + PATH)
        client.post(api.url + PATH, json={"no": "model"})
        client.post(api.url + PATH, json={"model": 7})
        client.post(api.url + PATH)
        assert box.calls() == []
        client.post(api.url + PATH, content=b'{"model":"big-1","pad":"' + b"x" * (1 << 20) + b'"}')
        client.post(api.url + PATH, content=iter([b'{"model":', b'"big-1"}']), headers={"content-length": "17"})
        client.post(api.url + "/v1beta/models/gemini-2.5-pro:generateContent", json={})
    assert [call.get("model") for call in box.calls()] == [None, None, None]


def test_a_redirect_is_neither_answer_nor_failure(api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(302, {"location": "/v1/messages"})
    Asker("httpx", is_async=False).pieces(api.url + PATH, follow_redirects=False)
    assert box.calls() == []


def test_what_is_the_programs_own_doing_is_not_told(api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(before=60)

    async def crowded_and_cancelled() -> None:
        async with tap.async_http_client("httpx", limits=httpx.Limits(max_connections=1), timeout=httpx.Timeout(30, pool=0.01)) as client:
            first = asyncio.create_task(client.post(api.url + PATH, json=BODY))
            await asyncio.sleep(0)
            with pytest.raises(httpx.PoolTimeout):
                await client.post(api.url + PATH, json=BODY)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)

    asyncio.run(crowded_and_cancelled())
    assert box.calls() == []


def test_a_program_that_stops_reading_had_an_answer(api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(headers=SSE, pieces=(b"data: {}\n\n", b"data: {}\n\n"), pause=0.05, length=10_000)
    with tap.http_client("httpx") as client, client.stream("POST", api.url + PATH, json=BODY) as answer:
        next(answer.iter_raw())
    assert [call["outcome"] for call in box.calls()] == ["ok"]


def test_an_answer_cancelled_while_its_error_is_read_frees_its_connection(api: ModelApi, box: Mailbox) -> None:
    api.answer = Answer(500, JSON, b"x", length=1000)

    async def cancelled() -> None:
        async with tap.async_http_client("httpx", limits=httpx.Limits(max_connections=1)) as client:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(client.post(api.url + PATH, json=BODY), 0.3)
            api.answer = None
            assert (await asyncio.wait_for(client.post(api.url + PATH, json=BODY), 30)).status_code == 200

    asyncio.run(cancelled())
    assert box.calls()[-1]["outcome"] == "ok"


def test_a_clients_own_transports_and_proxies_stay(api: ModelApi, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", api.url)
    api.server.handlers["http://api.acme.example/v1/messages"] = lambda _seen: Answer(headers=JSON, body=b"{}")
    for library in LIBRARIES:
        with tap.http_client(library) as client:
            assert client.post("http://api.acme.example/v1/messages", json=BODY).status_code == 200
    assert [call["url"] for call in box.calls()] == ["http://api.acme.example/v1/messages"] * 2


def test_a_transport_may_stand_around_any_other(box: Mailbox) -> None:
    inner = httpx.MockTransport(lambda _request: httpx.Response(529, content=OVERLOADED))
    with httpx.Client(transport=tap.Transport(inner, provider="acme", name="payroll")) as client:
        assert client.post("https://models.house.example/v1/messages", json=BODY).content == OVERLOADED
    (call,) = box.calls()
    assert (call["provider"], call["client"], call["status"]) == ("acme", "payroll", 529)


async def test_each_class_makes_its_own_transport_where_none_is_given(api: ModelApi, box: Mailbox) -> None:
    for kind, client_kind in ((tap.Transport, httpx.Client), (tap.Transport2, httpx2.Client)):
        with client_kind(transport=kind()) as client:
            await asyncio.to_thread(client.post, api.url + PATH, json=BODY)
    for kind, client_kind in ((tap.AsyncTransport, httpx.AsyncClient), (tap.AsyncTransport2, httpx2.AsyncClient)):
        async with client_kind(transport=kind()) as client:
            await client.post(api.url + PATH, json=BODY)
    assert len(box.calls()) == 4
    assert issubclass(tap.Transport, httpx.BaseTransport)
    assert issubclass(tap.AsyncTransport2, httpx2.AsyncBaseTransport)


def test_what_is_no_client_is_left_as_it_is_and_a_client_is_watched_once() -> None:
    assert tap.watch("no client") == "no client"
    with httpx.Client() as client:
        once = tap.watch(client)._transport
        assert tap.watch(client)._transport is once
    with pytest.raises(AttributeError):
        tap.__getattr__("Nothing")
    with pytest.raises(ImportError, match="expected httpx or httpx2"):
        tap.http_client("requests")


def test_a_fault_of_its_own_reaches_nobody(api: ModelApi, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("statuswatch._client.attempt.reduced", broken)
    monkeypatch.setattr("statuswatch._client.attempt.model_in", broken)
    api.failure, api.times = "overloaded", 1
    assert [Asker("httpx", is_async=is_async).pieces(api.url + PATH)[0] for is_async in (False, True)] == [b"529", b"200"]
    monkeypatch.setattr(LINK, "listens", broken)
    assert Asker("httpx", is_async=False).pieces(api.url + PATH)[0] == b"200"
    assert box.calls() == []


def test_it_imports_nothing_else_of_ours_and_no_library() -> None:
    code = "import sys, statuswatch.client; print(*sorted(name for name in sys.modules if name.startswith(('statuswatch', 'http', 'ssl', 'asyncio'))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    parts = ("", ".attempt", ".facts", ".link", ".redaction")
    assert done.stdout.split() == ["statuswatch", *(f"statuswatch._client{part}" for part in parts), "statuswatch.client"]

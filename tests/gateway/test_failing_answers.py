"""What is added to failing answers, what is observed, and that everything else stays as it was."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from http_sf import parse
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.catalog.signatures import load_signatures
from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.observation import Call, Outcome
from statuswatch.gateway.annotate import StreamEditor, annotated
from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import read_request, read_response
from statuswatch.gateway.saying import Outlook, added_lines, verdict_value
from statuswatch.gateway.server import Gateway
from statuswatch.gateway.tap import Tap
from statuswatch.gateway.upstreams import Origin, Upstream
from statuswatch.sources.clients.diagnose import SignatureDiagnose
from statuswatch.sources.headers import status_link
from support.gatewaykit import Server, calling, gateway_to, read_head, request, until
from support.gatewaykit import field as header

NOW = datetime(2025, 12, 14, 21, 40, tzinfo=UTC)
SINCE = datetime(2025, 12, 14, 20, 25, tzinfo=UTC)
KNOWN = Knowledge({"anthropic": ProviderFacts("anthropic", "Anthropic", families=("claude",), api_hosts=("api.anthropic.com",))})
SIGNATURES, _ = load_signatures(Path("/nonexistent"))
OVERLOADED = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011"}'
SENTENCE = 'It\'s them. Anthropic is failing for Claude Opus 4.5. Incident: "Elevated errors". Works now: Claude Haiku 4.5.'
OUTLOOK = Outlook(Fault.PROVIDER, Confidence.HIGH, Health.DOWN, SINCE, "9g6qpr72ttbr", "https://status.claude.com/incidents/9g6qpr72ttbr", SENTENCE)
ASK = b'{"model":"claude-opus-4-5-20251101","stream":true,"messages":[{"role":"user","content":"my secret prompt"}]}'
AGENT = "User-Agent: claude-cli/2.1.330 (external, cli)"


@dataclass
class Heard:
    """What the gateway told, and what it is told."""

    outlook: Outlook | None = None
    after: Outlook | None = None
    calls: list[Call] = field(default_factory=list)
    asked: list[tuple[str, Surface | None, str]] = field(default_factory=list)

    def report(self, call: Call) -> Awaitable[None]:
        self.calls.append(call)
        judged = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(self._judge, judged)
        return judged

    def _judge(self, judged: asyncio.Future[None]) -> None:
        self.outlook = self.after or self.outlook
        judged.set_result(None)

    def outlook_for(self, provider: str, surface: Surface | None, model: str) -> Outlook | None:
        self.asked.append((provider, surface, model))
        return self.outlook


@asynccontextmanager
async def tapped(server: Server, heard: Heard, *, annotate: bool = False) -> AsyncIterator[Gateway]:
    tap = Tap(heard.report, heard.outlook_for, SignatureDiagnose(SIGNATURES, KNOWN), lambda: NOW, {"anthropic": Surface.API}, annotate=annotate)
    async with gateway_to({"anthropic": f"http://127.0.0.1:{server.port}"}, knowledge=KNOWN, watch=tap.watch) as gateway:
        yield gateway


async def asked(heard: Heard, *answers: bytes, annotate: bool = False, agent: str = AGENT, body: bytes = ASK, path: str = "/v1/messages") -> list[bytes]:
    async with Server() as server, tapped(server, heard, annotate=annotate) as gateway, calling(gateway.port) as caller:
        server.answers = list(answers)
        got = []
        for _ in answers:
            await caller.send(request(gateway.port, fields=[agent, "X-Api-Key: sk-ant-api03-secret"], body=body, name="anthropic", path=path))
            got.append(await caller.answer())
        return got


def failing(body: bytes = OVERLOADED, status: int = 529, fields: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d No\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s" % (status, fields, len(body), body)


def stream(*events: bytes) -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events)
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


async def test_a_failing_answer_says_where_the_status_is_and_whose_fault_it_is() -> None:
    heard = Heard(OUTLOOK)
    (got,) = await asked(heard, failing(fields=b"Retry-After: 5\r\n"))

    verdict = b'Statuswatch-Verdict: provider;confidence=high;health=down;since=@1765743900;incident="9g6qpr72ttbr"\r\n'
    added = b'Link: <https://status.claude.com/incidents/9g6qpr72ttbr>; rel="status"\r\n' + verdict
    head, _, body = failing(fields=b"Retry-After: 5\r\n").partition(b"\r\n\r\n")
    assert got == head + b"\r\n" + added + b"\r\n" + body
    fault, parameters = parse((header(got, "statuswatch-verdict") or "").encode(), tltype="item")
    assert (str(fault), str(parameters["confidence"]), parameters["since"], parameters["incident"]) == ("provider", "high", SINCE, "9g6qpr72ttbr")
    assert status_link({"link": header(got, "link") or ""}) == OUTLOOK.link


async def test_the_verdict_is_the_one_that_the_failure_itself_has_led_to() -> None:
    heard = Heard(None, after=OUTLOOK)
    (got,) = await asked(heard, failing())

    assert b"Statuswatch-Verdict: provider" in got


async def test_a_failure_is_told_with_its_cause_model_and_client_and_nothing_secret() -> None:
    heard = Heard()
    await asked(heard, failing(fields=b"request-id: req_011\r\nx-should-retry: true\r\n"))

    (call,) = heard.calls
    assert (call.client, call.provider, call.surface, call.model, call.outcome) == ("claude-code", "anthropic", Surface.CODE, "claude-opus-4.5", Outcome.FAILED)
    assert call.diagnosis is not None
    assert (call.diagnosis.fault, call.diagnosis.status, call.diagnosis.code) == (Fault.PROVIDER, 529, "overloaded_error")
    assert (call.request_id, call.final, call.at) == ("req_011", False, NOW)
    assert "secret" not in repr(call)


async def test_attempts_of_one_request_are_one_turn_and_the_third_is_the_last() -> None:
    heard = Heard()
    await asked(heard, failing(), failing(), failing())

    assert len({call.turn for call in heard.calls}) == 1
    assert [call.final for call in heard.calls] == [False, False, True]


async def test_a_success_is_told_and_untouched() -> None:
    heard = Heard(OUTLOOK)
    good = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{"type":"message","error":1}\r\n'
    assert await asked(heard, good, annotate=True, agent="User-Agent: anthropic/python 2.12") == [good]
    await until(lambda: len(heard.calls) == 1)

    assert (heard.calls[0].outcome, heard.calls[0].client, heard.calls[0].surface) == (Outcome.OK, "program", Surface.API)
    assert heard.calls[0].latency_ms is not None


async def test_calls_that_worked_are_told_in_one_go_each_with_its_own_time_and_many_of_them_in_few() -> None:
    heard, moments = Heard(), iter(range(1000))
    tap = Tap(heard.report, heard.outlook_for, SignatureDiagnose(SIGNATURES, KNOWN), lambda: NOW + timedelta(seconds=next(moments)), {})
    head = read_request(b"POST /v1/messages HTTP/1.1\r\nHost: a\r\n\r\n")
    way = Way(Upstream("anthropic", Origin("api.anthropic.com", 443, tls=True), provider="anthropic"), b"a", b"/v1/messages")

    def work(times: int) -> tuple[float, float]:
        """So many calls that worked; in how many seconds they will be told, at the most and at the least."""
        began = asyncio.get_running_loop().time()
        for _ in range(times):
            tap.watch(head, way).whole(ASK, 1.0, 1.5, read_response(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"POST", upgrade=False))
        assert tap._timer is not None
        return tap._timer.when() - began, tap._timer.when() - asyncio.get_running_loop().time()

    assert work(3)[1] < 1
    await until(lambda: len(heard.calls) == 3)
    assert work(20)[1] < 1
    await until(lambda: len(heard.calls) == 23)
    assert [call.at for call in heard.calls] == [NOW + timedelta(seconds=number) for number in range(23)]
    assert work(1)[0] > 1
    await until(lambda: len(heard.calls) == 24)
    assert work(1)[1] < 1
    await until(lambda: len(heard.calls) == 25)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/messages/count_tokens", ASK), ("/api/event_logging/batch", b'{"events":[{"model":"x"}]}'), ("/v1/files", b"\x00\x01")],
    ids=["count", "log", "file"],
)
async def test_what_is_no_call_to_a_model_says_nothing_of_one(path: str, body: bytes) -> None:
    heard = Heard()
    await asked(heard, failing(), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", path=path, body=body)
    await asyncio.sleep(0.15)  # longer than successes wait

    assert heard.calls == []


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", b'{"contents":[]}', "gemini-2.5-pro"),
        ("/model/anthropic.claude-opus-4-5-20251101-v1%3A0/invoke", b"{}", "claude-opus-4.5"),
        ("/v1/chat/completions", json.dumps({"messages": [{"content": {"model": "inner"}}], "model": "claude-haiku-4-5"}).encode(), "claude-haiku-4.5"),
        ("/v1/chat/completions", json.dumps({"messages": "x" * 200_000, "model": "claude-haiku-4-5"}).encode(), "claude-haiku-4.5"),
        ("/v1/chat/completions", json.dumps({"messages": "x" * 900_000, "model": "claude-haiku-4-5"}).encode(), "*"),
    ],
    ids=["gemini", "bedrock", "last", "long", "too long"],
)
async def test_the_model_is_found_where_requests_have_it(path: str, body: bytes, model: str) -> None:
    heard = Heard()
    await asked(heard, failing(), path=path, body=body)

    assert [call.model for call in heard.calls] == [model]


async def test_an_error_inside_a_stream_is_a_failure() -> None:
    heard = Heard()
    events = (b'event: message_start\ndata: {"type":"message_start"}\n\n', b"event: error\ndata: " + OVERLOADED + b"\n\n")
    assert await asked(heard, stream(*events)) == [stream(*events)]
    await until(lambda: len(heard.calls) == 1)

    assert heard.calls[0].diagnosis is not None
    assert heard.calls[0].diagnosis.fault is Fault.PROVIDER


async def test_an_answer_that_speaks_of_errors_is_none() -> None:
    heard = Heard(OUTLOOK)
    words = b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"event: error data: {\\"error\\": 1} overloaded_error"}}\n\n'
    answer = stream(words, b'event: message_stop\ndata: {"type":"message_stop"}\n\n')
    assert await asked(heard, answer) == [answer]
    await until(lambda: len(heard.calls) == 1)

    assert heard.calls[0].outcome is Outcome.OK


async def test_a_stream_that_breaks_off_is_a_failure_and_a_caller_that_hangs_up_is_none() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab\n\n\r\n")
        await writer.drain()
        if len(heard.asked) or wait:
            await reader.read(1 << 16)
            await reader.read()

    heard, wait = Heard(), False
    async with Server(serve) as server, tapped(server, heard) as gateway:
        async with calling(gateway.port) as caller:
            await caller.send(request(gateway.port, body=ASK, name="anthropic"))
            await caller.rest()
        await until(lambda: len(heard.calls) == 1)
        assert heard.calls[0].outcome is Outcome.FAILED
        wait = True
        async with calling(gateway.port) as caller:
            await caller.send(request(gateway.port, body=ASK, name="anthropic"))
            await caller.head()
        await until(lambda: gateway.callers == 0)
    assert len(heard.calls) == 1


async def test_a_server_that_cannot_be_reached_is_a_failure_with_the_verdict_in_the_answer() -> None:
    heard = Heard(OUTLOOK)
    tap = Tap(heard.report, heard.outlook_for, SignatureDiagnose(SIGNATURES, KNOWN), lambda: NOW, {})
    async with gateway_to({"anthropic": "http://127.0.0.1:9"}, knowledge=KNOWN, watch=tap.watch) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, body=ASK, name="anthropic"))
        got = await caller.answer()

    assert header(got, "proxy-status") == 'statuswatch; error=connection_refused; details="127.0.0.1 refused the connection"'
    assert header(got, "statuswatch-verdict") is not None
    assert [(call.outcome, call.diagnosis.code if call.diagnosis else None) for call in heard.calls] == [(Outcome.FAILED, "ECONNREFUSED")]


BODIES = {
    "anthropic": (OVERLOADED, ("error", "message")),
    "openai": (b'{\n  "error": {\n    "message": "The server had an error",\n    "type": "server_error", "param": null, "code": null}}', ("error", "message")),
    "google": (b'{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}', ("error", "message")),
    "mistral": (b'{"object":"error","message":"Service unavailable.","type":"x","code":null}', ("message",)),
    "fastapi": (b'{"detail":"Internal \\u00e9rror \\" quoted"}', ("detail",)),
    "ollama": (b'{"error":"model is overloaded"}', ("error",)),
}


@pytest.mark.parametrize("kind", sorted(BODIES))
@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
async def test_the_sentence_is_put_into_the_providers_own_message(kind: str, coding: str) -> None:
    body, place = BODIES[kind]
    packed = {"": body, "gzip": gzip.compress(body), "deflate": zlib.compress(body)}[coding]
    fields = b"Content-Encoding: %s\r\n" % coding.encode() if coding else b""
    (got,) = await asked(Heard(OUTLOOK), failing(packed, 503, fields), annotate=True)
    came = got.partition(b"\r\n\r\n")[2]
    came = {"": bytes, "gzip": gzip.decompress, "deflate": zlib.decompress}[coding](came)

    value: Any = json.loads(came)
    plain: Any = json.loads(body)
    for key in place:
        value, plain = value[key], plain[key]
    stop = ". " if plain[-1].isalnum() else " "  # two sentences
    assert value == f"{plain}{stop}{SENTENCE}"
    assert came.replace(json.dumps(stop + SENTENCE)[1:-1].encode(), b"", 1) == body
    assert header(got, "content-length") == str(len(got.partition(b"\r\n\r\n")[2]))
    assert header(got, "content-encoding") == (coding or None)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"<html><h1>502</h1></html>", b""),
        (b'{"error":{"code":1}}', b""),
        (b"{", b""),
        (b"\x0b\x02\x80", b"Content-Encoding: br\r\n"),
        (b"not gzip", b"Content-Encoding: gzip\r\n"),
        (gzip.compress(b"[" * (1 << 20)), b"Content-Encoding: gzip\r\n"),
        (OVERLOADED, b"Content-Digest: sha-256=:AAAA:\r\n"),
        (b"x" * 600_000, b""),
    ],
    ids=["a page", "no message", "no JSON", "br", "no gzip", "a bomb", "a digest", "long"],
)
async def test_a_body_without_a_message_stays_as_it_was(body: bytes, fields: bytes) -> None:
    (got,) = await asked(Heard(OUTLOOK), failing(body, 503, fields), annotate=True)

    assert got.partition(b"\r\n\r\n")[2] == body
    assert b"Statuswatch-Verdict" in got


async def test_nothing_is_put_into_bodies_unless_it_was_asked_for() -> None:
    (got,) = await asked(Heard(OUTLOOK), failing())

    assert got.endswith(OVERLOADED)


async def test_the_error_event_of_a_stream_gets_the_sentence_and_no_other_event() -> None:
    first, error = b'event: ping\ndata: {"type": "ping"}\n\n', b"event: error\ndata: " + OVERLOADED + b"\n\n"
    (got,) = await asked(Heard(OUTLOOK), stream(first, error[:9], error[9:]), annotate=True)

    assert b"\r\n" + first in got
    assert SENTENCE.replace('"', '\\"').encode() in got
    assert got.endswith(b"\r\n0\r\n\r\n")


EVENTS = (b"event: x\n", b"event: error\n", b"event: err", b"data: {}\n", b'data: {"error":1}\n', b"\n", b"\r\n\r\n", b"\n\n", b": ping\n\n", b"x")


@given(st.lists(st.sampled_from(EVENTS), max_size=20), st.lists(st.integers(0, 200)))
def test_an_editor_without_anything_to_say_changes_nothing_and_keeps_nothing_back(pieces: list[bytes], places: list[int]) -> None:
    data = b"".join(pieces)
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    editor = StreamEditor(lambda: "")
    out = b"".join(editor.feed(data[start:end]) for start, end in pairwise(edges))

    assert out + editor.rest() == data


def test_an_event_that_is_no_error_is_passed_on_before_its_end() -> None:
    editor = StreamEditor(lambda: SENTENCE)

    assert editor.feed(b"event: content_block_delta\ndata: {") == b"event: content_block_delta\ndata: {"
    assert editor.feed(b'"error"') == b'"error"'


TEXT = st.text(max_size=80)


@given(TEXT, st.one_of(st.none(), TEXT), st.one_of(st.none(), TEXT.map(lambda text: "https://status.example.com/" + text), TEXT))
def test_no_title_and_no_address_ends_a_line_or_makes_a_field(sentence: str, incident: str | None, link: str | None) -> None:
    outlook = Outlook(Fault.PROVIDER, Confidence.LOW, Health.DOWN, SINCE, incident, link, sentence)
    for line in added_lines(outlook, {}):
        assert line.isascii()
        assert line.decode().isprintable()
        assert line.partition(b":")[0] in (b"Link", b"Statuswatch-Verdict")
        if line.startswith(b"Link: "):
            assert line.count(b">") == line.count(b"<") == 1
    parse(verdict_value(outlook).encode(), tltype="item")
    body = annotated(OVERLOADED, sentence)
    assert body is not None
    assert json.loads(body)["error"]["message"] == f"Overloaded. {sentence}"


def test_a_status_link_of_the_provider_itself_stays_alone() -> None:
    lines = added_lines(OUTLOOK, {b"link": b'<https://status.example.com/>; rel="status"'})

    assert [line.partition(b":")[0] for line in lines] == [b"Statuswatch-Verdict"]


@pytest.mark.parametrize(
    "answer", [failing(), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", stream(b"event: error\ndata: " + OVERLOADED + b"\n\n")], ids=["529", "200", "sse"]
)
async def test_a_mistake_of_the_observers_own_is_not_felt_by_the_call(answer: bytes, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("my secret prompt")

    tap = Tap(broken, broken, SignatureDiagnose(SIGNATURES, KNOWN), broken, {})
    async with Server() as server, gateway_to({"anthropic": f"http://127.0.0.1:{server.port}"}, knowledge=KNOWN, watch=tap.watch) as gateway:
        server.answers = [answer]
        async with calling(gateway.port) as caller:
            for _ in range(2):
                await caller.send(request(gateway.port, body=ASK, name="anthropic"))
                assert await caller.answer() == answer
        await until(lambda: "could not" in caplog.text)

    assert "secret" not in caplog.text

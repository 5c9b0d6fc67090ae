"""Requests and answers that are not taken apart: what goes on is what would go on if they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.gatewaykit import Server, before, calling, field, request

from statuswatch.gateway.guard import Way
from statuswatch.gateway.heads import HeadError, find_end, read_request, read_response
from statuswatch.gateway.known import known
from statuswatch.gateway.onward import request_bytes, response_bytes, whole_answer
from statuswatch.gateway.upstreams import Origin, Upstream

WAY = Way(Upstream("sim", Origin("api.example.com", 443, tls=True)), b"api.example.com", b"/v1/messages")
LINES = (
    "X-Api-Key: sk-not",
    "connection: keep-alive",
    "TE: trailers",
    "Accept: */*",
    "X-Content-Length: 7",
    "Keep-Alive: 5",
    "content-type:application/json",
    "X-Same: 1",
    "X-Client-Request-Id: ID",
    "traceparent:ID",
)
IDS = st.text("abc-:, \tK1", max_size=12).map(str.strip)
PLAIN = read_request(b"POST / HTTP/1.1\r\nHost: a\r\n\r\n")
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


def head_of(lines: list[str], length: str, given_id: str = "1") -> bytes:
    text = "\r\n".join(["POST /token/sim/v1/messages HTTP/1.1", "Host: 127.0.0.1:80", *lines, f"Content-Length: {length}", "", ""])
    return text.replace(": ID", f": {given_id}").replace(":ID", f":{given_id}").encode()


@given(st.lists(st.sampled_from(LINES), max_size=6), st.integers(0, 10**6), st.integers(0, 40), IDS, IDS, st.binary(max_size=60))
def test_a_head_that_differs_in_length_and_ids_alone_goes_on_as_if_it_were_read_anew(
    lines: list[str], one: int, other: int, an_id: str, another: str, after: bytes
) -> None:
    first, second = head_of(lines, str(one), an_id), head_of(lines, str(other), another)
    head = read_request(first)
    last = known(head, WAY, request_bytes(head, WAY.target, WAY.host))
    assert last is not None

    found = last.again(second + after)
    assert found is not None
    again, onward, end, stop = found
    fresh = read_request(second)
    assert onward == request_bytes(fresh, WAY.target, WAY.host)
    assert (again.method, again.target, again.fields, again.raw, again.close, again.upgrade) == (fresh.method, fresh.target, fresh.fields, second, False, False)
    assert (end, stop) == (len(second), fresh.framing.take(second + after, len(second)))
    assert again.framing.done is fresh.framing.done


@given(st.binary(max_size=12), st.binary(max_size=4), st.integers(0, 200))
def test_any_other_head_is_taken_apart(length: bytes, put: bytes, place: int) -> None:
    plain = head_of(["X-Client-Request-Id: ID"], "12")
    head = read_request(plain)
    last = known(head, WAY, request_bytes(head, WAY.target, WAY.host))
    assert last is not None
    changed = plain.replace(b": 12", b": " + length).replace(b"Id: 1", b"Id: " + length)
    changed = changed[: place % len(changed)] + put + changed[place % len(changed) :]

    found = last.again(changed)
    if found is None:
        return
    fresh = read_request(changed[: find_end(changed)])
    assert (found[1], found[2]) == (request_bytes(fresh, WAY.target, WAY.host), len(fresh.raw))


@pytest.mark.parametrize(
    "head",
    [
        head_of(["Connection: close"], "2"),
        head_of(["Transfer-Encoding: chunked"], "2").replace(b"Content-Length: 2\r\n", b""),
        head_of([], "2").replace(b"Content-Length: 2\r\n", b""),
        head_of(["X-Long: " + "y" * 9000], "2"),
    ],
    ids=["close", "chunked", "no length", "long"],
)
def test_a_head_that_says_more_than_a_length_is_not_kept(head: bytes) -> None:
    read = read_request(head)

    assert known(read, WAY, request_bytes(read, WAY.target, WAY.host)) is None


async def test_what_follows_on_a_connection_is_judged_by_its_own_head() -> None:
    async with Server() as server, before(server) as gateway:
        server.answers = [OK]
        good = request(gateway.port, body=b"0123456789", fields=["X-Api-Key: sk-not", "X-Client-Request-Id: 1"])
        for bad, status in (
            (good.replace(b"Length: 10", b"Length: 10\r\nContent-Length: 4"), b"400"),
            (good.replace(b"Length: 10", b"Length: +10"), b"400"),
            (good.replace(b"Length: 10", b"Length: 1 0"), b"400"),
            (good.replace(b"Id: 1", b"Id: 1\nContent-Length: 4"), b"400"),
            (good.replace(b"Id: 1", b"Id: 1\r Content-Length: 4"), b"400"),
            (good.replace(b"Id: 1", b"Id: 1\r\nConnection: Content-Length"), b"400"),
            (good.replace(b"X-Api-Key: sk-not", b"Origin: http://evil.example"), b"403"),
            (good.replace(b"/test-token-", b"/best-token-"), b"404"),
            (good.replace(b"Length: 10", b"Length: 10\r\nTransfer-Encoding: chunked"), b"400"),
        ):
            async with calling(gateway.port) as caller:
                for _ in range(2):
                    await caller.send(good)
                    assert await caller.answer() == OK
                sent = len(server.requests)
                await caller.send(bad)
                assert (await caller.answer()).split(b" ")[1] == status
                assert len(server.requests) == sent


async def test_a_connection_whose_requests_differ_in_their_length_sends_each_with_its_own() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK]
        for size in (10, 0, 3, 300_000, 7, 12):
            body = bytes(size)
            await caller.send(request(gateway.port, body=body, fields=["X-Api-Key: sk-not"]))
            assert await caller.answer() == OK
            assert server.requests[-1].endswith(b"\r\n\r\n" + body)
            assert field(server.requests[-1], "content-length") == str(size)
    assert server.connections == 1


FIELDS = (
    "Connection: keep-alive",
    "X-A: 1",
    "Keep-Alive: timeout=5",
    "Transfer-Encoding: chunked",
    "Connection: X-A",
    "Content-Length: 2",
    "Content-Type: text/event-stream",
)


@given(st.lists(st.sampled_from(FIELDS), max_size=5), st.sampled_from(["200", "204", "206", "529"]), st.binary(max_size=4))
def test_an_answer_that_goes_on_as_a_whole_goes_on_as_if_it_were_taken_apart(fields: list[str], status: str, body: bytes) -> None:
    came = "\r\n".join([f"HTTP/1.1 {status} OK", *fields, "", ""]).encode() + body

    found = whole_answer(came, PLAIN)
    try:
        head = read_response(came[: find_end(came)], b"POST", upgrade=False)
    except HeadError:
        assert found is None
        return
    if found is not None:
        raw, sent = found
        assert raw == head.raw
        assert head.keep_alive
        assert sent == response_bytes(head, close=False) + body
        assert head.framing.take(body) == len(body)
        assert head.framing.done


def test_the_usual_answer_goes_on_as_a_whole() -> None:
    assert whole_answer(OK, PLAIN) == (OK[:-2], OK)
    kept = OK.replace(b"Content-Length", b"Connection: keep-alive\r\nContent-Length")
    assert whole_answer(kept, PLAIN) == (kept[:-2], OK)


@pytest.mark.parametrize(
    "came",
    [
        OK[:-1],
        OK + b"x",
        b"HTTP/1.1 200 Good2\r\nContent-Type: application/json\r\n\r\n{}",
        OK.replace(b"Content-Length", b"X-Length"),
        OK.replace(b"\r\nContent-Length", b"\nTE: 1\r\nContent-Length"),
        OK.replace(b"Content-Length", b"content-length: 3\r\nContent-Length"),
        OK + OK,
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        OK.replace(b"200", b"529"),
        OK.replace(b"1.1", b"1.0"),
        OK.replace(b"Content-Length", b"Connection: close\r\nContent-Length"),
        OK.replace(b"Content-Length", b"Connection: keep-alive, Content-Type\r\nContent-Length"),
        OK.replace(b"Content-Length", b"Content-Length: 2\r\nContent-Length"),
        OK.replace(b"Content-Length", b"Transfer-Encoding: chunked\r\nContent-Length"),
        OK.replace(b"application/json", b"text/event-stream"),
        OK.replace(b"\r\nContent-Length", b"\nContent-Length"),
        OK.replace(b"\r\nContent-Length", b"\r\n folded\r\nContent-Length"),
    ],
)
def test_an_answer_that_has_to_be_looked_at_is_taken_apart(came: bytes) -> None:
    assert whole_answer(came, PLAIN) is None


def test_an_answer_to_head_has_no_body_whatever_its_length_says() -> None:
    asked = read_request(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")

    assert whole_answer(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", asked) is None

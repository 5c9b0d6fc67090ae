"""The proxy alone: what is sent through it arrives as it was."""

import asyncio
import hashlib
import os
import resource

import pytest

from support.gatewaykit import TOKEN, Caller, Server, before, calling, field, gateway_to, read_body, read_head, request, until

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


async def test_a_request_and_its_answer_arrive_as_they_were() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [b"HTTP/1.1 200 Fine\r\nX-oDD: \tkept  as is \r\nrequest-id: req_1\r\nContent-Length: 5\r\n\r\nhello"]
        await caller.send(request(gateway.port, fields=["X-Api-Key: k", "X-CASE:  two  spaces", "Accept: */*"], body=b'{"model":"m"}'))

        assert await caller.answer() == server.answers[0]
        assert server.requests == [
            f"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nX-Api-Key: k\r\nX-CASE:  two  spaces\r\nAccept: */*\r\n".encode()
            + b'Content-Length: 13\r\n\r\n{"model":"m"}'
        ]


async def test_connections_are_kept_on_both_sides() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK]
        for _ in range(5):
            await caller.send(request(gateway.port))
            assert await caller.answer() == OK

        assert server.connections == 1


async def test_two_requests_at_once_are_answered_in_their_order() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK.replace(b"{}", b"%02d" % number) for number in range(20)]
        await caller.send(b"".join(request(gateway.port, path=f"/{number}", body=b"x" * number) for number in range(20)))

        assert [(await caller.answer())[-2:] for _ in range(20)] == [b"%02d" % number for number in range(20)]
        assert [one.split(b" ")[1] for one in server.requests] == [b"/%d" % number for number in range(20)]


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_a_chunked_body_goes_through_with_its_chunks_and_trailers(size: int) -> None:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (b"a" * size, b"b", b"\r\n0\r\n\r\n")) + b"0\r\nX-Sum: 1\r\n\r\n"
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + body]
        await caller.send(request(gateway.port, fields=["Transfer-Encoding: chunked", "TE: trailers", "Connection: TE"], body=None))
        for at in range(0, len(body), 1 + size // 3):
            await caller.send(body[at : at + 1 + size // 3])

        assert await caller.answer() == server.answers[0]
        assert server.requests[0].endswith(body)
        assert field(server.requests[0], "te") == "trailers"


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 77\r\n\r\n'),
        ("OPTIONS", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nAllow: GET\r\n\r\n"),
        ("DELETE", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("PATCH", b"HTTP/1.1 301 Moved\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
    ],
)
async def test_answers_without_a_body_end_with_their_head(method: str, answer: bytes) -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [answer, OK]
        await caller.send(request(gateway.port, method, body=None))
        assert await caller.head() == answer

        await caller.send(request(gateway.port))
        assert await caller.answer() == OK
        assert server.connections == 1


async def test_a_redirect_is_passed_on_and_never_followed() -> None:
    async with Server() as other, Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%d/private\r\nContent-Length: 0\r\n\r\n" % other.port]
        await caller.send(request(gateway.port))

        assert await caller.head() == server.answers[0]
        assert other.connections == 0


async def test_interim_answers_come_before_the_final_one() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        assert field(head, "expect") == "100-continue"
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await read_body(reader, head)
        writer.write(OK)
        await reader.read()

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, fields=["Expect: 100-continue", "Content-Length: 4"], body=None))
        assert (await caller.head()).startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n")
        assert await caller.head() == b"HTTP/1.1 100 Continue\r\n\r\n"
        await caller.send(b"body")

        assert await caller.answer() == OK


async def test_a_body_that_ends_with_the_connection_is_whole_and_ends_it_here_too() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\none")
        await writer.drain()
        writer.write(b"two")

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, "GET", body=None))

        assert await caller.rest() == b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nonetwo"


async def test_a_piece_of_a_stream_is_passed_on_before_the_next_one_is_there() -> None:
    go = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"8\r\ndata: 1\n\r\n")
        await go.wait()
        writer.write(b"8\r\ndata: 2\n\r\n0\r\n\r\n")
        await reader.read()

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, body=b""))
        await caller.head()
        assert await caller.exactly(13) == b"8\r\ndata: 1\n\r\n"
        go.set()
        assert await caller.exactly(18) == b"8\r\ndata: 2\n\r\n0\r\n\r\n"


async def test_a_caller_that_hangs_up_ends_the_servers_work() -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        began.set()
        await reader.read()
        ended.set()

    async with Server(serve) as server, before(server) as gateway:
        async with calling(gateway.port) as caller:
            await caller.send(request(gateway.port, body=b""))
            await began.wait()
        async with asyncio.timeout(60):
            await ended.wait()


async def test_a_caller_that_hangs_up_while_the_connection_is_made_leaves_nothing_behind() -> None:
    async with Server() as server, before(server) as gateway:
        server.answers = [OK]
        async with calling(gateway.port) as caller:
            caller.writer.write(request(gateway.port))
        await until(lambda: gateway.callers == 0)
        async with calling(gateway.port) as caller:
            await caller.send(request(gateway.port))
            assert await caller.answer() == OK


async def test_a_stream_that_breaks_off_breaks_off_for_the_caller() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")
        await writer.drain()

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, body=b""))

        assert (await caller.rest()).endswith(b"\r\n\r\n5\r\nhel")


async def test_a_websocket_is_passed_through_both_ways() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        assert (field(head, "upgrade"), field(head, "connection"), field(head, "sec-websocket-key")) == ("websocket", "Upgrade", "k")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nfirst")
        while data := await reader.read(1 << 16):
            writer.write(data[::-1])

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, "GET", fields=["Connection: keep-alive, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: k"], body=None))
        assert await caller.head() == b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        assert await caller.exactly(5) == b"first"
        await caller.send(b"GET / HTTP/1.1\r\n\r\n")
        assert await caller.exactly(18) == b"GET / HTTP/1.1\r\n\r\n"[::-1]
        caller.writer.close()
        await until(lambda: server.ended == 1)


async def test_an_upgrade_that_the_server_does_not_want_is_an_ordinary_answer() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK]
        await caller.send(request(gateway.port, "GET", fields=["Connection: Upgrade", "Upgrade: websocket"], body=None))
        assert await caller.answer() == OK
        await caller.send(request(gateway.port, "GET", fields=["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA"], body=None))
        assert await caller.answer() == OK
        assert field(server.requests[1], "upgrade") is None
        assert field(server.requests[1], "http2-settings") is None


async def test_fields_for_one_connection_are_left_out_both_ways() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [
            b"HTTP/1.1 200 OK\r\nConnection: X-Inner, keep-alive\r\nX-Inner: 1\r\nKeep-Alive: timeout=5\r\nVia: 1.1 x\r\nContent-Length: 0\r\n\r\n"
        ]
        named = ["Connection: X-Mine", "X-Mine: 1", "Keep-Alive: 3", "Proxy-Authorization: Basic x", "Proxy-Connection: keep-alive", "TE: gzip", "Via: 1.1 y"]
        await caller.send(request(gateway.port, "GET", fields=named, body=None))

        assert await caller.head() == b"HTTP/1.1 200 OK\r\nVia: 1.1 x\r\nContent-Length: 0\r\n\r\n"
        assert server.requests == [b"GET /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nVia: 1.1 y\r\n\r\n" % server.port]


async def test_an_early_answer_reaches_a_caller_that_is_still_sending() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
        await writer.drain()

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, fields=["Content-Length: 100000000"], body=None), b"x" * 1000)

        assert b"413 Too Large" in await caller.rest()


async def test_a_hundred_megabytes_go_each_way_in_bounded_memory() -> None:
    size, piece = 100 << 20, os.urandom(1 << 20)
    want = hashlib.sha256(piece * 100).hexdigest()
    got: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        seen = hashlib.sha256()
        for _ in range(100):
            seen.update(await reader.readexactly(1 << 20))
        got.append(seen.hexdigest())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(100):
            writer.write(piece)
            await writer.drain()
        await reader.read()

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sending = asyncio.create_task(caller.send(request(gateway.port, fields=[f"Content-Length: {size}"], body=None), *[piece] * 100))
        await caller.head()
        await sending
        seen = hashlib.sha256()
        for _ in range(100):
            seen.update(await caller.exactly(1 << 20))

        assert [*got, seen.hexdigest()] == [want, want]
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 24 << 10


async def test_a_caller_that_does_not_read_holds_the_server_up_instead_of_filling_memory() -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (200 << 20))
        for _ in range(200):
            writer.write(b"x" * (1 << 20))
            await writer.drain()
            sent += 1
        await reader.read()

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        caller.reader._limit = 1 << 16
        await caller.send(request(gateway.port, body=b""))
        await caller.head()
        was = -1
        while was != sent:  # until nothing moves any more
            was = sent
            await asyncio.sleep(0.3)
        assert sent < 60
        for _ in range(200):
            await caller.exactly(1 << 20)
        assert sent == 200


async def test_sixty_four_streams_at_once_each_get_their_own() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await read_head(reader):
            word = await read_body(reader, head)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            for number in range(50):
                event = b"data: %s %d\n\n" % (word, number)
                writer.write(b"%x\r\n%s\r\n" % (len(event), event))
                await asyncio.sleep(0)
            writer.write(b"0\r\n\r\n")

    async def ask(caller: Caller, word: bytes, port: int | None) -> bool:
        await caller.send(request(port, body=word))
        came = await caller.answer()
        return came.count(b"data: %s " % word) == 50 and came.count(b"data: ") == 50

    async with Server(serve) as server, before(server) as gateway:

        async def one(number: int) -> bool:
            async with calling(gateway.port) as caller:
                return all([await ask(caller, b"w%dx%d" % (number, turn), gateway.port) for turn in range(3)])

        assert all(await asyncio.gather(*(one(number) for number in range(64))))


async def test_apis_are_told_apart_by_path_and_by_host() -> None:
    async with Server() as first, Server() as second:
        first.answers, second.answers = [OK], [OK]
        async with (
            gateway_to({"one": f"http://127.0.0.1:{first.port}/base/", "two": f"http://127.0.0.1:{second.port}"}) as gateway,
            calling(gateway.port) as caller,
        ):
            await caller.send(request(gateway.port, name="one", path="/a?b=/c"))
            await caller.answer()
            await caller.send(request(gateway.port, name="two", path=""))
            await caller.answer()
            await caller.send(b"GET /%s/x/y HTTP/1.1\r\nHost: two.localhost:%d\r\n\r\n" % (TOKEN.encode(), gateway.port))
            await caller.answer()

        assert [one.split(b" ")[1] for one in first.requests + second.requests] == [b"/base/a?b=/c", b"/", b"/x/y"]
        assert field(second.requests[1], "host") == f"127.0.0.1:{second.port}"

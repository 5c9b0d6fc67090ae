"""What must not get through: two readings of one request, strangers, and callers that want the gateway's memory or patience."""

import asyncio
import socket

import pytest

from statuswatch.gateway.pool import Patience
from support.gatewaykit import TOKEN, Server, before, calling, field, read_head, request, until

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

AMBIGUOUS = {
    "a length and chunks": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nX",
    "two lengths": b"Content-Length: 1\r\nContent-Length: 36\r\n\r\nX",
    "two equal lengths": b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nX",
    "a list of lengths": b"Content-Length: 1, 1\r\n\r\nX",
    "a length with a sign": b"Content-Length: +1\r\n\r\nX",
    "a negative length": b"Content-Length: -1\r\n\r\nX",
    "a hexadecimal length": b"Content-Length: 0x1\r\n\r\nX",
    "a length with a fraction": b"Content-Length: 1.0\r\n\r\nX",
    "an endless length": b"Content-Length: 18446744073709551617\r\n\r\nX",
    "an empty length": b"Content-Length: \r\n\r\n",
    "a space before the colon": b"Content-Length : 1\r\n\r\nX",
    "a space before the name": b" Content-Length: 1\r\n\r\nX",
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding with quotes": b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "chunked twice": b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked in two fields": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and something after": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "gzip and chunked": b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a vertical tab": b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a folded field": b"X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nX",
    "a folded coding": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a bare LF between fields": b"X-A: b\nContent-Length: 1\r\n\r\nX",
    "a bare CR in a value": b"X-A: b\rContent-Length: 1\r\n\r\nX",
    "a NUL in a value": b"X-A: b\x00\r\n\r\n",
    "a field without a colon": b"Content-Length\r\n\r\n",
    "a field without a name": b": b\r\n\r\n",
    "a name in parentheses": b"X(A): b\r\n\r\n",
    "a second Host": b"Host: other\r\n\r\n",
    "Connection that hides the length": b"Connection: content-length\r\nContent-Length: 1\r\n\r\nX",
    "Connection that hides the host": b"Connection: Host\r\n\r\n",
    "Connection that hides the coding": b"Connection: close, Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an expectation that nobody knows": b"Expect: 200-ok\r\n\r\n",
    "a chunk size with a sign": b"Transfer-Encoding: chunked\r\n\r\n+1\r\nX\r\n0\r\n\r\n",
    "a chunk size with 0x": b"Transfer-Encoding: chunked\r\n\r\n0x1\r\nX\r\n0\r\n\r\n",
    "a chunk size with an underscore": b"Transfer-Encoding: chunked\r\n\r\n1_0\r\nX\r\n0\r\n\r\n",
    "a chunk size that overflows": b"Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\nX\r\n0\r\n\r\n",
    "a chunk that is longer": b"Transfer-Encoding: chunked\r\n\r\n1\r\nXY\r\n0\r\n\r\n",
    "a chunk that ends with LF": b"Transfer-Encoding: chunked\r\n\r\n1\r\nX\n0\r\n\r\n",
    "a chunk size that ends with LF": b"Transfer-Encoding: chunked\r\n\r\n1\nX\r\n0\r\n\r\n",
    "an extension": b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nX\r\n0\r\n\r\n",
    "an extension with LF": b"Transfer-Encoding: chunked\r\n\r\n1;\nX\r\n0\r\n\r\n",
    "an extension with CR": b"Transfer-Encoding: chunked\r\n\r\n1;\rX\r\n0\r\n\r\n",
    "an extension without end": b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * 5000,
    "a space after the size": b"Transfer-Encoding: chunked\r\n\r\n1 \r\nX\r\n0\r\n\r\n",
    "no size": b"Transfer-Encoding: chunked\r\n\r\n\r\nX\r\n0\r\n\r\n",
    "a length as a trailer": b"Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n",
    "a folded trailer": b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n",
    "trailers without end": b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 400,
}


@pytest.mark.parametrize("fields", AMBIGUOUS.values(), ids=list(AMBIGUOUS))
async def test_a_request_with_two_readings_is_refused_and_nothing_after_it_is_heard(fields: bytes) -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK]
        line = f"POST /{TOKEN}/sim/x HTTP/1.1\r\nHost: 127.0.0.1:{gateway.port}\r\n".encode()
        await caller.send(line + fields + SMUGGLED)
        answer = await caller.rest()

        assert answer.split(b" ")[1] in (b"400", b"417", b"501"), answer[:200]
        assert answer.count(b"HTTP/1.1 ") == 1
        assert not any(b"smuggled" in one for one in server.requests)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET http://127.0.0.1:{port}/{token}/sim/x HTTP/1.1", 400),
        ("GET http://elsewhere.example/{token}/sim/x HTTP/1.1", 400),
        ("CONNECT 127.0.0.1:{port} HTTP/1.1", 400),
        ("OPTIONS * HTTP/1.1", 400),
        ("GET /{token}/sim/x HTTP/1.0", 505),
        ("GET /{token}/sim/x HTTP/2.0", 505),
        ("GET /{token}/sim/x", 505),
        ("GET  /{token}/sim/x HTTP/1.1", 400),
        ("GET /{token}/sim/x HTTP/1.1 ", 400),
        ("GET\t/{token}/sim/x HTTP/1.1", 501),
        ("GET /{token}/sim/\x01 HTTP/1.1", 400),
        ("BREW /{token}/sim/x HTTP/1.1", 501),
        ("PRI * HTTP/2.0", 400),
        ("GET /{token}/nobody/x HTTP/1.1", 404),
        ("GET /{token}/api.elsewhere.example/x HTTP/1.1", 404),
        ("GET /{token}/127.0.0.1/x HTTP/1.1", 404),
        ("GET /{token}/../{token}/nobody HTTP/1.1", 404),
        ("GET /wrong-token-0123456789/sim/x HTTP/1.1", 404),
        ("GET / HTTP/1.1", 404),
    ],
)
async def test_request_lines_that_lead_elsewhere_are_refused(line: str, status: int) -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(f"{line.format(port=gateway.port, token=TOKEN)}\r\nHost: 127.0.0.1:{gateway.port}\r\n\r\n".encode("latin-1"))

        assert int((await caller.rest()).split(b" ")[1]) in (status, 400 if status == 501 else status)
        assert server.connections == 0


@pytest.mark.parametrize(
    "fields",
    [
        "Host: evil.example",
        "Host: evil.example:{port}",
        "Host: 127.0.0.1:1",
        "Host: 127.0.0.1.evil.example:{port}",
        "Host: 127.0.0.1:{port}\r\nOrigin: https://evil.example",
        "Host: 127.0.0.1:{port}\r\nOrigin: null",
        "Host: 127.0.0.1:{port}\r\nSec-Fetch-Site: cross-site",
        "Host: 127.0.0.1:{port}\r\nSec-Fetch-Site: none",
    ],
)
async def test_web_pages_are_refused(fields: str) -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(f"GET /{TOKEN}/sim/x HTTP/1.1\r\n{fields.format(port=gateway.port)}\r\n\r\n".encode())

        assert (await caller.rest()).startswith(b"HTTP/1.1 403 ")
        assert server.connections == 0


async def test_a_node_programs_fetch_is_no_web_page() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK]
        await caller.send(request(gateway.port, fields=["sec-fetch-mode: cors", "user-agent: node"]))

        assert await caller.answer() == OK


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nXY",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/2.0 200 OK\r\n\r\n",
        b"220 mail.example ESMTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000,
    ],
)
async def test_an_answer_with_two_readings_becomes_a_502_that_says_so(answer: bytes) -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [answer]
        await caller.send(request(gateway.port))
        got = await caller.answer()

        assert got.startswith((b"HTTP/1.1 502 ", b"HTTP/1.1 431 ")), got
        assert (field(got, "proxy-status") or "").startswith("statuswatch; error=http_protocol_error")


async def test_what_comes_after_an_answer_belongs_to_nobody() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen", OK]
        await caller.send(request(gateway.port))
        assert await caller.answer() == OK
        await caller.send(request(gateway.port))

        assert await caller.answer() == OK
        assert server.connections == 2


async def test_what_a_server_says_unasked_ends_its_connection() -> None:
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while await read_head(reader):
            await reader.readexactly(2)
            writer.write(OK)

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port))
        await caller.answer()
        writers[0].write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        await until(lambda: server.ended == 1)
        await caller.send(request(gateway.port))

        assert await caller.answer() == OK


@pytest.mark.parametrize("piece", [b"GET /", b"GET / HTTP/1.1\r\nX: "])
async def test_a_head_that_does_not_end_in_time_is_refused(piece: bytes) -> None:
    async with Server() as server, before(server, patience=Patience(head=0.1)) as gateway, calling(gateway.port) as caller:
        await caller.send(piece)

        assert (await caller.rest()).startswith(b"HTTP/1.1 408 ")


async def test_a_head_in_single_bytes_is_bounded_and_works() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK]
        await caller.send(*(bytes((byte,)) for byte in request(gateway.port)))

        assert await caller.answer() == OK


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000, b"GET /" + b"a" * 70_000, b"GET / HTTP/1.1\r\n" + b"X: b\r\n" * 12_000])
async def test_a_head_that_is_too_long_is_refused(head: bytes) -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(head)

        assert (await caller.rest()).startswith(b"HTTP/1.1 431 ")


async def test_idle_connections_make_room_and_those_at_work_do_not() -> None:
    release = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        await release.wait()
        writer.write(b"{}")
        await reader.read()

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        most = gateway._most
        await caller.send(request(gateway.port, body=b""))
        await caller.head()
        idle: list[socket.socket] = []
        try:
            for number in range(10_000):
                idle.append(socket.create_connection(("127.0.0.1", gateway.port or 0)))
                if len(idle) > most // 2:  # this process cannot hold ten thousand files itself
                    idle.pop(0).close()
                if not number % 50:
                    await asyncio.sleep(0)
                    assert gateway.callers <= most
            release.set()
            assert await caller.exactly(2) == b"{}"
        finally:
            for one in idle:
                one.close()


async def test_beyond_all_connections_at_work_a_next_one_is_told_so() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await read_head(reader)
        await reader.read()

    async with Server(serve) as server, before(server) as gateway:
        gateway._most = 2
        async with calling(gateway.port) as one, calling(gateway.port) as two:
            for caller in (one, two):
                await caller.send(request(gateway.port, body=b""))
            await until(lambda: server.connections == 2)
            async with calling(gateway.port) as three:
                assert (await three.rest()).startswith(b"HTTP/1.1 503 ")

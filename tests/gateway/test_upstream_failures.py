"""Servers that cannot be reached, hang up or are not who they say they are."""

import asyncio
import json
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from statuswatch.gateway.pool import Patience
from statuswatch.sources.headers import proxy_status
from support.gatewaykit import Server, before, calling, field, gateway_to, read_head, request, until

_MAKE = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def free_port() -> int:
    with socket.socket() as box:
        box.bind(("127.0.0.1", 0))
        return int(box.getsockname()[1])


async def asked(url: str, **options: object) -> bytes:
    async with gateway_to({"sim": url}, **options) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port))
        return await caller.answer()


def cause(answer: bytes) -> tuple[int, str | None]:
    """The status, and the type of error that the structured field says."""
    hops = proxy_status({"proxy-status": field(answer, "proxy-status") or ""})
    assert [hop.name for hop in hops] == ["statuswatch"]
    return int(answer.split(b" ")[1]), hops[0].error


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    names = "subjectAltName=DNS:localhost"
    subprocess.run(
        ["openssl", *_MAKE.split(), names, "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True,
        capture_output=True,
    )
    return folder


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate / "cert.pem"))


async def test_a_refused_connection_is_a_502_with_its_cause_in_words_that_clients_print() -> None:
    answer = await asked(f"http://127.0.0.1:{free_port()}")

    assert cause(answer) == (502, "connection_refused")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"] == "statuswatch gateway: 127.0.0.1 refused the connection"


async def test_a_name_that_does_not_resolve_is_a_502() -> None:
    assert cause(await asked("http://no-such-host.invalid")) == (502, "dns_error")


async def test_a_server_that_accepts_and_says_nothing_to_tls_is_a_504() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await reader.read()

    async with Server(serve) as server:
        assert cause(await asked(f"https://127.0.0.1:{server.port}", patience=Patience(connect=0.2))) == (504, "connection_timeout")


async def test_a_server_that_hangs_up_without_an_answer_is_a_502_and_is_not_asked_twice() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await read_head(reader)

    async with Server(serve) as server:
        assert cause(await asked(f"http://127.0.0.1:{server.port}")) == (502, "connection_terminated")
        assert server.connections == 1


async def test_a_certificate_that_nobody_vouches_for_is_a_502(certificate: Path) -> None:
    async with Server(tls=serving(certificate)) as server:
        answer = await asked(f"https://localhost:{server.port}")

        assert cause(answer) == (502, "tls_certificate_error")
        assert server.requests == []


async def test_a_certificate_for_another_name_is_a_502(certificate: Path) -> None:
    async with Server(tls=serving(certificate)) as server:
        answer = await asked(f"https://127.0.0.1:{server.port}", context=trusting(certificate))

        assert cause(answer) == (502, "tls_certificate_error")
        assert b"is not for that name" in answer


async def test_over_tls_everything_is_as_without_it(certificate: Path) -> None:
    async with Server(tls=serving(certificate)) as server:
        server.answers = [OK]
        async with gateway_to({"sim": f"https://localhost:{server.port}"}, context=trusting(certificate)) as gateway, calling(gateway.port) as caller:
            await gateway.warm("sim")
            for _ in range(3):
                await caller.send(request(gateway.port, body=b"x" * 300_000))
                assert await caller.answer() == OK

        assert server.connections == 1
        assert len(server.requests) == 3


@pytest.mark.parametrize(("method", "repeated"), [("GET", True), ("PUT", True), ("POST", False)])
async def test_a_connection_that_died_while_idle_is_replaced_where_the_request_may_be_repeated(method: str, repeated: bool) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        await writer.drain()
        await read_head(reader)  # the second request is heard, and answered by hanging up

    async with Server(serve) as server, before(server) as gateway, calling(gateway.port) as caller:
        await caller.send(request(gateway.port, "GET", body=None))
        await caller.answer()
        await caller.send(request(gateway.port, method, body=None if method != "POST" else b""))
        answer = await caller.answer()

        assert server.connections == (2 if repeated else 1)
        assert answer == OK if repeated else cause(answer) == (502, "connection_terminated")


async def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    async with Server() as server, before(server) as gateway, calling(gateway.port) as caller:
        server.answers = [OK]
        await caller.send(request(gateway.port))
        await caller.answer()
        server.hang_up()
        await until(lambda: server.ended == 1)
        await caller.send(request(gateway.port))

        assert await caller.answer() == OK


async def test_the_persons_proxy_is_asked_for_a_tunnel(certificate: Path) -> None:
    heads: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await read_head(reader))
        there, back = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\nVia: x\r\n\r\n")

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while data := await source.read(1 << 16):
                sink.write(data)
            sink.close()

        pumps = asyncio.gather(pump(reader, back), pump(there, writer))
        try:
            await pumps
        finally:
            pumps.cancel()
            back.close()

    async with Server(tls=serving(certificate)) as server, Server(proxy) as way:
        server.answers = [OK]
        environ = {"HTTPS_PROXY": f"http://me:p%40ss@127.0.0.1:{way.port}", "NO_PROXY": "example.com,127.0.0.0/8"}
        # Servers on this machine are reached straight, so this one has a name of its own.
        url = f"https://api.sim.test:{server.port}"
        context = trusting(certificate)
        context.check_hostname = False
        async with gateway_to({"sim": url}, environ=environ, context=context) as gateway, calling(gateway.port) as caller:
            await caller.send(request(gateway.port))
            assert await caller.answer() == OK
            await caller.send(request(gateway.port))
            assert await caller.answer() == OK

        assert heads == [
            f"CONNECT api.sim.test:{server.port} HTTP/1.1\r\nHost: api.sim.test:{server.port}\r\nProxy-Authorization: Basic bWU6cEBzcw==\r\n\r\n".encode()
        ]
        assert server.connections == 1


@pytest.mark.parametrize("answer", [b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", b"", b"SSH-2.0-x\r\n\r\n"])
async def test_a_proxy_that_refuses_is_named(answer: bytes) -> None:
    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(answer)
        await writer.drain()

    async with Server(proxy) as way:
        got = await asked("https://api.sim.test", environ={"https_proxy": f"http://127.0.0.1:{way.port}"})

        assert cause(got) == (502, "http_request_denied")
        assert b"of HTTPS_PROXY answered" in got

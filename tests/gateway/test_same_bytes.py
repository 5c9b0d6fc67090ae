"""Through the gateway and straight, the same bytes: whatever the body, however it is cut, whatever the fields are called."""

import asyncio
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from support.gatewaykit import TOKEN, Server, before, calling, read_head

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,20}", fullmatch=True).filter(
    lambda name: (
        name.lower()
        not in {
            *("connection", "keep-alive", "proxy-connection", "te", "upgrade", "proxy-authorization", "proxy-authenticate", "host", "expect", "trailer"),
            *("content-length", "transfer-encoding", "origin", "sec-fetch-site"),
        }
    )
)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=40).map(lambda text: text.encode("latin-1"))
FIELDS = st.lists(
    st.tuples(NAMES.map(str.encode), st.sampled_from([b"", b" ", b"  ", b"\t"]), VALUES).map(lambda part: part[0] + b":" + part[1] + part[2]), max_size=8
)
BODIES = st.one_of(st.binary(max_size=200), st.binary(min_size=1, max_size=9).map(lambda one: one * 40_000))
CUTS = st.lists(st.integers(0, 400_000), max_size=8)
PATHS = st.from_regex(r"(/[A-Za-z0-9._~%!$&'()*+,;=:@-]{0,12}){1,3}(\?[A-Za-z0-9._~%!$&'()*+,;=:@/?-]{0,20})?", fullmatch=True)


def chunked(body: bytes, places: list[int]) -> bytes:
    edges = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    pieces = [body[start:end] for start, end in pairwise(edges)]
    return b"".join(b"%X\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


def framed(body: bytes, how: str, places: list[int]) -> tuple[bytes, bytes]:
    """The field that frames the body, and the body in its frame."""
    if how == "chunked":
        return b"Transfer-Encoding: chunked\r\n", chunked(body, places)
    if how == "counted":
        return b"Content-Length: %d\r\n" % len(body), body
    return b"", body


async def exchanged(port: int | None, data: list[bytes], count: int) -> bytes:
    async with calling(port) as caller:
        sending = asyncio.create_task(caller.send(*data))
        try:
            return await caller.exactly(count)
        finally:
            sending.cancel()


async def compared(method: bytes, path: bytes, fields: list[bytes], ask: tuple[bytes, bytes], answer: bytes, cuts: tuple[list[int], list[int]]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_head(reader)
        heard.append(head + await reader.readexactly(len(ask[1])))
        for piece in cut(answer, cuts[1]):
            writer.write(piece)
            await writer.drain()

    heard: list[bytes] = []
    async with Server(serve) as server, before(server) as gateway:

        def said(host: str, path: bytes) -> bytes:
            return b"%s %s HTTP/1.1\r\nHOST: %s\r\n" % (method, path, host.encode()) + b"".join(line + b"\r\n" for line in fields) + ask[0] + b"\r\n" + ask[1]

        straight = await exchanged(server.port, [said(f"127.0.0.1:{server.port}", path)], len(answer))
        through = await exchanged(gateway.port, cut(said(f"127.0.0.1:{gateway.port}", f"/{TOKEN}/sim".encode() + path), cuts[0]), len(answer))

        assert straight == answer
        assert heard[0] == heard[1]
        assert through == straight


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([b"POST", b"PUT", b"PATCH", b"GET", b"DELETE"]),
    PATHS.map(str.encode),
    FIELDS,
    BODIES,
    st.sampled_from(["chunked", "counted"]),
    st.tuples(CUTS, CUTS, CUTS, CUTS),
    st.sampled_from([200, 201, 302, 400, 404, 429, 500, 529, 599]),
    FIELDS,
    BODIES,
    st.sampled_from(["chunked", "counted", "until the end"]),
)
def test_what_arrives_is_what_was_sent(
    method: bytes, path: bytes, fields: list[bytes], body: bytes, how: str, cuts: tuple[list[int], ...], status: int, more: list[bytes], reply: bytes, back: str
) -> None:
    frame, framed_reply = framed(reply, back, cuts[2])
    # The server hangs up after its answer: where only that ends the answer, the caller is told by the one field that is about its own connection.
    ending = b"Connection: close\r\n" if back == "until the end" else b""
    answer = b"HTTP/1.1 %d Any Thing\r\n" % status + b"".join(line + b"\r\n" for line in more) + frame + ending + b"\r\n" + framed_reply

    async def run() -> None:
        await compared(method, path, fields, framed(body, how, cuts[0]), answer, (list(cuts[1]), list(cuts[3])))

    asyncio.run(run())

"""Where a body ends, against the C parser that everyone else uses."""

import contextlib
from itertools import pairwise

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.gateway.framing import Chunked, Counted, Framing, FramingError, UntilClose

SIZES = st.lists(st.binary(max_size=40), max_size=6)
EXTENSIONS = st.sampled_from([b"", b";a", b";a=b", b' ;a="b"'])


def chunks(pieces: list[bytes], extension: bytes = b"", trailers: bytes = b"") -> bytes:
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces if piece) + b"0%s\r\n%s\r\n" % (extension, trailers)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]


def fed(framing: Framing, pieces: list[bytes]) -> tuple[int, bytes]:
    """How many bytes belong to the body, and its content; each piece is looked at in both ways."""
    taken, content = 0, b""
    for piece in pieces:
        if framing.done:
            break
        found, end = framing.payload(piece)
        taken += end
        content += b"".join(found)
    return taken, content


@given(SIZES, EXTENSIONS, st.sampled_from([b"", b"X-A: 1\r\n", b"X-A: 1\r\nX-B: \r\n"]), st.binary(max_size=20), st.lists(st.integers(0, 1000), max_size=30))
def test_a_chunked_body_ends_at_its_end_however_it_is_cut(pieces: list[bytes], extension: bytes, trailers: bytes, after: bytes, places: list[int]) -> None:
    body = chunks(pieces, extension, trailers)
    framing = Chunked(extensions=True)

    assert fed(framing, cut(body + after, places)) == (len(body), b"".join(pieces))
    assert framing.done
    whole = Chunked(extensions=True)
    assert whole.take(b"head" + body + after, 4) == 4 + len(body)


@given(st.integers(0, 50), st.binary(max_size=60), st.lists(st.integers(0, 100), max_size=5))
def test_a_counted_body_is_so_long_however_it_is_cut(length: int, data: bytes, places: list[int]) -> None:
    framing = Counted(length)
    taken, content = fed(framing, cut(data, places))

    assert (taken, content) == (min(length, len(data)), data[:length])
    assert framing.done is (len(data) >= length)


def test_a_body_until_the_end_is_never_done_by_itself() -> None:
    framing = UntilClose()

    assert fed(framing, [b"a", b"", b"bc"]) == (3, b"abc")
    assert not framing.done


class Heard:
    """What llhttp says of a body."""

    def __init__(self) -> None:
        self.content = b""
        self.complete = False

    def on_body(self, data: bytes) -> None:
        self.content += data

    def on_message_complete(self) -> None:
        self.complete = True


ODD = st.lists(
    st.sampled_from(
        [b"0", b"1", b"5", b"a", b"F", b"x", b"\r\n", b"\n", b"\r", b";", b"a=b", b'"', b" ", b"\t", b"\r\n0\r\n\r\n", b"hello", b"\x00", b"X: y", b":"]
    ),
    max_size=14,
).map(b"".join)


@given(ODD)
def test_what_this_reads_as_a_body_llhttp_reads_as_the_same_body(data: bytes) -> None:
    framing = Chunked(extensions=True)
    try:
        pieces, end = framing.payload(data)
    except FramingError:
        return
    if not framing.done:
        return
    heard = Heard()
    parser = httptools.HttpRequestParser(heard)
    parser.feed_data(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    parser.feed_data(data[:end])

    assert heard.complete
    assert heard.content == b"".join(pieces)


@given(st.lists(st.binary(max_size=30), max_size=8))
def test_no_bytes_do_more_than_be_refused(pieces: list[bytes]) -> None:
    for framing in (Chunked(extensions=True), Chunked(extensions=False)):
        with contextlib.suppress(FramingError):
            fed(framing, pieces)


@pytest.mark.parametrize(
    "data", [b"1" * 16 + b"\r\n", b"1\r\nXX\r\n", b"1;" + b"a" * 5000, b"0\r\nX: " + b"a" * 4097 + b"\r\n", b"0\r\n" + b"X: aaaaaaaa\r\n" * 800], ids=range(5)
)
def test_what_is_too_long_is_refused(data: bytes) -> None:
    with pytest.raises(FramingError):
        Chunked(extensions=True).take(data)

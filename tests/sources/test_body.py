"""The bytes of a feed and what they decode to."""

import json

import pytest

from statuswatch.core.incident import Unreadable, UnreadableReason
from statuswatch.sources.body import MAX_BYTES, Body, Decoded, Document, decode, looks_like_html, read_json, wrong_shape


def text_of(data: bytes, content_type: str = "") -> tuple[str, tuple[str, ...]]:
    read = decode(Body(data, "acme", "", content_type))
    assert isinstance(read, Decoded)
    return read.text, read.problems


def refused(data: bytes) -> UnreadableReason:
    read = read_json(Body(data, "acme"))
    assert isinstance(read, Unreadable)
    assert read.size == len(data)
    return read.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_unicode_is_told_by_its_mark_or_its_zero_bytes(encoding: str) -> None:
    assert text_of('{"a": "é"}'.encode(encoding)) == ('{"a": "é"}', ())


def test_another_charset_is_read_where_transport_or_declaration_names_it() -> None:
    assert text_of("é".encode("latin-1"), "text/xml; charset=ISO-8859-1") == ("é", ("the body is no UTF-8; it was read as iso-8859-1",))
    declared = '<?xml version="1.0" encoding="gb2312"?><a>异常</a>'
    assert text_of(declared.encode("gb2312")) == (declared, ("the body is no UTF-8; it was read as gb2312",))


def test_utf_8_wins_over_a_declaration_that_lies() -> None:
    assert text_of("é".encode(), "text/xml; charset=latin1") == ("é", ())


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "zip", "utf-7", "no-such", "idna"])
def test_a_charset_that_no_page_has_is_not_tried(charset: str) -> None:
    assert text_of(b"a\xff", f"text/xml; charset={charset}") == ("a\ufffd", ("the body is no valid UTF-8; the bad bytes were replaced",))


def test_a_declared_charset_that_does_not_fit_either_leaves_replaced_bytes() -> None:
    assert text_of(b"a\xff", "text/xml; charset=us-ascii")[0] == "a\ufffd"
    assert text_of(b"\xfe\xff\x00a\x00") == ("a\ufffd", ("the body is no valid UTF-16; the bad bytes were replaced",))


def test_a_body_at_the_cap_is_read_and_one_byte_more_is_not() -> None:
    assert text_of(b"a" * MAX_BYTES)[0] == "a" * MAX_BYTES
    assert refused(b"a" * (MAX_BYTES + 1)) is UnreadableReason.TOO_LARGE


def test_json_is_read_with_its_odd_numbers_as_nothing() -> None:
    read = read_json(Body(b'{"a": NaN, "b": [Infinity, -Infinity], "c": 1e999}', "acme"))

    assert isinstance(read, Document)
    assert read.value["a"] is None
    assert read.value["b"] == [None, None]


def test_what_is_no_json_says_what_it_is() -> None:
    assert refused(b"") is UnreadableReason.EMPTY
    assert refused(b"<html></html>") is UnreadableReason.HTML
    assert refused(b'{"a": [1, {"b": "c"}') is UnreadableReason.TRUNCATED
    assert refused(b'{"a": "b') is UnreadableReason.TRUNCATED
    assert refused(b'{"a": tru') is UnreadableReason.TRUNCATED
    assert refused(b'{"a": oops}') is UnreadableReason.NOT_JSON
    assert refused(b"<rss/>") is UnreadableReason.NOT_JSON
    assert refused(b"[" * 100_000 + b"]" * 100_000) is UnreadableReason.FORBIDDEN
    assert refused(b"[" + b"1" * 5_000 + b"]") is UnreadableReason.FORBIDDEN


def test_every_cut_of_a_json_object_is_seen_as_one() -> None:
    data = json.dumps({"page": {"name": "é\n\\"}, "list": [1, -2.5e3, True, None, {"x": "\ud800"}]}).encode()
    assert {refused(data[:cut]) for cut in range(1, len(data))} == {UnreadableReason.TRUNCATED}


@pytest.mark.parametrize(
    "page",
    ["<!doctype html>x", " \n<HTML lang=en>", "<!-- a -- b --><html>", '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x">', "<script>1</script>", "<head>"],
)
def test_a_web_page_is_told_by_its_start(page: str) -> None:
    assert looks_like_html(page)


@pytest.mark.parametrize("other", ["<rss>", "<feed>", "{}", "html", '<?xml version="1.0"?><rss/>', "<!-- html --><rss/>", "<!--" * 2_000, ""])
def test_xml_and_json_are_no_web_pages(other: str) -> None:
    assert not looks_like_html(other)


def test_the_reason_for_a_wrong_shape_names_what_was_wanted_and_nothing_of_the_body() -> None:
    read = wrong_shape(Body(b'{"secret": 1}', "acme"), "page, status")

    assert read == Unreadable(UnreadableReason.WRONG_SHAPE, "the body is readable, but it lacks page, status", 13)

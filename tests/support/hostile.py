"""What a parser of feeds must survive: bodies that are no feed at all, bodies that were hurt on the way, and values that nobody expects."""

import copy
import json
from collections.abc import Iterator
from typing import Any

CAPTCHA = b"<!DOCTYPE html>\n<html lang=en><head><title>Human verification</title></head><body><script src=/challenge.js></script></body></html>"
HOME_PAGE = b"\n<!-- moved -->\n<html><body><h1>Our new status page</h1></body></html>"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
    b"<rss><channel>&c;</channel></rss>"
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed xmlns="http://www.w3.org/2005/Atom"><title>&x;</title></feed>'
PARAMETER = b'<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/evil.dtd"> %p;]><rss version="2.0"><channel><title>t</title></channel></rss>'

WHOLESALE: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \r\n\t ",
    "a byte order mark alone": b"\xef\xbb\xbf",
    "zero bytes": b"\x00" * 64,
    "a captcha page": CAPTCHA,
    "a vendor's new home page": HOME_PAGE,
    "xhtml": b'<?xml version="1.0"?>' + CAPTCHA,
    "forbidden": b'{"message":"Forbidden"}',
    "an error with status 200": b'{"status": 500, "error": "Internal Server Error"}',
    "an empty object": b"{}",
    "null": b"null",
    "a number": b"42",
    "a text": b'"all good"',
    "lists of lists": b"[[]]",
    "a list of numbers": b"[1, 2, 3]",
    "plain text": b"All Systems Operational",
    "deep lists": b"[" * 200_000,
    "deep lists, closed": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"page":' * 100_000,
    "deep XML": b"<rss><channel><item>" + b"<a>" * 50_000,
    "deep XML, closed": b"<rss><channel><item>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</item></channel></rss>",
    "an entity bomb": ENTITIES,
    "an external entity": EXTERNAL,
    "a parameter entity": PARAMETER,
    "fifty megabytes": b"[" + b"0," * (25 * 1024 * 1024) + b"0]",
    "a number of ten thousand digits": b"[" + b"9" * 10_000 + b"]",
    "compressed bytes": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff" + bytes(range(256)),
    "RSS of something else": b'<rss version="2.0"><channel><title>News</title><item><title>Cats</title><guid>1</guid></item></channel></rss>',
    "another XML": b'<svg xmlns="http://www.w3.org/2000/svg"><rect/></svg>',
    "XML without a channel": b"<rss/>",
    "XML cut in a tag": b'<rss version="2.0"><channel><title>t</ti',
}
"""Bodies that are no feed of any format."""

ODD_VALUES: tuple[Any, ...] = (None, 7, -1.5, True, "zz-unknown", "", [], {}, [None], {"zz": []}, "x" * 50_000, "\ud800", "9999-12-31T23:59:59+00:00")
"""What may stand at any place of a body instead of what belongs there."""


def truncations(data: bytes, points: int = 64) -> Iterator[bytes]:
    """The body cut off at `points` places, evenly spread, the last right before its last byte that is no white space."""
    end = len(data.rstrip())
    for index in range(1, points + 1):
        yield data[: min(end - 1, end * index // points)]


def mutations(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with each of its places in turn replaced by each odd value, or taken away; with the name of the place."""
    for path in list(_paths(value)):
        for odd in ODD_VALUES:
            if odd == [] and isinstance(_at(value, path), list):
                continue  # an empty list is what belongs there on a good day
            yield f"{'.'.join(map(str, path))} = {str(odd)[:20]!r}", _replaced(value, path, odd)
        if path and isinstance(path[-1], str):
            yield f"{'.'.join(map(str, path))} away", _removed(value, path)


def recoded(data: bytes) -> dict[str, bytes]:
    """The same text in other encodings, some of them wrong or broken."""
    text = data.decode("utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8")
    return {
        "UTF-8 with a mark": b"\xef\xbb\xbf" + text.encode(),
        "UTF-16 big-endian with a mark": b"\xfe\xff" + text.encode("utf-16-be"),
        "UTF-16 little-endian with a mark": b"\xff\xfe" + text.encode("utf-16-le"),
        "UTF-32 with a mark": text.encode("utf-32"),
        "UTF-16 without a mark": text.encode("utf-16-le"),
    }


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _paths(item, (*path, index))


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _replaced(value: Any, path: tuple[str | int, ...], odd: Any) -> Any:
    if not path:
        return copy.deepcopy(odd)
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = copy.deepcopy(odd)
    return changed


def _removed(value: Any, path: tuple[str | int, ...]) -> Any:
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    return changed


def as_json(value: Any) -> bytes:
    """JSON bytes, lone surrogates included."""
    return json.dumps(value).encode()

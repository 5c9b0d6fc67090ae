"""Bodies that are well-formed and odd: five kinds of oddity for each format. None may raise, and none may read as healthier than the sound body was."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from statuswatch.core.codec import encode
from statuswatch.core.health import Health
from statuswatch.core.incident import Page, Unreadable
from statuswatch.sources.body import Body
from statuswatch.sources.formats import parser_for
from support.payloads import CASES, expected, sample

_JSON = [(form, name) for form, name in CASES if name.endswith(".json")]
_XML = [(form, name) for form, name in CASES if name.endswith(".xml")]
_PAGES = [(form, name) for form, name in CASES if name.endswith(".html")]
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_ALIKE = str.maketrans({"o": "\u043e", "a": "\u0430", "e": "\u0435", "p": "\u0440"})  # Cyrillic


def _loads(data: bytes) -> Any:
    return json.loads(data.decode("utf-16" if data[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8"))


def _dumps(value: Any) -> bytes:
    return json.dumps(value).encode()


def _walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """The value with every leaf changed."""
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    return [_walk(item, change) for item in value] if isinstance(value, list) else change(value)


def _twice(value: Any) -> str:
    """The value as JSON in which every key of every object stands twice: first as it is, then with a word of health. The last one counts."""
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}:{_twice(item)}" for key, item in value.items()]
        return "{" + ",".join([*rows, *(f"{json.dumps(key)}:null" for key, item in value.items() if not isinstance(item, list | dict))]) + "}"
    return "[" + ",".join(map(_twice, value)) + "]" if isinstance(value, list) else json.dumps(value)


def _look_alike(value: Any) -> Any:
    return value.translate(_ALIKE) if isinstance(value, str) and not _TIME.search(value) and "://" not in value else value


def _beyond_time(value: Any) -> Any:
    return _TIME.sub("2026-06-30T23:59:60", value) if isinstance(value, str) else value


def _invisible(value: Any) -> Any:
    return f"\u200b{value}\u2060" if isinstance(value, str) and not _TIME.search(value) else value


def _long_lists(value: Any) -> Any:
    """Every list of objects thousands of times over, the real ones at the end."""
    if isinstance(value, dict):
        return {
            key: _long_lists(item) if isinstance(item, list) and item and all(isinstance(row, dict) for row in item) else item for key, item in value.items()
        }
    filler = dict.fromkeys(value[0]) if value and isinstance(value[0], dict) else None
    return [*([filler] * 6000), *value] if isinstance(value, list) else value


ODD_JSON: dict[str, Callable[[bytes], bytes]] = {
    "words of look-alike letters": lambda data: _dumps(_walk(_loads(data), _look_alike)),
    "every key twice, the second time null": lambda data: _twice(_loads(data)).encode(),
    "leap seconds": lambda data: _dumps(_walk(_loads(data), _beyond_time)),
    "invisible characters around every word": lambda data: _dumps(_walk(_loads(data), _invisible)),
    "thousands of empty rows before the real ones": lambda data: _dumps(_long_lists(_loads(data))),
}
ODD_XML: dict[str, Callable[[bytes], bytes]] = {
    "words of look-alike letters": lambda data: re.sub(
        rb"(?i)resolved|completed|operational|normal", lambda found: found[0].decode().translate(_ALIKE).encode(), data
    ),
    "a comment inside every word": lambda data: re.sub(rb"(?i)(resol|compl|operat)(?=[a-z])", rb"\1<!-- x -->", data),
    "another encoding declared than used": lambda data: re.sub(rb"^\s*<\?xml[^>]*\?>", b"", data).join([b'<?xml version="1.0" encoding="utf-16"?>', b""]),
    "a channel inside an entry": lambda data: re.sub(rb"(<item>|<entry>)", rb"\1<channel><item><title>Resolved: x</title></item></channel>", data),
    "no time anywhere": lambda data: re.sub(rb"<(pubDate|published|updated|lastBuildDate)>[^<]*<", rb"<\1><", data),
}
ODD_PAGES: dict[str, Callable[[bytes], bytes]] = {
    "its data twice": lambda data: data + data,
    "its data in a comment": lambda data: b"<!--" + data + b"-->",
    "words of look-alike letters": lambda data: data.replace(b"operational", "\u043eperational".encode()),
    "every quote escaped once more": lambda data: data.replace(b'\\"', b'\\\\\\"'),
    "pushes that never end": lambda data: data.replace(b"self.__next_f.push([1,", b"self.__next_f.push([1,[" * 50),
}


def _odd() -> Iterator[Any]:
    for cases, odd in ((_JSON, ODD_JSON), (_XML, ODD_XML), (_PAGES, ODD_PAGES)):
        for form, name in cases:
            for what, change in odd.items():
                yield pytest.param(form, name, change, id=f"{name}: {what}")


@pytest.mark.parametrize(("form", "name", "change"), _odd())
def test_an_odd_body_is_no_healthier_than_the_sound_one(form: str, name: str, change: Callable[[bytes], bytes]) -> None:
    body, was = sample(name), expected(name)
    read = parser_for(form)(replace(body, data=change(body.data)))

    assert isinstance(read, Page | Unreadable)
    json.dumps(encode(read)).encode()
    if isinstance(read, Unreadable):
        return
    assert all(problem.isprintable() for problem in read.problems)
    assert was.health is Health.OK or read.health is not Health.OK, "the page became ok"
    assert sum(part.health is Health.OK for part in read.components) <= sum(part.health is Health.OK for part in was.components)
    assert not any(part.health is Health.OK and not part.raw.isascii() for part in read.components), "a word that only looks like one is ok"
    assert read.health is not Health.OK or read.raw_health.isascii()
    open_now = sum(not incident.over for incident in (*read.incidents, *read.maintenances))
    assert not read.lists_open or open_now >= sum(not incident.over for incident in was.incidents), "an open incident is gone, and all are said to be listed"


def test_there_are_five_for_each_format() -> None:
    assert {len(ODD_JSON), len(ODD_XML), len(ODD_PAGES)} == {5}
    assert {form for form, _ in CASES} == {form for form, _ in (*_JSON, *_XML, *_PAGES)}


def _two(first: tuple[str, str], second: tuple[str, str]) -> Page:
    """A summary in which one id stands twice, each with one post: (stage, minute)."""
    rows = [
        {"id": "i1", "name": "Errors", "status": stage, "impact": "minor", "incident_updates": [{"id": minute, "status": stage, "body": "x", "created_at": at}]}
        for stage, minute in (first, second)
        for at in (f"2026-05-04T10:{minute}:00Z",)
    ]
    read = parser_for("statuspage-summary")(
        Body(_dumps({"page": {"id": "p", "name": "Acme"}, "status": {"indicator": "minor"}, "components": [], "incidents": rows}), "acme")
    )
    assert isinstance(read, Page)
    return read


@pytest.mark.parametrize(
    ("first", "second", "stage"),
    [
        (("investigating", "00"), ("resolved", "30"), "resolved"),
        (("resolved", "30"), ("investigating", "00"), "resolved"),
        (("resolved", "00"), ("investigating", "30"), "investigating"),
        (("resolved", "00"), ("investigating", "00"), "investigating"),
        (("investigating", "00"), ("resolved", "00"), "investigating"),
    ],
)
def test_of_two_entries_with_one_id_the_newest_word_counts(first: tuple[str, str], second: tuple[str, str], stage: str) -> None:
    read = _two(first, second)
    (incident,) = read.incidents

    assert incident.stage.value == stage
    assert len(incident.updates) == 2
    assert incident.updates[0].at <= incident.updates[1].at
    assert read.problems[-1] == "entries that share an id were read as one: 1 fewer"

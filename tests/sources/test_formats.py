"""Every format: its payloads read exactly, everything hostile is survived, and nothing that is hurt or odd ever reads as healthier than it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuswatch.core.codec import encode
from statuswatch.core.health import Health
from statuswatch.core.incident import Component, Page, Unreadable, UnreadableReason
from statuswatch.sources.body import Body
from statuswatch.sources.detect import detect, parse_detected
from statuswatch.sources.formats import ABOUT, FORMATS, RECORDED, parser_for
from support.hostile import WHOLESALE, as_json, mutations, recoded, truncations
from support.payloads import CASES, SAMPLES, expected, sample

_JSON_CASES = [(form, name) for form, name in CASES if name.endswith(".json")]
_FEEDS = frozenset(form for form, name in CASES if name.endswith(".xml"))
# Bodies that are a feed of some formats after all: an empty or foreign RSS is readable, and says nothing.
_READABLE = {("generic-feed", "RSS of something else")}


def test_every_format_has_a_payload() -> None:
    assert set(SAMPLES) == set(FORMATS)


def test_what_people_are_told_of_the_formats_is_what_there_is() -> None:
    shown = json.loads((Path(__file__).resolve().parents[1] / "surfaces" / "cli" / "recorded.json").read_text(encoding="utf-8"))

    assert set(ABOUT) == set(FORMATS)
    assert {name for name, about in ABOUT.items() if about.made_from == RECORDED} == {body["format"] for body in shown.values()}


def test_a_name_without_a_parser_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        parser_for("carrier-pigeon")


@pytest.mark.parametrize(("form", "name"), CASES)
def test_a_payload_reads_as_the_page_beside_it(form: str, name: str) -> None:
    assert parser_for(form)(sample(name)) == expected(name)


@pytest.mark.parametrize(("form", "name"), [case for case in CASES if case[0] != "statuspage-unresolved"])
def test_a_payload_is_detected_by_its_anchors(form: str, name: str) -> None:
    assert detect(sample(name))[0] == form


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("what", WHOLESALE)
def test_what_is_no_feed_is_unreadable(form: str, what: str) -> None:
    read = parser_for(form)(Body(WHOLESALE[what], "acme"))

    if (form, what) in _READABLE:
        assert isinstance(read, Page)
        assert read.health is Health.UNKNOWN
    else:
        assert isinstance(read, Unreadable), f"{form} makes a page of {what}"
        assert read.size == len(WHOLESALE[what])
        assert read.detail


@pytest.mark.parametrize("form", FORMATS)
def test_bodies_that_are_refused_say_why(form: str) -> None:
    def reason(what: str) -> UnreadableReason:
        read = parser_for(form)(Body(WHOLESALE[what], "acme"))
        assert isinstance(read, Unreadable)
        return read.reason

    assert reason("nothing") is UnreadableReason.EMPTY
    assert reason("a captcha page") is UnreadableReason.HTML
    assert reason("fifty megabytes") is UnreadableReason.TOO_LARGE
    if form in _FEEDS:
        assert {reason(what) for what in ("an entity bomb", "an external entity", "a parameter entity", "deep XML")} == {UnreadableReason.FORBIDDEN}
        assert reason("XML cut in a tag") is UnreadableReason.TRUNCATED
    elif form != "incidentio-page":
        assert reason("deep lists, closed") is UnreadableReason.FORBIDDEN
        assert reason("forbidden") is UnreadableReason.WRONG_SHAPE
        assert reason("plain text") is UnreadableReason.NOT_JSON


@pytest.mark.parametrize(("form", "name"), CASES)
def test_a_body_that_was_cut_off_is_unreadable(form: str, name: str) -> None:
    for cut in truncations(sample(name).data):
        read = parser_for(form)(Body(cut, "acme"))
        # The web page closes its data long before it ends.
        assert isinstance(read, Unreadable) or (form == "incidentio-page" and b'}}]\\n"])' in cut), f"{len(cut)} bytes of {name} made a page"


@pytest.mark.parametrize(("form", "name"), CASES)
def test_the_encoding_of_a_body_changes_nothing(form: str, name: str) -> None:
    body = sample(name)
    for encoding, data in recoded(body.data).items():
        assert parser_for(form)(replace(body, data=data)) == expected(name), encoding


@pytest.mark.parametrize(("form", "name"), [case for case in CASES if case[0] in {"statuspage-summary", "statuspage-history", "slack", "generic-feed"}])
def test_bytes_of_a_wrong_charset_are_replaced_and_noted(form: str, name: str) -> None:
    body = sample(name)
    latin = body.data.replace(b"Acme", b"Acm\xe9").replace(b"late", b"l\xe2te")
    read = parser_for(form)(replace(body, data=latin))

    assert latin != body.data
    assert isinstance(read, Page)
    assert "the body is no valid UTF-8; the bad bytes were replaced" in read.problems
    assert [incident.id for incident in read.incidents if len(incident.id) < 16] == [
        incident.id for incident in expected(name).incidents if len(incident.id) < 16
    ]


def _ailing(component: Component) -> bool:
    return component.health is not Health.OK


def _no_healthier(read: Page | Unreadable, was: Page, place: str) -> None:
    """The one rule for whatever was done to a body: unreadable, or no better than it was."""
    if isinstance(read, Unreadable):
        return
    encode(read)
    json.dumps(encode(read)).encode()
    "".join((*read.problems, *(incident.title for incident in read.incidents))).encode()
    assert all(problem.isprintable() for problem in read.problems), place
    if was.health is not Health.OK:
        assert read.health is not Health.OK, f"{place}: the page became ok"
    well = sum(not _ailing(component) for component in was.components)
    assert sum(not _ailing(component) for component in read.components) <= well, f"{place}: a component became ok"
    open_before = sum(not incident.over for incident in was.incidents)
    open_now = sum(not incident.over for incident in (*read.incidents, *read.maintenances))
    assert open_now >= open_before or not read.lists_open, f"{place}: an open incident is gone, and the page says that it lists all"


@pytest.mark.parametrize(("form", "name"), _JSON_CASES)
def test_an_odd_value_at_any_place_never_makes_it_healthier(form: str, name: str) -> None:
    body, was, parse = sample(name), expected(name), parser_for(form)
    decoded = json.loads(body.data.decode("utf-16" if body.data[:2] == b"\xfe\xff" else "utf-8"))
    for place, changed in mutations(decoded):
        _no_healthier(parse(replace(body, data=as_json(changed))), was, f"{name}: {place}")


@pytest.mark.parametrize(("form", "name"), CASES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_body_with_bytes_changed_at_random_never_raises(form: str, name: str, data: st.DataObject) -> None:
    original = sample(name).data
    hurt = bytearray(original)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(hurt) - 1))
        end = min(len(hurt), at + data.draw(st.integers(0, 40)))
        hurt[at:end] = data.draw(
            st.one_of(st.binary(max_size=12), st.sampled_from([b"<", b">", b"]]>", b"<!--", b"&#x0;", b'"', b"{", b"\\u0000", b"\xff\xfe"]))
        )
        if not hurt:
            break
    read = parser_for(form)(Body(bytes(hurt), "acme"))

    assert isinstance(read, Page | Unreadable)
    json.dumps(encode(read))


_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "status", "page", "components", "incidents", "name", "zz"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(("form", "name"), _JSON_CASES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_body_with_a_value_changed_at_random_never_raises(form: str, name: str, data: st.DataObject) -> None:
    raw = sample(name).data
    value = json.loads(raw.decode("utf-16" if raw[:2] == b"\xfe\xff" else "utf-8"))
    holder: Any = value
    while isinstance(holder, dict | list) and holder:
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))))
        if not isinstance(holder[key], dict | list) or not holder[key] or data.draw(st.integers(0, 5)) == 0:
            holder[key] = data.draw(_VALUES)
            break
        holder = holder[key]
    read = parser_for(form)(Body(json.dumps(value).encode(), "acme"))

    assert isinstance(read, Page | Unreadable)
    json.dumps(encode(read))


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(str.encode) | _VALUES.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_at_all_make_any_parser_raise(data: bytes) -> None:
    for form in FORMATS:
        assert isinstance(parser_for(form)(Body(data, "acme")), Page | Unreadable)
    assert isinstance(parse_detected(Body(data, "acme")), Page | Unreadable)

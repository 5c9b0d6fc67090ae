"""What a feed or a record says stays text: in the prompt, in the status page, in pop-ups and in the files that programs read."""

import json
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statuswatch.core.alerting import decide
from statuswatch.core.codec import decode, encode
from statuswatch.core.incident import Component, ComponentChange, ComponentRef, Impact
from statuswatch.core.judge import judge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, Policy, Told
from statuswatch.core.observation import Diagnosis, PageRead
from statuswatch.core.picture import Outlook, Shell, compose
from statuswatch.core.snapshot import EngineView, Snapshot
from statuswatch.core.world import World, advance
from statuswatch.engine.publish import prompt_line
from statuswatch.notify.text import body_of, title_of
from statuswatch.surfaces import plain, present
from support.facts import HAIKU, OPUS, OVERLOADED, at, call, failed_read, incident, moment, read, watching
from support.randomworlds import EVIL
from support.timeline import KNOWLEDGE

_SHELL = Shell(EngineView("0.1.0", at("09:00"), at("10:12")), {"anthropic": "https://status.example/feed"}, {})
_WATCHED = watching(OPUS, HAIKU)
_NOW = moment("10:10")
_FIELDS = ("title", "body", "component", "moved", "stage", "impact", "id", "url", "badge", "detail", "code", "client", "project")
_HARMLESS_SPACE = {" ", "\n"}


def _evil(field: str, text: str) -> tuple[Snapshot, list[Notice]]:
    """The picture and the notices of an outage in which one field of what came in says `text`."""

    def said(name: str, else_: str) -> str:
        return text if name == field else else_

    diagnosis = Diagnosis(OVERLOADED.fault, OVERLOADED.confidence, "overload code", 529, said("code", "overloaded_error"), explicit=True)
    moves = (ComponentChange(said("moved", "Claude API"), raw_new=said("moved", "x")),)
    shown = incident(
        ("10:00", "unknown", said("body", "We see errors on Claude Opus 4.5.")),
        title=said("title", "Errors on Claude Opus 4.5"),
        name=said("id", "i1"),
        moves=moves,
    )
    shown = replace(
        shown,
        impact=Impact.UNKNOWN,
        raw_impact=said("impact", "odd"),
        raw_stage=said("stage", "odd"),
        url=said("url", "https://status.example/i1"),
        components=(ComponentRef(said("component", "Claude API")),),
    )
    page = read("10:01", shown)
    badge = replace(
        page.page, raw_health=said("badge", "odd"), components=(Component(None, said("component", "Claude API"), page.page.health, said("badge", "odd")),)
    )
    facts = [PageRead(page.at, page.feed, page.provider, badge)]
    facts += [call(f"10:0{n}", OPUS, diagnosis, client=said("client", "claude-code")) for n in range(2, 6)]  # type: ignore[list-item]
    facts += [replace(failed_read("10:06", provider="openai"), detail=said("detail", "made to fail"))]  # type: ignore[list-item]
    seen = call("10:07", HAIKU)
    facts += [replace(seen, call=replace(seen.call, project=said("project", "shop")))]  # type: ignore[list-item]
    world, told, notices = World(), Told(), []
    for fact in facts:
        now = Moment(fact.at, 0.0)
        world, _ = advance(world, fact, now)
        decision = decide(judge(world, _WATCHED, KNOWLEDGE, now), world, told, Policy(), KNOWLEDGE, now)
        told = decision.told
        notices += decision.notices
    picture = compose(Outlook(world, _WATCHED, judge(world, _WATCHED, KNOWLEDGE, _NOW), KNOWLEDGE, tuple(notices)), _SHELL, _NOW)
    return picture, notices


def _is_inert(text: str) -> bool:
    return all(char in _HARMLESS_SPACE or unicodedata.category(char)[0] != "C" for char in text) and not {"\u2028", "\u2029"} & set(text)


def _check(field: str, text: str) -> None:
    picture, notices = _evil(field, text)
    assert notices

    line = json.dumps(encode(picture), ensure_ascii=False)
    assert "\n" not in line
    assert decode(Snapshot, json.loads(line)) == picture
    assert re.fullmatch(r"1\t\d+\t[a-z]+\t[A-Za-z0-9 .:+_-]{0,40}\n", prompt_line(picture.summary, 1))
    assert re.fullmatch(r"opus (?:down|failing) \d+m", picture.summary.label)
    for width in (40, 100):
        page = present.status_text(picture, _NOW.at, width) + present.why_text(picture, None, _NOW.at, width)
        assert _is_inert(page)
        assert len(page) < 20_000
    for notice in notices:
        title, body, marked = title_of(notice), body_of(notice, markup=False), body_of(notice, markup=True)
        assert _is_inert(title + body + marked)
        assert "\n" not in title + body
        assert "<" not in marked
        assert not re.search(r"https?:/+|www\.", title + body)
        assert (len(title), len(body)) <= (120, 450)
        for raw in (notice.title, notice.body):
            assert all(char not in plain.plain(raw) for char in "\n\r\t\x1b\x07\x9b\u202e\u200b\u2028")


@pytest.mark.parametrize("field", _FIELDS)
@pytest.mark.parametrize("text", EVIL, ids=lambda text: ascii(text[:12]))
def test_a_hostile_word_in_any_field_stays_a_word(field: str, text: str) -> None:
    _check(field, f"{text} Claude Opus 4.5 {text}")


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(_FIELDS), st.text(max_size=60))
def test_any_text_in_any_field_stays_text(field: str, text: str) -> None:
    _check(field, text)

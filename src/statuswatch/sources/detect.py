"""Which format a body is in, by its anchors: tables of who uses what go out of date, vendors move, and moves answer with status 200."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from statuswatch.core.incident import Page, Unreadable, UnreadableReason
from statuswatch.sources import aistudio, aws, betterstack, checkly, datadog, flashduty, google, incidentio, slack, statuspage, upptime
from statuswatch.sources.body import Body, decode, looks_like_html, read_json, unreadable
from statuswatch.sources.entries import Feed
from statuswatch.sources.feed import read_feed
from statuswatch.sources.fields import is_shaped, mapping
from statuswatch.sources.formats import parser_for
from statuswatch.sources.volcengine import STATED
from statuswatch.sources.xai import SEVERITY, STATUS

_NATIVE_INCIDENT = {"updates": list, "component_impacts": list}
_OFFSET_Z = re.compile(rb"<(?:lastBuildDate|pubDate)>[^<]{10,40} Z</")


def detect(body: Body) -> tuple[str, ...]:
    """The names of the formats that the body may be in, the likeliest first; empty where it is none, or no feed at all.

    More than one name means that the body does not say: an empty list is what several products send when all is well.
    """
    decoded = decode(body)
    if isinstance(decoded, Unreadable):
        return ()
    text = decoded.text.lstrip()
    if text[:1] in ("{", "["):
        document = read_json(body)
        return () if isinstance(document, Unreadable) else tuple(name for name, fits in _JSON if fits(document.value))
    if looks_like_html(text):
        return ("incidentio-page",) if incidentio.PUSH in text and "ongoing_incidents" in text else ()
    feed = read_feed(body)
    return () if isinstance(feed, Unreadable) else (*(name for name, fits in _FEEDS if fits(feed, body)), "generic-feed")


def parse_detected(body: Body) -> Page | Unreadable:
    """The page in whatever format the body is in, with a note where it may be in another as well; else why it is in none."""
    names = detect(body)
    read: Page | Unreadable = _no_format(body)
    for name in names:
        read = parser_for(name)(body)
        if isinstance(read, Page):
            others = [other for other in names[names.index(name) + 1 :] if other != "generic-feed"]
            note = f"the body does not tell its format; it may also be {', '.join(others)}"
            return replace(read, problems=(*read.problems, note)) if others else read
    return read


def _no_format(body: Body) -> Unreadable:
    decoded = decode(body)
    if isinstance(decoded, Unreadable):
        return decoded
    found = read_feed(body) if decoded.text.lstrip().startswith("<") else read_json(body)
    return (
        found if isinstance(found, Unreadable) else unreadable(body, UnreadableReason.WRONG_SHAPE, "the body is readable, but it is in no format that is known")
    )


def _every(value: object, shape: Mapping[str, type]) -> bool:
    """Whether it is a list of objects of this shape. An empty list is one of every shape."""
    return isinstance(value, list) and all(is_shaped(item, shape) for item in value)


def _listed(value: Any, key: str, shape: Mapping[str, type]) -> bool:
    return is_shaped(value, {key: list}) and _every(value[key], shape)


def _is_native(value: Any) -> bool:
    return is_shaped(value, incidentio.SUMMARY) or is_shaped(mapping(value).get("summary"), incidentio.SUMMARY)


def _is_instatus(value: Any) -> bool:
    return is_shaped(mapping(value).get("page"), {"name": str, "status": str}) and "components" not in value


def _is_instatus_components(value: Any) -> bool:
    return set(mapping(value)) == {"components"} and _listed(value, "components", {"id": str, "status": str}) and bool(value["components"])


_JSON: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("statuspage-summary", lambda value: is_shaped(value, statuspage.SUMMARY)),
    ("statuspage-incidents", lambda value: is_shaped(value, statuspage.INCIDENTS) and "components" not in value),
    ("statuspage-components", lambda value: is_shaped(value, statuspage.COMPONENT_LIST) and "incidents" not in value),
    ("incidentio", _is_native),
    ("instatus-summary", _is_instatus),
    ("instatus-components", _is_instatus_components),
    ("betterstack", lambda value: is_shaped(value, betterstack.INDEX) and value["data"].get("type") == "status_page"),
    ("slack", lambda value: is_shaped(value, slack.CURRENT)),
    ("datadog", lambda value: is_shaped(value, datadog.PAGE)),
    ("flashduty", lambda value: is_shaped(mapping(value).get("active"), flashduty.ACTIVE)),
    ("checkly", lambda value: set(mapping(value)) == {"incidents"} and _listed(value, "incidents", checkly.INCIDENT)),
    ("incidentio-incidents", lambda value: "page" not in value and _listed(value, "incidents", _NATIVE_INCIDENT)),
    ("aws-events", lambda value: _every(value, aws.EVENT)),
    ("google-cloud", lambda value: _every(value, google.INCIDENT)),
    ("upptime-summary", lambda value: _every(value, upptime.SITE) and bool(value)),
    ("google-aistudio", lambda value: aistudio.rows_of(value) is not None),
)


def _is_history(feed: Feed, _: Body) -> bool:
    """Statuspage's ids are tags of `Incident/123` below `/history`; incident.io names itself as the generator."""
    tagged = feed.ident.endswith(":/history") or any(":Incident/" in entry.ident for entry in feed.entries)
    return tagged or feed.generator == "incident.io" or any("/incidents/" in (entry.link or "") for entry in feed.entries)


def _is_xai(feed: Feed, _: Body) -> bool:
    return any(STATUS.search(entry.text) and SEVERITY.search(entry.text) for entry in feed.entries)


def _is_azure(_: Feed, body: Body) -> bool:
    """Nothing else is known to write the offset of RFC 822 dates as a bare Z."""
    return _OFFSET_Z.search(body.data[:20_000]) is not None


def _is_volcengine(feed: Feed, _: Body) -> bool:
    """No ids, one link for all items, and a state in brackets behind a title that is not ASCII."""
    links = {entry.link for entry in feed.entries}
    anonymous = bool(feed.entries) and not any(entry.ident for entry in feed.entries) and len(links) == 1
    return anonymous and any(STATED.fullmatch(entry.title) and not entry.title.isascii() for entry in feed.entries)


_FEEDS: tuple[tuple[str, Callable[[Feed, Body], bool]], ...] = (
    ("xai-rss", _is_xai),
    ("statuspage-history", _is_history),
    ("azure-rss", _is_azure),
    ("volcengine-rss", _is_volcengine),
)

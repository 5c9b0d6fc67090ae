"""Which format a body is in, by its anchors: tables of who uses what go out of date, vendors move, and moves answer with status 200.

`detect` names the formats, `candidates` with the reason for each, `parse_detected` reads a body that nobody has named a format for, and `reread` one that the
parser of its feed's own format has refused. All are pure: bytes in, values out, whatever the bytes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from statuswatch.core.incident import Page, Unreadable, UnreadableReason
from statuswatch.sources import (
    aistudio,
    aws,
    awsrss,
    betterstack,
    cachet,
    checkly,
    datadog,
    flashduty,
    google,
    health,
    incidentio,
    instatus,
    rootly,
    slack,
    statusio,
    statuspage,
    upptime,
    uptimekuma,
)
from statuswatch.sources.body import Body, decode, looks_like_html, read_json, unreadable
from statuswatch.sources.entries import Feed
from statuswatch.sources.feed import read_feed
from statuswatch.sources.fields import is_shaped, mapping
from statuswatch.sources.formats import parser_for
from statuswatch.sources.volcengine import STATED
from statuswatch.sources.xai import SEVERITY, STATUS

GENERIC = "generic-feed"
"""The format of any RSS or Atom: of the last resort, for it knows no product's habits."""

_NATIVE_INCIDENT = {"updates": list, "component_impacts": list}
_OFFSET_Z = re.compile(rb"<(?:lastBuildDate|pubDate)>[^<]{10,40} Z</")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A format that a body may be in, and what in the body says so: a clause of ours that follows "it has", free of the body's own text."""

    format: str
    reason: str


def candidates(body: Body) -> tuple[Candidate, ...]:
    """The formats that the body may be in, the likeliest first; empty where it is none, or no feed at all.

    More than one means that the body does not say: an empty list is what several products send when all is well.
    """
    decoded = decode(body)
    if isinstance(decoded, Unreadable):
        return ()
    text = decoded.text.lstrip()
    if text[:1] in ("{", "["):
        document = read_json(body)
        if isinstance(document, Unreadable):
            return _lines(body)
        checked = (Candidate("health-json", "a status word of a health check"),) if health.is_check(document.value, body.content_type) else ()
        return (*(Candidate(name, why) for name, why, fits in _JSON if fits(document.value)), *checked)
    if looks_like_html(text):
        known = incidentio.PUSH in text and "ongoing_incidents" in text
        return (Candidate("incidentio-page", "the script calls by which incident.io's pages carry their data"),) if known else ()
    feed = read_feed(body)
    if isinstance(feed, Unreadable):
        return ()
    return (*(Candidate(name, why) for name, why, fits in _FEEDS if fits(feed, body)), Candidate(GENERIC, "the entries of RSS or Atom"))


def _lines(body: Body) -> tuple[Candidate, ...]:
    """What a body may be that is no JSON as a whole, but in its lines."""
    rows = statuspage.archived(body)
    listed = not isinstance(rows, Unreadable) and _every(rows, statuspage.INCIDENT)
    return (Candidate("statuspage-archive", "an incident with incident_updates in each line"),) if listed else ()


def detect(body: Body) -> tuple[str, ...]:
    """The names of `candidates`."""
    return tuple(found.format for found in candidates(body))


def reread(body: Body, expected: str) -> Page | Unreadable:
    """The page in a body that the parser of the format `expected` has refused, in the one other format that it is plainly in, with a note that says so.

    Else why there is none, and what came instead, by kind and size. A body that several formats share says nothing of any product (`[]`), and a feed of
    unknown habits may be about anything: neither is taken for the status page that stood there before.
    """
    names = [name for name in detect(body) if name != GENERIC]
    read = parser_for(names[0])(body) if len(names) == 1 and names != [expected] else _no_format(body)
    if isinstance(read, Page):
        return replace(read, problems=(*read.problems, f"this page was known as {expected} and now is {read.format}; its provider's file is out of date"))
    return replace(read, detail=f"{what_came(body)} came instead of {expected}: {read.detail}")


def what_came(body: Body) -> str:
    """The kind and the size of a body in words of ours, for a sentence about one that is no feed: `a web page of 5,120 bytes`."""
    decoded = decode(body)
    text = decoded.text.lstrip() if not isinstance(decoded, Unreadable) else ""
    if looks_like_html(text):
        kind = "a web page"
    elif text[:1] in ("{", "["):
        kind = "JSON" if not isinstance(read_json(body), Unreadable) else "broken JSON"
    elif text.startswith("<"):
        kind = "RSS or Atom" if not isinstance(read_feed(body), Unreadable) else "XML that is no feed"
    else:
        kind = "an answer" if isinstance(decoded, Unreadable) else "plain text"
    return f"{kind} of {len(body.data):,} bytes"


def parse_detected(body: Body) -> Page | Unreadable:
    """The page in whatever format the body is in, with a note where it may be in another as well; else why it is in none."""
    names = detect(body)
    read: Page | Unreadable = _no_format(body)
    for name in names:
        read = parser_for(name)(body)
        if isinstance(read, Page):
            others = [other for other in names[names.index(name) + 1 :] if other != GENERIC]
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
    return is_shaped(mapping(value).get("page"), {"name": str, "status": str}) and "components" not in value and "incidents" not in value


def _is_rootly(value: Any, shape: Mapping[str, type]) -> bool:
    return is_shaped(value, shape) and "components" not in value and rootly.is_page(value["page"])


def _is_incidents(value: Any) -> bool:
    return is_shaped(value, statuspage.INCIDENTS) and "components" not in value and not _is_rootly(value, rootly.INCIDENTS)


def _is_instatus_components(value: Any) -> bool:
    return set(mapping(value)) == {"components"} and _listed(value, "components", {"id": str, "status": str}) and bool(value["components"])


def _is_cachet_components(value: Any) -> bool:
    return cachet.rows_of(value, *cachet.COMPONENT) is not None and cachet.rows_of(value, *cachet.INCIDENT) is None


_JSON: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    ("statuspage-summary", "page, status, components and incidents", lambda value: is_shaped(value, statuspage.SUMMARY)),
    ("statuspage-incidents", "page and incidents without components", _is_incidents),
    ("rootly-status", "page without an id, status and incidents", lambda value: _is_rootly(value, rootly.STATUS)),
    ("rootly-incidents", "page without an id, and incidents", lambda value: _is_rootly(value, rootly.INCIDENTS) and "status" not in value),
    ("statuspage-components", "page and components without incidents", lambda value: is_shaped(value, statuspage.COMPONENT_LIST) and "incidents" not in value),
    ("statuspage-archive", "one incident with incident_updates", lambda value: is_shaped(value, statuspage.INCIDENT)),
    ("statuspage-uptime", "components with days", statuspage.is_uptime),
    ("incidentio", "ongoing_incidents, affected_components and a structure", _is_native),
    ("instatus-summary", "a page with a status word and no components", _is_instatus),
    ("instatus-page", "a site with components, and activeIncidents", lambda value: is_shaped(value, instatus.SITE)),
    ("instatus-components", "components and nothing else", _is_instatus_components),
    ("betterstack", "data of the type status_page", lambda value: is_shaped(value, betterstack.INDEX) and value["data"].get("type") == "status_page"),
    ("slack", "status, active_incidents and date_created", lambda value: is_shaped(value, slack.CURRENT)),
    ("datadog", "components, incidents, domainPrefix and pageUrl", lambda value: is_shaped(value, datadog.PAGE)),
    ("statusio", "a result with status_overall", lambda value: is_shaped(mapping(value).get("result"), statusio.RESULT)),
    ("cachet-components", "rows of data with a name and a state, and no message", _is_cachet_components),
    ("cachet-incidents", "rows of data with a name, a state and a message", lambda value: cachet.rows_of(value, *cachet.INCIDENT) is not None),
    ("uptimekuma-heartbeat", "heartbeatList and uptimeList", lambda value: is_shaped(value, uptimekuma.HEARTBEAT) and bool(value["heartbeatList"])),
    ("uptimekuma-page", "config and publicGroupList", lambda value: is_shaped(value, uptimekuma.PAGE)),
    ("flashduty", "active with a page and active_changes", lambda value: is_shaped(mapping(value).get("active"), flashduty.ACTIVE)),
    (
        "checkly",
        "incidents with incidentUpdates and nothing else",
        lambda value: set(mapping(value)) == {"incidents"} and _listed(value, "incidents", checkly.INCIDENT),
    ),
    (
        "incidentio-incidents",
        "incidents with updates and component_impacts",
        lambda value: "page" not in value and _listed(value, "incidents", _NATIVE_INCIDENT),
    ),
    ("aws-events", "a list of events with arn, service and event_log", lambda value: _every(value, aws.EVENT)),
    ("google-cloud", "a list of incidents with begin, external_desc and updates", lambda value: _every(value, google.INCIDENT)),
    ("upptime-summary", "a list of sites with slug, status and uptime", lambda value: _every(value, upptime.SITE) and bool(value)),
    ("google-aistudio", "rows of incidents as bare arrays", lambda value: aistudio.rows_of(value) is not None),
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


def _is_aws(feed: Feed, _: Body) -> bool:
    return awsrss.GENERATOR in feed.generator or any(awsrss.PLACE.search(entry.ident) for entry in feed.entries)


_FEEDS: tuple[tuple[str, str, Callable[[Feed, Body], bool]], ...] = (
    ("aws-rss", "items that are named after a service and a second", _is_aws),
    ("xai-rss", "items that start with a status and a severity", _is_xai),
    ("statuspage-history", "entries that link to incidents as Statuspage and incident.io do", _is_history),
    ("azure-rss", "dates that end in a bare Z", _is_azure),
    ("volcengine-rss", "items without ids, all with one link, states behind their titles", _is_volcengine),
)

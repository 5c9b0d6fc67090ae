"""What a page calls its owner: the name in its data, the title of its feed, or that of the web page. Theirs and raw; empty where it says none."""

import json
import re
from collections.abc import Iterator
from typing import Any

from statuswatch.core.incident import Unreadable
from statuswatch.sources.body import Body, decode
from statuswatch.sources.entries import Feed, strict
from statuswatch.sources.fields import mapping
from statuswatch.sources.text import html_to_text

LONGEST = 60
"""Characters of a name. What is longer is a sentence."""

# Where products keep it: Statuspage, incident.io and Instatus; Better Stack; Status.io; Uptime Kuma; the summary that incident.io wraps.
_PLACES = (("page", "name"), ("data", "attributes", "company_name"), ("summary", "name"), ("config", "title"), ("page", "title"), ("name",))
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,400})<", re.IGNORECASE)
_SCANNED = 100_000
# What pages add to the name: "Acme Status", "Acme - Incident history", "Status page | Acme".
_ADDED = re.compile(
    r"(?:\b(?:service|system|api|cloud|public)\s+)?\bstatus(?:\s*page)?\b|\bincident history\b|\bsystem health\b|\b(?:rss|atom)?\s*feed\b|\bupdates\b",
    re.IGNORECASE,
)
_AROUND = " \t\n-\u2013\u2014|:\u00b7,."


def name_in(body: Body) -> str:
    """The name of who owns the page that `body` is of, without words such as "status"; empty where there is none or it is no name."""
    decoded = decode(body)
    if isinstance(decoded, Unreadable):
        return ""
    return next((name for said in _said(decoded.text.strip()) if (name := _bare(said))), "")


def _said(text: str) -> Iterator[str]:
    if text.startswith("{"):
        yield from _in_data(text)
    elif text.startswith("<"):
        feed = strict(text, newest=2)
        if isinstance(feed, Feed):
            yield feed.title
        else:
            yield from (html_to_text(found) for found in _TITLE.findall(text[:_SCANNED])[:1])


def _in_data(text: str) -> Iterator[str]:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return
    for place in _PLACES:
        found = value
        for key in place:
            found = mapping(found).get(key)
        if isinstance(found, str):
            yield found


def _bare(said: str) -> str:
    """The name alone, printable and on one line."""
    line = " ".join("".join(char if char.isprintable() else " " for char in said[: 4 * LONGEST]).split())
    name = _ADDED.sub(" ", line)
    name = " ".join(name.split()).strip(_AROUND)
    return name if any(char.isalnum() for char in name) and len(name) <= LONGEST else ""

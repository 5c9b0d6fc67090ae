"""A notice's words made harmless for a pop-up. What a feed wrote may carry markup, links, direction marks and control characters; none gets through."""

import re
import unicodedata
from html import escape

from statuswatch.core.notice import Notice

TITLE_MAX = 100
BODY_MAX = 400
# Nothing that is cut to 400 characters needs more of its source looked at; keeps a 100 KB title from costing anything.
_LOOKED_AT = 1200

# Some desktops turn bare addresses into links by themselves: a scheme, a leading `www.`, or a dotted name before a slash is enough for them.
_ADDRESS = re.compile(r"(?:(?:[a-z][a-z0-9+.-]{1,15}:/+|www\d{0,3}\.)+)([^\s/?#\"'<>()\[\]]*)[^\s<>\"']*", re.IGNORECASE)
_BARE = re.compile(r"([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24})(?::\d+)?/[^\s<>\"']*", re.IGNORECASE)


def plain(text: str, limit: int) -> str:
    """One line of at most `limit` characters, without control, format, private or unassigned characters and without anything that reads as a link."""
    spaced = (" " if char.isspace() else char for char in text[:_LOOKED_AT] if char.isspace() or not unicodedata.category(char).startswith("C"))
    line = " ".join("".join(spaced).split())
    line = _BARE.sub(r"\1", _ADDRESS.sub(_host, line))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _host(match: re.Match[str]) -> str:
    """The host alone, so that a person can still see where a link would have led."""
    return match[1].rsplit("@", 1)[-1].rstrip(".,;:") or "(link)"


def title_of(notice: Notice) -> str:
    """The notice's title; a simulated one says so first."""
    mark = "[simulated] " if notice.simulated else ""
    return mark + plain(notice.title, TITLE_MAX - len(mark))


def body_of(notice: Notice, *, markup: bool) -> str:
    """The notice's body; escaped where the service reads markup (capability `body-markup`), as it is elsewhere."""
    body = plain(notice.body, BODY_MAX)
    return escape(body, quote=False) if markup else body

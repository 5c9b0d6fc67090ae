"""Where the feed of a status page usually lies: the addresses that products give it, and those that a web page names. Nothing is fetched here."""

import re
from urllib.parse import urljoin, urlsplit

from statuswatch.core.incident import Unreadable
from statuswatch.sources.body import Body, decode
from statuswatch.sources.text import link_of

USUAL = (
    ("/api/v2/summary.json", "Statuspage, and incident.io's likeness of it"),
    ("/proxy/{host}", "incident.io"),
    ("/index.json", "Better Stack"),
    ("/summary.json", "Instatus"),
    ("/api/v1/status.json", "Rootly"),
    ("/incidents.json", "Google Cloud"),
    ("/api/v1/components", "Cachet"),
    ("/api/components", "Cachet 3"),
    ("/api/status-page/heartbeat/default", "Uptime Kuma"),
    ("/history.atom", "Statuspage, incident.io"),
    ("/feed.atom", "incident.io"),
    ("/history.rss", "Statuspage"),
    ("/feed.rss", "several"),
    ("/feed.xml", "several"),
)
"""Paths below a host and whose they are, those that tell the most first."""

_SCANNED = 400_000
_MOST = 8
_LINK = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"""type\s*=\s*["']?application/(?:rss|atom)\+xml""", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s<>]{1,1000})""", re.IGNORECASE)
# Status.io serves its pages' data from one host of its own; only the page tells the id.
_STATUSIO = re.compile(r"""statuspage_?id['"]?\s*[:=]\s*['"]([0-9a-f]{24})['"]""", re.IGNORECASE)


def usual(url: str) -> tuple[str, ...]:
    """The usual addresses below the host of `url`, in the order in which they are worth asking, without `url` itself. Empty where it has no host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    if not parts.scheme or not parts.hostname:
        return ()
    return tuple(found for path, _ in USUAL if (found := f"{parts.scheme}://{parts.netloc}{path.format(host=parts.hostname)}") != url)


def named_in(body: Body) -> tuple[str, ...]:
    """The feeds that a web page names as its own, at most 8: the links of RSS and Atom, and Status.io's address where the page carries such an id."""
    decoded = decode(body)
    text = decoded.text[:_SCANNED] if not isinstance(decoded, Unreadable) else ""
    statusio = _STATUSIO.search(text)
    found = [f"https://api.status.io/1.0/status/{statusio[1]}"] if statusio else []
    for tag in _LINK.findall(text):
        href = _HREF.search(tag) if _FEED_TYPE.search(tag) else None
        link = _joined(body.url, href[1].replace("&amp;", "&")) if href else None
        if link and link not in found:
            found.append(link)
    return tuple(found[:_MOST])


def _joined(base: str, href: str) -> str | None:
    try:
        return link_of(urljoin(base, href))
    except ValueError:
        return None

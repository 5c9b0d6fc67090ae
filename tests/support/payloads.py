"""The hand-made payloads of feeds: for each format a body in trouble, and beside it, in a Python file of the same name, the page that it means."""

import runpy
from pathlib import Path

from statuswatch.core.incident import Page
from statuswatch.sources.body import Body

_FOLDER = Path(__file__).resolve().parents[1] / "payloads"

SAMPLES = {
    "statuspage-summary": ("statuspage/summary.json", "statuspage/compat.json"),
    "statuspage-incidents": ("statuspage/incidents.json",),
    "statuspage-unresolved": ("statuspage/unresolved.json",),
    "statuspage-components": ("statuspage/components.json",),
    "statuspage-history": ("feed/history.xml", "feed/incidentio.xml"),
    "statuspage-archive": ("statuspage/incident.json", "statuspage/archive.jsonl"),
    "statuspage-uptime": ("statuspage/uptime.json",),
    "incidentio": ("incidentio/native.json",),
    "incidentio-page": ("incidentio/page.html",),
    "incidentio-incidents": ("incidentio/incidents.json",),
    "google-cloud": ("google/incidents.json",),
    "aws-events": ("aws/currentevents.json",),
    "azure-rss": ("azure/incident.xml",),
    "aws-rss": ("awsrss/all.xml",),
    "rootly-status": ("rootly/status.json",),
    "rootly-incidents": ("rootly/incidents.json",),
    "statusio": ("statusio/page.json",),
    "cachet-components": ("cachet/components.json", "cachet/components3.json"),
    "cachet-incidents": ("cachet/incidents.json",),
    "uptimekuma-heartbeat": ("uptimekuma/heartbeat.json",),
    "uptimekuma-page": ("uptimekuma/page.json",),
    "health-json": ("health/checks.json",),
    "slack": ("slack/current.json",),
    "instatus-summary": ("instatus/summary.json",),
    "instatus-page": ("instatus/page.json",),
    "instatus-components": ("instatus/components.json",),
    "betterstack": ("betterstack/index.json",),
    "checkly": ("checkly/unresolved.json",),
    "flashduty": ("flashduty/page.json",),
    "datadog": ("datadog/page.json",),
    "xai-rss": ("xai/feed.xml",),
    "volcengine-rss": ("volcengine/region.xml",),
    "upptime-summary": ("upptime/summary.json",),
    "google-aistudio": ("aistudio/incidents.json",),
    "generic-feed": ("feed/generic.xml",),
}
"""Every format's payloads; the first shows trouble, so that no mutation of it may come out healthier."""

CASES = [(form, name) for form, names in SAMPLES.items() for name in names]


def sample(name: str) -> Body:
    """The payload `name`, as if it had been fetched from the test page."""
    return Body((_FOLDER / name).read_bytes(), "acme", "https://status.acme.test/feed")


def expected(name: str) -> Page:
    """The page that the payload `name` means, written beside it."""
    page = runpy.run_path(str((_FOLDER / name).with_suffix(".py")))["PAGE"]
    assert isinstance(page, Page)
    return page

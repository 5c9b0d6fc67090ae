"""The formats by name. A format is one parser: bytes in, a page or the reason why there is none; it never raises on any bytes.

A new format is a module with such a function, a line here, and a line in `detect`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from statuswatch.core.incident import Page, Unreadable
from statuswatch.sources.body import Body

Parser = Callable[[Body], Page | Unreadable]

FORMATS: Mapping[str, str] = {
    "statuspage-summary": "statuswatch.sources.statuspage:parse_summary",
    "statuspage-incidents": "statuswatch.sources.statuspage:parse_incidents",
    "statuspage-unresolved": "statuswatch.sources.statuspage:parse_unresolved",
    "statuspage-components": "statuswatch.sources.statuspage:parse_components",
    "statuspage-history": "statuswatch.sources.feed:parse_history",
    "statuspage-archive": "statuswatch.sources.statuspage:parse_archive",
    "statuspage-uptime": "statuswatch.sources.statuspage:parse_uptime",
    "incidentio": "statuswatch.sources.incidentio:parse_native",
    "incidentio-page": "statuswatch.sources.incidentio:parse_page",
    "incidentio-incidents": "statuswatch.sources.incidentio:parse_incidents",
    "google-cloud": "statuswatch.sources.google:parse",
    "aws-events": "statuswatch.sources.aws:parse",
    "aws-rss": "statuswatch.sources.awsrss:parse",
    "azure-rss": "statuswatch.sources.azure:parse",
    "slack": "statuswatch.sources.slack:parse",
    "instatus-summary": "statuswatch.sources.instatus:parse_summary",
    "instatus-components": "statuswatch.sources.instatus:parse_components",
    "instatus-page": "statuswatch.sources.instatus:parse_page",
    "betterstack": "statuswatch.sources.betterstack:parse",
    "checkly": "statuswatch.sources.checkly:parse",
    "rootly-status": "statuswatch.sources.rootly:parse_status",
    "rootly-incidents": "statuswatch.sources.rootly:parse_incidents",
    "statusio": "statuswatch.sources.statusio:parse",
    "cachet-components": "statuswatch.sources.cachet:parse_components",
    "cachet-incidents": "statuswatch.sources.cachet:parse_incidents",
    "uptimekuma-heartbeat": "statuswatch.sources.uptimekuma:parse_heartbeat",
    "uptimekuma-page": "statuswatch.sources.uptimekuma:parse_page",
    "flashduty": "statuswatch.sources.flashduty:parse",
    "datadog": "statuswatch.sources.datadog:parse",
    "xai-rss": "statuswatch.sources.xai:parse",
    "volcengine-rss": "statuswatch.sources.volcengine:parse",
    "upptime-summary": "statuswatch.sources.upptime:parse",
    "google-aistudio": "statuswatch.sources.aistudio:parse",
    "health-json": "statuswatch.sources.health:parse",
    "generic-feed": "statuswatch.sources.feed:parse_generic",
}
"""Name to `module:function`, so that a format costs nothing until it is used."""

ERRORS_TELL = frozenset({"health-json"})
"""Formats whose bodies also come with an error status: there it says that the service fails, not that there is no feed."""


def parser_for(name: str) -> Parser:
    """The parser of the format `name`. Raises KeyError where there is none of that name."""
    module, _, function = FORMATS[name].partition(":")
    parser: Parser = getattr(import_module(module), function)
    return parser


@dataclass(frozen=True, slots=True)
class About:
    """What people are told of a format: whose it is, where it usually lies, and what it was made from."""

    product: str
    address: str
    made_from: str


RECORDED = "recorded bodies"
"""A format is read as bodies show that real pages sent; every other format is from public documentation, without a recording to hold it to."""
_PUBLIC = "from public documentation, no recording"

ABOUT: Mapping[str, About] = {
    "statuspage-summary": About("Statuspage, incident.io's likeness of it", "/api/v2/summary.json", RECORDED),
    "statuspage-incidents": About("Statuspage, incident.io's likeness of it", "/api/v2/incidents.json", RECORDED),
    "statuspage-unresolved": About("Statuspage", "/api/v2/incidents/unresolved.json", _PUBLIC),
    "statuspage-components": About("Statuspage, incident.io's likeness of it", "/api/v2/components.json", RECORDED),
    "statuspage-history": About("Statuspage, incident.io", "/history.atom, /history.rss, /feed.atom", RECORDED),
    "statuspage-archive": About("Statuspage", "/incidents/ID.json, or such objects one a line", RECORDED),
    "statuspage-uptime": About("Statuspage", "uptimeData in the page's own address", RECORDED),
    "incidentio": About("incident.io", "/proxy/HOST", RECORDED),
    "incidentio-page": About("incident.io", "the web page itself", RECORDED),
    "incidentio-incidents": About("incident.io", "/proxy/HOST/incidents", RECORDED),
    "google-cloud": About("Google Cloud", "/incidents.json", RECORDED),
    "google-aistudio": About("Google AI Studio", "ListIncidents behind /status", RECORDED),
    "aws-events": About("AWS Health", "/public/currentevents", RECORDED),
    "aws-rss": About("AWS Health", "/rss/SERVICE-REGION.rss, /rss/all.rss", _PUBLIC),
    "azure-rss": About("Azure", "/en-us/status/feed/", RECORDED),
    "slack": About("Slack", "/api/v2.0.0/current", RECORDED),
    "instatus-summary": About("Instatus", "/summary.json", RECORDED),
    "instatus-page": About("Instatus", "data of the web page", RECORDED),
    "instatus-components": About("Instatus", "/v2/components.json", RECORDED),
    "betterstack": About("Better Stack", "/index.json", RECORDED),
    "checkly": About("Checkly", "/api/status-page/NAME/unresolved-incidents", RECORDED),
    "rootly-status": About("Rootly", "/api/v1/status.json", _PUBLIC),
    "rootly-incidents": About("Rootly", "/api/v1/incidents.json", _PUBLIC),
    "statusio": About("Status.io", "/1.0/status/PAGE at api.status.io", _PUBLIC),
    "cachet-components": About("Cachet", "/api/v1/components, /api/components", _PUBLIC),
    "cachet-incidents": About("Cachet", "/api/v1/incidents, /api/incidents", _PUBLIC),
    "uptimekuma-heartbeat": About("Uptime Kuma", "/api/status-page/heartbeat/PAGE", _PUBLIC),
    "uptimekuma-page": About("Uptime Kuma", "/api/status-page/PAGE", _PUBLIC),
    "flashduty": About("Flashduty", "the page's own data, active and changeList together", RECORDED),
    "datadog": About("Datadog", "the page's own data", RECORDED),
    "xai-rss": About("xAI", "/feed.xml", RECORDED),
    "volcengine-rss": About("Volcengine", "one RSS a service and region", RECORDED),
    "upptime-summary": About("Upptime", "history/summary.json of the repository", RECORDED),
    "health-json": About("health checks of type application/health+json", "/health", _PUBLIC),
    "generic-feed": About("any other RSS 2.0 or Atom", "anywhere", "RSS 2.0 and RFC 4287; no product's habits are known"),
}
"""The formats for people, by the names of `FORMATS`."""

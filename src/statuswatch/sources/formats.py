"""The formats by name. A format is one parser: bytes in, a page or the reason why there is none; it never raises on any bytes.

A new format is a module with such a function, a line here, and a line in `detect`.
"""

from collections.abc import Callable, Mapping
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


def parser_for(name: str) -> Parser:
    """The parser of the format `name`. Raises KeyError where there is none of that name."""
    module, _, function = FORMATS[name].partition(":")
    parser: Parser = getattr(import_module(module), function)
    return parser

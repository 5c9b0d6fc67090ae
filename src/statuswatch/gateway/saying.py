"""What is said in a failing answer: fields of its head, as docs/outage-header.md specifies them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from statuswatch.core.health import Confidence, Fault, Health
from statuswatch.sources.headers import links, public_link

FIELD = "Statuswatch-Verdict"

_INCIDENT_MAX = 64


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of the route that a call failed on.

    `since`: since when it has been so; `incident`: the incident's id at its provider; `link`: its page, or the provider's status page, any text;
    `sentence`: all of it in one plain sentence, empty where there is nothing to tell a person.
    """

    fault: Fault
    confidence: Confidence
    health: Health = Health.UNKNOWN
    since: datetime | None = None
    incident: str | None = None
    link: str | None = None
    sentence: str = ""


def added_lines(outlook: Outlook | None, fields: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    """The lines that are added to a failing answer's head; `fields` are those it has. None of its own is changed."""
    return tuple(line.encode("ascii") for line in _lines(outlook, fields)) if outlook is not None else ()


def verdict_value(outlook: Outlook) -> str:
    """A structured field, an item (RFC 9651, section 3.3): the fault as a token, with parameters."""
    parts = [str(outlook.fault), f"confidence={outlook.confidence}", f"health={outlook.health}"]
    if outlook.since is not None:
        parts.append(f"since=@{int(outlook.since.timestamp())}")
    incident = outlook.incident
    if incident and len(incident) <= _INCIDENT_MAX and incident.isascii() and incident.isprintable():
        quoted = incident.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(f'incident="{quoted}"')
    return ";".join(parts)


def _lines(outlook: Outlook, fields: Mapping[bytes, bytes]) -> Iterator[str]:
    link = public_link(outlook.link) if outlook.link else None
    there = links(fields.get(b"link", b"").decode("latin-1"))
    if link is not None and ">" not in link and not any(relation == "status" for relation, _ in there):
        yield f'Link: <{link}>; rel="status"'
    if FIELD.lower().encode() not in fields:
        yield f"{FIELD}: {verdict_value(outlook)}"

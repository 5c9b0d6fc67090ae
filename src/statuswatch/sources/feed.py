"""Incident histories as RSS and Atom: Statuspage's, incident.io's, and any other feed read with caution.

Well-formed feeds are read by `entries`; feedparser, fifty times slower, reads what is not, from bytes in memory, after the same refusals.
"""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from statuswatch.core.health import Health
from statuswatch.core.incident import ComponentChange, Incident, Kind, Page, Stage, Unreadable, UnreadableReason, Update
from statuswatch.sources.body import Body, decode, looks_like_html, unreadable, wrong_shape
from statuswatch.sources.entries import ENTRY_LIMIT, NEWEST, Entry, Feed, Refusal, entry_of, feed_of, strict
from statuswatch.sources.fields import Notes, carried, over_at, refs_of, spelled, stage_now, stage_of, word
from statuswatch.sources.pages import page_of
from statuswatch.sources.text import BODY_LIMIT, quoted, sound
from statuswatch.sources.times import month_of, offset_of
from statuswatch.sources.words import COMPONENTS, MAINTENANCE_STAGES, STAGES, UNSTAGED

_TOLERATED = 1024 * 1024  # feedparser's loose reader takes a second a megabyte
_DECLARATION = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# As Statuspage prints a post: `Oct 7, 21:23 UTC`, then `Resolved - ` and the text. The year is nowhere.
_POST = re.compile(r"^([A-Z][a-z]{2}) (\d{1,2}), (\d{1,2}):(\d{2}) ([A-Za-z]{1,5}|[+-]\d{4})\n([A-Z][A-Za-z ]{2,30}?) -(?: |$)", re.MULTILINE)
# As Statuspage prints a plan: `THIS IS A SCHEDULED EVENT Dec 21, 06:00 - 08:00 PST`, with a second date where it ends on another day.
_PLANNED = re.compile(
    r"THIS IS A SCHEDULED EVENT(?: ([A-Z][a-z]{2}) (\d{1,2}), (\d{1,2}):(\d{2}) - (?:([A-Z][a-z]{2}) (\d{1,2}), )?(\d{1,2}):(\d{2}) ([A-Za-z]{1,5}|[+-]\d{4}))?"
)
_STATUS = re.compile(r"^\s*Status: ?([A-Za-z][A-Za-z _]{2,40})$", re.MULTILINE)
_AFFECTED = re.compile(r"^Affected components:?$", re.MULTILINE)
_LISTED = re.compile(r"(.+) \(([^()]+)\)")
_TITLED = re.compile(r"\[([A-Za-z _]{3,40})\]|([A-Za-z _]{3,40}):")
_SLACK = timedelta(days=1)


def read_feed(body: Body, newest: int = NEWEST) -> Feed | Unreadable:
    """The entries of an RSS or Atom body, or why there are none that can be read; the `newest` ones where the newest come first."""
    decoded = decode(body)
    if isinstance(decoded, Unreadable):
        return decoded
    text = decoded.text.strip()
    if looks_like_html(text):
        return unreadable(body, UnreadableReason.HTML, "the body is a web page, perhaps a challenge or a moved page")
    if not text.startswith("<"):
        return unreadable(body, UnreadableReason.NOT_XML, "the body is no XML")
    found = strict(text, newest)
    if isinstance(found, Feed):
        return replace(found, problems=decoded.problems + found.problems)
    if found.reason is not UnreadableReason.NOT_XML:
        return unreadable(body, found.reason, found.detail)
    return _tolerant(body, text, found, decoded.problems)


def _tolerant(body: Body, text: str, refusal: Refusal, problems: tuple[str, ...]) -> Feed | Unreadable:
    """What feedparser makes of a text that is not well-formed; never whole, so nothing is concluded from what is not in it."""
    if _DECLARATION.search(text):
        return unreadable(body, UnreadableReason.FORBIDDEN, "the XML declares a document type or entities; feeds need neither, attacks do")
    if len(text) > _TOLERATED or text.count("<") > _TOLERATED // 8:
        return unreadable(body, refusal.reason, refusal.detail)
    read = loose(text)
    if read is None:
        return unreadable(body, refusal.reason, refusal.detail)
    return replace(read, problems=(*problems, "the XML is not well-formed; it was read as far as it made sense"), whole=False)


def loose(text: str) -> Feed | None:
    """The feed that feedparser finds in `text`; None where it finds neither RSS nor Atom. It gets bytes, so that it opens and fetches nothing."""
    import feedparser

    headers = {"content-type": "application/xml; charset=utf-8"}
    data = io.BytesIO(re.sub(r"^<\?xml[^>]*\?>", "", text).encode("utf-8", "replace"))
    try:
        read = feedparser.parse(data, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception:  # noqa: BLE001 - it is made to survive anything, and raises what it likes where it does not: a stray `</category>` is a KeyError
        return None
    if not read.get("version"):
        return None
    entries = [_loose_entry(entry) for entry in read.entries[:ENTRY_LIMIT]]
    return feed_of(_loose_fields(read.feed), tuple(entries), ())


def _loose_entry(entry: dict[str, object]) -> Entry:
    """An entry from feedparser's names; it calls both `guid` and `id` id, and both `description` and `summary` summary."""
    tags = entry.get("tags")
    terms = [str(tag.get("term") or "") for tag in tags] if isinstance(tags, list) else []
    fields = _loose_fields(entry)
    content = entry.get("content")
    if isinstance(content, list) and content:
        fields["content"] = str(content[0].get("value") or "")
    return entry_of(fields, [term for term in terms if term])


def _loose_fields(holder: dict[str, object]) -> dict[str, str]:
    """The texts in it. `in` comes first: feedparser answers `updated` with `published`, and warns, where there is none."""
    names = ("id", "link", "title", "summary", "published", "updated", "generator")
    return {name: value for name in names if name in holder and isinstance(value := holder[name], str)}


def parse_history(body: Body) -> Page | Unreadable:
    """Statuspage's `history.atom` and `history.rss`, and incident.io's `feed.atom` of the same page addresses.

    Both list a capped number of incidents, open or not, so a missing one says nothing; neither has an impact or a badge. incident.io shows the
    newest update only, and affected components as they are at the time of the fetch.
    """
    return _parse(body, "statuspage-history", _history_incident)


def parse_generic(body: Body) -> Page | Unreadable:
    """Any RSS or Atom feed: one incident an entry, its stage only where the entry plainly names one, otherwise unknown."""
    return _parse(body, "generic-feed", generic_incident)


def _parse(body: Body, form: str, read: Callable[[Entry, str, Notes], Incident | None]) -> Page | Unreadable:
    feed = read_feed(body)
    if isinstance(feed, Unreadable):
        return feed
    notes = Notes(feed.problems)
    known = [incident for entry in feed.entries if (incident := read(entry, body.provider, notes)) is not None]
    if feed.entries and not known:
        return wrong_shape(body, "any entry that reads as an incident of this format")
    return page_of(body.provider, form, known, notes, as_of=feed.updated)


def _history_incident(entry: Entry, provider: str, notes: Notes) -> Incident | None:
    """One entry of a history, in the form of either maker."""
    text = entry.text
    posts = list(_POST.finditer(text))
    updates = _dated(posts, text, entry, notes) if posts else _newest(entry, text, notes)
    if not entry.slug or not updates:
        notes.lose(f"entry {quoted(entry.title)} shows no post of an incident and was left out")
        return None
    plan = _PLANNED.search(text, 0, posts[0].start()) if posts else None
    known = incident_from(entry, provider, updates, planned=plan is not None)
    if plan is None or not plan[1]:
        return known
    start, end = _window(plan, updates[0].at)
    return replace(known, started_at=start, scheduled_until=end)


def incident_from(entry: Entry, provider: str, updates: tuple[Update, ...], *, ident: str = "", planned: bool = False) -> Incident:
    """The incident of an entry with its updates, oldest first."""
    stage = stage_now(updates)
    return Incident(
        provider=provider,
        id=ident or entry.slug,
        title=entry.title,
        kind=Kind.MAINTENANCE if planned or stage in MAINTENANCE_STAGES else Kind.INCIDENT,
        stage=stage,
        raw_stage=updates[-1].raw_stage if updates else "",
        started_at=updates[0].at if updates else entry.published,
        resolved_at=over_at(stage, updates, None),
        components=refs_of(updates),
        updates=updates,
        url=entry.link,
    )


def _dated(posts: list[re.Match[str]], text: str, entry: Entry, notes: Notes) -> tuple[Update, ...]:
    """The posts of a Statuspage entry, oldest first. The text has the newest first and no years: the newest is not after the entry's last change."""
    bound = entry.published or entry.updated
    if bound is None:
        notes.add(f"entry {quoted(entry.title)} has no time, so the years of its posts are not known")
        return ()
    ends = [*(post.start() for post in posts[1:]), len(text)]
    found: list[Update] = []
    for post, end in zip(posts, ends, strict=True):
        at = _with_year(post, bound + _SLACK)
        if at is None:
            notes.add(f"a post of entry {quoted(entry.title)} has a time that cannot be read")
            continue
        bound = min(bound, at)
        raw = post[6]
        found.append(Update(at, stage_of(raw, notes), sound(text[post.end() : end].strip(), BODY_LIMIT), raw))
    found.reverse()
    return carried(sorted(found, key=lambda update: update.at))


def _with_year(post: re.Match[str], bound: datetime) -> datetime | None:
    """The latest time not after `bound` that the post's month, day and clock can mean; None where there is none (31 February, an unknown zone)."""
    month, offset = month_of(post[1]), offset_of(post[5])
    if month is None or offset is None:
        return None
    for year in range(bound.year + 1, bound.year - 5, -1):
        try:
            at = datetime(year, month, int(post[2]), int(post[3]), int(post[4]), tzinfo=UTC) - offset
        except ValueError:
            continue
        if at <= bound:
            return at
    return None


def _window(plan: re.Match[str], told_at: datetime) -> tuple[datetime | None, datetime | None]:
    """Start and end of a plan that was told at `told_at`: the first such days after that, or shortly before it."""
    start = _next(plan[1], plan[2], plan[3], plan[4], plan[9], told_at - _SLACK)
    end = _next(plan[5] or plan[1], plan[6] or plan[2], plan[7], plan[8], plan[9], start) if start else None
    return start, end


def _next(month: str, day: str, hour: str, minute: str, zone: str, after: datetime) -> datetime | None:
    """The first time at or after `after` that the words can mean; None where there is none."""
    number, offset = month_of(month), offset_of(zone)
    if number is None or offset is None:
        return None
    for year in range(after.year - 1, after.year + 5):
        try:
            at = datetime(year, number, int(day), int(hour), int(minute), tzinfo=UTC) - offset
        except ValueError:
            continue
        if at >= after:
            return at
    return None


def _newest(entry: Entry, text: str, notes: Notes) -> tuple[Update, ...]:
    """The one post that incident.io shows: `Status: Resolved`, a text, and the affected components with their present status."""
    status = _STATUS.match(text)
    at = entry.updated or entry.published
    if status is None or at is None:
        return ()
    affected = _AFFECTED.search(text, status.end())
    body = text[status.end() : affected.start() if affected else len(text)].strip()
    lines = text[affected.end() :].strip().split("\n") if affected else []
    changes = tuple(_listed(line.strip(), notes) for line in lines if line.strip())
    return (Update(at, stage_of(status[1], notes), sound(body, BODY_LIMIT), status[1].strip(), components=changes),)


def _listed(line: str, notes: Notes) -> ComponentChange:
    """A component as a line lists it: its name, and its status at the end in brackets."""
    match = _LISTED.fullmatch(line)
    if match is None:
        return ComponentChange(line)
    return ComponentChange(match[1], None, word(COMPONENTS, match[2], Health.UNKNOWN, "component status", notes), raw_new=match[2])


def generic_incident(entry: Entry, provider: str, notes: Notes) -> Incident | None:
    """One entry of a feed whose habits are not known."""
    at = entry.updated or entry.published
    if not (entry.title or entry.markup):
        notes.lose("an entry has neither title nor text and was left out")
        return None
    text = entry.text
    raw = _named_stage(entry, text)
    stage = stage_of(raw, notes) if raw else Stage.UNKNOWN
    updates = (Update(at, stage, sound(text, BODY_LIMIT), raw),) if at else ()
    if not updates:
        notes.add(f"entry {quoted(entry.title)} has no time")
    return replace(
        incident_from(entry, provider, updates, ident=entry.ident or made_up_id(entry)), stage=stage, raw_stage=raw, started_at=entry.published or at
    )


def _named_stage(entry: Entry, text: str) -> str:
    """The stage word of a category, of a `Status:` line, or of the title's `[Resolved]` or `Resolved:`; empty where none of them is a stage."""
    titled = _TITLED.match(entry.title)
    status = _STATUS.search(text)
    candidates = [*entry.categories, status[1] if status else "", (titled[1] or titled[2]) if titled else ""]
    return next((raw for raw in candidates if spelled(raw) in STAGES or spelled(raw) in UNSTAGED), "")


def made_up_id(entry: Entry) -> str:
    """An id for an entry without one: the same title and date always give the same; a shared link does not matter."""
    at = entry.published or entry.updated
    return hashlib.sha256(f"{entry.title}\n{at.isoformat() if at else entry.markup}".encode()).hexdigest()[:16]

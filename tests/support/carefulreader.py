"""A second, separate reading of recorded feeds, with nothing of the program in it: for each the components that ail, and of each incident what can be counted.

It is short because it may trust: the bodies are known, and a field that is missing is a failing test. Where a number is needed that no body states (the id
of an item without one), the two readings are compared without it.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

Row = list[Any]
"""id, stage, number of updates, time of the first and of the last, time of the end."""
Digest = dict[str, Any]
"""`components` (a count), `ailing` (ids), `incidents` and `maintenances` (rows)."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_OVER = ("resolved", "postmortem", "completed")
_SAME = {"verifying": "in_progress", "maintenance_complete": "completed", "maintenance_scheduled": "scheduled", "maintenance_in_progress": "in_progress"}
_FINE = ("operational", "up", "100", "0")


def when(text: str) -> datetime:
    """An ISO time with an offset, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def stamp(at: datetime | None) -> str | None:
    """As the program prints times: milliseconds only where there are any."""
    if at is None:
        return None
    text = at.astimezone(UTC).isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def row(ident: str, stage: str, times: list[datetime], ended: datetime | None) -> Row:
    """One incident."""
    return [ident, _SAME.get(stage, stage), len(times), stamp(min(times, default=None)), stamp(max(times, default=None)), stamp(ended)]


def digest(components: list[tuple[str, str]] = [], incidents: list[Row] = [], maintenances: list[Row] = []) -> Digest:  # noqa: B006 - never changed
    """What is compared; `components` as (id, raw word)."""
    return {
        "components": len(components),
        "ailing": sorted(ident for ident, word in components if word.lower() not in _FINE),
        "incidents": sorted(incidents),
        "maintenances": sorted(maintenances),
    }


def _ended(posts: list[tuple[datetime, str]], stage: str, stated: str | None) -> datetime | None:
    """When an incident that is over ended: as stated, else with the first of the ends at its end."""
    if stage not in _OVER:
        return None
    if stated:
        return when(stated)
    run = []
    oldest_first = posts if posts and posts[0][0] < posts[-1][0] else posts[::-1]
    for at, word in sorted(oldest_first, key=lambda post: post[0])[::-1]:
        if word not in _OVER:
            break
        run.append(at)
    return min(run, default=None)


def _statuspage_row(item: dict[str, Any]) -> Row:
    posts = [(when(post.get("display_at") or post["created_at"]), _SAME.get(post["status"], post["status"])) for post in item["incident_updates"]]
    stage = _SAME.get(item["status"], item["status"])
    return row(item["id"], stage, [at for at, _ in posts], _ended(posts, stage, item.get("resolved_at")))


def _is_planned(item: dict[str, Any]) -> bool:
    return item.get("impact") == "maintenance" or item["status"] in {"scheduled", "in_progress", "verifying", "completed"}


def statuspage(data: bytes) -> Digest:
    """Statuspage's JSON, whichever of its lists are there, and archives of one incident a line."""
    text = data.decode()
    root = {"incidents": [json.loads(line) for line in text.splitlines()]} if text.startswith('{"') and '\n{"' in text else json.loads(text)
    told = root.get("incidents", [])
    planned = root.get("scheduled_maintenances", []) + [item for item in told if _is_planned(item)]
    return digest(
        [(part["id"], part["status"]) for part in root.get("components", []) if not part.get("group")],
        [_statuspage_row(item) for item in told if not _is_planned(item)],
        [_statuspage_row(item) for item in planned],
    )


def uptime(data: bytes) -> Digest:
    """The uptime of a page's components: how they are now is not in it."""
    return digest([(ident, "not stated") for ident in json.loads(data)])


def _months(text: str, latest: datetime) -> datetime:
    """`Oct 7, 21:23` in the year that puts it before `latest`."""
    at = datetime.strptime(f"{latest.year} {text}", "%Y %b %d, %H:%M").replace(tzinfo=UTC)
    return at if at <= latest + timedelta(days=1) else at.replace(year=at.year - 1)


def statuspage_atom(data: bytes) -> Digest:
    """`history.atom`: posts as `<small>date</small>` and `<strong>stage</strong>`, the newest first."""
    rows = []
    for entry in ET.fromstring(data).iter(f"{_ATOM}entry"):
        content = re.sub(r"</?var[^>]*>", "", entry.findtext(f"{_ATOM}content") or "")
        latest = when(entry.findtext(f"{_ATOM}updated") or "")
        found = re.findall(r"<small>([A-Z][a-z]{2}\s+\d+,\s+\d\d:\d\d) UTC</small><br\s*/?>\s*<strong>([^<]+)</strong>", content)
        posts = [(_months(re.sub(r"\s+", " ", at), latest), stage.lower()) for at, stage in found]
        link = next(link.get("href") or "" for link in entry.iter(f"{_ATOM}link"))
        rows.append(row(link.rsplit("/", 1)[-1], posts[0][1], [at for at, _ in posts], _ended(posts, posts[0][1], None)))
    return digest(incidents=rows)


def incidentio_atom(data: bytes) -> Digest:
    """incident.io's `feed.atom`: the newest update only."""
    rows = []
    for entry in ET.fromstring(data).iter(f"{_ATOM}entry"):
        stage = re.search(r"Status: (\w+)", entry.findtext(f"{_ATOM}content") or "")
        at = when(entry.findtext(f"{_ATOM}updated") or "")
        assert stage
        rows.append(row((entry.findtext(f"{_ATOM}id") or "").rsplit("/", 1)[-1], stage[1].lower(), [at], at if stage[1] == "Resolved" else None))
    return digest(incidents=rows)


def _incidentio_row(item: dict[str, Any]) -> Row:
    posts = [(when(post["published_at"]), _SAME.get(post["to_status"], post["to_status"])) for post in item["updates"]]
    ends = [when(part["end_at"]) for part in item["component_impacts"] if part.get("end_at") not in (None, "$undefined")]
    stage = _SAME.get(item["status"], item["status"])
    return row(item["id"], stage, [at for at, _ in posts], _ended(posts, stage, None) or (max(ends, default=None) if stage in _OVER else None))


def incidentio(data: bytes) -> Digest:
    """The native summary, or a list of incidents."""
    root = json.loads(data)
    if "incidents" in root:
        told = root["incidents"]
        plans = [item for item in told if item["type"] == "maintenance"]
        return digest([], [_incidentio_row(item) for item in told if item not in plans], [_incidentio_row(item) for item in plans])
    summary = root.get("summary", root)
    affected = {part["component_id"]: part["status"] for part in summary["affected_components"]}
    parts = [(part["id"], affected.get(part["id"], "operational")) for part in summary["components"]]
    return digest(
        parts, [_incidentio_row(item) for item in summary["ongoing_incidents"]], [_incidentio_row(item) for item in summary["scheduled_maintenances"]]
    )


def incidentio_page(data: bytes) -> Digest:
    """The summary in a web page, found by counting braces."""
    pushed = re.findall(r"self\.__next_f\.push\((\[1,.*?\])\)</script>", data.decode(), re.DOTALL)
    text = "".join(json.loads(piece)[1] for piece in pushed)
    start = end = text.index('"summary":{') + len('"summary":')
    depth, quoted = 0, False
    while True:
        char = text[end]
        if char == "\\":
            end += 1
        elif char == '"':
            quoted = not quoted
        elif not quoted:
            depth += {"{": 1, "}": -1}.get(char, 0)
        end += 1
        if depth == 0:
            return incidentio(text[start:end].encode())


def aws(data: bytes) -> Digest:
    """Events with their services; a service ails unless it is `0`."""
    rows, parts = [], []
    for event in json.loads(data.decode("utf-16")):
        times = [datetime.fromtimestamp(int(post["timestamp"]), UTC) for post in event["event_log"]]
        assert event["status"] != "0"
        rows.append(row(event["arn"], "investigating", times, None))
        parts += [(slug, part["current"]) for slug, part in event["impacted_services"].items()]
    return digest(parts, rows)


def google(data: bytes) -> Digest:
    """Google Cloud: over where there is an end."""
    rows = []
    for item in json.loads(data):
        ended = when(item["end"]) if item.get("end") else None
        rows.append(row(item["id"], "resolved" if ended else "investigating", [when(post["when"]) for post in item["updates"]], ended))
    return digest(incidents=rows)


def aistudio(data: bytes) -> Digest:
    """Arrays in arrays: the last post by its seconds says how it stands."""
    stages = {1: "investigating", 2: "identified", 3: "monitoring", 4: "resolved", 5: "identified"}
    rows = []
    for ident, _, _, posts, *_ in json.loads(data)[0][0]:
        told = [(datetime.fromtimestamp(int(post[2][0]), UTC), stages[post[0]]) for post in posts]
        newest = max(at for at, _ in told)
        last = [stage for at, stage in told if at == newest]
        stage = last[0] if len(last) == 1 or told[0][0] == told[-1][0] or told[0][0] > told[-1][0] else last[-1]
        rows.append(row(ident, stage, [at for at, _ in told], _ended(told, stage, None)))
    return digest(incidents=rows)


def azure(data: bytes) -> Digest:
    """What is shown is open."""
    rows = []
    for item in ET.fromstring(data).iter("item"):
        at = parsedate_to_datetime((item.findtext("pubDate") or "").replace(" Z", " +0000"))
        rows.append(row(item.findtext("guid") or "", "investigating", [at], None))
    return digest(incidents=rows)


def volcengine(data: bytes) -> Digest:
    """Items of one trouble, oldest last; the recordings hold one trouble that is over. It has no id to compare."""
    times = [parsedate_to_datetime(item.findtext("pubDate") or "") for item in ET.fromstring(data).iter("item")]
    return digest(incidents=[row("", "resolved", times, max(times))])


def xai(data: bytes) -> Digest:
    """Status in the first line, updates as dated blocks."""
    rows = []
    for item in ET.fromstring(data).iter("item"):
        text = item.findtext("description") or ""
        stage = re.search(r"Status: (\w+)", text)
        assert stage
        posts = [(parsedate_to_datetime(at), word.lower()) for at, word in re.findall(r"<strong>([^<]+)</strong></p>\s*<h3>([^<]+)</h3>", text)]
        ended = [at for at, word in posts if word == "resolved"] or [at for at, _ in posts if at == max(at for at, _ in posts)]
        over = stage[1].lower() == "resolved"
        rows.append(row(item.findtext("guid") or "", stage[1].lower(), [at for at, _ in posts], min(ended) if over and ended else None))
    return digest(incidents=rows)


def betterstack(data: bytes) -> Digest:
    """JSON:API: reports with the updates that they point to."""
    root = json.loads(data)
    posts = {item["id"]: item["attributes"] for item in root["included"] if item["type"] == "status_update"}
    parts = [(item["id"], item["attributes"]["status"]) for item in root["included"] if item["type"] == "status_page_resource"]
    told: dict[bool, list[Row]] = {False: [], True: []}
    for item in root["included"]:
        if item["type"] != "status_report":
            continue
        about = item["attributes"]
        planned, over = about["report_type"] == "maintenance", about["aggregate_state"] == "resolved"
        mine = [posts[ref["id"]] for ref in item["relationships"]["status_updates"]["data"]]
        times = sorted(when(post["published_at"]) for post in mine)
        closing = [when(post["published_at"]) for post in mine if all(part["status"] == "resolved" for part in post["affected_resources"])]
        ended = when(about["ends_at"]) if about["ends_at"] else min(closing or times[-1:])
        stage = ("completed" if over else "scheduled") if planned else ("resolved" if over else "investigating")
        told[planned].append(row(item["id"], stage, times, ended if over else None))
    return digest(parts, told[False], told[True])


def checkly(data: bytes) -> Digest:
    """Open incidents."""
    rows = [
        row(item["id"], item["lastUpdateStatus"].lower(), [when(post["publicIncidentUpdateDate"]) for post in item["incidentUpdates"]], None)
        for item in json.loads(data)["incidents"]
    ]
    return digest(incidents=rows)


def datadog(data: bytes) -> Digest:
    """Components in groups, incidents with a timeline."""
    root = json.loads(data)
    parts = [part for top in root["components"] for part in (top["components"] if top["type"] == "ComponentGroup" else [top])]
    rows = []
    for item in root["incidents"]:
        posts = [(when(post["startedAt"]), post["status"]) for post in item["timeline"]]
        rows.append(row(item["id"], item["currentStatus"], [at for at, _ in posts], _ended(posts, item["currentStatus"], item.get("resolvedDate"))))
    return digest([(part["id"], part["status"]) for part in parts], rows)


def flashduty(data: bytes) -> Digest:
    """A page with nothing active, and changes of late in seconds."""
    root = json.loads(data)
    assert root["active"]["active_changes"] == []
    rows = []
    for item in root["changeList"]["items"]:
        times = [datetime.fromtimestamp(post["at_seconds"], UTC) for post in item["updates"]]
        rows.append(row(str(item["change_id"]), item["status"], times, datetime.fromtimestamp(item["close_at_seconds"], UTC)))
    return digest([(part["component_id"], "operational") for part in root["active"]["page"]["components"]], rows)


def instatus(data: bytes) -> Digest:
    """A summary, a list of components, or the data of a page."""
    root = json.loads(data)
    parts = root.get("components") or root.get("site", {}).get("components", [])
    rows = [row(item["id"], item["status"].lower(), [], None) for item in root.get("activeIncidents", [])]
    return digest([(part["id"], part["status"]) for part in parts], rows)


def slack(data: bytes) -> Digest:
    """What is active, with its notes."""
    rows = []
    for item in json.loads(data)["active_incidents"]:
        assert item["status"] == "active"
        rows.append(row(str(item["id"]), "investigating", [when(note["date_created"]) for note in item["notes"]], None))
    return digest(incidents=rows)


def upptime(data: bytes) -> Digest:
    """Sites."""
    return digest([(site["slug"], site["status"]) for site in json.loads(data)])


def of_answer(answer: dict[str, Any], *, with_ids: bool = True) -> Digest:
    """The same of what `feed show --json` prints."""

    def told(item: dict[str, Any]) -> Row:
        times = [when(update["at"]) for update in item["updates"]]
        ended = item["resolved_at"]
        return row(item["id"] if with_ids else "", item["stage"], times, when(ended) if ended else None)

    return {
        "components": len(answer["components"]),
        "ailing": sorted(part["id"] for part in answer["components"] if part["health"] != "ok"),
        "incidents": sorted(map(told, answer["incidents"])),
        "maintenances": sorted(map(told, answer["maintenances"])),
    }


READERS: dict[str, Callable[[bytes], Digest]] = {
    "anthropic/components.malorn44.json": statuspage,
    "anthropic/history-20261008.first7.atom": statuspage_atom,
    "anthropic/incidents-raw-until-2026-02.jsonl": statuspage,
    "anthropic/replay-2026-04_06-incidents_json.tar.xz": statuspage,
    "anthropic/summary-20260729T202625Z-critical.json": statuspage,
    "anthropic/summary-up-202605.json": statuspage,
    "anthropic/uptimeData-homepage.malorn44.json": uptime,
    "aws/currentevents-20260801T185355Z.utf16.json": aws,
    "azure/rss-20260723T182634Z.xml": azure,
    "azure/rss-healthy-empty.xml": azure,
    "cloudflare/summary-20260729T200441Z-major.json": statuspage,
    "deepseek/flashduty-v4-20260724.trimmed.json": flashduty,
    "gcp/replay-2025-06-12-incidents_json.tar.xz": google,
    "gemini/aistudio-status-ListIncidents.sample.json": aistudio,
    "github/history-20260822.atom": statuspage_atom,
    "github/replay-2025-10-29-summary_json.tar.xz": statuspage,
    "huggingface/betterstack-index-20260719T134250Z.json": betterstack,
    "incidentio/linear-page-good.extracted.json": incidentio,
    "incidentio/native-incidents.pleo-sample.json": incidentio,
    "incidentio/openai-page-20260317.extracted.json": incidentio,
    "incidentio/openai-page-20260317.html": incidentio_page,
    "incidentio/perplexity-page-rsc-20260915.html": incidentio_page,
    "instatus/whereby-page-good.extracted.json": instatus,
    "mistral/checkly-unresolved-20260727T143302Z.json": checkly,
    "openai/history-20260914.first8.atom": incidentio_atom,
    "openai/summary-20260722T144905Z-minor.json": statuspage,
    "openrouter/datadog-statuspage-20260915.json": datadog,
    "perplexity/instatus-summary-20260723T175302Z.json": instatus,
    "perplexity/instatus-v2-components.json": instatus,
    "slack/current-20220222-active.json": slack,
    "slack/current-20220222-ok.json": slack,
    "upptime/summary-20230110.trimmed.json": upptime,
    "volcengine/modelark-cn-beijing.rss": volcengine,
    "xai/feed-20260903.real.xml": xai,
    "xai/feed-active.derived.xml": xai,
}
"""Every feed body of the recordings' index, and who reads it."""

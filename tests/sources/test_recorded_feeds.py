"""The recorded bodies of real status pages, with facts that were read off them by eye."""

import io
import json
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from statuswatch.core.health import Health
from statuswatch.core.incident import Impact, Incident, Kind, Page, Stage
from statuswatch.sources.body import Body
from statuswatch.sources.detect import detect, parse_detected
from statuswatch.sources.entries import Feed, strict
from statuswatch.sources.feed import loose, parse_history
from statuswatch.sources.fields import Notes
from statuswatch.sources.formats import parser_for
from statuswatch.sources.statuspage import incident_of
from support.recordings import recordings

pytestmark = pytest.mark.recordings


def body(name: str) -> Body:
    return Body(recordings(f"feeds/{name}").read_bytes(), "recorded", "https://status.example.test/incidents.json")


def page(form: str, name: str) -> Page:
    read = parser_for(form)(body(name))
    assert isinstance(read, Page), read
    return read


def polls(name: str) -> Iterator[tuple[str, Body]]:
    with tarfile.open(fileobj=io.BytesIO(recordings(f"feeds/{name}").read_bytes())) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".json") else None
            if file is not None:
                yield member.name, Body(file.read(), "recorded")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def open_ids(read: Page) -> list[str]:
    return [incident.id for incident in read.incidents if not incident.over]


DETECTED = {
    "anthropic/components.malorn44.json": "statuspage-components",
    "anthropic/history-20261008.first7.atom": "statuspage-history",
    "anthropic/summary-20260729T202625Z-critical.json": "statuspage-summary",
    "anthropic/summary-up-202605.json": "statuspage-summary",
    "anthropic/incidents-raw-until-2026-02.jsonl": "statuspage-archive",
    "anthropic/uptimeData-homepage.malorn44.json": "statuspage-uptime",
    "aws/currentevents-20260801T185355Z.utf16.json": "aws-events",
    "azure/rss-20260723T182634Z.xml": "azure-rss",
    "azure/rss-healthy-empty.xml": "azure-rss",
    "cloudflare/summary-20260729T200441Z-major.json": "statuspage-summary",
    "deepseek/flashduty-v4-20260724.trimmed.json": "flashduty",
    "gemini/aistudio-status-ListIncidents.sample.json": "google-aistudio",
    "github/history-20260822.atom": "statuspage-history",
    "huggingface/betterstack-index-20260719T134250Z.json": "betterstack",
    "incidentio/linear-page-good.extracted.json": "incidentio",
    "incidentio/native-incidents.pleo-sample.json": "incidentio-incidents",
    "incidentio/openai-page-20260317.extracted.json": "incidentio",
    "incidentio/openai-page-20260317.html": "incidentio-page",
    "incidentio/perplexity-page-rsc-20260915.html": "incidentio-page",
    "instatus/whereby-page-good.extracted.json": "instatus-page",
    "mistral/checkly-unresolved-20260727T143302Z.json": "checkly",
    "openai/history-20260914.first8.atom": "statuspage-history",
    "openai/summary-20260722T144905Z-minor.json": "statuspage-summary",
    "openrouter/datadog-statuspage-20260915.json": "datadog",
    "perplexity/instatus-summary-20260723T175302Z.json": "instatus-summary",
    "perplexity/instatus-v2-components.json": "instatus-components",
    "slack/current-20220222-active.json": "slack",
    "slack/current-20220222-ok.json": "slack",
    "upptime/summary-20230110.trimmed.json": "upptime-summary",
    "volcengine/modelark-cn-beijing.rss": "volcengine-rss",
    "xai/feed-20260903.real.xml": "xai-rss",
    "xai/feed-active.derived.xml": "xai-rss",
}
NO_FEED = ("headers/status.claude.com-history.atom.headers.json", "headers/status.openai.com-history.atom.headers.json")


@pytest.mark.parametrize("name", DETECTED)
def test_a_recorded_body_is_detected_and_read_by_its_content_alone(name: str) -> None:
    assert detect(body(name))[0] == DETECTED[name]
    read = parse_detected(body(name))
    assert isinstance(read, Page)
    assert read.format == DETECTED[name]
    assert read.incidents or read.components or "ok" in name or "empty" in name


@pytest.mark.parametrize("name", NO_FEED)
def test_a_recorded_json_that_is_no_feed_is_detected_as_nothing(name: str) -> None:
    assert detect(body(name)) == ()


def test_the_summary_of_a_critical_outage_has_a_lighter_badge_than_its_incident() -> None:
    read = page("statuspage-summary", "anthropic/summary-20260729T202625Z-critical.json")

    assert (read.raw_health, read.health, read.lists_open, read.problems) == ("major", Health.DEGRADED, True, ())
    assert Counter(component.health for component in read.components) == {Health.DOWN: 4, Health.OK: 2}
    (incident,) = read.incidents
    assert (incident.id, incident.impact, incident.stage) == ("q2kg8n613kr3", Impact.CRITICAL, Stage.INVESTIGATING)
    assert incident.posted_at == at("2026-07-29T19:49:45.388")
    assert [(change.id, change.raw_old, change.raw_new) for change in incident.updates[0].components] == [
        (ident, "operational", "major_outage") for ident in ("rwppv331jlwc", "k8w3r06qmzrp", "yyzkbfz2thpt", "bpp5gb3hpjcl")
    ]


def test_a_quiet_summary_is_ok_and_lists_that_nothing_is_open() -> None:
    read = page("statuspage-summary", "anthropic/summary-up-202605.json")

    assert (read.health, read.incidents, read.maintenances, read.lists_open) == (Health.OK, (), (), True)
    assert {component.health for component in read.components} == {Health.OK}


def test_a_noisy_page_keeps_its_groups_apart_from_its_components() -> None:
    read = page("statuspage-summary", "cloudflare/summary-20260729T200441Z-major.json")

    assert len(read.components) == 462
    assert sum(component.group is not None for component in read.components) > 300
    assert open_ids(read) == ["z325n2dc14tk"]
    assert Counter(incident.raw_stage for incident in read.maintenances) == {"scheduled": 12, "in_progress": 4}
    assert {incident.kind for incident in read.maintenances} == {Kind.MAINTENANCE}
    assert all(incident.scheduled_until for incident in read.maintenances)


def test_the_compatible_address_of_incident_io_lacks_keys_and_reads_all_the_same() -> None:
    read = page("statuspage-summary", "openai/summary-20260722T144905Z-minor.json")

    assert (len(read.components), read.maintenances, read.lists_open) == (25, (), True)
    assert sum(component.name == "Login" for component in read.components) == 2
    assert len({component.id for component in read.components}) == 25
    (incident,) = read.incidents
    assert (incident.id, incident.components, incident.resolved_at) == ("01KY54SWGRK806N6TJ495MYPDD", (), None)
    assert incident.started_at == incident.posted_at == at("2026-07-22T14:48:46")


def test_a_replay_of_polls_parses_completely() -> None:
    incidents: Counter[str] = Counter()
    updates = count = 0
    problems: set[str] = set()
    last: dict[str, Incident] = {}
    for _, polled in polls("anthropic/replay-2026-04_06-incidents_json.tar.xz"):
        read = parser_for("statuspage-incidents")(polled)
        assert isinstance(read, Page)
        assert (read.lists_open, read.health) == (False, Health.UNKNOWN)
        count += 1
        for incident in read.incidents + read.maintenances:
            incidents[incident.id] += 1
            updates += len(incident.updates)
            last[incident.id] = incident
        problems.update(read.problems)

    assert (count, len(incidents), sum(incidents.values()), updates) == (279, 168, 13_950, 43_205)
    assert {incident.stage for incident in last.values()} <= {Stage.RESOLVED, Stage.POSTMORTEM, Stage.MONITORING, Stage.INVESTIGATING, Stage.IDENTIFIED}
    assert sorted(problems) == [
        f"incident '{ident}' is resolved before it started" for ident in ("7n7xgqws441v", "9284yk6xxd0h", "ccm8hy0pld48", "t6v0k97s0802")
    ]


def test_every_raw_incident_of_three_years_parses_with_every_update() -> None:
    notes = Notes()
    lines = recordings("feeds/anthropic/incidents-raw-until-2026-02.jsonl").read_text(encoding="utf-8").splitlines()
    known = [incident for line in lines if (incident := incident_of(json.loads(line), "anthropic", notes)) is not None]

    assert (len(known), sum(len(incident.updates) for incident in known)) == (640, 2011)
    assert Counter(incident.stage for incident in known) == {Stage.RESOLVED: 638, Stage.COMPLETED: 2}
    assert Counter(incident.impact for incident in known) == {
        Impact.MINOR: 305,
        Impact.MAJOR: 197,
        Impact.NONE: 100,
        Impact.CRITICAL: 34,
        Impact.MAINTENANCE: 4,
    }
    assert sum(incident.kind is Kind.MAINTENANCE for incident in known) == 4
    assert sum("before it started" in note for note in notes.sentences) == len(notes.sentences) == 15
    assert all(list(incident.updates) == sorted(incident.updates, key=lambda update: update.at) for incident in known)


def test_the_outage_of_december_2025_names_its_models_in_the_second_update() -> None:
    lines = recordings("feeds/anthropic/incidents-raw-until-2026-02.jsonl").read_text(encoding="utf-8").splitlines()
    outage = next(incident for line in lines if (incident := incident_of(json.loads(line), "anthropic")) is not None and incident.id == "9g6qpr72ttbr")

    assert [(update.at.strftime("%H:%M:%S"), update.stage.value) for update in outage.updates] == [
        ("21:31:42", "investigating"),
        ("21:46:05", "investigating"),
        ("22:36:57", "investigating"),
        ("22:46:57", "identified"),
        ("22:51:48", "resolved"),
    ]
    assert ["Opus 4.5" in update.body for update in outage.updates[:3]] == [False, True, False]
    assert outage.resolved_at == at("2025-12-14T22:51:48.756")
    assert {change.name for change in outage.updates[0].components if change.id == "0qbwn08sd68x"} != {
        ref.name for ref in outage.components if ref.id == "0qbwn08sd68x"
    }


def test_a_replay_of_summaries_shows_the_outage_open_and_then_gone() -> None:
    opened = [(name, open_ids(read)) for name, polled in sorted(polls("github/replay-2025-10-29-summary_json.tar.xz"), key=lambda poll: poll[0])
              if isinstance(read := parser_for("statuspage-summary")(polled), Page)]  # fmt: skip

    assert len(opened) == 20
    assert [bool(ids) for _, ids in opened] == [False] * 5 + [True] * 13 + [False] * 2
    assert len({ident for _, ids in opened for ident in ids}) == 2


def test_an_atom_history_gives_the_ids_of_the_api_and_all_posts_with_their_years() -> None:
    read = page("statuspage-history", "anthropic/history-20261008.first7.atom")

    assert (len(read.incidents), sum(len(incident.updates) for incident in read.incidents)) == (7, 19)
    assert (read.health, read.lists_open, read.problems) == (Health.UNKNOWN, False, ())
    assert open_ids(read) == ["978mjkgw6mh7"]
    usage = next(incident for incident in read.incidents if incident.id == "978mjkgw6mh7")
    assert [(update.at, update.stage) for update in usage.updates] == [
        (at("2026-10-07T13:25"), Stage.INVESTIGATING),
        (at("2026-10-07T17:28"), Stage.IDENTIFIED),
        (at("2026-10-07T21:44"), Stage.MONITORING),
    ]
    assert all(update.at.year == 2026 for incident in read.incidents for update in incident.updates)
    assert not any("<" in update.body for incident in read.incidents for update in incident.updates)


def test_an_atom_history_with_a_later_analysis_keeps_the_time_of_its_last_post() -> None:
    read = page("statuspage-history", "github/history-20260822.atom")

    assert (len(read.incidents), sum(len(incident.updates) for incident in read.incidents)) == (25, 178)
    assert open_ids(read) == []
    first = read.incidents[0]
    assert (first.id, len(first.updates), first.resolved_at) == ("bhbcjn4n3jzp", 12, at("2026-08-21T00:37"))
    assert first.updates[1].raw_stage == "Update"
    assert first.updates[1].stage is Stage.INVESTIGATING
    analysed = next(incident for incident in read.incidents if incident.id == "bmpybhnrky3x")
    assert analysed.updates[-1].at == at("2026-08-18T11:42")
    assert "\n" in analysed.updates[-1].body
    assert "<br" not in analysed.updates[-1].body


def test_the_feed_of_incident_io_has_double_slashes_one_post_and_components() -> None:
    read = page("statuspage-history", "openai/history-20260914.first8.atom")

    assert (len(read.incidents), {len(incident.updates) for incident in read.incidents}) == (8, {1})
    assert read.incidents[0].id == "01M2EWYR55J47M2BPG9WC76VEG"
    assert {incident.stage for incident in read.incidents} == {Stage.RESOLVED}
    assert [len(incident.components) for incident in read.incidents] == [0, 1, 1, 2, 0, 2, 5, 6]
    assert {change.raw_new for incident in read.incidents for change in incident.updates[0].components} == {"Operational"}


def test_a_resolved_incident_was_identified_again_with_no_component_affected() -> None:
    for form, name in (("incidentio", "openai-page-20260317.extracted.json"), ("incidentio-page", "openai-page-20260317.html")):
        read = page(form, f"incidentio/{name}")

        (incident,) = read.incidents
        assert [update.stage for update in incident.updates] == [
            Stage.IDENTIFIED,
            Stage.MONITORING,
            Stage.RESOLVED,
            Stage.IDENTIFIED,
            Stage.MONITORING,
        ]
        assert (incident.stage, incident.resolved_at) == (Stage.MONITORING, None)
        assert incident.posted_at == at("2026-03-17T03:06:13.955")
        assert incident.started_at == incident.updates[0].at == at("2026-03-17T02:42")
        assert read.health is Health.UNKNOWN
        assert len(read.components) == 31
        assert sum(component.group == "APIs" for component in read.components) == 12


def test_other_pages_of_incident_io_are_read_from_json_and_from_html() -> None:
    assert [component.health for component in page("incidentio", "incidentio/linear-page-good.extracted.json").components] == [Health.OK] * 6
    assert [component.name for component in page("incidentio-page", "incidentio/perplexity-page-rsc-20260915.html").components] == [
        "Website",
        "App",
        "Computer",
    ]
    listed = page("incidentio-incidents", "incidentio/native-incidents.pleo-sample.json")
    assert [incident.resolved_at for incident in listed.incidents] == [at("2026-01-30T12:38:56.689")]
    assert [(incident.stage, incident.scheduled_until) for incident in listed.maintenances] == [(Stage.COMPLETED, at("2026-01-25T02:00"))]


def test_events_of_aws_stay_open_for_months_and_come_in_utf_16() -> None:
    read = page("aws-events", "aws/currentevents-20260801T185355Z.utf16.json")

    assert [(incident.stage, len(incident.updates), len(incident.components)) for incident in read.incidents] == [
        (Stage.INVESTIGATING, 23, 140),
        (Stage.INVESTIGATING, 13, 149),
    ]
    assert read.incidents[0].started_at == read.incidents[0].updates[0].at == at("2026-03-01T12:51:25")
    assert len(read.components) == 289
    assert read.health is Health.DOWN


def test_the_replay_of_june_2025_shows_the_outage_open_until_its_end_is_there() -> None:
    seen = []
    for _, polled in sorted(polls("gcp/replay-2025-06-12-incidents_json.tar.xz"), key=lambda poll: poll[0]):
        read = parser_for("google-cloud")(polled)
        assert isinstance(read, Page)
        assert read.lists_open
        seen.append((read.health, open_ids(read), len(next(incident for incident in read.incidents if incident.id == "ow5i3PPK96RduMcb1SsW").updates)))

    assert [bool(ids) for _, ids, _ in seen] == [True] * 18 + [False] * 4
    assert {health for health, _, _ in seen[:18]} == {Health.DOWN}
    assert {health for health, _, _ in seen[18:]} == {Health.OK}
    assert [updates for *_, updates in seen] == sorted(updates for *_, updates in seen)
    assert (seen[0][2], seen[-1][2]) == (2, 16)


def test_azure_without_an_item_is_healthy_and_with_one_is_not() -> None:
    quiet, loud = page("azure-rss", "azure/rss-healthy-empty.xml"), page("azure-rss", "azure/rss-20260723T182634Z.xml")

    assert (quiet.health, quiet.incidents, quiet.lists_open) == (Health.OK, (), True)
    (incident,) = loud.incidents
    assert (loud.health, incident.started_at, len(incident.components)) == (Health.DEGRADED, at("2026-07-23T16:29:09"), 15)
    assert incident.updates[0].body.endswith("rolling out.")


def test_a_badge_of_downtime_can_stand_with_every_report_resolved() -> None:
    read = page("betterstack", "huggingface/betterstack-index-20260719T134250Z.json")

    assert (read.health, open_ids(read)) == (Health.DOWN, [])
    assert [component.name for component in read.components if component.health is not Health.OK] == ["Spaces Proxy"]
    unavailable = next(incident for incident in read.incidents if incident.id == "965809")
    assert [update.at.strftime("%H:%M") for update in unavailable.updates] == ["08:30", "08:43", "10:07"]
    assert unavailable.resolved_at == at("2026-07-16T10:07")
    assert {incident.id: incident.stage for incident in read.maintenances} == {"946090": Stage.COMPLETED, "961899": Stage.SCHEDULED}


def test_the_smaller_formats_read_as_they_look() -> None:
    (audio,) = page("checkly", "mistral/checkly-unresolved-20260727T143302Z.json").incidents
    assert (audio.title, audio.stage, audio.impact) == ("Audio API Degraded", Stage.INVESTIGATING, Impact.MAJOR)

    changes = page("flashduty", "deepseek/flashduty-v4-20260724.trimmed.json")
    assert [(incident.id, incident.resolved_at, len(incident.updates)) for incident in changes.incidents] == [
        ("6750347231287", at("2026-07-24T06:49:13"), 2),
        ("6741259174287", at("2026-07-22T09:05:03"), 3),
    ]
    assert [component.health for component in changes.components] == [Health.OK] * 3

    filled_in = page("datadog", "openrouter/datadog-statuspage-20260915.json").incidents
    assert [(incident.started_at, incident.posted_at) for incident in filled_in[:1]] == [(at("2026-09-04T18:27"), at("2026-09-11T02:34:01.430225"))]
    assert [incident.over for incident in filled_in] == [True, True, True]

    (sandbox,) = page("instatus-summary", "perplexity/instatus-summary-20260723T175302Z.json").incidents
    assert (sandbox.stage, sandbox.impact, sandbox.over) == (Stage.MONITORING, Impact.CRITICAL, False)

    (messages,) = page("slack", "slack/current-20220222-active.json").incidents
    assert (messages.id, [update.at for update in messages.updates]) == (
        "1073",
        [at("2022-02-22T01:00:53"), at("2022-02-22T01:31:39"), at("2022-02-22T02:10:20")],
    )
    assert page("slack", "slack/current-20220222-ok.json").health is Health.OK

    assert [component.health for component in page("upptime-summary", "upptime/summary-20230110.trimmed.json").components] == [
        Health.OK,
        Health.OK,
        Health.DOWN,
    ]

    console = page("xai-rss", "xai/feed-20260903.real.xml").incidents[0]
    assert (console.id, console.stage, console.components[0].name) == ("INC702624e4", Stage.RESOLVED, "API Console")
    assert [update.at for update in console.updates] == [at("2026-05-18T02:29:34"), at("2026-05-18T12:00")]
    assert open_ids(page("xai-rss", "xai/feed-active.derived.xml")) == ["INCactive01", "INCactive02", "INCstale01"]

    (strict_policy,) = page("volcengine-rss", "volcengine/modelark-cn-beijing.rss").incidents
    assert (strict_policy.stage, len(strict_policy.updates), strict_policy.resolved_at) == (Stage.RESOLVED, 2, at("2025-09-18T14:20"))

    studio = page("google-aistudio", "gemini/aistudio-status-ListIncidents.sample.json")
    assert (len(studio.incidents), studio.problems) == (34, ())
    assert studio.incidents[0].started_at == at("2026-04-17T23:00")


@pytest.mark.parametrize("name", [name for name in DETECTED if name.endswith((".atom", ".xml", ".rss"))])
def test_the_quick_reader_and_feedparser_agree_on_every_recorded_feed(name: str) -> None:
    text = body(name).data.decode()
    quick, slow = strict(text), loose(text)

    assert isinstance(quick, Feed)
    assert slow is not None
    assert quick.updated == slow.updated
    assert [(entry.ident, entry.link, entry.title, entry.text, entry.published, entry.updated, entry.categories) for entry in quick.entries] == [
        (entry.ident, entry.link, entry.title, entry.text, entry.published, entry.updated, entry.categories) for entry in slow.entries
    ]


def test_a_recorded_feed_that_was_damaged_is_read_as_far_as_it_makes_sense() -> None:
    whole = body("github/history-20260822.atom")
    read = parse_history(Body(whole.data.replace(b"</title>", b"&nbsp;</title>"), "recorded"))

    assert isinstance(read, Page)
    assert [incident.id for incident in read.incidents] == [incident.id for incident in page("statuspage-history", "github/history-20260822.atom").incidents]
    assert not read.lists_open
    assert "not well-formed" in read.problems[0]

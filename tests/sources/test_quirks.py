"""Thirty ways in which real feeds are odd, by the numbers under which the project knows them: one test each, from the bytes to what the house makes of them.

Where a recording shows a quirk, `test_recorded_feeds` and the recorded replays hold it too; here it stands alone and by itself.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from statuswatch.core.change import ChangeKind
from statuswatch.core.health import Fault, FeedState, Health
from statuswatch.core.incident import Impact, Page, Stage, Unreadable, UnreadableReason
from statuswatch.core.judge import judge
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.moment import Moment, parse_time
from statuswatch.core.observation import Observation, PageRead
from statuswatch.core.world import World, advance
from statuswatch.engine.fetch import Fetched, Fetcher, FetchFailed, Request
from statuswatch.sources.body import Body
from statuswatch.sources.detect import parse_detected, reread
from statuswatch.sources.formats import parser_for
from support import facts
from support.hostile import CAPTCHA, HOME_PAGE
from support.payloads import sample
from support.server import Answer, status_server

DAY = "2026-03-02"
KNOWLEDGE = Knowledge({"anthropic": ProviderFacts("anthropic", "Anthropic", families=("claude",))}, models=("claude-opus-4.5",))


def clock(text: str) -> str:
    return f"{DAY}T{text}:00.000Z"


def post(at: str, status: str, body: str = "Text.", **more: Any) -> dict[str, Any]:
    return {"id": f"u-{at}-{status}", "status": status, "body": body, "created_at": clock(at), "display_at": clock(at), **more}


def told(*posts: dict[str, Any], ident: str = "i1", **more: Any) -> dict[str, Any]:
    """An incident as Statuspage has it; posts newest first."""
    first, last = posts[-1], posts[0]
    base = {
        "id": ident,
        "name": "Elevated errors",
        "status": last["status"],
        "impact": "minor",
        "created_at": first["created_at"],
        "incident_updates": list(posts),
    }
    return {**base, "components": [], **more}


def component(ident: str, name: str, status: str = "operational") -> dict[str, Any]:
    return {"id": ident, "name": name, "status": status, "group": False, "group_id": None}


def summary(*incidents: dict[str, Any], components: tuple[dict[str, Any], ...] = (), indicator: str = "none", **more: Any) -> Body:
    page = {"id": "p", "name": "Acme", "url": "https://status.acme.test", "updated_at": clock("08:00")}
    root = {"page": page, "status": {"indicator": indicator}, "components": list(components), "incidents": list(incidents), "scheduled_maintenances": []}
    return Body(json.dumps({**root, **more}).encode(), "anthropic")


def page(body: Body, form: str = "statuspage-summary") -> Page:
    read = parser_for(form)(body)
    assert isinstance(read, Page), read
    return read


def unread(data: bytes, form: str = "statuspage-summary") -> UnreadableReason:
    read = parser_for(form)(Body(data, "anthropic"))
    assert isinstance(read, Unreadable)
    return read.reason


def polled(*reads: tuple[str, Page]) -> list[list[ChangeKind]]:
    """The changes that each read of one page brings, in order."""
    state, kinds = World(), []
    for at, read in reads:
        moment = Moment(parse_time(clock(at)), 0.0)
        state, changes = advance(state, PageRead(moment.at, "anthropic", "anthropic", read), moment)
        kinds.append([change.kind for change in changes if change.kind is not ChangeKind.FEED_STATE])
    return kinds


def verdict_of(at: str, *observations: Observation) -> Any:
    (verdict,) = judge(facts.world(*observations), facts.watching(facts.OPUS), KNOWLEDGE, facts.moment(at)).verdicts
    return verdict


def test_every_quirk_has_a_test_of_its_own() -> None:
    numbers = re.findall(r"^(?:async )?def test_quirk_(\d\d)_", Path(__file__).read_text(encoding="utf-8"), re.MULTILINE)

    assert [int(number) for number in numbers] == list(range(1, 31))


def test_quirk_01_an_incident_without_components_is_an_incident() -> None:
    (incident,) = page(summary(told(post("09:00", "investigating"), components=[]))).incidents

    assert (incident.id, incident.components, incident.stage) == ("i1", (), Stage.INVESTIGATING)


def test_quirk_02_affected_components_may_be_null() -> None:
    moved = [{"code": "c1", "name": "API", "old_status": "operational", "new_status": "major_outage"}]
    (incident,) = page(
        summary(told(post("09:10", "identified", affected_components=None), post("09:00", "investigating", affected_components=moved)))
    ).incidents

    assert [[change.raw_new for change in update.components] for update in incident.updates] == [["major_outage"], []]


def test_quirk_03_what_is_posted_when_it_is_over_is_no_new_outage() -> None:
    over = page(summary(told(post("09:00", "resolved"), resolved_at=clock("08:30"))))

    assert polled(("08:59", page(summary())), ("09:01", over)) == [[], [ChangeKind.SEEN_ENDED]]


def test_quirk_04_an_end_before_the_start_is_kept_and_noted() -> None:
    read = page(summary(told(post("09:00", "resolved"), started_at=clock("09:00"), resolved_at=clock("08:00"))))

    assert (read.incidents[0].started_at, read.incidents[0].resolved_at) == (parse_time(clock("09:00")), parse_time(clock("08:00")))
    assert read.problems == ("incident 'i1' is resolved before it started",)


def test_quirk_05_a_post_is_ordered_by_its_display_time_and_recent_by_its_writing() -> None:
    late = {**post("02:00", "resolved", "Back-filled."), "created_at": "2026-03-14T12:00:00.000Z"}
    (incident,) = page(summary(told(late, post("01:00", "investigating")))).incidents

    assert [update.stage for update in incident.updates] == [Stage.INVESTIGATING, Stage.RESOLVED]
    assert [update.posted_at - update.at for update in incident.updates if update.posted_at] == [timedelta(0), timedelta(days=12, hours=10)]


def test_quirk_06_resolved_is_not_final() -> None:
    first = (post("09:00", "identified"),)
    ended = (post("10:00", "resolved"), *first)
    back = (post("10:40", "identified"), *ended)
    reads = [("09:01", page(summary(told(*first)))), ("10:01", page(summary(told(*ended)))), ("10:41", page(summary(told(*back))))]

    assert [kinds[0] for kinds in polled(*reads)] == [ChangeKind.OPENED, ChangeKind.ENDED, ChangeKind.REOPENED]
    assert page(summary(told(*back))).incidents[0].resolved_at is None


def test_quirk_07_a_resolved_incident_may_leave_its_component_degraded() -> None:
    moved = [{"code": "c1", "name": "API", "old_status": "major_outage", "new_status": "degraded_performance"}]
    read = page(summary(told(post("09:30", "resolved", affected_components=moved)), components=(component("c1", "API", "degraded_performance"),)))

    assert (read.incidents[0].over, read.components[0].health) == (True, Health.DEGRADED)


def test_quirk_08_an_impact_of_none_takes_nothing_away_from_what_is_said() -> None:
    (incident,) = page(summary(told(post("09:00", "investigating", "Claude Opus 4.5 answers slowly."), impact="none"))).incidents

    assert (incident.impact, incident.over, "Opus 4.5" in incident.updates[0].body) == (Impact.NONE, False, True)


def test_quirk_09_the_badge_is_not_the_weight_of_an_incident() -> None:
    heavy = page(summary(told(post("09:00", "investigating"), impact="critical"), indicator="major"))
    quiet = page(summary(told(post("09:00", "monitoring")), indicator="none"))

    assert (heavy.health, heavy.incidents[0].impact) == (Health.DEGRADED, Impact.CRITICAL)
    assert (quiet.health, quiet.incidents[0].over) == (Health.OK, False)


def test_quirk_10_google_leaves_the_end_out_while_it_lasts() -> None:
    row = {"id": "g1", "begin": "2026-03-02T09:00:00+00:00", "external_desc": "Errors", "status_impact": "SERVICE_OUTAGE", "updates": []}
    read = page(Body(json.dumps([row, {**row, "id": "g2", "end": "2026-03-02T10:00:00+00:00"}]).encode(), "google-cloud"), "google-cloud")

    assert [(incident.id, incident.over) for incident in read.incidents] == [("g1", False), ("g2", True)]


def test_quirk_11_utf_16_with_its_mark_is_read() -> None:
    text = sample("aws/currentevents.json").data.decode("utf-16")
    for data in (b"\xfe\xff" + text.encode("utf-16-be"), b"\xff\xfe" + text.encode("utf-16-le")):
        assert page(Body(data, "acme"), "aws-events") == page(sample("aws/currentevents.json"), "aws-events")


def test_quirk_12_an_event_that_nobody_closes_is_no_longer_live_after_fifteen_days() -> None:
    open_now = facts.incident(("10:00", "investigating", "We look."))
    state = facts.world(facts.read("10:01", open_now))
    known = state.incidents[open_now.key]

    assert known.live(facts.at("10:00") + timedelta(days=14))
    assert not known.live(facts.at("10:00") + timedelta(days=16))


def test_quirk_13_an_error_object_with_status_200_is_unreadable_and_never_calm() -> None:
    for data in (b'{"status": 500, "error": "Internal Server Error"}', b'{"message": "Forbidden"}', b"{}", b"null"):
        assert unread(data) is UnreadableReason.WRONG_SHAPE
        assert isinstance(parse_detected(Body(data, "anthropic")), Unreadable)


def test_quirk_14_an_empty_body_is_unreadable() -> None:
    assert {unread(data) for data in (b"", b" \r\n", b"\xef\xbb\xbf", b"\x00" * 9)} == {UnreadableReason.EMPTY}


def test_quirk_15_a_web_page_in_place_of_a_feed_is_unreadable_or_read_in_its_new_form() -> None:
    assert unread(HOME_PAGE) is UnreadableReason.HTML
    moved = reread(sample("incidentio/page.html"), "statuspage-summary")

    assert isinstance(reread(Body(HOME_PAGE, "anthropic"), "statuspage-summary"), Unreadable)
    assert isinstance(moved, Page)
    assert moved.format == "incidentio-page"


async def test_quirk_16_a_challenge_is_blocked_and_neither_down_nor_calm() -> None:
    answers = [
        Answer(405, {"x-amzn-waf-action": "captcha"}),
        Answer(403, body=CAPTCHA),
        Answer(200, {"Content-Type": "text/html"}, CAPTCHA.replace(b"challenge.js", b"captcha.js")),
    ]
    fetcher = Fetcher()
    async with status_server() as server:
        try:
            came = [await fetcher.fetch(Request(server.serve(f"/{number}", answer))) for number, answer in enumerate(answers)]
        finally:
            await fetcher.close()

    assert [outcome.state if isinstance(outcome, FetchFailed) else outcome for outcome in came] == [FeedState.BLOCKED] * 3
    assert not any(isinstance(outcome, Fetched) for outcome in came)


def test_quirk_17_keys_that_one_product_leaves_out_are_no_fault() -> None:
    body = summary(told(post("09:00", "investigating")))
    root = json.loads(body.data)
    del root["scheduled_maintenances"], root["incidents"][0]["components"], root["incidents"][0]["incident_updates"][0]["display_at"]
    read = page(Body(json.dumps(root).encode(), "openai"))

    assert (read.lists_open, read.problems, read.maintenances) == (True, (), ())
    assert read.incidents[0].updates[0].at == parse_time(clock("09:00"))


def test_quirk_18_a_component_that_is_not_listed_this_time_is_not_gone() -> None:
    ill = told(post("09:00", "investigating"), components=[component("c1", "API")])
    reads = [("09:01", page(summary(ill, components=(component("c1", "API"),)))), ("09:02", page(summary(ill, components=(component("c2", "Site"),))))]

    assert polled(*reads) == [[ChangeKind.OPENED], []]


def test_quirk_19_two_components_of_one_name_are_two() -> None:
    read = page(summary(components=(component("c1", "Login"), component("c2", "Login", "major_outage"))))

    assert [(item.id, item.health) for item in read.components] == [("c1", Health.OK), ("c2", Health.DOWN)]


def test_quirk_20_a_component_is_its_id_and_not_its_name() -> None:
    moved = [{"code": "c1", "name": "console.acme.test", "old_status": "operational", "new_status": "partial_outage"}]
    (incident,) = page(summary(told(post("09:00", "investigating", affected_components=moved), components=[component("c1", "Acme Console")]))).incidents

    assert [(ref.id, ref.name) for ref in incident.components] == [("c1", "Acme Console")]
    assert [(change.id, change.name) for change in incident.updates[0].components] == [("c1", "console.acme.test")]


def test_quirk_21_a_text_rewritten_after_the_end_is_an_update_and_no_new_outage() -> None:
    ended = (post("10:00", "resolved", "Fixed."), post("09:00", "investigating"))
    analysed = ({**ended[0], "body": "What happened, at length."}, ended[1])
    first, *_, last = polled(("09:01", page(summary(told(ended[1])))), ("10:01", page(summary(told(*ended)))), ("14:00", page(summary(told(*analysed)))))

    assert first == [ChangeKind.OPENED]
    assert set(last) <= {ChangeKind.UPDATED}


def test_quirk_22_double_slashes_and_numbers_lead_to_the_id_of_the_api() -> None:
    entry = "<entry><id>tag:x,2005:Incident/31617588</id><title>T</title><updated>2026-03-02T10:00:00Z</updated><link href='https://s.test{}'/>{}</entry>"
    posted = "<content type='html'>&lt;small&gt;Mar 2, 09:00 UTC&lt;/small&gt;&lt;br&gt;&lt;strong&gt;Resolved&lt;/strong&gt; - ok</content>"
    for link in ("/incidents/abc", "//incidents/abc", "/incidents/abc?x=1#y"):
        text = f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry.format(link, posted)}</feed>"
        assert [incident.id for incident in page(Body(text.encode(), "acme"), "statuspage-history").incidents] == ["abc"]


def test_quirk_23_an_item_without_an_id_keeps_the_one_that_is_made_up_for_it() -> None:
    item = "<item><title>\u5f02\u5e38(\u5df2\u6062\u590d)</title><link>https://s.test/</link><pubDate>Mon, 02 Mar 2026 10:00:00 +0800</pubDate></item>"
    other = item.replace("\u5f02", "\u6545")
    reads = [
        page(Body(f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode(), "acme"), "volcengine-rss") for items in (item, other + item)
    ]

    assert reads[0].incidents[0].id in {incident.id for incident in reads[1].incidents}
    assert len({incident.id for incident in reads[1].incidents}) == 2


def test_quirk_24_a_date_without_a_year_is_the_latest_that_it_can_be() -> None:
    posts = "".join(
        f"&lt;small&gt;{when} UTC&lt;/small&gt;&lt;br&gt;&lt;strong&gt;{word}&lt;/strong&gt; - x&lt;p&gt;"
        for when, word in (("Jan 1, 00:10", "Resolved"), ("Dec 31, 23:50", "Identified"))
    )
    entry = (
        f"<entry><id>i</id><title>T</title><updated>2026-01-01T00:10:00Z</updated><link href='https://s.test/incidents/a'/><content>{posts}</content></entry>"
    )
    (incident,) = page(Body(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>".encode(), "acme"), "statuspage-history").incidents

    assert [update.at for update in incident.updates] == [datetime(2025, 12, 31, 23, 50, tzinfo=UTC), datetime(2026, 1, 1, 0, 10, tzinfo=UTC)]


def test_quirk_25_the_seconds_count_and_not_the_pacific_text_beside_them() -> None:
    row = ["a1", "Errors", 2, [[1, "2026-03-01 16:00", ["1772409600"], "We look."]], 0, [1]]
    (incident,) = page(Body(json.dumps([[[row]]]).encode(), "google-gemini"), "google-aistudio").incidents

    assert incident.started_at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


def test_quirk_26_a_badge_of_downtime_with_nothing_open_invents_no_incident() -> None:
    value = json.loads(sample("betterstack/index.json").data)
    value["data"]["attributes"]["aggregate_state"] = "downtime"
    for row in value["included"]:
        if row["type"] == "status_report":
            row["attributes"]["aggregate_state"] = "resolved"
    read = page(Body(json.dumps(value).encode(), "acme"), "betterstack")

    assert (read.health, [incident.over for incident in read.incidents]) == (Health.DOWN, [True] * len(read.incidents))


def test_quirk_27_a_component_that_joins_in_mid_outage_widens_it() -> None:
    one, two = component("c1", "API"), component("c2", "Agents")
    posted = post("09:00", "investigating")
    reads = [("09:01", page(summary(told(posted, components=[one])))), ("09:20", page(summary(told(posted, components=[one, two]))))]

    assert polled(*reads) == [[ChangeKind.OPENED], [ChangeKind.SCOPE_CHANGED]]


def test_quirk_28_three_incidents_at_once_are_three() -> None:
    read = page(summary(*(told(post(f"09:0{number}", "investigating"), ident=f"i{number}") for number in range(3))))

    assert polled(("09:10", read)) == [[ChangeKind.OPENED] * 3]


def test_quirk_29_own_failures_speak_against_a_green_page() -> None:
    green = facts.read("09:59", lists_open=True, health=Health.OK)
    failures = [facts.call(f"10:0{number}", diagnosis=facts.OVERLOADED, turn=f"t{number}") for number in range(4)]

    assert verdict_of("10:04", green).fault is not Fault.PROVIDER
    assert verdict_of("10:04", green, *failures).fault is Fault.PROVIDER


def test_quirk_30_a_green_page_that_is_stale_or_blocked_says_nothing() -> None:
    green = facts.read("09:00", lists_open=True, health=Health.OK)

    assert verdict_of("09:01", green).health is Health.OK
    assert verdict_of("11:30", green).health is Health.UNKNOWN
    assert verdict_of("09:31", green, facts.failed_read("09:30", "blocked")).health is Health.UNKNOWN

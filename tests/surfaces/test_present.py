import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from statuswatch.core.health import Confidence, Fault, FeedState, Health, Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.core.relevance import RelevanceReason
from statuswatch.core.snapshot import CallWindow, HushView, Snapshot, UpdateView
from statuswatch.core.verdict import Evidence, EvidenceKind, Reason
from statuswatch.surfaces import present
from statuswatch.surfaces.asking import subject, told_lines
from statuswatch.surfaces.present import Look
from statuswatch.surfaces.present_calls import call_table
from statuswatch.surfaces.present_text import Tone, plain, say, width_of
from support import snapshots
from support.snapshots import GEMINI, HAIKU, NOW, OPUS, incident_view, minutes_ago, route_view, snapshot, verdict

SOON = NOW + timedelta(seconds=5)
STATES: tuple[Callable[[], Snapshot], ...] = (
    snapshots.calm,
    snapshots.trouble,
    snapshots.not_sure,
    snapshots.yours,
    snapshots.recovering,
    snapshots.offline,
    snapshots.empty,
    snapshots.first_run,
    snapshots.many,
    snapshots.hostile,
)


def seen(picture: Snapshot, width: int = 100, **look: object) -> present.Scene:
    return present.scene(picture, SOON, Look(width, zone=UTC, **look))  # type: ignore[arg-type] - the rest of Look


def verdict_of(picture: Snapshot, width: int = 100) -> list[str]:
    return [plain(line) for line in present.answer(seen(picture), width).lines]


@pytest.mark.parametrize("width", [40, 59, 60, 80, 100, 120])
@pytest.mark.parametrize("state", STATES)
def test_every_line_fits_the_width_and_is_inert(state: Callable[[], Snapshot], width: int) -> None:
    page = present.status_text(state(), SOON, look=Look(width, zone=UTC)) + present.why_text(state(), None, SOON, look=Look(width, zone=UTC))
    for line in page.splitlines():
        assert width_of(say(line)) <= width, line
        assert line.isprintable()


@pytest.mark.parametrize("state", STATES[:-1])
def test_the_plain_set_leaves_nothing_that_is_not_ascii(state: Callable[[], Snapshot]) -> None:
    assert present.status_text(state(), SOON, look=Look(80, ascii=True, zone=UTC)).isascii()


def test_the_answer_comes_first_then_the_evidence_then_what_to_do() -> None:
    first, second, third = verdict_of(snapshots.trouble())
    assert first == "▲ It's them. Anthropic is failing for Claude Opus 4.5 since 21:25 (23m). Sure: high."
    assert second == "  Your calls: 7 of 9 failed, 529 overloaded_error (Claude Code, 2 projects). Page: posted 21:31."
    assert third == "  Works now: Claude Haiku 4.5 (12 of 12 ok) · try again in about 30 s"


def test_all_well_is_one_calm_line() -> None:
    assert verdict_of(snapshots.calm()) == ["✓ All 2 things you use are fine."]


def test_the_last_trouble_is_remembered_in_the_calm_line() -> None:
    over = incident_view(started_at=minutes_ago(90), posted_at=minutes_ago(90), resolved_at=minutes_ago(49), stage="resolved")
    assert verdict_of(replace(snapshots.calm(), incidents=(over,))) == ["✓ All 2 things you use are fine. Last trouble: 20:18, 41m (Anthropic)."]


def test_the_one_line_when_all_is_well_is_the_one_that_every_surface_gets() -> None:
    words = "No trouble known with what you use; no call of yours lately."
    calm = snapshots.calm()

    assert verdict_of(replace(calm, summary=replace(calm.summary, headline=words))) == [f"✓ {words}"]


def test_an_unknown_route_keeps_the_picture_from_being_called_all_fine() -> None:
    unknown = verdict(GEMINI, Health.UNKNOWN, reason=Reason.FEED_UNREADABLE, as_of=minutes_ago(10))
    picture = replace(
        snapshots.calm(), routes=(*snapshots.calm().routes, route_view(GEMINI, title="gemini-3-pro", verdict=unknown, feed_state=FeedState.UNREADABLE))
    )
    assert verdict_of(picture, 120) == ["✓ 2 of 3 things you use are fine. Unknown: gemini-3-pro (page unreadable, last known state 21:38)."]


def test_nothing_known_is_never_shown_as_fine() -> None:
    told = present.answer(seen(snapshots.first_run()), 80)
    assert told.health is Health.UNKNOWN
    assert plain(told.lines[0]) == "– Nothing is known yet."  # noqa: RUF001 - the sign of unknown


def test_an_empty_watchlist_says_what_to_do() -> None:
    assert "statuswatch sources" in " ".join(verdict_of(snapshots.empty()))


def test_offline_says_since_when_and_that_the_rest_is_older() -> None:
    assert verdict_of(snapshots.offline()) == [
        "– None of 2 status pages can be reached since 21:02 (46m): most likely your network. Sure: medium.",  # noqa: RUF001 - the sign of unknown
        "  Nothing below is newer than that. What to do: check your network, VPN or proxy.",
    ]
    assert plain(present.top_line(seen(snapshots.offline()))) == "offline · 0 of 2 feeds fresh · 21:48"


def test_one_failed_call_is_not_blamed_on_anybody() -> None:
    told = verdict_of(snapshots.not_sure())
    assert told[0].startswith("◌ Not sure yet")
    assert "Page: nothing yet (it usually takes 19 minutes)." in told[1]


def test_routes_in_the_same_trouble_share_one_headline() -> None:
    first = snapshots.failing_verdict()
    routes = [
        route_view(f"anthropic/api:claude-x-{n}", title=f"X {n}", verdict=replace(first, route=parse_route(f"anthropic/api:claude-x-{n}"))) for n in range(4)
    ]
    assert "The same for X 1, X 2 and 1 more." in " ".join(verdict_of(snapshot(routes=tuple(routes)), 200))


def test_the_worst_route_leads_and_the_table_starts_with_it() -> None:
    down = route_view(HAIKU, verdict=verdict(HAIKU, Health.DOWN, fault=Fault.PROVIDER, since=minutes_ago(1)))
    slow = route_view(OPUS, verdict=verdict(OPUS, Health.SUSPECT, since=minutes_ago(60)))
    look = seen(snapshot(routes=(route_view(GEMINI), slow, down)))
    worst = present.worst(look)
    assert worst is not None
    assert worst.route == HAIKU
    assert [row.route for row in present.routes(look).rows] == [HAIKU, OPUS, GEMINI]


def test_a_row_has_symbol_and_word_beside_its_colour() -> None:
    table = present.routes(seen(snapshots.trouble()))
    assert [(row.word, plain(row.line)[0]) for row in table.rows][:2] == [("failing", "▲"), ("ok", "✓")]
    bars = "▁▁" + "\u00d7" * 7
    assert plain(table.rows[0].line) == f"▲ Claude Opus 4.5   Claude Code   failing  35s  {bars}   7/9 failed    22 %  critical    23m"


def test_a_narrow_screen_has_one_short_line_a_route() -> None:
    table = present.routes(seen(snapshots.trouble(), 40))
    assert table.heading == ()
    assert [plain(row.line) for row in table.rows][:2] == ["▲ Claude Opus 4.5 failing 23m", "✓ Claude Haiku 4.5 ok"]


def test_the_filter_keeps_what_contains_the_text() -> None:
    table = present.routes(seen(snapshots.trouble()), "OPENAI")
    assert [row.route for row in table.rows] == [snapshots.GPT]
    assert table.hidden == 4


def test_the_deciding_sentence_of_an_incident_is_marked() -> None:
    block = present.incidents(seen(snapshots.trouble())).yours[0]
    marked = [span.text for line in block.lines for span in line if span.tone is Tone.STRONG]
    assert "".join(marked) == "Sonnet 4.0, Sonnet 4.5 and Opus 4.5 requests see raised error rates."
    assert [plain(line).strip()[:1] for line in block.lines][2] == "›"  # noqa: RUF001 - the mark
    assert "posted, 6m after your first failed call" in " ".join(plain(line) for line in block.lines)
    assert block.link is not None
    assert block.link.host == "status.example"


def test_the_deciding_post_is_shown_however_old_it_is() -> None:
    posts = tuple(UpdateView(minutes_ago(60 - n), "investigating", f"post {n}") for n in range(8))
    one = replace(incident_view(updates=posts), relevance=(replace(incident_view().relevance[0], sentence="post 1", position=1),))
    text = [plain(line) for line in present.incidents(seen(snapshot(incidents=(one,)))).yours[0].lines]
    assert any('"post 1"' in line for line in text)
    assert text[-1].strip() == "4 earlier"


def test_incidents_of_others_are_folded_with_the_reason() -> None:
    found = present.incidents(seen(snapshots.trouble()))
    assert plain(found.heading).endswith("not yours: 3 (n to show)")
    assert [plain(line).split("· ")[1] for line in found.others] == ["not about model calls", "names other models", "in another region"]


def test_calls_are_newest_first_and_say_whose_fault() -> None:
    table = present.calls(seen(snapshots.trouble(), 120), 2)
    assert [plain(row)[:32] for row in table.rows] == ["1  21:47:54  529 overloaded_erro", "2  21:47:42  200                "]
    assert "provider  high  req_011CW1example" in plain(table.rows[0])


def test_a_fault_of_yours_reads_as_yours() -> None:
    call = snapshots.failed_call(1, fault="billing", status=400, code=None)
    assert "you: billing" in plain(present.calls(seen(snapshot(calls=(call,)), 120)).rows[0])


def test_feeds_in_trouble_come_first_and_are_unknown() -> None:
    rows = [plain(row) for row in present.feeds(seen(snapshots.trouble())).rows]
    assert rows[0].split() == ["–", "google-gemini", "unreadable", "–", "2h04m", "ago", "in", "15s", "HTML", "instead", "of", "JSON"]  # noqa: RUF001 - the sign of unknown


def both_tables_of_calls(width: int) -> list[dict[str, int]]:
    """How much of texts that are too long is left on the board and in the list: the letter of each, and how often it stands there in a row."""
    long = {"code": "c" * 60, "model": "m" * 60, "project": "p" * 60, "client": "t" * 60, "request_id": "r" * 60}
    call = replace(snapshots.trouble().calls[0], status=None, route="none", **long)
    scene = seen(snapshot(calls=(call,)), width)
    tables = (present.calls(scene), call_table([(1, call)], scene))
    return [{run[0]: len(run) for run in re.findall("ccc+|mmm+|ppp+|ttt+|rrr+", plain(table.rows[0]))} for table in tables]


def test_what_stands_in_both_tables_of_calls_is_equally_wide() -> None:
    board, listed = both_tables_of_calls(400)
    assert board == listed == {"c": 29, "m": 19, "t": 13, "p": 19, "r": 29}


@pytest.mark.parametrize("width", [80, 100, 110, 120, 140])
def test_an_id_is_long_enough_to_be_told_from_others_or_not_there(width: int) -> None:
    for left in both_tables_of_calls(width):
        assert left.get("r", 20) >= 19


def test_requests_that_differ_at_their_ends_stay_apart() -> None:
    made = tuple(snapshots.failed_call(n, request_id=f"req_011CWsomethingvery{'long' * 5}{n}f3a{n}") for n in (1, 2))
    rows = [plain(row) for row in present.calls(seen(snapshot(calls=made), 140)).rows]
    assert [row[-4:] for row in rows] == ["f3a1", "f3a2"]
    assert all("…" in row for row in rows)


def test_a_narrow_screen_has_name_state_and_age_of_a_feed() -> None:
    rows = [plain(row) for row in present.feeds(seen(snapshots.trouble(), 38)).rows]
    assert rows[0].split() == ["–", "google-gemini", "unreadable", "2h04m", "ago"]  # noqa: RUF001 - the sign of unknown
    assert {width_of(say(row)) for row in rows} == {38}


def test_a_page_without_a_badge_says_nothing_rather_than_unknown() -> None:
    (row,) = present.feeds(seen(snapshot(feeds=(snapshots.feed_view("xai", page_health=Health.UNKNOWN),)))).rows
    assert plain(row).split()[:4] == ["✓", "xai", "fresh", "–"]  # noqa: RUF001 - the sign of unknown


def test_an_empty_watchlist_is_told_in_whole_sentences_on_a_small_screen() -> None:
    told = " ".join(" ".join(verdict_of(snapshots.empty(), 36)).split())
    assert "Add one to config.toml, below [watch]: routes =" in told
    assert "Or make a call with a tool" in told


@pytest.mark.parametrize("width", [36, 60, 100])
def test_an_empty_watchlist_names_the_file_of_the_settings_and_that_a_running_engine_is_started_anew_for_it(width: int) -> None:
    path = "/home/ann/.config/statuswatch/config.toml"
    told = "".join("".join(plain(line) for line in present.answer(seen(snapshots.empty(), width, settings=path), width).lines).split())
    assert f"Addoneto{path},below[watch]:routes=" in told
    assert "Arunningenginereadsitafter:statuswatchenginestop,thenstatuswatchenginestart." in told


def test_the_last_trouble_is_your_own_where_you_were_told_of_one() -> None:
    opened = Notice("n1", "t1", NoticeKind.OPENED, minutes_ago(90), NoticeReason.OWN_FAILURES, (OPUS,), "t", "b", "anthropic")
    over = replace(opened, id="n2", kind=NoticeKind.RESOLVED, at=minutes_ago(12), reason=NoticeReason.OWN_SUCCESS)
    page = incident_view(started_at=minutes_ago(84), posted_at=minutes_ago(84), resolved_at=minutes_ago(4))
    assert "Last trouble: 20:18, 1h18m (" in verdict_of(replace(snapshots.calm(), incidents=(page,), notices=(opened, over)))[0]
    assert "Last trouble: 20:24, 1h20m (" in verdict_of(replace(snapshots.calm(), incidents=(page,), notices=(over,)))[0]
    assert "Last trouble: 21:44 (" in verdict_of(replace(snapshots.calm(), incidents=(replace(page, started_at=None, posted_at=None),)))[0]


def test_a_picture_past_its_expiry_is_shown_as_old_with_its_age() -> None:
    look = present.scene(snapshots.trouble(), NOW + timedelta(minutes=13), Look(80, zone=UTC))
    assert look.old_s == 780
    assert look.now == NOW
    assert plain(present.banner(look)[0]) == "The last picture is 13m old and no engine renews it: it shows 21:48, not now."
    assert plain(present.top_line(look)).startswith("old, 13m · ")


@pytest.mark.parametrize(("seconds", "connected", "old"), [(149, True, False), (150, True, True), (1, False, True)])
def test_a_picture_is_old_once_it_expired_or_nobody_is_connected(seconds: float, connected: bool, old: bool) -> None:
    assert (present.scene(snapshots.calm(), NOW + timedelta(seconds=seconds), Look(), connected=connected).old_s is not None) is old


def test_ages_go_on_between_pictures() -> None:
    row = present.routes(present.scene(snapshots.trouble(), NOW + timedelta(seconds=90), Look(100, zone=UTC))).rows[0]
    assert plain(row.line).endswith("24m")


def test_a_simulation_ages_in_its_own_time_and_says_what_it_is() -> None:
    picture = replace(snapshots.trouble(), engine=snapshots.engine_view(simulated="claude-2025-12-14", expires_at=NOW + timedelta(days=300)))
    look = present.scene(picture, NOW + timedelta(days=299), Look(100, zone=UTC))
    assert look.old_s is None
    assert plain(present.routes(look).rows[0].line).endswith("23m")
    assert plain(present.banner(look)[0]) == "Simulation claude-2025-12-14: nothing of this is happening now."


def test_times_are_those_of_the_persons_zone() -> None:
    look = present.scene(snapshots.trouble(), SOON, Look(100, zone=timezone(timedelta(hours=-7))))
    assert "since 14:25 (23m)" in plain(present.answer(look, 100).lines[0])


@pytest.mark.parametrize(("days", "text"), [(0, "20:48"), (3, "Thu 20:48"), (30, "2025-11-14 20:48")])
def test_a_time_that_is_not_of_today_names_its_day(days: int, text: str) -> None:
    assert seen(snapshots.calm()).clock(NOW - timedelta(days=days, hours=1)) == text


def test_why_gives_answer_evidence_what_rules_you_out_and_what_to_do() -> None:
    lines = present.why_text(snapshots.trouble(), None, SOON, look=Look(120, zone=UTC)).splitlines()
    assert lines[0] == "It's them: Anthropic, Claude Opus 4.5, since 21:25 (23m). Confidence high."
    assert [line[:10].strip() for line in lines[1:]] == ["because", "", "not you", "", "do now", "", "link"]
    assert lines[-1].endswith("https://status.example/incidents/9g6qpr72ttbr")


def test_why_of_a_route_that_is_fine_says_so_with_its_ground() -> None:
    picture = snapshots.trouble()
    lines = present.why_text(picture, picture.routes[1].verdict, SOON, look=Look(100, zone=UTC)).splitlines()
    assert lines[0] == "Claude Haiku 4.5 is fine (Anthropic). Confidence high."
    assert lines[1] == "  because  your last 12 calls worked"


def test_why_with_nothing_wrong_is_the_whole_pictures_answer() -> None:
    assert present.why_text(snapshots.calm(), None, SOON) == "✓ All 2 things you use are fine.\n"


def test_a_link_with_odd_characters_is_not_shown() -> None:
    assert "status.example" not in present.why_text(snapshots.hostile(), None, SOON)


def test_evidence_that_cannot_be_worded_is_left_out() -> None:
    odd = Evidence(EvidenceKind.SIBLING_OK, subject="no route at all", count=1, total=1)
    feed = Evidence(EvidenceKind.FEED_STATE, subject="a state of tomorrow")
    picture = snapshot(routes=(route_view(OPUS, verdict=replace(snapshots.failing_verdict(), evidence=(odd, feed))),))
    assert "no route at all" not in present.why_text(picture, None, SOON)


@pytest.mark.parametrize(
    ("text", "route"), [(OPUS, OPUS), ("anthropic/code:claude-opus-4-5-20251101", OPUS), ("haiku", HAIKU), ("claude", None), ("nothing", None), ("", None)]
)
def test_a_route_is_found_by_any_spelling_or_a_name_that_fits_one(text: str, route: str | None) -> None:
    found = present.find_route(snapshots.trouble(), text)
    assert (found.route if found else None) == route


def test_problems_of_the_engine_are_said_at_the_top() -> None:
    picture = snapshot(problems=("config.toml:3: unknown key 'wach', did you mean 'watch'?\x1b[2J",), delivery=("no notification daemon answers",))
    assert [plain(line) for line in present.banner(seen(picture))] == [
        "config.toml:3: unknown key 'wach', did you mean 'watch'?",
        "no notification daemon answers",
    ]


def test_an_incident_that_may_concern_a_working_route_is_told_as_possible() -> None:
    unsure = verdict(
        HAIKU, Health.SUSPECT, fault=Fault.PROVIDER, confidence=Confidence.LOW, reason=Reason.CALLS_SUCCEED, since=minutes_ago(5), incident="anthropic:1"
    )
    unsure = replace(unsure, relevance=Relevance.POSSIBLE, relevance_reason=RelevanceReason.MANY_MODELS)
    view = route_view(
        HAIKU, provider_name="Anthropic", title="Claude Haiku 4.5", verdict=unsure, calls=CallWindow(ok=3, latencies_ms=(1.0, 1.0, 1.0)), page_word="possible"
    )
    told = verdict_of(snapshot(routes=(view,)))
    assert "It's them" not in told[0]
    assert told[1] == "  Your calls: all 3 worked. Page: possible."


def _spelled(picture: Snapshot, route: str, spelling: str) -> Snapshot:
    """The picture of somebody who watches `route` in another spelling; verdicts, advice and calls keep the canonical one, as the engine's do."""
    views = (replace(view, route=spelling, verdict=replace(view.verdict, route=parse_route(spelling))) for view in picture.routes if view.route == route)
    return replace(picture, routes=(*views, *(view for view in picture.routes if view.route != route)))


def test_one_answer_has_one_spelling_of_a_route_the_watched_one() -> None:
    watched = "anthropic/code:claude-opus-4-5"
    muted = HushView("mute", "route", OPUS, "Claude Opus 4.5", None)
    picture = replace(_spelled(snapshots.trouble(), OPUS, watched), hushed=(muted,))
    about = subject(picture, "1", picture.at, Look())
    assert about is not None
    pages = [present.status_text(picture, picture.at), present.why_text(picture, None, picture.at)]
    pages.append("\n".join(plain(line) for line in told_lines(picture, about, picture.at, Look())))
    assert [page.count(watched) for page in pages] == [1, 1, 1]
    assert "Claude Code, claude-opus-4-5, " in pages[2]
    assert not any("opus-4.5" in page for page in pages)

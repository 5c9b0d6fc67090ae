"""The one snapshot: every route with its verdict, every incident with what it means, every feed with its age; nothing newer than it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from statuswatch.core.health import FeedState, Health
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import Incident, Kind
from statuswatch.core.judge import judge
from statuswatch.core.knowledge import Knowledge, ProviderFacts
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Suppressed, SuppressReason
from statuswatch.core.observation import CallSeen, Headroom, Observation, Outcome
from statuswatch.core.picture import LATENCIES_SHOWN, UPDATES_SHOWN, Outlook, Shell, compose
from statuswatch.core.schedule import Due, DueReason
from statuswatch.core.snapshot import CALLS_SHOWN, CallWindow, EngineView, IncidentView, Level, Snapshot, SourceView
from statuswatch.core.watchlist import Watch, Watchlist, WatchSource
from support.facts import GPT, HAIKU, OPUS, OVERLOADED, at, call, failed_read, incident, moment, read, watching, world
from support.timeline import KNOWLEDGE

_SHELL = Shell(EngineView("0.1.0", at("09:00"), at("10:12")), {"anthropic": "https://status.example/feed"}, {"anthropic": Due(at("10:11"), DueReason.TROUBLE)})
_NAMED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."))
_OVER = incident(("10:00", "investigating", "Errors on Claude Opus 4.5."), ("10:05", "resolved", "Fixed."))


def picture(
    *facts: Observation, clock: str = "10:10", watchlist: Watchlist | None = None, knowledge: Knowledge = KNOWLEDGE, now: Moment | None = None
) -> Snapshot:
    state, now, watchlist = world(*facts), now or moment(clock), watchlist or watching(OPUS)
    return compose(Outlook(state, watchlist, judge(state, watchlist, knowledge, now), knowledge), _SHELL, now)


def test_a_route_is_shown_in_its_own_spelling_with_words_for_a_person() -> None:
    spelled = Watch(parse_route("Anthropic/code:claude-opus-4-5-20251101"), WatchSource.FOUND, "found in settings")
    (view,) = picture(call("10:05"), watchlist=Watchlist((spelled,))).routes

    assert (view.route, view.verdict.route.canonical) == ("Anthropic/code:claude-opus-4-5-20251101", "anthropic/code:claude-opus-4.5")
    assert (view.title, view.surface_name, view.provider_name, view.source, view.note) == ("Claude Opus 4.5", "code", "Anthropic", "found", "found in settings")
    bare = Watchlist((Watch(replace(parse_route(OPUS), text=""), WatchSource.SEEN),))
    assert picture(watchlist=bare).routes[0].route == OPUS


def test_the_calls_of_the_last_hour_are_counted_with_their_latencies() -> None:
    quick = call("10:04")
    quick = replace(quick, call=replace(quick.call, latency_ms=812.0))
    (view,) = picture(call("08:00"), quick, call("10:05", OPUS, OVERLOADED)).routes

    assert view.calls == CallWindow(1, 1, (812.0, None), at("10:05"))
    assert picture(call("10:05")).routes[0].calls.latencies_ms == (0.0,)
    assert picture().routes[0].calls == CallWindow()
    many = picture(*(call(f"10:00:{n:02d}") for n in range(50))).routes[0].calls
    assert (many.ok, len(many.latencies_ms)) == (50, LATENCIES_SHOWN)


@pytest.mark.parametrize(
    ("facts", "state", "word"),
    [
        ([], None, "not read yet"),
        ([read("10:05")], FeedState.FRESH, "quiet"),
        ([read("10:05", _NAMED)], FeedState.FRESH, "minor"),
        ([read("09:30")], FeedState.STALE, "not read lately"),
        ([failed_read("10:05", "blocked")], FeedState.BLOCKED, "refuses to be read"),
        ([failed_read("10:05", "unreadable"), replace(read("10:06"), feed="second")], FeedState.FRESH, "quiet"),
    ],
)
def test_what_the_page_says_is_said_no_better_than_it_can_be_read(facts: list[Observation], state: FeedState | None, word: str) -> None:
    (view,) = picture(*facts).routes

    assert (view.feed_state, view.page_word) == (state, word)


def test_a_feed_that_speaks_for_another_provider_counts_for_it() -> None:
    known = Knowledge({"tool": ProviderFacts("tool", "Tool", feeds_of=("github",)), "github": ProviderFacts("github", "GitHub")})
    views = picture(read("10:05", provider="github"), watchlist=watching("tool:*", "stranger:*"), knowledge=known).routes

    assert [view.feed_state for view in views] == [FeedState.FRESH, None]


def test_a_feed_is_shown_with_its_address_its_age_and_its_next_read() -> None:
    (view,) = picture(read("10:05", health=Health.OK)).feeds

    assert (view.name, view.url, view.state, view.page_health, view.last_ok) == (
        "anthropic",
        "https://status.example/feed",
        FeedState.FRESH,
        Health.OK,
        at("10:05"),
    )
    assert (view.next_at, view.next_reason) == (at("10:11"), "trouble")


def test_the_badge_of_a_page_that_is_not_fresh_is_unknown() -> None:
    assert picture(read("09:30", health=Health.OK)).feeds[0].page_health is Health.UNKNOWN
    assert picture(read("10:04", health=Health.OK), failed_read("10:05", "unreadable")).feeds[0].page_health is Health.UNKNOWN


def _shown(*facts: Observation, clock: str = "10:10", watchlist: Watchlist | None = None) -> list[IncidentView]:
    return list(picture(*facts, clock=clock, watchlist=watchlist).incidents)


def test_an_incident_is_shown_with_what_it_means_for_each_route_of_its_provider() -> None:
    (view,) = _shown(read("10:05", _NAMED), watchlist=watching(OPUS, HAIKU, GPT))

    assert (view.key, view.title, view.impact, view.stage, view.posted_at) == ("anthropic:i1", _NAMED.title, "minor", "investigating", at("10:00"))
    assert {item.route: item.relevance for item in view.relevance} == {OPUS: "affected", HAIKU: "unaffected"}
    assert (view.concerns, view.resolved_at, view.components) == (True, None, ("Claude API",))
    assert [(update.stage, update.body) for update in view.updates] == [("investigating", "We see errors on Claude Opus 4.5.")]


def test_an_incident_of_others_does_not_concern() -> None:
    assert [view.concerns for view in _shown(read("10:05", _NAMED), watchlist=watching(HAIKU))] == [False]


def test_what_ended_stays_for_a_day_with_its_end_and_then_goes() -> None:
    facts = [read("10:01", _NAMED), read("10:06", _OVER)]

    assert [view.resolved_at for view in _shown(*facts)] == [at("10:05")]
    assert picture(*facts, now=Moment(at("10:06") + timedelta(hours=25), 0.0)).incidents == ()


def test_planned_work_that_has_not_begun_is_not_listed_as_open() -> None:
    planned = incident(("10:00", "scheduled", "Tonight."), kind=Kind.MAINTENANCE)

    assert _shown(read("10:05", planned)) == []


def test_what_concerns_comes_first_then_what_is_open_then_the_newest() -> None:
    def named(name: str, clock: str, stage: str = "investigating", model: str = "Claude Opus 4.5") -> Incident:
        return incident((clock, stage, f"Errors on {model}."), name=name, title=f"Elevated errors on {model}")

    found = _shown(
        read("10:05", named("other", "10:03", model="Claude Haiku 4.5"), named("old", "10:00"), named("new", "10:02"), named("over", "10:04", "resolved"))
    )

    assert [view.key.partition(":")[2] for view in found] == ["new", "old", "over", "other"]


def test_an_incident_without_times_is_dated_by_its_first_update_or_not_at_all() -> None:
    undated = replace(_NAMED, posted_at=None)

    assert _shown(read("10:05", undated))[0].posted_at == at("10:00")
    assert _shown(read("10:05", replace(undated, updates=(), started_at=None)))[0].posted_at is None


def test_only_the_newest_updates_of_a_long_incident_are_carried() -> None:
    posts = [(f"10:00:{n:02d}", "investigating", f"Claude Opus 4.5, word {n}.") for n in range(UPDATES_SHOWN + 5)]

    assert _shown(read("10:05", incident(*posts)))[0].updates[0].body == "Claude Opus 4.5, word 5."


def test_calls_are_listed_newest_first_with_what_their_answers_said() -> None:
    shown = picture(call("10:01"), call("10:03", HAIKU), call("10:02", OPUS, OVERLOADED)).calls

    assert [(item.at, item.outcome) for item in shown] == [(at("10:03"), Outcome.OK), (at("10:02"), Outcome.FAILED), (at("10:01"), Outcome.OK)]
    assert (shown[1].status, shown[1].code, shown[1].fault, shown[1].confidence, shown[1].reason) == (
        529,
        "overloaded_error",
        "provider",
        "medium",
        "overload code",
    )
    assert (shown[0].status, shown[0].code, shown[0].fault, shown[0].route) == (None, None, None, HAIKU)
    assert len(picture(*(call(f"10:0{n // 60}:{n % 60:02d}") for n in range(CALLS_SHOWN + 9))).calls) == CALLS_SHOWN


def test_a_pause_in_the_midst_of_an_answer_is_carried() -> None:
    seen = call("10:01")
    assert isinstance(seen, CallSeen)
    (shown,) = picture(replace(seen, call=replace(seen.call, stall_ms=31_400.0))).calls

    assert shown.stall_ms == 31_400.0


def test_what_the_shell_knows_and_what_was_not_told_is_carried_through() -> None:
    state, now = world(), moment("10:10")
    shell = replace(
        _SHELL, sources=(SourceView("claude-code", "failed calls", "~/x", enabled=True, asked=True),), problems=("a",), delivery=("desktop: shown",)
    )
    refusal = Suppressed(at("10:00"), OPUS, SuppressReason.NOT_SURE_YET)
    shown = compose(Outlook(state, watching(OPUS), judge(state, watching(OPUS), KNOWLEDGE, now), KNOWLEDGE, (), (refusal,)), shell, now)

    assert (shown.at, shown.engine, shown.sources, shown.problems, shown.delivery) == (at("10:10"), shell.engine, shell.sources, ("a",), ("desktop: shown",))
    assert (shown.suppressed, shown.summary.level) == ((refusal,), Level.UNKNOWN)


def test_what_is_left_of_the_limits_is_shown_until_they_begin_anew() -> None:
    def said(clock: str, room: Headroom | None) -> Observation:
        seen = call(clock)
        return replace(seen, call=replace(seen.call, headroom=room))

    until, open_end = Headroom("tokens", 0.04, at("10:12")), Headroom("tokens", 0.5)

    assert picture(said("10:00", open_end), said("10:05", until), said("10:06", None)).routes[0].headroom == until
    assert picture(said("10:05", until), clock="10:13").routes[0].headroom is None
    assert picture(said("10:05", open_end)).routes[0].headroom == open_end
    assert picture(said("10:05", open_end), clock="10:20").routes[0].headroom is None
    assert picture(call("10:05")).routes[0].headroom is None

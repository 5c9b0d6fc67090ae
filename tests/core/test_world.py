"""Taking observations in: what becomes of the world, and which changes are named."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.change import ChangeKind
from statuswatch.core.health import FeedState
from statuswatch.core.ids import parse_route
from statuswatch.core.incident import ComponentRef, Impact, Incident, Kind, Stage
from statuswatch.core.lifecycle import Phase
from statuswatch.core.moment import Moment
from statuswatch.core.observation import ClockJumped, Command, CommandKind, PageUnchanged
from statuswatch.core.world import CALLS_KEPT, CALLS_WHOLE, ROUTES_KEPT, World, advance, call_route, covers
from support.facts import HAIKU, OPUS, OVERLOADED, at, call, failed_read, incident, moment, read, world

_OPEN = incident(("10:00", "investigating", "We are looking."))


def _kinds(state: World, observation: object) -> list[ChangeKind]:
    _, changes = advance(state, observation, Moment(observation.at, 0.0))  # type: ignore[attr-defined, arg-type]
    return [change.kind for change in changes]


def test_a_first_read_opens_what_is_open_and_says_that_the_feed_answers() -> None:
    assert _kinds(World(), read("10:01", _OPEN)) == [ChangeKind.FEED_STATE, ChangeKind.OPENED]


def test_the_same_read_again_changes_nothing() -> None:
    assert _kinds(world(read("10:01", _OPEN)), read("10:02", _OPEN)) == []


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        (incident(("10:00", "investigating", "We are looking."), ("10:10", "identified", "Found.")), [ChangeKind.UPDATED]),
        (incident(("10:00", "investigating", "We are looking."), ("10:10", "monitoring", "Fixed?")), [ChangeKind.CALMING, ChangeKind.UPDATED]),
        (incident(("10:00", "investigating", "We are looking."), ("10:10", "resolved", "Fixed.")), [ChangeKind.ENDED, ChangeKind.UPDATED]),
        (replace(_OPEN, title="Elevated errors on Opus and Sonnet"), [ChangeKind.SCOPE_CHANGED]),
        (replace(_OPEN, components=()), [ChangeKind.SCOPE_CHANGED]),
        (replace(_OPEN, impact=Impact.CRITICAL), [ChangeKind.WORSENED]),
        (replace(_OPEN, updates=(replace(_OPEN.updates[0], body="Edited in place."),)), [ChangeKind.UPDATED]),
    ],
)
def test_each_way_an_incident_moves_has_its_name(after: object, kinds: list[ChangeKind]) -> None:
    assert _kinds(world(read("10:01", _OPEN)), read("10:12", after)) == kinds  # type: ignore[arg-type]


def test_an_incident_posted_when_over_is_not_an_opening() -> None:
    over = incident(("10:00", "resolved", "It was down from 9 to 10."))

    assert _kinds(world(read("09:59")), read("10:01", over)) == [ChangeKind.SEEN_ENDED]


def test_a_reopened_incident_is_counted() -> None:
    ended = incident(("10:00", "investigating", "x"), ("10:10", "resolved", "y"))
    again = incident(("10:00", "investigating", "x"), ("10:10", "resolved", "y"), ("10:20", "investigating", "z"))
    state = world(read("10:01", _OPEN), read("10:11", ended), read("10:21", again))

    tracked = state.incidents["anthropic:i1"]
    assert (tracked.phase, tracked.reopened, tracked.ended_at) == (Phase.OPEN, 1, None)


def test_a_cached_older_body_does_not_turn_back_time() -> None:
    newer = incident(("10:00", "investigating", "x"), ("10:10", "resolved", "y"))
    state = world(read("10:01", _OPEN), read("10:11", newer), read("10:12", _OPEN))

    assert state.incidents["anthropic:i1"].phase is Phase.ENDED


def test_fewer_updates_of_the_same_age_do_not_replace_more() -> None:
    two = incident(("10:00", "investigating", "x"), ("10:00", "identified", "y"))
    state = world(read("10:01", two), read("10:02", _OPEN))

    assert len(state.incidents["anthropic:i1"].incident.updates) == 2


def test_a_second_feed_that_tells_less_does_not_take_away_components_or_weight() -> None:
    poor = replace(incident(("10:00", "investigating", "x"), ("10:10", "identified", "y")), components=(), impact=Impact.UNKNOWN, url=None)
    state = world(read("10:01", _OPEN, feed="summary"), read("10:11", poor, feed="atom"))

    merged = state.incidents["anthropic:i1"].incident
    assert (merged.components, merged.impact, merged.url) == ((ComponentRef("Claude API"),), Impact.MINOR, "https://status.example/i1")


def test_a_list_of_what_is_open_ends_an_incident_only_when_it_is_missing_twice() -> None:
    once = world(read("10:01", _OPEN, lists_open=True), read("10:02", lists_open=True))
    twice = world(read("10:01", _OPEN, lists_open=True), read("10:02", lists_open=True), read("10:03", lists_open=True))

    assert once.incidents["anthropic:i1"].phase is Phase.LOST
    assert twice.incidents["anthropic:i1"].phase is Phase.ENDED
    assert _kinds(twice, read("10:04", lists_open=True)) == []


def test_the_same_list_unchanged_is_the_second_time() -> None:
    state = world(read("10:01", _OPEN, lists_open=True), read("10:02", lists_open=True), PageUnchanged(at("10:03"), "anthropic", "anthropic"))

    assert state.incidents["anthropic:i1"].phase is Phase.ENDED


def test_an_incident_that_was_missing_once_is_back_without_ado() -> None:
    state = world(read("10:01", _OPEN, lists_open=True), read("10:02", lists_open=True))

    assert _kinds(state, read("10:03", _OPEN, lists_open=True)) == []
    assert advance(state, read("10:03", _OPEN), moment("10:03"))[0].incidents["anthropic:i1"].phase is Phase.OPEN


def test_a_capped_history_says_nothing_about_what_it_does_not_list() -> None:
    assert world(read("10:01", _OPEN), read("10:02")).incidents["anthropic:i1"].phase is Phase.OPEN


def test_what_ended_days_ago_is_forgotten_when_the_feed_no_longer_lists_it() -> None:
    ended = incident(("10:00", "investigating", "x"), ("10:10", "resolved", "y"))
    state = world(read("10:01", _OPEN), read("10:11", ended))
    later = Moment(at("10:11") + timedelta(days=4), 0.0)

    kept, _ = advance(state, replace(read("10:11", ended), at=later.at), later)
    dropped, _ = advance(state, replace(read("10:11"), at=later.at), later)
    assert "anthropic:i1" in kept.incidents
    assert "anthropic:i1" not in dropped.incidents


def test_an_incident_nobody_touched_for_fifteen_days_is_no_longer_live() -> None:
    tracked = world(read("10:01", _OPEN)).incidents["anthropic:i1"]

    assert tracked.live(at("10:01") + timedelta(days=14))
    assert not tracked.live(at("10:01") + timedelta(days=15))


def test_maintenance_is_planned_then_runs() -> None:
    planned = incident(("10:00", "scheduled", "Tonight."), kind=Kind.MAINTENANCE)
    running = incident(("10:00", "scheduled", "Tonight."), ("11:00", "in_progress", "Now."), kind=Kind.MAINTENANCE)

    assert _kinds(World(), read("10:01", planned)) == [ChangeKind.FEED_STATE, ChangeKind.PLANNED]
    assert _kinds(world(read("10:01", planned)), read("11:01", running)) == [ChangeKind.STARTED, ChangeKind.UPDATED]


def test_a_feed_that_fails_keeps_what_was_known_and_the_time_since() -> None:
    state = world(read("10:01", _OPEN), failed_read("10:02"), failed_read("10:03"))
    status = state.feeds["anthropic"]

    assert (status.state, status.failures, status.since, status.last_ok) == (FeedState.UNREACHABLE, 2, at("10:02"), at("10:01"))
    assert "anthropic:i1" in state.incidents
    assert _kinds(state, read("10:04", _OPEN)) == [ChangeKind.FEED_STATE]
    assert _kinds(state, failed_read("10:04", "unreadable")) == [ChangeKind.FEED_STATE]


@pytest.mark.parametrize(("minutes", "as_of", "state"), [(5, None, "fresh"), (16, None, "stale"), (5, "09:30", "stale"), (5, "10:00", "fresh")])
def test_a_fresh_read_grows_stale_by_time_and_by_the_age_that_the_body_admits(minutes: int, as_of: str | None, state: str) -> None:
    page = read("10:01")
    page = replace(page, page=replace(page.page, as_of=at(as_of) if as_of else None))
    status = world(page).feeds["anthropic"]

    assert status.state_at(at("10:01") + timedelta(minutes=minutes)) is FeedState(state)


def test_a_feed_never_read_has_no_state() -> None:
    assert world(failed_read("10:00")).feeds["anthropic"].state_at(at("10:00")) is FeedState.UNREACHABLE


def test_a_call_is_taken_in_once_in_order_and_the_oldest_are_dropped() -> None:
    state = world(call("10:05"), call("10:04", OPUS, OVERLOADED), call("10:05"))
    assert [item.at for item in state.calls[OPUS]] == [at("10:04"), at("10:05")]
    assert _kinds(state, call("10:06", OPUS, OVERLOADED)) == [ChangeKind.CALL_FAILED]
    assert _kinds(state, call("10:06")) == [ChangeKind.CALL_SUCCEEDED]

    many = world(*(call("10:00", key=str(number)) for number in range(CALLS_KEPT + 5)))
    assert len(many.calls[OPUS]) == CALLS_KEPT


def test_of_many_calls_the_first_of_each_run_and_the_newest_are_kept() -> None:
    start = at("10:00")
    calls = [call("10:00"), *(call("10:01", OPUS, OVERLOADED, key=f"{n:04d}") for n in range(4 * CALLS_KEPT))]
    calls = [replace(seen, call=replace(seen.call, at=start + timedelta(seconds=30 * n))) for n, seen in enumerate(calls)]
    state = World()
    for seen in calls:
        state, _ = advance(state, seen, Moment(seen.call.at, 0.0))
    kept = [item.at for item in state.calls[OPUS]]

    assert len(kept) == CALLS_KEPT
    assert kept[:2] == [calls[0].call.at, calls[1].call.at]
    assert kept[-CALLS_WHOLE:] == [seen.call.at for seen in calls[-CALLS_WHOLE:]]
    assert max(later - earlier for earlier, later in itertools.pairwise(kept)) < timedelta(minutes=15)


def test_where_no_call_repeats_the_one_before_the_oldest_goes() -> None:
    calls = [call("10:00", OPUS, OVERLOADED if n % 2 else None, key=f"{n:04d}") for n in range(CALLS_KEPT + 1)]

    assert [item.key for item in world(*calls).calls[OPUS]] == [seen.call.key for seen in calls[1:]]


def test_a_call_dated_ahead_of_the_clock_was_made_by_now() -> None:
    state, _ = advance(World(), call("13:00"), moment("10:00"))
    skewed, _ = advance(World(), call("10:00:30"), moment("10:00"))

    assert [item.at for item in state.calls[OPUS]] == [at("10:00")]
    assert [item.at for item in skewed.calls[OPUS]] == [at("10:00:30")]


def test_a_clock_set_back_takes_along_what_it_had_stamped_ahead() -> None:
    state = world(call("09:00", HAIKU), call("09:50"), call("10:50", OPUS, OVERLOADED), call("11:00"))
    back, _ = advance(state, ClockJumped(at("10:10"), -3600.0), moment("10:10"))
    forth, _ = advance(state, ClockJumped(at("12:10"), 3600.0), moment("12:10"))

    assert [item.at for item in back.calls[OPUS]] == [at("09:50"), at("09:50"), at("10:00")]
    assert back.calls[HAIKU] == state.calls[HAIKU]
    assert forth.calls == state.calls


def test_routes_that_nobody_called_for_a_day_are_dropped_and_of_very_many_the_newest_stay() -> None:
    old, _ = advance(
        world(call("10:00", HAIKU)), replace(call("10:00"), call=replace(call("10:00").call, at=at("11:00") + timedelta(days=1))), moment("23:59").plus(43200)
    )
    many = world(*(call(f"10:00:{n // 10:02d}", f"anthropic/api:made-up-{n:03d}x") for n in range(ROUTES_KEPT + 20)))

    assert list(old.calls) == [OPUS]
    assert len(many.calls) == ROUTES_KEPT
    assert not any("made-up-000x" in key for key in many.calls)


def test_a_resolve_read_late_is_dated_by_the_page_and_never_ahead_of_the_clock() -> None:
    over = incident(("10:00", "investigating", "x"), ("10:10", "resolved", "y"), ("10:40", "postmortem", "z"))
    bare = replace(over, updates=(), resolved_at=at("10:12"))
    ahead = incident(("10:00", "investigating", "x"), ("18:00", "resolved", "y"))

    def ended(shown: Incident) -> datetime | None:
        known = [read("10:01", _OPEN)] if shown.updates else []
        return world(*known, read("11:00", shown)).incidents["anthropic:i1"].ended_at

    assert [ended(over), ended(bare), ended(ahead), ended(replace(bare, resolved_at=None))] == [at("10:10"), at("10:12"), at("11:00"), at("11:00")]


def test_wishes_of_long_ago_are_forgotten() -> None:
    state, _ = advance(World(), Command(at("10:00"), CommandKind.ACKNOWLEDGE, OPUS), moment("10:00"))
    state, _ = advance(state, Command(at("10:00"), CommandKind.ACKNOWLEDGE, HAIKU), Moment(at("10:00") + timedelta(days=31), 0.0))

    assert list(state.acknowledged) == [HAIKU]


def test_a_call_of_yesterday_is_no_news() -> None:
    assert advance(World(), call("10:00"), Moment(at("10:00") + timedelta(hours=25), 0.0)) == (World(), ())


@given(st.permutations(range(8)), st.lists(st.integers(0, 7), max_size=8))
def test_order_and_duplicates_of_calls_do_not_matter(order: list[int], repeats: list[int]) -> None:
    calls = [call(f"10:0{n}", OPUS if n % 2 else HAIKU, OVERLOADED if n % 3 else None) for n in range(8)]
    now = moment("10:30")
    state, shuffled = World(), World()
    for item in calls:
        state, _ = advance(state, item, now)
    for index in [*order, *repeats]:
        shuffled, _ = advance(shuffled, calls[index], now)

    assert shuffled == state


@pytest.mark.parametrize(
    ("wanted", "used", "expected"),
    [
        ("anthropic/code:claude-opus-4.5", "anthropic/code:claude-opus-4.5", True),
        ("anthropic:claude-opus-4.5", "anthropic/code:claude-opus-4.5", True),
        ("anthropic/code:claude-opus", "anthropic/code:claude-opus-4.5", True),
        ("anthropic/code:*", "anthropic/code:claude-opus-4.5", True),
        ("anthropic/api:claude-opus-4.5", "anthropic/code:claude-opus-4.5", False),
        ("openai/code:claude-opus-4.5", "anthropic/code:claude-opus-4.5", False),
        ("anthropic/code:claude-opus-4.6", "anthropic/code:claude-opus-4.5", False),
        ("anthropic/code:claude-sonnet", "anthropic/code:claude-opus-4.5", False),
    ],
)
def test_a_call_speaks_for_the_routes_that_cover_it(wanted: str, used: str, *, expected: bool) -> None:
    assert covers(parse_route(wanted), parse_route(used)) is expected


def test_the_route_of_a_call_without_a_model_is_any_model() -> None:
    seen = call("10:00").call
    assert call_route(seen).canonical == OPUS
    assert call_route(replace(seen, model="", surface=None)).canonical == "anthropic/api:*"


def test_a_clock_that_jumped_is_remembered() -> None:
    state, changes = advance(World(), ClockJumped(at("10:00"), 3600.0), moment("10:00"))

    assert state.jumped_at == at("10:00")
    assert [(change.kind, change.now) for change in changes] == [(ChangeKind.CLOCK_JUMPED, "+3600s")]


def test_commands_mute_unmute_acknowledge_and_wait() -> None:
    def command(state: World, kind: CommandKind, clock: str = "10:00") -> World:
        return advance(state, Command(at(clock), kind, OPUS), moment(clock))[0]

    muted = command(World(), CommandKind.MUTE)
    assert muted.mutes == {OPUS: at("11:00")}
    assert command(muted, CommandKind.UNMUTE).mutes == {}
    assert command(muted, CommandKind.MUTE, "12:00").mutes == {OPUS: at("13:00")}
    assert command(World(), CommandKind.ACKNOWLEDGE).acknowledged == {OPUS: at("10:00")}
    assert command(World(), CommandKind.WAIT).waits == {OPUS: at("10:00")}
    assert command(World(), CommandKind.REFRESH) == World()
    assert advance(World(), Command(at("10:00"), CommandKind.MUTE, "*", at("10:30")), moment("10:00"))[0].mutes == {"*": at("10:30")}


def test_a_stage_that_is_unknown_is_open() -> None:
    odd = incident(("10:00", "unknown", "?"))
    assert odd.stage is Stage.UNKNOWN
    assert world(read("10:01", odd)).incidents["anthropic:i1"].phase is Phase.OPEN

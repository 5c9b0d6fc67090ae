"""What is told and what is not, beyond the timelines in tests/scenarios: the reasons, mutes, growth, weight and grace."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuswatch.core.incident import Impact
from statuswatch.core.notice import NoticeKind, Policy, SuppressReason, Trouble
from statuswatch.core.observation import Command, CommandKind, Observation
from statuswatch.core.owncalls import BURST
from support.facts import AUTH, HAIKU, OPUS, OVERLOADED, SERVER, UNCLEAR, at, call, failed_read, incident, moment, read, watching
from support.person import Person

SONNET = "anthropic/api:claude-sonnet-4.5"
_NAMED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."))
_MANY = incident(("10:00", "investigating", "We are looking."), title="Elevated errors across many models", impact="critical")


def _gives_up(clock: str, route: str = OPUS) -> list[Observation]:
    """Three requests, a minute apart, that fail; the last at `clock`: what is no chance any more."""
    times = [f"{at(clock) - timedelta(minutes=2 - n):%H:%M:%S}" for n in range(3)]
    return [call(time, route, OVERLOADED, turn=f"{route}{clock}{time}") for time in times]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([call("10:01", OPUS, AUTH)], SuppressReason.YOUR_SIDE),
        ([call("10:01", OPUS, SERVER)], SuppressReason.NOT_SURE_YET),
        ([call("10:01", OPUS, OVERLOADED)], SuppressReason.NOT_SURE_YET),
        ([call("10:01", OPUS, UNCLEAR)], SuppressReason.NOT_SURE_YET),
        ([read("10:01", _MANY), call("10:02")], SuppressReason.OWN_CALLS_SUCCEED),
        ([*_gives_up("10:01"), *_gives_up("10:02")], SuppressReason.ALREADY_TOLD),
    ],
)
def test_what_is_not_told_has_its_reason(facts: list[Observation], reason: SuppressReason) -> None:
    assert Person().sees(*facts).reasons == {reason.value}


def test_nothing_at_all_is_told_or_refused_while_all_is_quiet() -> None:
    person = Person().sees(read("10:00"), call("10:01"))

    assert (person.notices, person.last.suppressed) == ([], ())


def test_one_affected_failure_is_enough_when_the_page_names_the_model() -> None:
    assert Person().sees(read("10:01", _NAMED)).kinds == ["opened"]


def test_old_news_at_the_first_look_is_shown_but_not_told() -> None:
    person = Person().looks(at("10:00"))
    late = at("10:01") + timedelta(hours=30)
    person.sees(replace(read("10:01", _NAMED), at=late))

    assert (person.kinds, person.reasons) == ([], {"stale"})


@pytest.mark.parametrize("target", ["*", OPUS, "anthropic", "anthropic:i1"])
def test_a_mute_by_any_of_its_names_holds_back_the_notice_and_remembers_it_as_told(target: str) -> None:
    person = Person().sees(Command(at("10:00"), CommandKind.MUTE, target, at("12:00")), read("10:01", _NAMED))

    assert (person.kinds, person.reasons) == ([], {"muted"})
    assert person.looks(at("10:02")).kinds == []


def test_a_mute_of_the_settings_holds_too_and_ends() -> None:
    assert Person(policy=Policy((("*", at("11:00")),))).sees(read("10:01", _NAMED)).kinds == []
    assert Person(policy=Policy((("*", at("09:00")),))).sees(read("10:01", _NAMED)).kinds == ["opened"]


def test_an_own_warning_and_the_later_post_are_one_notice_brought_up_to_date() -> None:
    person = Person().sees(read("09:59"), *_gives_up("10:01"), read("10:06", replace(_NAMED, posted_at=at("10:06"))))

    assert person.kinds == ["opened"]
    assert [notice.kind.value for notice in person.notices] == ["opened", "amended"]
    assert "Page says nothing yet" in person.notices[0].body
    assert _NAMED.title in person.notices[1].body or "Opus 4.5" in person.notices[1].body
    assert len({notice.trouble for notice in person.notices}) == 1


def test_a_second_route_within_minutes_joins_silently_and_a_late_one_is_growth() -> None:
    soon = Person(OPUS, SONNET).sees(*_gives_up("10:01"), *_gives_up("10:03", SONNET))
    late = Person(OPUS, SONNET, HAIKU).sees(*_gives_up("10:01"), *_gives_up("10:10", SONNET), *_gives_up("10:12", HAIKU))

    assert soon.kinds == ["opened"]
    assert late.kinds == ["opened", "grew"]
    assert late.notices[-1].routes == (SONNET,) or late.notices[-1].kind is NoticeKind.AMENDED


def test_a_second_incident_at_the_same_provider_is_heard() -> None:
    other = incident(("10:20", "investigating", "Claude Opus 4.5 requests time out."), name="i2", title="Timeouts on Claude Opus 4.5", impact="major")
    person = Person().sees(read("10:01", _NAMED), read("10:21", _NAMED, other))

    assert person.kinds == ["opened", "opened"]


def test_a_page_that_makes_it_critical_is_told_once_more() -> None:
    worse = replace(_NAMED, impact=Impact.CRITICAL)
    person = Person().sees(read("10:01", _NAMED), read("10:11", worse), read("10:21", worse))

    assert person.kinds == ["opened", "worsened"]


def test_recovery_waits_a_minute_for_a_sibling_that_still_fails_and_then_tells_what_is_back() -> None:
    person = Person(OPUS, SONNET).sees(*_gives_up("10:01"), *_gives_up("10:02", SONNET), call("10:10"))
    assert (person.kinds, person.last.look_again_at) == (["opened"], at("10:11"))
    assert person.reasons & {"grace"} == {"grace"}

    person.looks(at("10:10:30")).looks(at("10:11"))
    assert person.kinds == ["opened", "resolved"]
    assert person.notices[-1].routes == (OPUS,)

    assert person.sees(call("10:20", SONNET)).kinds == ["opened", "resolved", "resolved"]
    assert person.notices[-1].routes == (SONNET,)


def test_two_siblings_that_come_back_together_are_one_notice() -> None:
    person = Person(OPUS, SONNET).sees(*_gives_up("10:01"), *_gives_up("10:02", SONNET), call("10:10"), call("10:10:20", SONNET))

    assert person.kinds == ["opened", "resolved"]
    assert set(person.notices[-1].routes) == {OPUS, SONNET}
    assert "are back" in person.notices[-1].title


def test_after_one_relapse_only_the_steady_end_is_told() -> None:
    person = Person().sees(*_gives_up("10:01"), call("10:05"), *_gives_up("10:08"), call("10:09"), *_gives_up("10:12"))
    assert person.kinds == ["opened", "resolved", "reopened"]

    person.sees(call("10:13"), call("10:13:20"))
    assert person.kinds == ["opened", "resolved", "reopened"]
    assert person.sees(call("10:13:40")).kinds == ["opened", "resolved", "reopened", "resolved"]
    assert person.sees(*_gives_up("10:16")).reasons == {"flapping"}

    person.sees(*(call(f"10:{n}") for n in range(17, 21)))
    assert person.kinds == ["opened", "resolved", "reopened", "resolved"]
    assert [trouble.closed_at for trouble in person.told.troubles] == [at("10:19")]


def test_a_trouble_that_was_over_half_an_hour_ago_is_a_new_one_when_it_comes_again() -> None:
    person = Person().sees(*_gives_up("10:01"), call("10:05"), *_gives_up("10:40"))

    assert person.kinds == ["opened", "resolved", "opened"]


def test_a_route_that_is_no_longer_watched_holds_no_trouble_open() -> None:
    person = Person(OPUS).sees(*_gives_up("10:01"))
    person.watchlist = watching(HAIKU)
    person.looks(at("10:05"))

    assert person.kinds == ["opened"]
    assert [trouble.closed_at for trouble in person.told.troubles] == [at("10:05")]


def test_what_may_reach_further_is_no_second_notice_while_the_trouble_is_known() -> None:
    person = Person(OPUS, HAIKU).sees(*_gives_up("09:50"), read("10:01", _MANY), read("10:20", _MANY))

    assert person.kinds == ["opened"]
    assert [trouble.pending for trouble in person.told.troubles] == [(OPUS,)]
    assert "already_told" in person.reasons


def test_a_call_from_before_the_trouble_proves_no_recovery() -> None:
    named = incident(("10:00", "investigating", "x"), ("10:14", "investigating", "This concerns Claude Opus 4.5 only."), title=_MANY.title, impact="critical")
    person = Person(HAIKU).sees(call("09:40", HAIKU), read("10:01", _MANY), read("10:15", named))

    assert person.kinds == ["opened", "resolved"]
    assert person.notices[-1].reason == "narrowed"


def test_scope_that_narrows_away_clears_the_person_it_had_warned() -> None:
    named = incident(("10:00", "investigating", "x"), ("10:14", "investigating", "This concerns Claude Opus 4.5 only."), title=_MANY.title, impact="critical")
    person = Person(HAIKU).sees(read("10:01", _MANY), read("10:15", named))

    assert person.kinds == ["opened", "resolved"]
    assert person.notices[-1].reason == "narrowed"
    assert "not affected after all" in person.notices[-1].title


def test_an_unreadable_page_is_no_all_clear() -> None:
    person = Person().sees(read("10:01", _NAMED), failed_read("10:05", "unreadable"), failed_read("10:30", "unreadable"))

    assert person.kinds == ["opened"]


def test_a_page_that_resolves_while_calls_fail_is_believed_later_if_none_fails_any_more_and_that_is_looked_at_though_nothing_comes_in() -> None:
    over = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."), ("10:09", "resolved", "Fixed."))
    person = Person().sees(read("10:01", _NAMED), call("10:08", OPUS, OVERLOADED), read("10:10", over))
    looked = at("10:08") + BURST

    assert (person.kinds, person.last.look_again_at) == (["opened"], looked)
    assert person.looks(looked).kinds == ["opened", "resolved"]


def test_one_recovery_closes_every_trouble_of_the_same_route() -> None:
    other = incident(("10:20", "investigating", "Claude Opus 4.5 requests time out."), name="i2", title="Timeouts on Claude Opus 4.5", impact="major")
    person = Person().sees(read("10:01", _NAMED), read("10:21", _NAMED, other), call("10:22", OPUS, OVERLOADED), call("10:40"))

    assert person.kinds == ["opened", "opened", "resolved"]
    assert all(trouble.closed_at for trouble in person.told.troubles)


def test_a_trouble_nobody_heard_of_for_two_weeks_is_forgotten() -> None:
    person = Person().sees(*_gives_up("10:01"))

    assert person.looks(at("10:01") + timedelta(days=16)).told.troubles == ()


@given(st.lists(st.sampled_from([*_gives_up("10:01"), call("10:05"), read("10:06", _NAMED), read("10:07", _MANY), call("10:08", OPUS, AUTH)]), max_size=8))
def test_the_same_state_decided_twice_tells_nothing_the_second_time(facts: list[Observation]) -> None:
    person = Person().sees(*sorted(facts, key=lambda fact: fact.at))
    before = len(person.notices)
    when = moment("10:10").at
    person.looks(when)
    count = len(person.notices)
    person.looks(when)

    assert len(person.notices) == count
    assert count - before <= 1


def test_telling_notes_each_kind_once() -> None:
    trouble = Trouble("t1", "anthropic", at("10:00"), (OPUS,))

    assert trouble.telling(NoticeKind.OPENED).telling(NoticeKind.OPENED, NoticeKind.GREW).told == (NoticeKind.OPENED, NoticeKind.GREW)


def test_an_incident_that_lasts_beneath_another_is_not_told_anew_when_that_one_is_over() -> None:
    other = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."), name="i2", impact="critical")
    over = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."), ("14:00", "resolved", "Fixed."), name="i2", impact="critical")
    person = Person().sees(read("07:01", replace(_NAMED, posted_at=at("07:00"))))
    person.sees(read("10:01", _NAMED, other), read("13:00", _NAMED, other), read("14:01", _NAMED, over))

    assert person.kinds == ["opened", "opened"]

"""Mutes, snoozes, quiet hours and wishes: what is kept back, for how long, and what is told after all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from statuswatch.core.hushing import hushed, names_something
from statuswatch.core.incident import Incident, Kind
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Policy
from statuswatch.core.observation import Command, CommandKind
from statuswatch.core.snapshot import HushView
from support import snapshots
from support.facts import HAIKU, OPUS, OVERLOADED, at, call, incident, read
from support.person import Person
from support.timeline import KNOWLEDGE

SONNET = "anthropic/api:claude-sonnet-4.5"
_NAMED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."))
_ENDED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."), ("10:40", "resolved", "Fixed."))
_MAYBE = incident(("10:00", "investigating", "Some models show errors."), title="Elevated errors on some models")
_MAYBE_ENDED = incident(("10:00", "investigating", "Some models show errors."), ("10:40", "resolved", "Fixed."), title="Elevated errors on some models")


def _night(until: str = "11:00") -> Policy:
    return Policy(quiet_until=at(until))


def _fails(clock: str, route: str = OPUS) -> list:
    """Three requests that fail, two minutes apart: enough for a notice. The last one is four minutes after `clock`."""
    first = at(clock)
    return [call(f"{first + timedelta(minutes=2 * n):%H:%M}", route, OVERLOADED, turn=f"{route}{clock}{n}") for n in range(3)]


def test_what_begins_in_quiet_hours_is_told_at_their_end_if_it_still_lasts() -> None:
    person = Person(policy=_night()).sees(read("10:01", _NAMED))
    assert (person.kinds, person.reasons, person.last.look_again_at) == ([], {"quiet_hours"}, at("11:00"))

    assert person.looks(at("11:00")).kinds == ["opened"]


def test_what_begins_and_ends_in_quiet_hours_is_never_told() -> None:
    person = Person(policy=_night()).sees(read("10:01", _NAMED), read("10:41", _ENDED)).looks(at("11:01"))
    assert person.kinds == []


def test_what_was_told_before_is_told_as_back_without_a_sound() -> None:
    person = Person().sees(read("10:01", _NAMED))
    person.policy = _night()
    person.sees(read("10:41", _ENDED))

    assert person.kinds == ["opened", "resolved"]
    assert [notice.quiet for notice in person.notices] == [False, True]


@pytest.mark.parametrize("target", ["*", OPUS, "anthropic", "anthropic:i1"])
def test_a_snooze_tells_again_when_it_ends_and_the_trouble_lasts(target: str) -> None:
    person = Person().sees(read("10:01", _NAMED), Command(at("10:05"), CommandKind.SNOOZE, target, at("10:30")))
    assert person.last.look_again_at == at("10:30")

    person.looks(at("10:29")).looks(at("10:30")).looks(at("10:31"))
    assert person.kinds == ["opened", "opened"]
    assert (person.notices[-1].reason.value, person.notices[-1].title[:6]) == ("still", "Still:")


def test_a_snooze_of_what_ends_meanwhile_is_told_as_back_only() -> None:
    person = Person().sees(read("10:01", _NAMED), Command(at("10:05"), CommandKind.SNOOZE, OPUS, at("10:50")), read("10:41", _ENDED)).looks(at("10:51"))
    assert person.kinds == ["opened", "resolved"]


def test_a_snooze_of_everything_holds_new_trouble_until_it_ends_and_then_tells_it_once() -> None:
    person = Person().sees(Command(at("10:00"), CommandKind.SNOOZE, "*", at("10:30")), read("10:01", _NAMED))
    assert (person.kinds, person.reasons) == ([], {"snoozed"})

    assert person.looks(at("10:30")).looks(at("10:31")).kinds == ["opened"]


def test_quiet_hours_hold_a_reminder_too() -> None:
    person = Person().sees(read("10:01", _NAMED), Command(at("10:05"), CommandKind.SNOOZE, OPUS, at("10:30")))
    person.policy = _night()
    assert person.looks(at("10:31")).kinds == ["opened"]
    assert person.looks(at("11:00")).kinds == ["opened", "opened"]


def test_growth_worsening_and_a_relapse_are_held_and_told_afterwards() -> None:
    person = Person(OPUS, SONNET).sees(*_fails("10:01"), Command(at("10:06"), CommandKind.SNOOZE, SONNET, at("10:20")), *_fails("10:10", SONNET))
    assert (person.kinds, person.reasons) == (["opened"], {"snoozed", "already_told"})
    assert person.looks(at("10:20")).kinds == ["opened", "grew"]


def test_undoing_everything_undoes_each_mute_and_snooze() -> None:
    asked = [Command(at("10:00"), CommandKind.MUTE, "anthropic:i1", at("12:00")), Command(at("10:00"), CommandKind.SNOOZE, OPUS, at("12:00"))]
    assert Person().sees(*asked, read("10:01", _NAMED), Command(at("10:02"), CommandKind.UNMUTE, "*")).world.mutes == {}
    assert Person().sees(*asked, Command(at("10:02"), CommandKind.UNMUTE, "*"), read("10:03", _NAMED)).kinds == ["opened"]


def test_undoing_a_snooze_ends_it_at_once() -> None:
    asked = Command(at("10:00"), CommandKind.SNOOZE, "*", at("12:00")), Command(at("10:05"), CommandKind.UNMUTE, "*")
    assert Person().sees(asked[0], read("10:01", _NAMED), asked[1]).kinds == ["opened"]


@pytest.mark.parametrize(("kind", "kinds"), [(NoticeKind.OPENED, ["resolved"]), (NoticeKind.RESOLVED, ["opened"])])
def test_a_kind_that_is_muted_is_not_told_and_the_others_are(kind: NoticeKind, kinds: list[str]) -> None:
    person = Person(policy=Policy(muted_kinds=frozenset({kind}))).sees(read("10:01", _NAMED), read("10:41", _ENDED))
    assert person.kinds == kinds


def test_who_asked_to_be_told_is_told_of_the_end_of_what_was_muted() -> None:
    muted = Command(at("10:00"), CommandKind.MUTE, OPUS, at("12:00"))
    waiting = Command(at("10:05"), CommandKind.WAIT, OPUS)
    assert Person().sees(muted, read("10:01", _NAMED), read("10:41", _ENDED)).kinds == []
    assert Person().sees(muted, read("10:01", _NAMED), waiting, read("10:41", _ENDED)).kinds == ["resolved"]


def test_who_asked_to_be_told_is_told_of_the_end_of_what_was_never_sure() -> None:
    waiting = Command(at("10:05"), CommandKind.WAIT, OPUS)
    unasked = Person().sees(read("10:01", _MAYBE), read("10:41", _MAYBE_ENDED))
    asked = Person().sees(read("10:01", _MAYBE), waiting, read("10:41", _MAYBE_ENDED)).looks(at("10:42"))

    assert (unasked.kinds, asked.kinds) == ([], ["resolved"])
    assert "It lasted 41m" in asked.notices[-1].body


def test_what_was_awaited_and_becomes_sure_is_told_as_any_other() -> None:
    person = Person().sees(read("10:01", _MAYBE), Command(at("10:05"), CommandKind.WAIT, OPUS), *_fails("10:10"))
    assert person.kinds == ["opened"]


def test_a_wish_is_for_the_trouble_of_its_time_and_not_for_a_later_one() -> None:
    waiting = Command(at("09:00"), CommandKind.WAIT, "*")
    person = Person().sees(waiting, read("10:01", _MAYBE), read("10:41", _MAYBE_ENDED))
    assert person.kinds == []


def test_a_wish_joins_the_trouble_that_was_told() -> None:
    person = Person(OPUS, HAIKU).sees(read("10:01", _NAMED), Command(at("10:05"), CommandKind.WAIT, "*"))
    assert [trouble.asked for trouble in person.told.troubles] == [True]


def _work(*stages: tuple[str, str]) -> Incident:
    return incident(*((clock, stage, "Work.") for clock, stage in stages), title="Planned work on Claude Opus 4.5", impact="maintenance", kind=Kind.MAINTENANCE)


def test_planned_work_is_announced_once_and_quietly_for_all_its_routes() -> None:
    begun = _work(("09:00", "scheduled"), ("10:00", "in_progress"))
    person = Person(OPUS, "anthropic/code:claude-opus-4.5").sees(read("10:01", begun)).looks(at("10:02"))

    assert (person.kinds, person.notices[0].quiet) == (["maintenance"], True)
    assert person.told.announced == ("anthropic:i1",)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [(_night(), "quiet_hours"), (Policy((("anthropic", at("12:00")),)), "muted"), (Policy(muted_kinds=frozenset({NoticeKind.MAINTENANCE})), "muted")],
)
def test_planned_work_that_is_kept_back_is_not_told_later(policy: Policy, reason: str) -> None:
    person = Person(policy=policy).sees(read("10:01", _work(("10:00", "in_progress"))))
    assert (person.kinds, person.reasons) == ([], {reason})

    person.policy = Policy()
    assert person.looks(at("10:01") + timedelta(hours=2)).kinds == []


@pytest.mark.parametrize("spelling", ["anthropic/api:claude-opus-4-5", "anthropic/api:claude-opus-4.5"])
def test_a_wish_may_call_a_route_as_the_person_does(spelling: str) -> None:
    route = "anthropic/api:claude-opus-4-5"
    asked = Person(route).sees(read("10:01", _NAMED), Command(at("10:05"), CommandKind.WAIT, spelling))
    assert [trouble.asked for trouble in asked.told.troubles] == [True]

    muted = Person(route).sees(Command(at("10:00"), CommandKind.MUTE, spelling, at("12:00")), read("10:01", _NAMED))
    assert (muted.kinds, muted.reasons) == ([], {"muted"})


def test_what_is_kept_back_is_shown_with_its_name_its_end_and_who_wanted_it() -> None:
    person = Person().sees(read("10:00", _NAMED))
    key = next(iter(person.world.incidents))
    wishes = (
        (CommandKind.MUTE, "anthropic", at("12:00")),
        (CommandKind.SNOOZE, OPUS, at("11:00")),
        (CommandKind.MUTE, key, at("13:00")),
        (CommandKind.SNOOZE, "*", at("14:00")),
        (CommandKind.MUTE, "openai:gone", at("15:00")),
        (CommandKind.MUTE, "odd", at("16:00")),
        (CommandKind.MUTE, "openai", at("10:05")),
    )
    for kind, target, until in wishes:
        person.sees(Command(at("10:01"), kind, target, until))
    policy = Policy(
        muted=(("github", at("10:00") + timedelta(days=36500)), ("cursor", at("10:00"))),
        muted_kinds=frozenset({NoticeKind.GREW}),
        quiet_until=at("10:30"),
    )

    found = hushed(policy, person.world, KNOWLEDGE, at("10:10"))

    asked = [(view.by, view.what, view.target, view.title, view.until) for view in found if view.wanted_by == "person"]
    assert asked == [
        ("snooze", "route", OPUS, "Claude Opus 4.5", at("11:00")),
        ("mute", "provider", "anthropic", "Anthropic", at("12:00")),
        ("mute", "incident", key, "Elevated errors on Claude Opus 4.5", at("13:00")),
        ("snooze", "everything", "*", "everything", at("14:00")),
        ("mute", "route", "openai:gone", "gone", at("15:00")),
        ("mute", "unknown", "odd", "odd", at("16:00")),
    ]
    assert [(view.by, view.what, view.target, view.until) for view in found if view.wanted_by == "settings"] == [
        ("mute", "provider", "github", None),
        ("mute", "kind", "grew", None),
        ("quiet_hours", "everything", "*", at("10:30")),
    ]


def test_after_the_quiet_hours_nothing_of_them_is_shown() -> None:
    assert hushed(Policy(quiet_until=at("10:30")), Person().world, KNOWLEDGE, at("10:30")) == ()


@pytest.mark.parametrize(
    ("target", "something"),
    [
        ("*", True),
        ("anthropic", True),
        (OPUS, True),
        (SONNET, True),
        ("github", True),
        ("github/code:*", True),  # watched, though no provider of that name is known here
        ("anthropic:9g6qpr72ttbr", True),
        ("anthropic:told-of", True),
        ("gone:kept-back", True),
        ("antropic", False),
        ("antropic/api:claude-opus-4.5", False),
        ("anthropic/api:Claude-Opus-4-5", False),  # no verdict is called so
        ("opus", False),
        ("", False),
    ],
)
def test_only_what_can_be_told_of_can_be_kept_back(target: str, something: bool) -> None:
    notice = Notice("n", "t", NoticeKind.OPENED, at("10:00"), NoticeReason.INCIDENT_POSTED, (), "t", "b", "anthropic", "anthropic:told-of", None)
    picture = snapshots.trouble()
    routes = (*picture.routes, snapshots.route_view(snapshots.GITHUB))
    shown = replace(picture, routes=routes, notices=(notice,), hushed=(HushView("mute", "incident", "gone:kept-back", "Over", None),))
    assert names_something(target, shown, KNOWLEDGE) is something

"""What the rows are given to look at: which failures are meant, what answers elsewhere, and logins that are refused together."""

from dataclasses import replace

import pytest

from statuswatch.core.case import Case, gather
from statuswatch.core.concern import docket
from statuswatch.core.health import Health
from statuswatch.core.ids import Surface, parse_route
from statuswatch.core.incident import Component, Incident
from statuswatch.core.judge import judge
from statuswatch.core.knowledge import ComponentFacts
from statuswatch.core.network import answers
from statuswatch.core.observation import Observation
from statuswatch.core.verdict import Reason
from support.facts import AUTH, HAIKU, NETWORK, OPUS, SERVER, at, call, incident, moment, read, watching, world
from support.timeline import KNOWLEDGE

_ROUTE = parse_route(OPUS)


def _case(*facts: Observation) -> Case:
    state = world(*facts)
    newest = max(answers(state), default=None)
    return gather(state, docket(state, at("10:10")), _ROUTE, KNOWLEDGE, at("10:10"), None, newest)


def _login(clock: str, credential: str, *, refused: bool) -> Observation:
    seen = call(clock, OPUS, AUTH if refused else None, key=f"{clock}{credential}")
    return replace(seen, call=replace(seen.call, credential=credential))


def _failing(*clocks: str) -> list[Observation]:
    return [call(clock, OPUS, SERVER) for clock in clocks]


def test_with_a_warning_the_failures_before_the_newest_success_are_meant_too() -> None:
    case = _case(call("10:00"), *_failing("10:01", "10:02"), call("10:02:30"), *_failing("10:03", "10:04", "10:05"), call("10:06"))

    assert case.calls.streak == ()
    assert case.warned is not None
    assert [each.at for each in case.spell] == [at(clock) for clock in ("10:01", "10:02", "10:03", "10:04", "10:05")]
    assert _case(*_failing("10:01"), call("10:02")).spell == ()


def test_an_end_on_the_page_ends_the_warning() -> None:
    over = incident(("10:00", "investigating", "Errors on Claude Opus 4.5."), ("10:07", "resolved", "Fixed."))
    facts = [*_failing("10:01", "10:02"), call("10:02:30"), *_failing("10:03", "10:04", "10:05"), call("10:06")]

    assert _case(*facts, read("10:08", over)).warned is None


@pytest.mark.parametrize(
    ("facts", "answered"),
    [
        ([call("10:01", OPUS, NETWORK)], False),
        ([read("10:00"), call("10:01", OPUS, NETWORK)], False),
        ([call("10:01", OPUS, NETWORK), read("10:02", provider="openai")], True),
        ([call("10:01", OPUS, NETWORK), call("10:02", HAIKU)], True),
        ([call("10:01", OPUS, NETWORK), call("10:02", HAIKU, NETWORK)], False),
        ([read("10:05")], False),
    ],
)
def test_something_else_answers_only_where_it_did_so_since_the_failures_began(facts: list[Observation], *, answered: bool) -> None:
    assert _case(*facts).others_answer is answered


def test_two_logins_that_turn_at_one_time_are_a_refusal_of_both() -> None:
    worked = [_login("09:00", "plan", refused=False), _login("09:01", "key", refused=False)]
    both = _case(*worked, _login("10:05", "plan", refused=True), _login("10:06", "key", refused=True)).refusal

    assert both is not None
    assert (both.since, both.logins, both.proven) == (at("10:05"), 2, True)
    assert _case(*worked, _login("10:05", "plan", refused=True)).refusal is None
    assert _case(*worked).refusal is None


def _shown(name: str, health: Health, identity: str | None = None, *incidents: Incident) -> Observation:
    seen = read("10:05", *incidents)
    return replace(seen, page=replace(seen.page, components=(Component(identity, name, health), Component("x", "Console", Health.DOWN))))


@pytest.mark.parametrize(
    ("shown", "parts"),
    [
        (_shown("Claude API", Health.DOWN), ("Claude API",)),
        (_shown("Renamed", Health.DEGRADED, "api"), ("Renamed",)),
        (_shown("Claude API", Health.OK), ()),
        (_shown("Claude API", Health.MAINTENANCE), ()),
        (_shown("Claude API", Health.UNKNOWN), ()),
        (_shown("claude.ai", Health.DOWN), ()),  # another surface
        (_shown("Something new", Health.DOWN), ()),  # nobody knows what it stands for
        (_shown("Claude API", Health.DOWN, None, incident(("10:00", "investigating", "Claude Haiku 4.5 fails."))), ()),  # an incident says why
    ],
)
def test_a_part_that_the_page_shows_as_failing_without_an_incident_counts_where_it_stands_for_the_route(shown: Observation, parts: tuple[str, ...]) -> None:
    assert _case(shown).parts == parts
    assert judge(world(shown), watching(OPUS), KNOWLEDGE, moment("10:10")).verdicts[0].reason is not (Reason.PAGE_QUIET if parts else Reason.COMPONENT_STATED)


def test_a_part_of_some_models_stands_for_those_and_a_stale_page_for_nothing() -> None:
    known = KNOWLEDGE.providers["anthropic"]
    part = ComponentFacts("haiku", ("Haiku",), frozenset({Surface.API}), ("claude-haiku",))
    knowledge = replace(KNOWLEDGE, providers={"anthropic": replace(known, components=(part,))})
    state = world(_shown("Haiku", Health.DOWN))
    gathered = [gather(state, docket(state, at(clock)), parse_route(route), knowledge, at(clock), None, None).parts for route, clock in _ASKED]

    assert gathered == [(), ("Haiku",), ("Haiku",), ()]


_ASKED = ((OPUS, "10:10"), (HAIKU, "10:10"), ("anthropic:claude-haiku-4.5", "10:10"), (HAIKU, "11:10"))


def test_a_clients_records_without_a_word_are_no_login_more_but_speak_when_they_work() -> None:
    worked = [_login("09:00", "plan", refused=False), _login("09:01", "key", refused=False), call("09:02", OPUS)]
    one, two = _login("10:05", "plan", refused=True), _login("10:06", "key", refused=True)

    assert _case(*worked, one, call("10:06", OPUS, AUTH)).refusal is None
    both = _case(*worked, one, two, call("10:06:30", OPUS, AUTH)).refusal
    assert both is not None
    assert (both.logins, both.proven) == (2, True)
    assert _case(*worked, one, call("10:05:30", HAIKU), two).refusal is None

"""Whether it is the own network: what answers, what does not, what the system says, and how sure that is."""

from dataclasses import replace

import pytest

from statuswatch.core.health import Confidence, Fault
from statuswatch.core.network import clock_ahead, network, unanswered
from statuswatch.core.observation import ClockCompared, ClockJumped, Cut, Diagnosis, Link, NetworkSeen, Observation, Obstacle
from statuswatch.core.world import World
from support.facts import GPT, NETWORK, OPUS, OVERLOADED, at, call, failed_read, read, world

_PORTAL = Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "captive_portal", 200)
_AUTH = Diagnosis(Fault.AUTH, Confidence.HIGH, "key refused", 401)
_GATEWAY = Diagnosis(Fault.GATEWAY, Confidence.MEDIUM, "own_gateway", 502)


def _silent(clock: str, provider: str = "anthropic", obstacle: Obstacle | None = None) -> Observation:
    state = "unreadable" if obstacle is Obstacle.LOGIN_PAGE else "unreachable"
    return replace(failed_read(clock, state, provider), obstacle=obstacle)


def _both(obstacle: Obstacle | None = None) -> list[Observation]:
    return [_silent("10:00", obstacle=obstacle), _silent("10:01", "openai", obstacle)]


def _state(*facts: Observation) -> World:
    return world(*facts)


@pytest.mark.parametrize(
    ("facts", "cut"),
    [
        (_both(), Cut.OFFLINE),
        (_both(Obstacle.NAME), Cut.NAMES),
        (_both(Obstacle.CERTIFICATE), Cut.INTERCEPTED),
        (_both(Obstacle.LOGIN_PAGE), Cut.PORTAL),
        ([_silent("10:00", obstacle=Obstacle.NAME), _silent("10:01", "openai")], Cut.OFFLINE),
        ([*_both(Obstacle.NAME), NetworkSeen(at("10:01"), Link.NONE)], Cut.OFFLINE),
        ([*_both(), NetworkSeen(at("10:01"), Link.PORTAL)], Cut.PORTAL),
        ([NetworkSeen(at("10:00"), Link.NONE), call("10:01", OPUS, NETWORK)], Cut.OFFLINE),
        ([NetworkSeen(at("10:00"), Link.LIMITED), _silent("10:01")], Cut.OFFLINE),
        ([*_both(), call("10:02", OPUS, _PORTAL)], Cut.OFFLINE),
        ([*_both(), call("10:02", OPUS, _GATEWAY)], Cut.OFFLINE),
        ([_silent("10:00")], None),
        ([_silent("10:00"), _silent("10:01", "anthropic-second")], Cut.OFFLINE),
        ([_silent("10:00"), read("10:01", provider="openai")], None),
        ([*_both(), call("10:02", GPT)], None),
        ([*_both(), call("10:02", GPT, OVERLOADED)], None),
        ([call("10:00", OPUS, OVERLOADED), *_both()], None),
        ([call("10:00", OPUS, _AUTH), *_both()], None),
        ([call("09:59", OPUS), *_both()], Cut.OFFLINE),
        ([call("10:00", OPUS, OVERLOADED), *_both(), NetworkSeen(at("10:01"), Link.NONE)], Cut.OFFLINE),
        ([call("10:00", OPUS, OVERLOADED), call("10:00:30", GPT, NETWORK), *_both()], Cut.OFFLINE),
        ([call("10:00", OPUS, OVERLOADED), *_both(), _silent("10:02")], Cut.OFFLINE),
        ([NetworkSeen(at("10:00"), Link.NONE)], None),
        ([NetworkSeen(at("10:00"), Link.NONE), _silent("10:01")], Cut.OFFLINE),
        ([_silent("10:00"), NetworkSeen(at("10:01"), Link.NONE)], None),
        ([call("10:00", OPUS, NETWORK), NetworkSeen(at("10:01"), Link.NONE)], None),
        ([NetworkSeen(at("10:00"), Link.NONE), call("10:01", OPUS, OVERLOADED)], None),
        ([NetworkSeen(at("10:00"), Link.FULL), _silent("10:01")], None),
        ([*_both(), ClockJumped(at("10:01:10"), 3600.0)], None),
    ],
)
def test_what_is_cut_off(facts: list[Observation], cut: Cut | None) -> None:
    found = network(_state(*facts), at("10:05"))

    assert (found.cut if found else None) is cut


def test_two_kinds_of_evidence_that_agree_are_sure() -> None:
    alone, agreed = network(_state(*_both()), at("10:05")), network(_state(*_both(), NetworkSeen(at("10:02"), Link.NONE)), at("10:05"))

    assert alone is not None
    assert agreed is not None
    assert (alone.confidence, agreed.confidence) == (Confidence.MEDIUM, Confidence.HIGH)
    assert (alone.since, agreed.since, agreed.silent) == (at("10:01"), at("10:01"), 2)


def test_the_same_word_of_the_system_twice_is_one() -> None:
    state = _state(NetworkSeen(at("10:00"), Link.NONE), NetworkSeen(at("10:05"), Link.NONE))

    assert (state.link, state.link_since) == (Link.NONE, at("10:00"))


@pytest.mark.parametrize(("ahead", "told"), [(None, None), (30.0, None), (-121.0, -121.0), (600.0, 600.0)])
def test_a_clock_is_worth_a_word_when_it_is_minutes_off(ahead: float | None, told: float | None) -> None:
    assert clock_ahead(_state(ClockCompared(at("10:00"), ahead))) == told


@pytest.mark.parametrize(
    ("diagnosis", "missing"),
    [
        (Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "name not found", None, "ENOTFOUND"), True),
        (Diagnosis(Fault.UNKNOWN, Confidence.LOW, "transport_unknown", None, "EWHATEVER"), True),
        (Diagnosis(Fault.UNKNOWN, Confidence.LOW, "words that nobody knows"), False),
        (Diagnosis(Fault.UNKNOWN, Confidence.LOW, "not recognised", 418), False),
        (None, False),
    ],
)
def test_only_a_call_that_is_known_to_have_got_no_answer_speaks_of_the_way(diagnosis: Diagnosis | None, missing: bool) -> None:
    assert unanswered(call("10:00", diagnosis=diagnosis).call) is missing

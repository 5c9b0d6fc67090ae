from statuswatch.core.judge import judge
from statuswatch.core.observation import Observation
from statuswatch.core.world import World, advance
from statuswatch.core.worth import worth_telling
from support.facts import AUTH, OPUS, OVERLOADED, SERVER, UNCLEAR, call, incident, moment, read, watching
from support.timeline import KNOWLEDGE

_NAMED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."))
_MANY = incident(("10:00", "investigating", "We are looking."), title="Elevated errors across many models")
_SOME = incident(("10:00", "investigating", "We are looking."), title="Elevated errors on some models")


def _worth(*facts: Observation, looked: str = "10:05") -> tuple[str | None, str | None]:
    world = World()
    for fact in facts:
        world, _ = advance(world, fact, moment(f"{fact.at:%H:%M:%S}"))
    now = moment(looked)
    told, untold = worth_telling(judge(world, watching(OPUS), KNOWLEDGE, now).verdicts[0], world, now.at)
    return told and told.value, untold and untold.value


def test_each_verdict_has_its_worth_and_its_reason() -> None:
    assert _worth() == (None, None)
    assert _worth(call("10:01", OPUS, AUTH)) == (None, "your_side")
    assert _worth(call("10:01", OPUS, UNCLEAR)) == (None, "not_sure_yet")
    assert _worth(call("10:01", OPUS, SERVER)) == (None, "not_sure_yet")
    assert _worth(*(call(f"10:0{2 * n}", OPUS, OVERLOADED, turn=f"t{n}") for n in range(3))) == ("own_failures", None)
    assert _worth(read("10:01", _NAMED)) == ("incident_posted", None)
    assert _worth(read("10:01", _MANY)) == ("incident_posted", None)
    assert _worth(read("10:01", _SOME)) == (None, "not_sure_yet")
    assert _worth(read("10:01", _MANY), call("10:02")) == (None, "own_calls_succeed")
    assert _worth(call("10:00:30", OPUS, OVERLOADED), read("10:01", _NAMED), call("10:02")) == (None, None)

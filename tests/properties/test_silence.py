"""Silence is no evidence: where nobody calls and the page repeats itself, nothing gets better, nobody is told of an end, and no end is made up."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from statuswatch.core.alerting import decide
from statuswatch.core.health import Health
from statuswatch.core.judge import judge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import NoticeKind, Policy, Told
from statuswatch.core.observation import FeedFailed, Observation, PageUnchanged
from statuswatch.core.world import World, advance
from support.facts import HAIKU, OPUS, OVERLOADED, SERVER, at, call, failed_read, incident, read, watching
from support.timeline import KNOWLEDGE

_NAMED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."))
_MANY = incident(("10:00", "investigating", "We are looking."), title="Elevated errors across many models", impact="critical", name="i2")
_CALM = incident(("10:00", "investigating", "Errors on Claude Opus 4.5."), ("10:05", "monitoring", "A fix for Claude Opus 4.5 is in place."))
_WATCHED = watching(OPUS, HAIKU)
_TROUBLE = st.sampled_from(
    (
        [read("10:01", _NAMED)],
        [read("10:01", _MANY)],
        [read("10:06", _CALM)],
        [read("09:59"), *(call(f"10:0{n}", OPUS, OVERLOADED) for n in range(4))],
        [read("09:59"), *(call(f"10:0{n}", OPUS, SERVER) for n in range(4))],
        [read("10:01", _NAMED), *(call(f"10:0{n}", OPUS, OVERLOADED) for n in range(2, 5))],
        [failed_read("10:00", "unreadable")],
        [failed_read("10:00"), failed_read("10:00", provider="openai")],
        [call("10:00", OPUS, OVERLOADED), call("10:01"), read("10:02", _NAMED)],
    )
)
_GOOD = {Health.OK}


def _goes_on(kind: str, minute: int) -> Observation | None:
    when = at("10:10") + timedelta(minutes=minute)
    if kind == "the page repeats itself":
        return PageUnchanged(when, "anthropic", "anthropic")
    return FeedFailed(when, "anthropic", "anthropic", failed_read("10:00", kind).state, "made to fail") if kind in {"unreadable", "blocked", "stale"} else None


@example([read("09:59"), call("10:00", OPUS, OVERLOADED)], [("the page repeats itself", 40)])
@settings(deadline=None, max_examples=80)
@given(
    _TROUBLE,
    st.lists(st.tuples(st.sampled_from(("nothing at all", "the page repeats itself", "unreadable", "blocked", "stale")), st.integers(1, 40)), max_size=12),
)
def test_what_was_not_fine_does_not_become_so_and_no_end_is_told(facts: list[Observation], later: list[tuple[str, int]]) -> None:
    world, told, kinds = World(), Told(), []

    def look(now: Moment) -> dict[str, Health]:
        nonlocal told
        judgement = judge(world, _WATCHED, KNOWLEDGE, now)
        decision = decide(judgement, world, told, Policy(), KNOWLEDGE, now)
        told = decision.told
        kinds.extend(notice.kind for notice in decision.notices)
        return {verdict.route.canonical: verdict.health for verdict in judgement.verdicts}

    for fact in facts:
        world, _ = advance(world, fact, Moment(fact.at, 0.0))
        before = look(Moment(fact.at, 0.0))[OPUS]
    minute = 0
    for kind, wait in later:
        minute += wait
        observation = _goes_on(kind, minute)
        now = Moment(at("10:10") + timedelta(minutes=minute), 0.0)
        if observation is not None:
            world, _ = advance(world, observation, now)
        health = look(now)[OPUS]
        if before is Health.UNKNOWN and kind == "the page repeats itself":
            before = health  # a page that can be read again is news
        assert health not in _GOOD or before in _GOOD
        before = health

    assert NoticeKind.RESOLVED not in kinds

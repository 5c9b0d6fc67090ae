from statuswatch.core.judge import judge
from statuswatch.core.notice import NoticeKind, Trouble
from statuswatch.core.observation import Observation
from statuswatch.core.recovery import Look, Recovery
from statuswatch.core.world import World, advance
from support.facts import OPUS, OVERLOADED, at, call, incident, moment, read, watching
from support.timeline import KNOWLEDGE

_OPEN = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."))
_ENDED = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."), ("10:20", "resolved", "Fixed."))
_OTHERS = incident(("10:00", "investigating", "We see errors on Claude Opus 4.5."), ("10:20", "identified", "Only Claude Haiku 4.5 is affected."))
_TROUBLE = Trouble("t1", "anthropic", at("10:00"), (OPUS,), incidents=("anthropic:i1",))
_AGAIN = _TROUBLE.telling(NoticeKind.OPENED, NoticeKind.RESOLVED, NoticeKind.REOPENED)


def _recovery(*facts: Observation, looked: str) -> Recovery:
    world = World()
    for fact in facts:
        world, _ = advance(world, fact, moment(f"{fact.at:%H:%M:%S}"))
    now = moment(looked)
    verdicts = judge(world, watching(OPUS), KNOWLEDGE, now).verdicts
    return Recovery({verdict.route.canonical: verdict for verdict in verdicts}, world, now.at)


def test_a_route_that_nobody_watches_any_more_is_nothing_to_wait_for() -> None:
    assert _recovery(looked="10:00").look("openai/api:gpt-5.5", _TROUBLE) == Look(back=True)


def test_trouble_is_not_back_and_a_quiet_page_alone_ends_nothing() -> None:
    assert _recovery(read("10:01", _OPEN), looked="10:02").look(OPUS, _TROUBLE) == Look(back=False)
    assert _recovery(read("10:01"), looked="10:02").look(OPUS, Trouble("t1", "anthropic", at("10:00"), (OPUS,))) == Look(back=False)


def test_a_page_that_closes_just_after_an_own_failure_waits_for_the_next_call() -> None:
    seen = _recovery(read("10:01", _OPEN), call("10:19", OPUS, OVERLOADED), read("10:21", _ENDED), looked="10:22")
    assert seen.look(OPUS, _TROUBLE) == Look(back=False, again_at=at("10:24"))
    assert seen.still_failing(OPUS)


def test_a_call_that_works_is_believed_at_once_and_after_a_relapse_when_it_is_steady() -> None:
    worked = (read("10:01", _OPEN), call("10:10", OPUS, OVERLOADED), call("10:12"))
    assert _recovery(*worked, looked="10:13").look(OPUS, _TROUBLE) == Look(back=True)
    assert _recovery(*worked, looked="10:13").look(OPUS, _AGAIN) == Look(back=False)
    assert _recovery(*worked, call("10:14"), call("10:15"), looked="10:16").look(OPUS, _AGAIN) == Look(back=True)


def test_after_a_relapse_the_page_must_stay_closed_for_a_while() -> None:
    facts = (read("10:01", _OPEN), read("10:21", _ENDED))
    assert _recovery(*facts, looked="10:25").look(OPUS, _AGAIN) == Look(back=False, again_at=at("10:31"))
    assert _recovery(*facts, looked="10:31").look(OPUS, _AGAIN) == Look(back=True)


def test_the_reason_is_whose_word_it_is() -> None:
    by_call = _recovery(read("10:01", _OPEN), call("10:10", OPUS, OVERLOADED), call("10:12"), looked="10:13")
    by_page = _recovery(read("10:01", _OPEN), call("10:10", OPUS, OVERLOADED), read("10:21", _ENDED), looked="10:31")
    quiet = _recovery(read("10:01", _OPEN), read("10:21", _ENDED), looked="10:22")
    narrowed = _recovery(read("10:01", _OPEN), read("10:21", _OTHERS), looked="10:22")

    found = [seen.reason(seen.verdicts[OPUS], _TROUBLE).value for seen in (by_call, by_page, quiet, narrowed)]
    assert found == ["own_success", "page_resolved", "page_resolved", "narrowed"]

"""Whatever the truth is, in whatever order and however often its traces arrive: no side is named wrongly at more than low confidence."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from statuswatch.core.health import Confidence, Fault, Health, Side
from statuswatch.core.judge import Judgement, judge
from statuswatch.core.moment import Moment
from statuswatch.core.observation import CallSeen, ClockJumped, Diagnosis, FeedFailed, Link, NetworkSeen, Observation, Obstacle, PageUnchanged
from statuswatch.core.world import World, advance
from support.facts import AUTH, GPT, HAIKU, NETWORK, OPUS, OVERLOADED, QUOTA, SERVER, UNCLEAR, at, call, failed_read, incident, read, watching
from support.timeline import KNOWLEDGE

_START = at("10:00")
_TIMEOUT = Diagnosis(Fault.UNKNOWN, Confidence.LOW, "timeout", None, "ETIMEDOUT")
_LOST = Diagnosis(Fault.UNKNOWN, Confidence.LOW, "connection_lost", None, "ECONNRESET")
_UNREACHABLE = Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "network_unreachable", None, "ENETUNREACH", explicit=True)
_LOGIN = Diagnosis(Fault.NETWORK, Confidence.MEDIUM, "captive_portal", 200, signals=("html",))
_BILLING = Diagnosis(Fault.BILLING, Confidence.HIGH, "billing", 402, "billing_error", explicit=True)
_GATEWAY = Diagnosis(Fault.GATEWAY, Confidence.HIGH, "own_gateway_down", None, "ECONNREFUSED", explicit=True)
_NAMED = incident(("09:50", "investigating", "We see errors on Claude Opus 4.5."))
_WATCHED = watching(OPUS, HAIKU, GPT)
_SECONDS = st.integers(0, 1800)


def _when(seconds: int) -> str:
    return f"{_START + timedelta(seconds=seconds):%H:%M:%S}"


def _calls(routes: tuple[str, ...], said: tuple[Diagnosis | None, ...]) -> st.SearchStrategy[Observation]:
    """Calls of several clients; retries of one request share its turn."""

    def made(seconds: int, route: str, diagnosis: Diagnosis | None, client: str, turn: int | None) -> CallSeen:
        return call(_when(seconds), route, diagnosis, client=client, turn=f"{route}{turn}" if turn else None, key=f"{seconds}{route}{client}{turn}")

    return st.builds(
        made, _SECONDS, st.sampled_from(routes), st.sampled_from(said), st.sampled_from(("claude-code", "sdk")), st.sampled_from((None, None, 1, 2))
    )


def _reads(*providers: str) -> st.SearchStrategy[Observation]:
    good = st.builds(lambda seconds, provider: read(_when(seconds), provider=provider), _SECONDS, st.sampled_from(providers))
    same = st.builds(lambda seconds, provider: PageUnchanged(_START + timedelta(seconds=seconds), provider, provider), _SECONDS, st.sampled_from(providers))
    return good | same


def _silent(*providers: str, obstacle: Obstacle | None = None) -> st.SearchStrategy[Observation]:
    def failed(seconds: int, provider: str) -> FeedFailed:
        made = failed_read(_when(seconds), "unreadable" if obstacle is Obstacle.LOGIN_PAGE else "unreachable", provider)
        return replace(made, obstacle=obstacle)

    return st.builds(failed, _SECONDS, st.sampled_from(providers))


def _sleeps() -> st.SearchStrategy[Observation]:
    return st.builds(lambda seconds: ClockJumped(_START + timedelta(seconds=seconds), 3600.0), _SECONDS)


def _hints(*links: Link) -> st.SearchStrategy[Observation]:
    return st.builds(lambda seconds, link: NetworkSeen(_START + timedelta(seconds=seconds), link), _SECONDS, st.sampled_from(links))


_BEFORE: list[Observation] = [read("09:58"), read("09:58", provider="openai"), call("09:58", OPUS), call("09:58", HAIKU), call("09:58", GPT)]
_POSTED: list[Observation] = [*_BEFORE, read("09:59", _NAMED)]
_ALL = (OPUS, HAIKU, GPT)

# What each truth can leave behind. The side that it allows to be named; none where nobody is to blame at all.
_TRUTHS: dict[str, tuple[Side | None, list[list[Observation]], st.SearchStrategy[Observation]]] = {
    "an overloaded model": (
        Side.THEIRS,
        [_BEFORE, _POSTED],
        _calls((OPUS,), (OVERLOADED, SERVER, _TIMEOUT, _LOST, UNCLEAR)) | _calls((HAIKU, GPT), (None,)) | _reads("anthropic", "openai") | _sleeps(),
    ),
    "a dead network": (
        Side.YOURS,
        [_BEFORE, _POSTED],
        _calls(_ALL, (NETWORK, _UNREACHABLE, _TIMEOUT, _LOST)) | _silent("anthropic", "openai") | _hints(Link.NONE, Link.LIMITED) | _sleeps(),
    ),
    "dead name resolution": (
        Side.YOURS,
        [_BEFORE, _POSTED],
        _calls(_ALL, (NETWORK,)) | _silent("anthropic", "openai", obstacle=Obstacle.NAME) | _hints(Link.FULL, Link.UNKNOWN),
    ),
    "a captive portal": (
        Side.YOURS,
        [_BEFORE, _POSTED],
        _calls(_ALL, (_LOGIN, _TIMEOUT)) | _silent("anthropic", "openai", obstacle=Obstacle.LOGIN_PAGE) | _hints(Link.PORTAL),
    ),
    "one provider that cannot be reached, by its fault or a wall's": (
        None,
        [_BEFORE],
        _calls((OPUS, HAIKU), (_TIMEOUT, _LOST, NETWORK)) | _calls((GPT,), (None,)) | _silent("anthropic") | _reads("openai") | _sleeps(),
    ),
    "a used-up limit": (Side.YOURS, [_BEFORE, _POSTED], _calls((OPUS, HAIKU), (QUOTA, _BILLING)) | _calls((GPT,), (None,)) | _reads("anthropic", "openai")),
    "a key that was revoked, in two clients": (
        Side.YOURS,
        [_BEFORE, _POSTED],
        _calls((OPUS, HAIKU), (AUTH,)) | _calls((GPT,), (None,)) | _reads("anthropic", "openai"),
    ),
    "an own gateway that is down": (Side.YOURS, [_BEFORE], _calls((OPUS, HAIKU), (_GATEWAY,)) | _calls((GPT,), (None,)) | _reads("anthropic", "openai")),
    "nothing at all": (None, [_BEFORE], _calls(_ALL, (None,)) | _reads("anthropic", "openai") | _hints(Link.NONE, Link.FULL) | _sleeps()),
}


def _judged(story: list[Observation], seconds: int) -> Judgement:
    """The judgement after a story that arrives in this order, at a time after all of it."""
    world, now = World(), Moment(_START + timedelta(seconds=1800 + seconds), 0.0)
    for observation in story:
        world, _ = advance(world, observation, Moment(max(observation.at, _START - timedelta(minutes=5)), 0.0))
    return judge(world, _WATCHED, KNOWLEDGE, now)


@settings(deadline=None, max_examples=400)
@given(st.data(), st.sampled_from(sorted(_TRUTHS)), st.integers(0, 600))
def test_no_side_is_named_wrongly_in_any_order(data: st.DataObject, truth: str, later: int) -> None:
    side, beginnings, traces = _TRUTHS[truth]
    events = data.draw(st.lists(traces, max_size=12))
    repeated = [event for event in events if data.draw(st.booleans())]
    story = [*data.draw(st.sampled_from(beginnings)), *data.draw(st.permutations([*events, *repeated]))]

    for verdict in _judged(story, later).verdicts:
        own = verdict.incident is None
        if own and verdict.confidence is not Confidence.LOW and verdict.side is not Side.UNDECIDED:
            assert verdict.side is side, (truth, verdict.reason)


@settings(deadline=None, max_examples=300)
@given(st.data(), st.sampled_from(sorted(_TRUTHS)), st.integers(0, 600), st.lists(st.integers(1, 120), max_size=4))
def test_after_any_of_it_silence_improves_nothing(data: st.DataObject, truth: str, later: int, waits: list[int]) -> None:
    _, beginnings, traces = _TRUTHS[truth]
    story = [*data.draw(st.sampled_from(beginnings)), *data.draw(st.lists(traces, max_size=10))]
    before = {verdict.route: verdict.health for verdict in _judged(story, later).verdicts}
    for minutes in waits:
        later += 60 * minutes
        after = {verdict.route: verdict.health for verdict in _judged(story, later).verdicts}
        for route, health in after.items():
            assert health is not Health.OK or before[route] is Health.OK
        before = after


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_an_incident_that_was_open_before_takes_no_blame_for_a_dead_network(data: st.DataObject) -> None:
    _, _, traces = _TRUTHS["a dead network"]
    story = [
        *_POSTED,
        *sorted(data.draw(st.lists(traces, min_size=1, max_size=12)), key=lambda event: event.at),
        failed_read("10:31:00"),
        failed_read("10:31:01", provider="openai"),
    ]

    verdicts = _judged(story, 120).verdicts

    assert {verdict.fault for verdict in verdicts} == {Fault.NETWORK}

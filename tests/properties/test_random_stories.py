"""Whatever comes in, in whatever order and at whatever time: core never raises, and what it says stays within its own rules."""

import json
import re
from datetime import timedelta
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from statuswatch.core.alerting import Decision, decide
from statuswatch.core.codec import decode, encode
from statuswatch.core.health import FeedState, Health
from statuswatch.core.judge import Judgement, judge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import NoticeKind, Policy, Told
from statuswatch.core.observation import Call, Command, CommandKind, Observation, Outcome
from statuswatch.core.picture import Outlook, Shell, compose
from statuswatch.core.snapshot import EngineView, Snapshot
from statuswatch.core.verdict import Reason
from statuswatch.core.world import FeedStatus, Tracked, World, advance
from support.facts import at, watching
from support.randomworlds import ROUTES, pieces
from support.timeline import KNOWLEDGE

_WATCHED = watching(*ROUTES)
_SHELL = Shell(EngineView("0.1.0", at("00:00"), at("00:02")), {}, {})
_STORIES = st.lists(st.sampled_from(pieces()), max_size=14)
_IN_ORDER = _STORIES.map(lambda story: sorted(story, key=lambda piece: piece.at))


class Engine:
    """Takes a story in, judging and deciding after each piece of it."""

    def __init__(self) -> None:
        self.world, self.told = World(), Told()
        self.decisions: list[Decision] = []
        self.judgement = Judgement(())

    def take(self, observation: Observation | None, now: Moment) -> Decision:
        if observation is not None:
            self.world, _ = advance(self.world, observation, now)
        self.judgement = judge(self.world, _WATCHED, KNOWLEDGE, now)
        decision = decide(self.judgement, self.world, self.told, Policy(), KNOWLEDGE, now)
        self.told = decision.told
        self.decisions.append(decision)
        return decision

    def picture(self, now: Moment) -> Snapshot:
        notices = tuple(notice for decision in self.decisions for notice in decision.notices)
        suppressed = tuple(item for decision in self.decisions for item in decision.suppressed)
        return compose(Outlook(self.world, _WATCHED, self.judgement, KNOWLEDGE, notices, suppressed), _SHELL, now)


def _play(story: list[Observation]) -> SimpleNamespace:
    engine, now = Engine(), Moment(at("00:00"), 0.0)
    engine.take(None, now)
    for observation in story:
        now = Moment(observation.at, 0.0)
        engine.take(observation, now)
    return SimpleNamespace(engine=engine, now=now)


@settings(deadline=None, max_examples=100)
@given(_STORIES)
def test_core_takes_any_story_in_and_its_picture_survives_as_plain_data(story: list[Observation]) -> None:
    played = _play(story)
    picture = played.engine.picture(played.now)
    line = json.dumps(encode(picture))

    assert decode(Snapshot, json.loads(line)) == picture
    assert "\n" not in line
    assert re.fullmatch(r"[A-Za-z0-9 .:+_-]{0,40}", picture.summary.label)


@settings(deadline=None, max_examples=60)
@given(_STORIES)
def test_what_is_stored_comes_back_as_it_was(story: list[Observation]) -> None:
    world, told = _play(story).engine.world, _play(story).engine.told

    assert decode(Told, json.loads(json.dumps(encode(told)))) == told
    for kind, values in ((Tracked, world.incidents.values()), (FeedStatus, world.feeds.values())):
        assert [decode(kind, json.loads(json.dumps(encode(value)))) for value in values] == list(values)
    for group in world.calls.values():
        assert tuple(decode(Call, json.loads(json.dumps(encode(call)))) for call in group) == group


@settings(deadline=None, max_examples=100)
@given(_STORIES | _IN_ORDER, st.integers(0, 3))
def test_no_notice_is_told_twice_and_looking_again_tells_nothing(story: list[Observation], looks: int) -> None:
    played = _play(story)
    ids = [notice.id for decision in played.engine.decisions for notice in decision.notices]

    assert len(set(ids)) == len(ids)
    played.engine.take(None, played.now)
    for _ in range(looks):
        assert [notice for notice in played.engine.take(None, played.now).notices if notice.kind is not NoticeKind.AMENDED] == []


@settings(deadline=None, max_examples=100)
@given(_STORIES | _IN_ORDER)
def test_nothing_is_opened_and_over_in_one_breath_and_no_end_is_told_of_what_was_never_told(story: list[Observation]) -> None:
    begun: set[str] = set()
    for decision in _play(story).engine.decisions:
        opened = {notice.trouble for notice in decision.notices if notice.kind in {NoticeKind.OPENED, NoticeKind.REOPENED}}
        ended = {notice.trouble for notice in decision.notices if notice.kind is NoticeKind.RESOLVED}
        begun |= opened

        assert not opened & ended
        assert ended <= begun or any(piece_mutes(piece) for piece in story)


def piece_mutes(piece: Observation) -> bool:
    return isinstance(piece, Command) and piece.kind is CommandKind.MUTE


@settings(deadline=None, max_examples=100)
@given(_STORIES)
def test_ok_always_rests_on_a_call_that_worked_or_on_a_page_that_could_be_read(story: list[Observation]) -> None:
    played = _play(story)
    for verdict in played.engine.judgement.verdicts:
        if verdict.health is not Health.OK:
            continue
        fresh = any(feed.state_at(played.now.at) is FeedState.FRESH for feed in played.engine.world.feeds.values())
        worked = any(call.outcome is Outcome.OK for group in played.engine.world.calls.values() for call in group)
        assert {Reason.PAGE_QUIET: fresh, Reason.CALLS_SUCCEED: worked, Reason.RESOLVED_UNVERIFIED: True}[verdict.reason]


@settings(deadline=None, max_examples=60)
@given(_IN_ORDER, st.lists(st.integers(1, 90), max_size=6))
def test_silence_never_improves_health(story: list[Observation], waits: list[int]) -> None:
    played = _play(story)
    now, engine = played.now, played.engine
    before = {verdict.route: verdict for verdict in engine.judgement.verdicts}
    for minutes in waits:
        now = Moment(now.at + timedelta(minutes=minutes), 0.0)
        engine.take(None, now)
        for verdict in engine.judgement.verdicts:
            assert verdict.health is not Health.OK or before[verdict.route].health is Health.OK
        before = {verdict.route: verdict for verdict in engine.judgement.verdicts}

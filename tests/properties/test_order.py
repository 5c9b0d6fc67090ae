"""Where order and repetition mean nothing, they change nothing: within one batch, for what was seen before, and for the list that a page gives."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from statuswatch.core.alerting import decide
from statuswatch.core.judge import Judgement, judge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import NoticeKind, Policy, Told
from statuswatch.core.observation import CallSeen, Observation, PageRead
from statuswatch.core.watchlist import Watchlist
from statuswatch.core.world import World, advance
from support.facts import moment, watching
from support.randomworlds import ROUTES, pieces
from support.timeline import KNOWLEDGE

_WATCHED = watching(*ROUTES)
_ALL = pieces()
_CALLS = tuple(piece for piece in _ALL if isinstance(piece, CallSeen))
_PAGES = tuple(piece for piece in _ALL if isinstance(piece, PageRead))
_NOON = moment("14:00")


def _told(batch: list[Observation], watchlist: Watchlist = _WATCHED) -> tuple[Judgement, list[tuple[str, str, tuple[str, ...]]]]:
    """What is known and told after all of `batch` came in at once."""
    world = World()
    for observation in batch:
        world, _ = advance(world, observation, _NOON)
    judgement = judge(world, watchlist, KNOWLEDGE, _NOON)
    decision = decide(judgement, world, Told(), Policy(), KNOWLEDGE, _NOON)
    return judgement, [(notice.kind.value, notice.title, notice.routes) for notice in decision.notices]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(_CALLS), max_size=12), st.lists(st.sampled_from(_PAGES), max_size=3, unique_by=lambda read: read.provider), st.randoms())
def test_the_order_in_which_one_batch_arrives_changes_neither_verdicts_nor_notices(calls: list[Observation], pages: list[Observation], chance: object) -> None:
    batch = [*calls, *pages]
    shuffled = [*batch, *calls]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert _told(shuffled)[1] == _told(batch)[1]
    assert {(v.route, v.health, v.fault, v.confidence, v.incident) for v in _told(shuffled)[0].verdicts} == {
        (v.route, v.health, v.fault, v.confidence, v.incident) for v in _told(batch)[0].verdicts
    }


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(_ALL), max_size=10), st.lists(st.integers(0, 9), max_size=4))
def test_what_arrives_twice_is_told_once(story: list[Observation], repeats: list[int]) -> None:
    def play(repeated: set[int]) -> list[tuple[str, str]]:
        world, told, heard = World(), Told(), []
        for index, observation in enumerate(story):
            now = Moment(observation.at, 0.0)
            for _ in range(3 if index in repeated else 1):
                world, _ = advance(world, observation, now)
                decision = decide(judge(world, _WATCHED, KNOWLEDGE, now), world, told, Policy(), KNOWLEDGE, now)
                told = decision.told
                heard += [(notice.kind.value, notice.title) for notice in decision.notices if notice.kind is not NoticeKind.AMENDED]
        return heard

    assert play(set(repeats)) == play(set())


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(_PAGES), st.permutations(ROUTES), st.randoms())
def test_the_order_of_a_pages_list_and_of_the_watchlist_changes_no_verdict(read: PageRead, routes: list[str], chance: object) -> None:
    incidents = list(read.page.incidents)
    chance.shuffle(incidents)  # type: ignore[attr-defined]
    shuffled = replace(read, page=replace(read.page, incidents=tuple(incidents)))

    one, other = _told([read])[0], _told([shuffled], watching(*routes))[0]
    assert {verdict.route: verdict.health for verdict in one.verdicts} == {verdict.route: verdict.health for verdict in other.verdicts}

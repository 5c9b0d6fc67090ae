"""Whether it is this machine's own network: what answers and what does not, before anybody is blamed.

The comparison comes first, for it needs no new contact: feeds of several providers are read anyway. What the operating system says is a hint that
is believed only where something fails and nothing answers. Whatever answers anywhere else proves the way out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.health import Confidence, Fault, FeedState
from statuswatch.core.observation import Call, Cut, Link, Obstacle, Outcome
from statuswatch.core.world import FeedStatus, World

HOSTS = 2
"""So many unrelated providers must be silent: one alone may have trouble of its own."""
WAKING_BEFORE, WAKING_AFTER = timedelta(seconds=30), timedelta(seconds=20)
"""What fails without an answer so shortly around the end of a sleep fails because the network is not up yet."""
PROVED = timedelta(minutes=2)
"""For so long the answer to an own call proves the way out: pages that fall silent beside it are not silent for this machine's network."""
CLOCK_OFF = 120.0
"""Seconds that a clock may differ from those of the pages before it is worth a word."""
_NO_WAY_OUT = frozenset({Link.NONE, Link.LIMITED, Link.PORTAL})


@dataclass(frozen=True, slots=True)
class Network:
    """Nothing outside answers. `silent` feeds were tried; `confirmed`: two kinds of evidence agree."""

    cut: Cut
    since: datetime
    silent: int
    confirmed: bool = False

    @property
    def confidence(self) -> Confidence:
        """How sure, before own calls are looked at."""
        return Confidence.HIGH if self.confirmed else Confidence.MEDIUM


def network(world: World, now: datetime) -> Network | None:
    """What is wrong with the way out at `now`; None where something answers, or where too little was tried."""
    tried = [feed for feed in world.feeds.values() if feed.last_tried is not None]
    cut_off = [feed for feed in tried if _cut_off(feed) and not waking(feed.last_tried, world.jumped_at)]
    all_silent = len({feed.provider for feed in cut_off}) >= HOSTS and len(cut_off) == len(tried)
    hinted = world.link in _NO_WAY_OUT and world.link_since is not None
    if all_silent:
        since = max(feed.since or now for feed in cut_off)
    elif hinted and world.link_since is not None and _something_fails(world, cut_off, world.link_since):
        since = world.link_since
    else:
        return None
    if any(at > since for at in answers(world)) or (all_silent and not hinted and _just_proved(world, cut_off)):
        return None
    return Network(_kind(world, cut_off), since, len(cut_off), confirmed=all_silent and hinted)


def _just_proved(world: World, cut_off: list[FeedStatus]) -> bool:
    """Whether an own call was answered (a refusal, an overload) shortly before the newest try of a page, and none went unanswered since.

    A failing call is what has the pages looked at: without this the order of a second decides whose fault it is, and the next call turns it round.
    """
    newest = [next((call for call in reversed(group) if answered(call) or unanswered(call)), None) for group in world.calls.values()]
    last = max((call for call in newest if call is not None), key=lambda call: call.at, default=None)
    tried = max((feed.last_tried for feed in cut_off if feed.last_tried), default=None)
    return last is not None and tried is not None and answered(last) and tried - last.at < PROVED


def answers(world: World) -> Iterator[datetime]:
    """When each feed was read last, and each route's newest call that got a response from beyond the own network was made."""
    for feed in world.feeds.values():
        if feed.last_ok is not None:
            yield feed.last_ok
    for group in world.calls.values():
        newest = next((call.at for call in reversed(group) if answered(call)), None)
        if newest is not None:
            yield newest


def answered(call: Call) -> bool:
    """Whether the call got a response that came from outside: not one of the user's own gateway, nor of whatever stands in the way."""
    if call.outcome is Outcome.OK:
        return True
    diagnosis = call.diagnosis
    return diagnosis is not None and diagnosis.status is not None and diagnosis.fault not in {Fault.NETWORK, Fault.GATEWAY}


def unanswered(call: Call) -> bool:
    """Whether the call failed without any response, so that the way may be to blame as well as its end.

    A record that gives neither a status nor a code may be of an answer whose words nobody knows: that is no missing answer.
    """
    diagnosis = call.diagnosis
    if diagnosis is None or diagnosis.status is not None:
        return False
    return diagnosis.fault is Fault.NETWORK or (diagnosis.fault is Fault.UNKNOWN and diagnosis.code is not None)


def waking(at: datetime | None, jumped_at: datetime | None) -> bool:
    """Whether `at` lies so close to the end of a sleep that a missing answer says nothing."""
    return at is not None and jumped_at is not None and -WAKING_BEFORE <= at - jumped_at <= WAKING_AFTER


def clock_ahead(world: World) -> float | None:
    """By how many seconds this machine's clock is ahead of the world's, where that is worth a word; None where it is right or not known."""
    return world.ahead_s if world.ahead_s is not None and abs(world.ahead_s) > CLOCK_OFF else None


def _cut_off(feed: FeedStatus) -> bool:
    """Whether nothing of the provider's came: no response at all, or somebody else's."""
    return (feed.state is FeedState.UNREACHABLE and feed.transport) or feed.obstacle is Obstacle.LOGIN_PAGE


def _something_fails(world: World, cut_off: list[FeedStatus], since: datetime) -> bool:
    if any(feed.last_tried and feed.last_tried >= since for feed in cut_off):
        return True
    return any(unanswered(group[-1]) and group[-1].at >= since - WAKING_BEFORE for group in world.calls.values() if group)


def _kind(world: World, cut_off: list[FeedStatus]) -> Cut:
    met = {feed.obstacle for feed in cut_off}
    if world.link is Link.PORTAL or Obstacle.LOGIN_PAGE in met:
        return Cut.PORTAL
    if world.link is Link.NONE or not cut_off:
        return Cut.OFFLINE
    if met == {Obstacle.NAME}:
        return Cut.NAMES
    return Cut.INTERCEPTED if met == {Obstacle.CERTIFICATE} else Cut.OFFLINE

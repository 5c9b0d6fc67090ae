"""One person who uses some routes, played through advance, judge and decide."""

from datetime import datetime

from statuswatch.core.alerting import Decision, decide
from statuswatch.core.judge import judge
from statuswatch.core.moment import Moment
from statuswatch.core.notice import Notice, NoticeKind, Policy, Told
from statuswatch.core.observation import Observation
from statuswatch.core.world import World, advance
from support.facts import OPUS, watching
from support.timeline import KNOWLEDGE


class Person:
    """Plays observations for one person and collects what they are told."""

    def __init__(self, *routes: str, policy: Policy | None = None) -> None:
        self.watchlist = watching(*(routes or (OPUS,)))
        self.world, self.told, self.policy = World(), Told(), policy or Policy()
        self.notices: list[Notice] = []
        self.last = Decision(Told())

    def sees(self, *facts: Observation) -> "Person":
        for fact in facts:
            self.world, _ = advance(self.world, fact, Moment(fact.at, 0.0))
            self.looks(fact.at)
        return self

    def looks(self, when: datetime) -> "Person":
        now = Moment(when, 0.0)
        self.last = decide(judge(self.world, self.watchlist, KNOWLEDGE, now), self.world, self.told, self.policy, KNOWLEDGE, now)
        self.told = self.last.told
        self.notices += self.last.notices
        return self

    @property
    def kinds(self) -> list[str]:
        return [notice.kind.value for notice in self.notices if notice.kind is not NoticeKind.AMENDED]

    @property
    def reasons(self) -> set[str]:
        return {item.reason.value for item in self.last.suppressed}

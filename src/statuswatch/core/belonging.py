"""Which trouble a verdict belongs to, so that one trouble stays one notice however many posts, clients and resellers show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.knowledge import Knowledge
from statuswatch.core.notice import NoticeKind, NoticeReason, Trouble
from statuswatch.core.verdict import Verdict

QUIET = timedelta(hours=2)


def is_past(trouble: Trouble, now: datetime) -> bool:
    """Whether nothing has spoken of it for so long that what comes now is news, though nobody saw it end."""
    return now - (trouble.seen_at or trouble.opened_at) > QUIET


@dataclass(frozen=True, slots=True)
class Belonging:
    """What the choice is made from. `verdicts`: by canonical route, those of this instant."""

    verdicts: Mapping[str, Verdict]
    knowledge: Knowledge
    now: datetime

    def trouble_of(self, verdict: Verdict, reason: NoticeReason, troubles: Sequence[Trouble]) -> int | None:
        """The place among `troubles` of the one that this verdict belongs to, if it is told of already.

        That is the one of the same incident, whoever it hits; the one that its failing calls were told in, whatever is posted since; the same provider's,
        lately, where either side has no incident; or the same model's, where one provider serves what the other makes.
        """
        route = verdict.route.canonical
        for index, trouble in enumerate(troubles):
            if verdict.incident is not None and verdict.incident in trouble.incidents:
                return index
        lately = [(index, trouble) for index, trouble in enumerate(troubles) if not is_past(trouble, self.now)]
        fails = reason is NoticeReason.OWN_FAILURES
        for index, trouble in lately:
            if fails and trouble.closed_at is None and route in trouble.pending and NoticeKind.OPENED in trouble.told:
                return index
        for index, trouble in lately:
            either = verdict.incident is None or not trouble.incidents
            if trouble.provider == verdict.route.provider and either and (trouble.closed_at is None or route in trouble.back):
                return index
        return next((index for index, trouble in lately if fails and self._same_model(trouble, verdict)), None)

    def _same_model(self, trouble: Trouble, verdict: Verdict) -> bool:
        """Whether the model fails in this trouble at the provider that makes it, or at one that serves it for this one."""
        if trouble.closed_at is not None or verdict.route.model == "*":
            return False
        failing = [self.verdicts[route] for route in trouble.pending if route in self.verdicts and self.verdicts[route].trouble]
        return any(item.route.model == verdict.route.model and self._serves(item.route.provider, verdict.route.provider) for item in failing)

    def _serves(self, one: str, other: str) -> bool:
        providers = self.knowledge.providers
        return any(facts is not None and served in facts.serves for facts, served in ((providers.get(one), other), (providers.get(other), one)))

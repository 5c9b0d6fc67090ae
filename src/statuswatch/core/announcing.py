"""The words of a notice, and what its text stands on."""

from dataclasses import dataclass
from datetime import datetime

from statuswatch.core.health import Health, Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Policy, Trouble
from statuswatch.core.verdict import AdviceKind, Evidence, EvidenceKind, Reason, Verdict
from statuswatch.core.wording import USUAL_LAG, age_of, failed_words, failing_sentence, model_title, route_title


@dataclass(frozen=True, slots=True)
class Announcer:
    """Writes notices. `now` is the instant of the decision."""

    knowledge: Knowledge
    policy: Policy
    now: datetime

    def digest(self, trouble: Trouble, verdicts: dict[str, Verdict]) -> str:
        """What the text stands on, in substance: which routes, which incident, how relevant. Counts and ages are not substance."""
        parts = []
        for route in trouble.pending:
            verdict = verdicts.get(route)
            if verdict is not None:
                parts.append(f"{route}={verdict.incident or ''}/{verdict.relevance or ''}")
        return ";".join(parts)

    def notice(
        self,
        trouble: Trouble,
        kind: NoticeKind,
        reason: NoticeReason,
        verdict: Verdict,
        verdicts: dict[str, Verdict],
        number: int,
        digest: str,
        routes: tuple[str, ...] = (),
    ) -> Notice:
        """The notice `number` of `trouble`, with its id made from the trouble, the kind and what it stands on."""
        about = routes or ((verdict.route.canonical,) if kind in {NoticeKind.GREW, NoticeKind.REOPENED} else trouble.pending)
        shown = tuple(item for item in (verdicts.get(route) for route in about) if item is not None) or (verdict,)
        title, body = self._back(trouble, reason, shown) if kind is NoticeKind.RESOLVED else self._bad(kind, shown)
        suffix = f"-{abs(_stable(digest)):08x}" if kind is NoticeKind.AMENDED else ""
        return Notice(
            id=f"{trouble.id}-{number}-{kind}{suffix}@{trouble.opened_at:%Y%m%dT%H%M%S}",
            trouble=f"{trouble.id}@{trouble.opened_at:%Y%m%dT%H%M%S}",
            kind=kind,
            at=self.now,
            reason=reason,
            routes=tuple(about),
            title=title,
            body=body,
            provider=trouble.provider,
            incident=verdict.incident or (trouble.incidents[-1] if trouble.incidents else None),
            url=self._url(verdict),
            fault=verdict.fault,
            confidence=verdict.confidence,
            simulated=self.policy.simulated,
        )

    def _bad(self, kind: NoticeKind, shown: tuple[Verdict, ...]) -> tuple[str, str]:
        first = shown[0]
        if first.reason in {Reason.INCIDENT_POSSIBLE, Reason.CALLS_SUCCEED} and first.health is Health.SUSPECT:
            title = f"{self.knowledge.name_of(first.route.provider)} reports trouble that may concern {self._names(shown)}"
        elif first.health is Health.RECOVERING:
            title = f"{self.knowledge.name_of(first.route.provider)} is recovering for {self._names(shown)}"
        else:
            title = failing_sentence(first, self.knowledge) + "".join(f", {model_title(item.route.model)}" for item in shown[1:3])
        if kind is NoticeKind.REOPENED:
            title = f"Again: {title}"
        parts = [part for part in (self._calls(first), self._page(first), self._instead(first)) if part]
        return title, " ".join(parts)

    def _calls(self, verdict: Verdict) -> str:
        failed = _find(verdict, EvidenceKind.CALLS_FAILED)
        if failed is None:
            return "" if _find(verdict, EvidenceKind.CALLS_OK) is None else "Your calls work so far."
        return f"Not you: {failed_words(failed)}."

    def _page(self, verdict: Verdict) -> str:
        incident = _find(verdict, EvidenceKind.INCIDENT)
        if incident is not None:
            return f'Page: "{incident.quote}".'
        quiet = _find(verdict, EvidenceKind.PAGE_QUIET)
        return f"Page says nothing yet ({USUAL_LAG})." if quiet is not None else "Their page cannot be read."

    def _instead(self, verdict: Verdict) -> str:
        switch = [advice.target for advice in verdict.advice if advice.kind is AdviceKind.SWITCH]
        return f"{route_title(parse_route(switch[0]), self.knowledge)} works." if switch else ""

    def _back(self, trouble: Trouble, reason: NoticeReason, shown: tuple[Verdict, ...]) -> tuple[str, str]:
        names = self._names(shown)
        verb = "are" if len(shown) > 1 else "is"
        lasted = age_of(trouble.opened_at, self.now)
        if reason is NoticeReason.NARROWED:
            return f"{names} {verb} not affected after all", f"{self.knowledge.name_of(trouble.provider)} now names other models only."
        if reason is NoticeReason.OWN_SUCCESS:
            return f"{names} {verb} back", f"Your call just worked. It lasted {lasted}."
        return f"{names} {verb} back, says {self.knowledge.name_of(trouble.provider)}", f"You made no call since, so nothing verifies it. It lasted {lasted}."

    def _names(self, shown: tuple[Verdict, ...]) -> str:
        names = list(dict.fromkeys(route_title(item.route, self.knowledge) for item in shown))
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def _url(self, verdict: Verdict) -> str | None:
        incident = _find(verdict, EvidenceKind.INCIDENT)
        if incident is not None and incident.url and verdict.relevance is not Relevance.UNAFFECTED:
            return incident.url
        facts = self.knowledge.providers.get(verdict.route.provider)
        return facts.page_url if facts else None


def _find(verdict: Verdict, kind: EvidenceKind) -> Evidence | None:
    return next((item for item in verdict.evidence if item.kind is kind), None)


def _stable(text: str) -> int:
    """A small number made from `text`, the same in every process (`hash` is not)."""
    number = 2166136261
    for char in text.encode():
        number = ((number ^ char) * 16777619) & 0xFFFFFFFF
    return number

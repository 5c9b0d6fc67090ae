"""The words of a notice, and what its text stands on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from statuswatch.core.health import Health, Relevance
from statuswatch.core.ids import parse_route
from statuswatch.core.knowledge import Knowledge
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason, Policy, Trouble
from statuswatch.core.verdict import AdviceKind, Evidence, EvidenceKind, Reason, Verdict
from statuswatch.core.wording import USUAL_LAG, age_of, age_words, failed_words, failing_sentence, model_title, route_title

_NAMED = 3
_UNSEEN = timedelta(minutes=15)


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
        number: int,
        kind: NoticeKind,
        reason: NoticeReason,
        verdict: Verdict,
        verdicts: dict[str, Verdict],
        routes: tuple[str, ...] = (),
    ) -> Notice:
        """The notice `number` of `trouble`; its id is made of the trouble, that number and the kind."""
        about = routes or ((verdict.route.canonical,) if kind in {NoticeKind.GREW, NoticeKind.REOPENED} else trouble.pending)
        shown = tuple(item for item in (verdicts.get(route) for route in about) if item is not None) or (verdict,)
        title, body = self._words(trouble, kind, reason, shown)
        return Notice(
            id=f"{trouble.id}-{number}-{kind}@{trouble.opened_at:%Y%m%dT%H%M%S}",
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
            quiet=kind is NoticeKind.MAINTENANCE or (self.policy.quiet_until is not None and self.policy.quiet_until > self.now),
        )

    def _words(self, trouble: Trouble, kind: NoticeKind, reason: NoticeReason, shown: tuple[Verdict, ...]) -> tuple[str, str]:
        """Title and body."""
        if kind is NoticeKind.RESOLVED:
            return self._back(trouble, reason, shown)
        if kind is NoticeKind.MAINTENANCE:
            return f"{self._poster(shown[0])} has begun planned maintenance for {self._names(shown)}", self._planned(shown[0])
        title, body = self._bad(kind, shown)
        return (f"Still: {title}" if reason is NoticeReason.STILL else title), body

    def _bad(self, kind: NoticeKind, shown: tuple[Verdict, ...]) -> tuple[str, str]:
        first = shown[0]
        if first.reason in {Reason.INCIDENT_POSSIBLE, Reason.CALLS_SUCCEED} and first.health is Health.SUSPECT:
            title = f"{self._poster(first)} reports trouble that may concern {self._names(shown)}"
        elif first.health is Health.RECOVERING:
            title = f"{self._poster(first)} says it is coming back for {self._names(shown)}"
        else:
            title = self._failing(shown)
        if kind is NoticeKind.REOPENED:
            title = f"Again: {title}"
        parts = [part for part in (self._calls(first), self._page(first), self._instead(first)) if part]
        return title, " ".join(parts)

    def _failing(self, shown: tuple[Verdict, ...]) -> str:
        """Who fails for what; several providers that fail for one cause are named side by side."""
        providers = list(dict.fromkeys(item.route.provider for item in shown))
        if len(providers) > 1:
            return f"{_listed([self.knowledge.name_of(provider) for provider in providers])} are failing for {self._names(shown)}"
        return failing_sentence(shown[0], self.knowledge, _listed(list(dict.fromkeys(model_title(item.route.model) for item in shown))))

    def _poster(self, verdict: Verdict) -> str:
        """Whose page speaks: that of the incident, which may be what the provider runs on."""
        return self.knowledge.name_of(verdict.incident.split(":", 1)[0] if verdict.incident else verdict.route.provider)

    def _calls(self, verdict: Verdict) -> str:
        failed = _find(verdict, EvidenceKind.CALLS_FAILED)
        if failed is None:
            return "" if _find(verdict, EvidenceKind.CALLS_OK) is None else "Your own calls worked so far."
        return f"Not you: {failed_words(failed)}."

    def _page(self, verdict: Verdict) -> str:
        incident = _find(verdict, EvidenceKind.INCIDENT)
        if incident is not None:
            poster = (incident.incident or "").split(":", 1)[0]
            whose = "Page" if poster == verdict.route.provider else f"{self.knowledge.name_of(poster)}'s page"
            return f'{whose}: "{incident.quote}".'
        if _find(verdict, EvidenceKind.PAGE_QUIET) is not None:
            return f"Page says nothing yet ({USUAL_LAG})."
        if _find(verdict, EvidenceKind.PAGE_OTHERS) is not None:
            return "Page reports trouble with other models or parts only."
        return "" if _find(verdict, EvidenceKind.FEED_STATE) is None else "Their page cannot be read."

    def _planned(self, verdict: Verdict) -> str:
        """What the page calls the work, and how long it is to last, where it says so."""
        incident = _find(verdict, EvidenceKind.INCIDENT)
        left = (incident.until - self.now).total_seconds() if incident and incident.until else 0.0
        return self._page(verdict) + (f" It is planned to end in {age_words(left)}." if left > 0 else "")

    def _instead(self, verdict: Verdict) -> str:
        switch = [advice.target for advice in verdict.advice if advice.kind is AdviceKind.SWITCH]
        return f"{route_title(parse_route(switch[0]), self.knowledge)} works." if switch else ""

    def _back(self, trouble: Trouble, reason: NoticeReason, shown: tuple[Verdict, ...]) -> tuple[str, str]:
        names = self._names(shown)
        verb = "are" if len({item.route.model for item in shown}) > 1 else "is"
        lasted = age_of(trouble.opened_at, self.now)
        posters = dict.fromkeys(key.split(":", 1)[0] for key in trouble.incidents) or {trouble.provider: None}
        says = _listed([self.knowledge.name_of(poster) for poster in posters])
        if reason is NoticeReason.NARROWED:
            return f"{names} {verb} not affected after all", f"{says} now {'name' if len(posters) > 1 else 'names'} others only."
        if reason is NoticeReason.OWN_SUCCESS:
            unseen = self.now - (trouble.seen_at or self.now) > _UNSEEN
            return f"{names} {verb} back", f"Your call just worked. It lasted {'at most ' if unseen else ''}{lasted}."
        return f"{names} {verb} back, {'say' if len(posters) > 1 else 'says'} {says}", f"You made no call since, so nothing verifies it. It lasted {lasted}."

    def _names(self, shown: tuple[Verdict, ...]) -> str:
        return _listed(list(dict.fromkeys(route_title(item.route, self.knowledge) for item in shown)))

    def _url(self, verdict: Verdict) -> str | None:
        incident = _find(verdict, EvidenceKind.INCIDENT)
        if incident is not None and incident.url and verdict.relevance is not Relevance.UNAFFECTED:
            return incident.url
        facts = self.knowledge.providers.get(verdict.route.provider)
        return facts.page_url if facts else None


def _listed(names: list[str]) -> str:
    """Names as a person lists them, no more than a few; empty for none."""
    shown = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"] if len(names) > _NAMED else names
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def _find(verdict: Verdict, kind: EvidenceKind) -> Evidence | None:
    return next((item for item in verdict.evidence if item.kind is kind), None)

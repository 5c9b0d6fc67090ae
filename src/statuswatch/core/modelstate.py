"""How the models that an incident speaks of widen and narrow, update by update, as one route sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from statuswatch.core.finding import Finding, RelevanceReason
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Route
from statuswatch.core.kinship import Kin, kin
from statuswatch.core.knowledge import ComponentFacts
from statuswatch.core.lexicon import Lexicon
from statuswatch.core.mentions import Mention
from statuswatch.core.modelnames import parse_model
from statuswatch.core.phrasing import Breadth, Polarity
from statuswatch.core.scope import Claim, Said

_AFFECTED, _POSSIBLE, _UNAFFECTED = Relevance.AFFECTED, Relevance.POSSIBLE, Relevance.UNAFFECTED
_BREADTHS = {
    Breadth.ALL: (_AFFECTED, RelevanceReason.ALL_MODELS),
    Breadth.GENERIC: (_AFFECTED, RelevanceReason.ALL_MODELS),
    Breadth.MANY: (_POSSIBLE, RelevanceReason.MANY_MODELS),
    Breadth.SOME: (_POSSIBLE, RelevanceReason.SOME_MODELS),
}
_NARROWS = (" affecting ", " impacting ", " affected ", " impacted ", " affects ", " impacts ")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is said of a route's model so far. `finding` is None where no model is spoken of; `named` tells whether it was named as hit."""

    finding: Finding | None
    named: bool = False


class _Walk:
    """The walk over the claims of one incident for one route."""

    def __init__(self, route: Route, lexicon: Lexicon) -> None:
        self.used = route.name
        self.lexicon = lexicon
        self.finding: Finding | None = None
        self.named = False
        self.all = False
        self.by_family = False
        self.by_mode = False
        self.widely = False
        self.models: set[str] = set()
        self.versions: set[str] = set()

    def hear(self, said: Said) -> None:
        claims = [claim for claim in said.claims if claim.topic is None or claim.request]
        for claim in claims:
            if not claim.names:
                self.listen(claim, said)
        for claim in claims:
            if claim.names:
                self.listen(self.referring(claim), said)
        self.models |= {name.name.canonical for claim in claims for name in claim.names}
        self.versions |= {name.name.family for claim in claims for name in claim.names if name.name.version}

    def referring(self, claim: Claim) -> Claim:
        """After versions of a family were named, its bare name means those ("the Haiku incident"), unless it is said of several ("all Haiku models")."""
        kept = tuple(
            name
            for name in claim.names
            if name.name.version or name.name.family not in self.versions or "models" in name.after[:1] or "family" in name.after[:1]
        )
        return claim if len(kept) == len(claim.names) else replace(claim, names=kept, breadth=Breadth.NONE, others=False)

    def listen(self, claim: Claim, said: Said) -> None:
        if claim.polarity is Polarity.IMPACT:
            self.impact(claim, said)
        elif claim.polarity is Polarity.RECOVERED:
            self.recovery(claim, said)
        else:
            self.denial(claim)

    def kin(self, names: tuple[Mention, ...]) -> tuple[Kin, Mention | None]:
        best, which = Kin.DIFFERENT, None
        for name in names:
            found = kin(name, self.used, self.lexicon)
            if found > best:
                best, which = found, name
        return best, which

    def settle(self, relevance: Relevance, reason: RelevanceReason, claim: Claim) -> None:
        if self.finding is None or (self.finding.relevance, self.finding.reason) != (relevance, reason):
            self.finding = Finding(relevance, reason, claim.sentence, claim.position)

    def hit(self, name: Mention | None, claim: Claim) -> None:
        family = name is not None and name.name.version is None and self.used.version is not None
        self.settle(_AFFECTED, RelevanceReason.FAMILY_NAMED if family else RelevanceReason.MODEL_NAMED, claim)
        self.named, self.by_family = True, family
        self.by_mode = self.by_mode or (name is not None and bool(self.used.modes & name.name.modes))

    def impact(self, claim: Claim, said: Said) -> None:
        best, which = self.kin(claim.names)
        if self.excepted(claim, _UNAFFECTED):
            return
        if best is Kin.SAME and _blames(claim):
            self.hit(which, claim)
        elif best is not Kin.DIFFERENT:
            # Another mode of the model; or the model itself, in a clause that speaks of no trouble.
            if not self.named:
                self.settle(_POSSIBLE, RelevanceReason.MODEL_NAMED, claim)
        elif claim.names:
            self.others_named(claim)
        elif claim.breadth is not Breadth.NONE or claim.others:
            self.breadth(claim, said)

    def others_named(self, claim: Claim) -> None:
        """Only other models are named: ours is out of it, unless ours was named before or what is named are examples."""
        if self.named and not (self.by_family and self.refined(claim)):
            return
        if self.widely and self.finding is not None and self.finding.relevance is not _UNAFFECTED:
            return
        if claim.open or not _blames(claim):
            if claim.breadth is not Breadth.NONE or claim.others:
                self.widen(Breadth.MANY if claim.others else claim.breadth, claim)
            elif self.finding is None and claim.trouble:
                self.settle(_POSSIBLE, RelevanceReason.MANY_MODELS, claim)
        elif claim.limited or not self.all:
            self.settle(_UNAFFECTED, RelevanceReason.OTHER_MODELS, claim)
            self.named = False

    def refined(self, claim: Claim) -> bool:
        """Whether a family was said for one of its versions: "Opus partial outage", then "Claude 3 Opus is down"."""
        return any(name.name.version and name.name.words <= self.used.words for name in claim.names)

    def breadth(self, claim: Claim, said: Said) -> None:
        if said.over and self.finding is not None:
            return
        if claim.others and claim.trouble:
            if self.finding is None or self.finding.relevance is _UNAFFECTED:
                self.settle(_POSSIBLE, RelevanceReason.MANY_MODELS, claim)
        elif claim.trouble or claim.position is None:
            self.widen(claim.breadth, claim)

    def widen(self, breadth: Breadth, claim: Claim) -> None:
        if breadth is Breadth.NONE or self.named:
            return
        if self.finding is not None and (breadth is Breadth.GENERIC or (self.finding.relevance is _POSSIBLE and breadth is not Breadth.ALL)):
            return
        if self.finding is not None and self.finding.reason is RelevanceReason.OTHER_MODELS and not claim.open and self.restated(breadth):
            return
        self.all = self.all or breadth is Breadth.ALL
        if self.finding is None or self.finding.relevance is not _AFFECTED:
            self.settle(*_BREADTHS[breadth], claim)

    def restated(self, breadth: Breadth) -> bool:
        """Whether "some models" after a list are those of the list; "multiple models" are more than the one that was named."""
        return breadth is Breadth.SOME or (breadth is Breadth.MANY and len(self.models) > 1)

    def recovery(self, claim: Claim, said: Said) -> None:
        """What has recovered was hit; the others are out of it only where the clause says what the incident was about.

        Where most have recovered and a few remain, those few are not all that was hit.
        """
        self.widely = self.widely or (not said.over and not claim.names and (claim.others or claim.breadth in (Breadth.ALL, Breadth.MANY)))
        if self.excepted(claim, _AFFECTED):
            return
        best, which = self.kin(claim.names)
        if best is Kin.SAME:
            if not self.named:
                self.hit(which, claim)
        elif claim.names and best is Kin.DIFFERENT and claim.trouble and (said.over or any(word in f" {claim.sentence.lower()} " for word in _NARROWS)):
            self.others_named(claim)

    def denial(self, claim: Claim) -> None:
        if self.excepted(claim, _AFFECTED):
            return
        best, which = self.kin(claim.names)
        if self.named and which is not None and self.used.modes - which.name.modes and self.by_mode:
            return  # the model at large is fine, the mode of it that is used was named
        if best is Kin.SAME and not _partial(claim) and (claim.polarity is not Polarity.FINE or not self.named):
            self.settle(_UNAFFECTED, RelevanceReason.MODEL_EXCLUDED, claim)
            self.named = False
        elif (claim.others or claim.inverted) and not self.named:
            self.settle(_UNAFFECTED, RelevanceReason.OTHER_MODELS, claim)

    def excepted(self, claim: Claim, then: Relevance) -> bool:
        """Names after "except": they stand against the rest of the clause. Whether that decided about ours."""
        if not claim.inverted:
            return False
        if self.kin(claim.inverted)[0] is Kin.SAME:
            self.settle(then, RelevanceReason.MODEL_NAMED if then is _AFFECTED else RelevanceReason.MODEL_EXCLUDED, claim)
            self.named = then is _AFFECTED
            return True
        if then is _UNAFFECTED and not claim.names and not self.named:
            self.settle(_AFFECTED, RelevanceReason.ALL_MODELS, claim)
            self.all = True
            return True
        return False


def _blames(claim: Claim) -> bool:
    """Whether what the clause names is named as hit: in the title, with trouble, or as what it comes down to."""
    return claim.trouble or claim.limited or claim.position is None


def _partial(claim: Claim) -> bool:
    """Whether the model is hit, only not for that: "other usage of 3.5 Sonnet is unaffected"."""
    text = f" {claim.sentence.lower()} "
    return " other usage " in text or " other requests " in text or " all other " in text


def standings(said: tuple[Said, ...], components: Sequence[tuple[ComponentFacts, ...]], route: Route, lexicon: Lexicon) -> tuple[Standing, ...]:
    """How the route's model stands after each of `said`; `components` are those known at each."""
    walk = _Walk(route, lexicon)
    title = said[0].claims[0].sentence if said[0].claims else ""
    found = []
    for part, listed in zip(said, components, strict=True):
        walk.hear(part)
        finding = walk.finding
        if not walk.named and _of_other_models(listed, walk):
            finding = Finding(_UNAFFECTED, RelevanceReason.OTHER_MODELS, title, None)
        found.append(Standing(finding, walk.named))
    return tuple(found)


def _of_other_models(components: tuple[ComponentFacts, ...], walk: _Walk) -> bool:
    """Every component that serves models is one of models that are not ours."""
    serving = [facts for facts in components if facts.inference]
    if not serving or not all(facts.models for facts in serving):
        return False
    names = tuple(Mention(parse_model(model), 0, 1) for facts in serving for model in facts.models)
    return walk.kin(names)[0] is Kin.DIFFERENT

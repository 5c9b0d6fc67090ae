"""What an incident says up to one update, for every route alike: surfaces that are hit, what is beside plain requests, models by name. Worked out once."""

from functools import cached_property

from statuswatch.core.finding import Finding, RelevanceReason
from statuswatch.core.health import Relevance
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ComponentFacts
from statuswatch.core.phrasing import Breadth, Polarity
from statuswatch.core.rules import Topic
from statuswatch.core.scope import Claim, Scope

_POSSIBLE, _UNAFFECTED = Relevance.POSSIBLE, Relevance.UNAFFECTED
_VAGUE = (" services", " service ", ".com", " platform", " website", " multiple ", " all ", " network", " outage ")


class View:
    """The part of a scope that was known at one time: the title and the first updates.

    Components as far as they were known: those that updates list, and at the newest state those of the incident as well.
    """

    def __init__(self, scope: Scope, count: int) -> None:
        self.said = scope.said[:count]
        listed = {facts.names[0]: facts for part in self.said for facts in part.components}
        if not listed or count == len(scope.said):
            listed |= {facts.names[0]: facts for facts in scope.components}
        self.components: tuple[ComponentFacts, ...] = tuple(listed.values())
        self.claims = tuple(claim for said in self.said for claim in said.claims)
        self.headline = self.said[0].claims
        self.title = self.headline[0].sentence if self.headline else ""
        self._beside: dict[Surface | None, Finding | None] = {}

    @cached_property
    def vague(self) -> bool:
        """Whether the title leaves open which service is meant: "some services", the site as a whole, nothing."""
        title = f" {self.title.lower()} "
        return not title.strip() or any(word in title for word in _VAGUE)

    @cached_property
    def regions(self) -> frozenset[str]:
        """The regions that the title names."""
        return frozenset(region for claim in self.headline for region in claim.regions)

    @cached_property
    def sweeping(self) -> bool:
        """Whether the title speaks of many products at once, wherever they run: neither it nor the first post names a region, a model or a topic."""
        said = [claim for part in self.said[:2] for claim in part.claims if claim.polarity is Polarity.IMPACT]
        bounded = any(claim.names or claim.regions - {"*"} for claim in said)
        return not bounded and not self.topical and any(claim.sweeping and claim.trouble for claim in self.headline)

    @cached_property
    def worded(self) -> bool:
        """Whether the words, not just the list of components, say which surfaces are hit."""
        return any(claim.surfaces and claim.polarity is Polarity.IMPACT and (claim.trouble or claim.position is None) for claim in self.claims)

    @cached_property
    def surfaces(self) -> tuple[frozenset[Surface], dict[Surface, Claim]]:
        """The surfaces that are hit, by component and by word, and those that are said not to be, each with the claim."""
        hit = {surface for facts in self.components for surface in facts.surfaces if facts.inference or surface is Surface.CONSOLE}
        spared: dict[Surface, Claim] = {}
        told: set[Surface] = set()
        for claim in self.claims:
            if not claim.surfaces:
                continue
            if claim.polarity in (Polarity.EXCLUDED, Polarity.FINE):
                if not claim.names and not claim.topic:
                    rest = claim.polarity is Polarity.FINE or " other " in f" {claim.sentence.lower()} "
                    known = told if claim.polarity is Polarity.EXCLUDED else hit
                    spared |= {surface: claim for surface in claim.surfaces if not rest or surface not in known}
            elif claim.polarity is Polarity.IMPACT and (claim.trouble or claim.position is None):
                hit |= claim.surfaces
                told |= claim.surfaces
                spared = {surface: why for surface, why in spared.items() if surface not in claim.surfaces or claim.position is None}
        return frozenset(hit - set(spared)), spared

    @cached_property
    def topical(self) -> bool:
        """Whether the title speaks of something beside plain requests."""
        return any(claim.topic for claim in self.headline)

    @cached_property
    def uncalled(self) -> bool:
        """Whether the words speak of surfaces, and of none that a program calls."""
        named = {surface for claim in self.claims if claim.polarity is Polarity.IMPACT for surface in claim.surfaces}
        spared = {surface for claim in self.claims if claim.polarity is Polarity.EXCLUDED for surface in claim.surfaces}
        return Surface.API in spared or bool(named and not named & {Surface.API, Surface.CLOUD})

    @cached_property
    def listed_surfaces(self) -> tuple[Surface, ...]:
        """The surfaces that are hit, in a fixed order."""
        return tuple(surface for surface in Surface if surface in self.surfaces[0])

    @cached_property
    def unserving(self) -> bool:
        """Whether every component that is listed has nothing to do with model requests."""
        return bool(self.components) and not any(facts.inference for facts in self.components)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The models that are named as hit, in the order of their first naming."""
        found: dict[str, None] = {}
        for claim in self.claims:
            if claim.topic is not None and not claim.request:
                continue
            if claim.polarity in (Polarity.IMPACT, Polarity.RECOVERED):
                found |= {name.name.canonical: None for name in claim.names}
            if claim.polarity is not Polarity.IMPACT:
                found |= {name.name.canonical: None for name in claim.inverted}
            if claim.polarity in (Polarity.EXCLUDED, Polarity.ASIDE):
                found = {name: None for name in found if name not in {spared.name.canonical for spared in claim.names}}
        return tuple(found)

    @cached_property
    def moves(self) -> bool:
        """Whether the newest text has words that could change what the incident means; most posts only say that work goes on."""
        last = self.said[-1]
        before = any(claim.trouble for said in self.said[:-1] for claim in said.claims)
        return any(_says(claim) or (claim.trouble and not before) for claim in last.claims)

    def beside(self, surface: Surface | None) -> Finding | None:
        """UNAFFECTED where plain requests on `surface` do not suffer, POSSIBLE where they may, None where they do."""
        if surface not in self._beside:
            self._beside[surface] = self._beside_requests(surface)
        return self._beside[surface]

    def _beside_requests(self, surface: Surface | None) -> Finding | None:
        # The story that is told at the end (a cause, a metric) is no word about what suffered, where something was said before.
        spared = self._requests_spared()
        if spared is not None:
            return Finding(_UNAFFECTED, RelevanceReason.NOT_INFERENCE, spared.sentence, spared.position)
        running = [said for said in self.said[1:] if not said.over] or list(self.said[1:])
        bodies = [claim for said in running for claim in said.claims if claim.polarity in (Polarity.IMPACT, Polarity.RECOVERED)]
        topic = next((claim for claim in self.headline if claim.topic), None)
        if topic is not None and not any(claim.beside for claim in self.headline):
            return self._titled(topic, bodies, surface)
        if any(_plain(claim) or (claim.surfaces and not claim.partly) for claim in self.headline):
            return self._closed()
        evidence = any(claim.trouble and (claim.request if claim.topic else _plain(claim) or _used(claim)) for claim in bodies)
        topic = next((claim for claim in bodies if claim.topic and claim.trouble), None)
        if topic is None or evidence:
            return self._closed()
        title = self.title.lower()
        general = any(claim.trouble and not claim.upstream for claim in self.headline) and (" error" in f" {title}" or " outage" in title)
        # "Some services of the tool" are those that the list names, if they are all that it names.
        general = general or (not topic.wholly and any(claim.surfaces for claim in self.headline))
        return _not_inference(topic, _POSSIBLE if general else _UNAFFECTED)

    def _titled(self, topic: Claim, bodies: list[Claim], surface: Surface | None) -> Finding | None:
        """The title speaks of something beside plain requests."""
        rule = topic.topic
        kind = rule.topic if rule else Topic.OTHER
        if kind is not Topic.FEATURE and any(claim.request and _joined(claim) for claim in self.headline):
            return None
        plain = kind is Topic.FEATURE and any(claim.request or claim.names for claim in self.headline)
        # Whoever cannot sign in cannot call: on the API that is what authentication means.
        refused = kind is Topic.LOGIN and any(Surface.API in claim.surfaces or claim.request for claim in self.headline)
        told = kind is not Topic.BILLING and any(claim.request and not claim.topic and claim.trouble and claim.polarity is Polarity.IMPACT for claim in bodies)
        felt = rule is not None and surface in rule.surfaces
        # Who is shut out cannot call, be it for a bill or an account: that is told even where it comes out only in the story at the end.
        barred = any(_shut_out(claim, surface) for claim in self.claims)
        maybe = plain or refused or told or felt or barred
        return _not_inference(topic, _POSSIBLE if maybe else _UNAFFECTED)

    def _requests_spared(self) -> Claim | None:
        """The clause by which plain requests never were part of it, where nothing else says that they were."""
        spared = next((claim for claim in self.claims if claim.spares), None)
        hit = any(claim.polarity is Polarity.IMPACT and claim.trouble and claim.topic is None and _plain(claim) for claim in self.claims)
        return None if hit else spared

    def _closed(self) -> Finding | None:
        """Every component that is listed has nothing to do with model requests, and the words name no model."""
        if not self.unserving or any(claim.names for claim in self.claims):
            return None
        return Finding(_UNAFFECTED, RelevanceReason.NOT_INFERENCE, self.title, None)


def _not_inference(topic: Claim, relevance: Relevance) -> Finding:
    return Finding(relevance, RelevanceReason.NOT_INFERENCE, topic.sentence, topic.position, rule=topic.topic.id if topic.topic else "")


def _plain(claim: Claim) -> bool:
    return bool(claim.names) or claim.request or claim.breadth is not Breadth.NONE or Surface.API in claim.surfaces


def _says(claim: Claim) -> bool:
    spoken = claim.names or claim.inverted or claim.surfaces or claim.topic or claim.request or claim.regions or claim.providers
    return bool(spoken) or claim.others or claim.upstream or claim.breadth is not Breadth.NONE


def _used(claim: Claim) -> bool:
    """Whether a surface that people work with is in trouble, in more words than a page fills in by itself when a component is set."""
    text = claim.sentence.lower()
    return (
        not claim.partly
        and bool(claim.surfaces & {Surface.CODE, Surface.CHAT})
        and " degraded performance" not in text
        and " degraded availability" not in text
    )


def _shut_out(claim: Claim, surface: Surface | None) -> bool:
    if not claim.barred or claim.polarity is not Polarity.IMPACT:
        return False
    used = claim.surfaces - {Surface.CONSOLE}
    return bool(claim.names) if not used else surface is None or surface in used


def _joined(claim: Claim) -> bool:
    text = f" {claim.sentence.lower()} "
    return " and requests" in text or " requests and " in text or " and api " in text

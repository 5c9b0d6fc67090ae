"""What an incident's words say, clause by clause: models, how many, surfaces, topic, and whether it is trouble, its end or a denial. No route here."""

from dataclasses import dataclass

from statuswatch.core.ids import Surface
from statuswatch.core.incident import OVER_STAGES, Incident, Stage
from statuswatch.core.knowledge import ComponentFacts, Knowledge, ProviderFacts
from statuswatch.core.lexicon import Lexicon, lexicon
from statuswatch.core.mentions import Mention, mentions
from statuswatch.core.modelnames import parse_model
from statuswatch.core.pagewords import component_topics, shared_page, surface_words
from statuswatch.core.phrasing import (
    Breadth,
    Polarity,
    advice_at,
    breadth,
    contrasts,
    divided,
    exception_at,
    instead_at,
    limited,
    opened,
    partly,
    polarity,
    shut_out,
    spares_requests,
    sweeping,
    trouble,
    upstream,
)
from statuswatch.core.regions import regions
from statuswatch.core.rules import Result, Rule, RuleIndex
from statuswatch.core.sentences import Clause, clauses

MOST_UPDATES = 500
_MARK = " \x00 "
_ENUMERATED = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """What one clause says. `position`: None in the title, else the index of the update.

    `names`: the models it is about; `inverted`: those that it excepts. `others`: it speaks of the models it does not name;
    `open`: what it names are examples or additions; `limited`: nothing else is hit.
    `topic`: the rule by which it is about something beside plain requests; `request`: it is about plain requests;
    `beside`: a surface stands in one list with the topic.
    `providers`: other providers that it names. `barred`: people cannot use what it names; `spares`: plain requests as such never were part of it.
    `sweeping`: it speaks of many products at once; `partly`: of some parts of something, and not which; `wholly`: its list holds nothing but topics.
    """

    sentence: str
    position: int | None
    polarity: Polarity
    names: tuple[Mention, ...] = ()
    inverted: tuple[Mention, ...] = ()
    breadth: Breadth = Breadth.NONE
    others: bool = False
    open: bool = False
    limited: bool = False
    trouble: bool = False
    surfaces: frozenset[Surface] = frozenset()
    topic: Rule | None = None
    request: bool = False
    beside: bool = False
    regions: frozenset[str] = frozenset()
    upstream: bool = False
    providers: frozenset[str] = frozenset()
    barred: bool = False
    spares: bool = False
    sweeping: bool = False
    partly: bool = False
    wholly: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One text with its claims: the title (position None) or an update. `components`: surfaces, models and inference of the components listed with it."""

    position: int | None
    claims: tuple[Claim, ...]
    over: bool = False
    components: tuple[ComponentFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything an incident says, in order: the title first. `components` are those of the incident as it stands."""

    provider: str
    said: tuple[Said, ...]
    components: tuple[ComponentFacts, ...]
    own: frozenset[str]


def read_scope(incident: Incident, knowledge: Knowledge) -> Scope:
    """Read `incident` once; `weigh` then asks about any number of routes."""
    reader = _reader(incident.provider, knowledge)
    said = [Said(None, reader.claims(incident.title, None))]
    past = False
    for position, update in enumerate(incident.updates[:MOST_UPDATES]):
        over = update.stage in OVER_STAGES
        # What is written after the end (a report days later) tells a story; what the incident meant was said before.
        late = (past and over) or (update.stage is Stage.POSTMORTEM and position > 0)
        found = () if late else reader.claims(update.body, position)
        listed = tuple(reader.component(change.name, change.id) for change in update.components)
        said.append(Said(position, found, over, tuple(facts for facts in listed if facts)))
        past = over
    current = tuple(reader.component(component.name, component.id) for component in incident.components)
    return Scope(incident.provider, tuple(said), tuple(facts for facts in current if facts), reader.own)


# Readers of the newest knowledge, one a provider: pages repeat their sentences, and what a sentence says depends on nothing else.
_READERS: "dict[str, _Reader]" = {}
_READERS_OF: list[Knowledge] = []
_MOST_REMEMBERED = 2000


def _reader(provider: str, knowledge: Knowledge) -> "_Reader":
    if not _READERS_OF or _READERS_OF[0] is not knowledge or len(_READERS) > _MOST_REMEMBERED:
        _READERS.clear()
        _READERS_OF[:] = [knowledge]
    if provider not in _READERS:
        _READERS[provider] = _Reader(provider, knowledge)
    return _READERS[provider]


class _Reader:
    """Reads clauses with the words of one provider at hand."""

    def __init__(self, provider: str, knowledge: Knowledge) -> None:
        self.provider = provider
        self.memory: dict[tuple[Clause, int | None], Claim] = {}
        self.knowledge = knowledge
        self.facts = knowledge.providers.get(provider, ProviderFacts(provider, provider))
        self.words: Lexicon = lexicon(knowledge)
        self.own = self.words.makers.get(provider, frozenset())
        self.surface_words = surface_words(self.facts)
        self.sold = {name for sold in self.facts.serves for name in (sold, knowledge.providers[sold].name.lower() if sold in knowledge.providers else sold)}
        rules = [rule for rule in knowledge.rules if not rule.when.providers or provider in rule.when.providers]
        topics, requests, models, surfaces = (
            [rule for rule in rules if rule.result is result] for result in (Result.TOPIC, Result.REQUEST, Result.MODEL, Result.SURFACE)
        )
        if shared_page(self.facts):
            # "The API" of a page that is about more than models is another one.
            surfaces = [rule for rule in surfaces if Surface.API not in rule.surfaces]
        self.topics, self.requests = RuleIndex([*topics, *component_topics(self.facts)]), RuleIndex(requests)
        self.models, self.surface_rules = RuleIndex(models), RuleIndex(surfaces)
        self.names = {facts.id: f" {facts.name.lower()} " for facts in knowledge.providers.values() if facts.id != provider}

    def claims(self, text: str, position: int | None) -> tuple[Claim, ...]:
        return tuple(self.remembered(clause, position) for whole in clauses(text) for clause in divided(whole))

    def remembered(self, clause: Clause, position: int | None) -> Claim:
        """What the clause says, read once however often the page repeats it."""
        known = self.memory.get((clause, position))
        if known is None:
            if len(self.memory) >= _MOST_REMEMBERED:
                self.memory.clear()
            known = self.memory[clause, position] = self.claim(clause, position)
        return known

    def claim(self, clause: Clause, position: int | None) -> Claim:
        found = mentions(clause, self.words)
        spoken = frozenset(index for mention in found if not self.generic(mention) for index in range(mention.start, mention.end))
        how_many, others = breadth(clause, self.own | {self.facts.name.lower()}, spoken)
        names = [mention for mention in found if not self.generic(mention)] + self.endpoints(clause)
        names = names or self.makers_models(clause)
        names = _heard(clause, names)
        exception = exception_at(clause)
        inverted = [name for name in names if (exception is not None and name.start >= exception) or contrasts(clause, name.start)]
        topic, request, beside, wholly = self.topic(clause)
        return Claim(
            sentence=clause.sentence,
            position=position,
            polarity=polarity(clause),
            names=tuple(name for name in names if name not in inverted),
            inverted=tuple(inverted),
            breadth=how_many,
            others=others,
            open=opened(clause) or (others and bool(names)),
            limited=limited(clause),
            trouble=trouble(clause) or _listed(clause, names),
            surfaces=self.surfaces(clause, found),
            topic=topic,
            request=request or beside,
            beside=beside,
            regions=regions(clause),
            upstream=upstream(clause),
            providers=self.providers(clause),
            barred=shut_out(clause),
            spares=not names and not others and spares_requests(clause),
            sweeping=not names and sweeping(clause),
            partly=not names and partly(clause),
            wholly=wholly,
        )

    def generic(self, mention: Mention) -> bool:
        """Whether a mention is just the provider's own stem ("Claude models" on its maker's page): that is all of its models, not a name."""
        name = mention.name
        if len(self.own) > 1:
            return False
        return name.version is None and name.tier is None and name.family in self.own & self.words.umbrella and mention.end - mention.start == 1

    def endpoints(self, clause: Clause) -> list[Mention]:
        """Families that are named by their endpoint ("the Embeddings API")."""
        found = []
        for rule in self.models.speaking(clause.words):
            phrase = rule.speaks(clause.joined)
            if phrase:
                start = clause.joined[: clause.joined.index(phrase)].count(" ")
                found += [Mention(parse_model(model), start, start + 1) for model in rule.model.split()]
        return found

    def makers_models(self, clause: Clause) -> list[Mention]:
        """The families of a maker that another's page names ("Anthropic models"). Where the page sells them, the maker's name alone means them."""
        found = []
        text = clause.joined.replace("'s ", " ")
        for maker, families in self.words.makers.items():
            spelled = f" {maker} "
            if spelled not in text or families <= self.own:
                continue
            models = text.split(spelled, 1)[1].startswith(("models ", "model "))
            if models or (maker in self.sold and trouble(clause) and not upstream(clause)):
                at = text[: text.index(spelled)].count(" ")
                found += [Mention(parse_model(family), at, at + 1) for family in sorted(families)]
        return found

    def topic(self, clause: Clause) -> tuple[Rule | None, bool, bool, bool]:
        """The topic beside plain requests, and whether the clause speaks of plain requests, a surface stands beside the topic, all of its list are topics."""
        text = clause.joined
        topic = None
        for rule in self.topics.speaking(clause.words):
            while phrase := rule.speaks(text):
                topic = topic or rule
                text = text.replace(phrase + "requests ", _MARK).replace(phrase + "request ", _MARK).replace(phrase, _MARK)
        request = any(rule.speaks(text) for rule in self.requests.speaking(clause.words))
        return topic, request, topic is not None and self.beside(text), _wholly(text)

    def beside(self, text: str) -> bool:
        """Whether a surface stands in one list with a topic: "Copilot Chat, coding agent and code review". `text` has a mark in place of each topic."""
        adjacent = any(
            f"{phrase}{joint}{_MARK.strip()}" in text or f"{_MARK.strip()} {joint}{phrase.lstrip()}" in text
            for phrase, _ in self.surface_words
            if phrase in text
            for joint in (", ", "and ", ", and ")
        )
        return adjacent or self.listed(text)

    def listed(self, text: str) -> bool:
        """Whether a surface is one item of an enumeration that also holds a topic: "errors in ChatGPT, Work, image generation and Codex Cloud"."""
        items = [f" {item.strip().removeprefix('and ')} " for item in text.split(", ")]
        if len(items) < _ENUMERATED or not any(_MARK.strip() in item for item in items):
            return False
        return any(item.rstrip(" .").endswith(phrase.rstrip()) for item in items if _MARK.strip() not in item for phrase, _ in self.surface_words)

    def surfaces(self, clause: Clause, spoken: tuple[Mention, ...]) -> frozenset[Surface]:
        """Longer names first: what is said of "Claude Code" is not said of "Claude". What belongs to a model's name is no surface ("Grok 5")."""
        named = {index for mention in spoken if mention.name.version for index in range(mention.start, mention.end)}
        text, found = f" {' '.join(word for index, word in enumerate(clause.words) if index not in named)} ", set[Surface]()
        for phrase, surfaces in self.surface_words:
            if phrase in text:
                found |= surfaces
                text = text.replace(phrase, "  ")
        for rule in self.surface_rules.speaking(clause.words):
            if rule.speaks(text):
                found |= rule.surfaces
        return frozenset(found)

    def providers(self, clause: Clause) -> frozenset[str]:
        return frozenset(identity for identity, name in self.names.items() if name in clause.joined)

    def component(self, name: str, identity: str | None) -> ComponentFacts | None:
        """The facts of a component by id, else by a name it has had, else by the surface words in its name; None for one that says nothing."""
        for facts in self.facts.components:
            if identity is not None and facts.id == identity:
                return facts
        for facts in self.facts.components:
            if name in facts.names:
                return facts
        claim = self.claims(name, None)
        if not claim:
            return None
        models = tuple(mention.name.canonical for mention in claim[0].names)
        foreign = shared_page(self.facts) and not models and not claim[0].surfaces
        own = any(stem in claim[0].sentence.lower() for stem in self.own)
        return ComponentFacts(identity, (name,), claim[0].surfaces, models, inference=not foreign or own)


def _wholly(text: str) -> bool:
    """Whether everything in one list with a topic is one too: "issues with reviews, routines and web sessions". `text` has a mark in place of each topic."""
    items = text.replace(" and ", " , ").replace(" or ", " , ").replace(" & ", " , ").split(" , ")
    marked = [_MARK.strip() in item for item in items if item.strip()]
    return True in marked and all(marked[marked.index(True) :])


def _heard(clause: Clause, names: list[Mention]) -> list[Mention]:
    """The names without those that are advice, or that stand in for another."""
    advice, instead = advice_at(clause), instead_at(clause)
    if advice is not None:
        names = [name for name in names if name.start < advice]
    if instead is not None and any(name.start < instead for name in names):
        names = [name for name in names if name.start < instead]
    return names


def _listed(clause: Clause, names: list[Mention]) -> bool:
    """Whether the clause is little more than names: an item of a list ("Affected models: ...")."""
    return bool(names) and 2 * sum(name.end - name.start for name in {(name.start, name.end): name for name in names}.values()) >= len(clause.words)

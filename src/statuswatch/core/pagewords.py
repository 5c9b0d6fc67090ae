"""What the names of a page's components mean in prose: surfaces, and topics that have nothing to do with model requests."""

from statuswatch.core.conditions import Condition
from statuswatch.core.ids import Surface
from statuswatch.core.knowledge import ProviderFacts
from statuswatch.core.rules import Result, Rule, Topic
from statuswatch.core.sentences import clauses

# Names of components that are words of every text: "Search", "Responses".
_EVERYDAY_WORDS = (
    "search agent agents responses files batch login audio images conversations website computer sites feed realtime automations origin embeddings "
    "moderations chat status dashboard models model console docs documentation inference storage compute spaces hub network support billing issues "
    "actions pages packages webhooks"
)
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())
# A website or two that have nothing to do with models are on every page.
_STRANGERS = 2


def shared_page(facts: ProviderFacts) -> bool:
    """Whether the page also reports on services that have nothing to do with models: a cloud's, or one with several components that serve no models.

    Whoever makes models has a page about them: its files, batches and advertisements stand beside them, and "the API" is that of the models.
    """
    strangers = sum(1 for component in facts.components if not component.surfaces and not component.inference)
    return facts.usual_surface is Surface.CLOUD or (not facts.families and strangers > _STRANGERS)


def surface_words(facts: ProviderFacts) -> tuple[tuple[str, frozenset[Surface]], ...]:
    """The names of components as phrases that mean their surfaces, the longest first."""
    found: dict[str, frozenset[Surface]] = {}
    for component in facts.components:
        if component.surfaces and not component.models:
            for spoken in (spoken for name in component.names if _speaking(name) for spoken in _spoken(name)):
                for clause in clauses(spoken)[:1]:
                    found.setdefault(clause.joined, component.surfaces)
    return tuple(sorted(found.items(), key=lambda item: -len(item[0])))


def _spoken(name: str) -> list[str]:
    """How a name is said: without its brackets, and the host in them ("Console (platform.example.com)")."""
    head, _, rest = name.partition(" (")
    inside = rest.rstrip(")")
    return [head, inside] if "." in inside and " " not in inside else [head]


def component_topics(facts: ProviderFacts) -> list[Rule]:
    """The names of components that have nothing to do with model requests, as topics."""
    return [
        Rule(f"component: {name}", Result.TOPIC, Condition(says=(clause.joined,)), "a component that has nothing to do with model requests", Topic.FEATURE)
        for component in facts.components
        if not component.inference and Surface.CONSOLE not in component.surfaces
        for name in component.names
        if _speaking(name)
        for clause in clauses(name)[:1]
    ]


def _speaking(name: str) -> bool:
    """Whether a component's name means it in prose: two words, a host, a proper name."""
    word = name.partition(" (")[0]
    return " " in word or "." in word or word[1:] != word[1:].lower() or (word.istitle() and word.lower() not in _EVERYDAY)

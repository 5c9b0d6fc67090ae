"""The words by which models are recognised in prose, taken from what is known: providers' families, the model catalogue, components' names.

Nothing here lists a model. A family that appears after release is recognised by its shape beside a known stem ("Claude Zephyr 6"),
or by the strong pattern in `mentions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from statuswatch.core.knowledge import Knowledge
from statuswatch.core.modelnames import VERSION_LAST, ModelName, parse_model

# Words of model names that mean a size, a mode or a modality: they name a model only beside a stem or a version, never alone.
_ORDINARY = (
    "large small medium mini nano micro pro flash turbo lite ultra max plus base instruct chat code coder coding vision image images audio video text "
    "fast instant thinking preview deep research live tts stt embed embedding embeddings online free latest new old high low reasoning reasoner "
    "translate realtime speech search model models air core next open light standard premier express native generation command composer nova sonic "
    "scout spark rerank safety guard moderation beta exp tool use edge server global us eu api app contributor custom computer agent agents assistant "
    "write writer edit edits mode one two human first world time day no for and the on in of to with from all step meta north router extract ring seed "
    "ui summarize beam caller particle solar ember ft dots eleven rogue phase tier region windows mercury maestro weaver trio stable"
)
ORDINARY = frozenset(_ORDINARY.split())

# So many versions make a family's second word its own name ("Opus").
_SETTLED = 3


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`stems`: first words of families (`claude`, `gpt`). `tiers`: the words known after each stem.

    `alone`: words that mean a family without their stem, to that stem.
    `single`: families of one word that stand for themselves (`whisper`).
    `umbrella`: families whose bare name is also a product's ("Claude"). `known`: canonical names of the catalogue.
    `products`: words that after a stem name a product, not a model (`claude code`).
    `makers`: providers by id and by name, to the families that they make.
    `weak`: families that are everyday words ("Command"): a name only with a capital and a version.
    `letters`: families of one letter (`o`).
    """

    stems: frozenset[str] = frozenset()
    tiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    alone: Mapping[str, str] = field(default_factory=dict)
    single: frozenset[str] = frozenset()
    umbrella: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    products: frozenset[tuple[str, str]] = frozenset()
    makers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    weak: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()


_MEMO: list[tuple[Knowledge, Lexicon]] = []


def lexicon(knowledge: Knowledge) -> Lexicon:
    """The lexicon of `knowledge`. The newest one is kept, as one knowledge serves many questions."""
    if not _MEMO or _MEMO[0][0] is not knowledge:
        _MEMO[:] = [(knowledge, _build(knowledge))]
    return _MEMO[0][1]


def _build(knowledge: Knowledge) -> Lexicon:
    names = [parse_model(text) for text in _texts(knowledge)]
    stems = {name.family.split("-")[0] for name in names}
    stems = {stem for stem in stems if len(stem) > 1 and stem not in ORDINARY and stem.isascii()}
    tiers: dict[str, set[str]] = {}
    versions: dict[tuple[str, str], set[str]] = {}
    for name in names:
        stem, *rest = name.family.split("-")
        words = {*rest, *(name.tier or "").split("-")} - {""}
        tiers.setdefault(stem, set()).update(word for word in words if not word.isdigit())
        if len(rest) == 1 and rest[0].isalpha() and len(rest[0]) > 2 and rest[0] not in ORDINARY:  # noqa: PLR2004 - initials are not distinctive
            versions.setdefault((rest[0], stem), set()).add(name.version or "")
    alone = {word: stem for (word, stem), seen in versions.items() if (stem in VERSION_LAST or len(seen) >= _SETTLED) and word not in stems}
    return Lexicon(
        frozenset(stems),
        {stem: frozenset(words) for stem, words in tiers.items()},
        alone,
        *_bare_families(knowledge),
        frozenset(name.canonical for name in names if name.version),
        frozenset(_products(knowledge, stems, alone)),
        _makers(knowledge),
        frozenset(family for facts in knowledge.providers.values() for family in facts.families) & ORDINARY,
        _letters(names),
    )


def _letters(names: list[ModelName]) -> frozenset[str]:
    """Families of one letter that have so many numbers that another one is theirs too; a single such id is no family."""
    numbers: dict[str, set[str]] = {}
    for name in names:
        if len(name.family) == 1 and (name.version or "").isdigit():
            numbers.setdefault(name.family, set()).add(name.version or "")
    return frozenset(family for family, seen in numbers.items() if len(seen) >= _SETTLED)


def _texts(knowledge: Knowledge) -> list[str]:
    texts = list(knowledge.models)
    for facts in knowledge.providers.values():
        texts += facts.families
        texts += [model for component in facts.components for model in component.models]
    return texts


def _bare_families(knowledge: Knowledge) -> tuple[frozenset[str], frozenset[str]]:
    """Families that stand for themselves when said alone, and those whose bare name is a product's or a provider's."""
    taken = {word for facts in knowledge.providers.values() for word in (facts.id, *facts.name.lower().split())}
    single: set[str] = set()
    umbrella: set[str] = set()
    for facts in knowledge.providers.values():
        products = {name.lower().split()[0] for component in facts.components if not component.models for name in component.names} | taken
        umbrella |= {family for family in facts.families if family in products}
        single |= {family for family in facts.families if family not in products and family.isalpha() and family not in ORDINARY and len(family) > 2}  # noqa: PLR2004
    return frozenset(single - umbrella), frozenset(umbrella)


def _products(knowledge: Knowledge, stems: set[str], alone: Mapping[str, str]) -> set[tuple[str, str]]:
    """Pairs (stem, word) of component names: what follows a stem there is a product."""
    found: set[tuple[str, str]] = set()
    for facts in knowledge.providers.values():
        for component in facts.components:
            for name in component.names:
                words = name.lower().replace("(", " ").split()
                found |= {(first, second) for first, second in pairwise(words) if first in stems and second not in alone and not component.models}
    return found


def _makers(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """Providers' ids and names as written in prose (lower case), to the families that they make."""
    made: dict[str, frozenset[str]] = {}
    for facts in knowledge.providers.values():
        if facts.families:
            made[facts.id] = made[facts.name.lower()] = frozenset(facts.families)
    return made


def words_of(name: ModelName) -> frozenset[str]:
    """The words of a name that matter for telling models apart: without tuning marks that every host adds to a version as it likes."""
    marks = {"instruct", "it", "versatile", "hf", "chat"} if name.version else {"instruct", "it", "hf"}
    return name.words - marks or name.words

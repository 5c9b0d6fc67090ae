"""How two model names stand to each other: the same, related, or different."""

from enum import IntEnum

from statuswatch.core.lexicon import Lexicon, words_of
from statuswatch.core.mentions import Mention
from statuswatch.core.modelnames import ModelName


class Kin(IntEnum):
    """`same`: what hits the one hits the other. `related`: another mode, snapshot or tier of it: perhaps. `different`: no."""

    DIFFERENT = 0
    RELATED = 1
    SAME = 2


# What follows a version that begins a row of them; "and later" may as well tell what happened next.
_NEWER = frozenset({("and", "newer"), ("and", "above"), ("and", "up"), ("and", "higher"), ("or", "newer"), ("or", "later"), ("or", "above"), ("or", "higher")})
_OLDER = frozenset({("and", "older"), ("and", "below"), ("and", "lower"), ("or", "older"), ("or", "earlier"), ("or", "below"), ("or", "lower")})


def kin(mention: Mention, used: ModelName, lexicon: Lexicon) -> Kin:
    """How the model that a text names stands to the one that somebody uses (`*`: any)."""
    named = mention.name
    if used.family == "*":
        return Kin.SAME
    theirs, ours = words_of(named), words_of(used)
    if not (theirs <= ours or ours <= theirs):
        return Kin.RELATED if _stranger(used, lexicon) else Kin.DIFFERENT
    if named.number and used.number and named.number != used.number:
        if _in_range(mention, used):
            return Kin.SAME
        return Kin.RELATED if _lettered(named, used) else Kin.DIFFERENT
    if theirs <= ours:
        return _wider(named, used, ours - theirs - set(mention.after), lexicon)
    return _narrower(used, lexicon)


def _in_range(mention: Mention, used: ModelName) -> bool:
    """Whether the text means a row of versions that ours is in: "Sonnet 4 and newer", "GPT-4 or older"."""
    theirs, ours = mention.name.number, used.number
    if mention.after not in _NEWER | _OLDER or not all(part.isdigit() for part in (*theirs, *ours)):
        return False
    return ([int(part) for part in ours] > [int(part) for part in theirs]) is (mention.after in _NEWER)


def _stranger(used: ModelName, lexicon: Lexicon) -> bool:
    """Whether the name is an alias that tells no family ("best", "default"): which model it means is not known, so none rules it out."""
    return used.version is None and used.tier is None and not any(_familiar(word, lexicon) for word in used.family.split("-"))


def _familiar(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.stems or word in lexicon.alone or word in lexicon.weak


def _lettered(named: ModelName, used: ModelName) -> bool:
    """Whether the text may mean the generation: "GPT-4" beside `gpt-4o`."""
    return (
        named.tier is None
        and named.pin is None
        and len(named.number) == len(used.number)
        and "".join(used.number).rstrip("abcdefghijklmnopqrstuvwxyz") == "".join(named.number)
    )


def _wider(named: ModelName, used: ModelName, extra: frozenset[str], lexicon: Lexicon) -> Kin:
    """The text says no more words than ours: a family, a line ("Gemini 2.5"), or the model itself."""
    if extra and named.number and not used.number:
        # "Claude 2.1" beside the family `claude-opus`: a model of its own, or a generation that may have one of that family.
        return Kin.DIFFERENT if _is_model(named, lexicon) else Kin.RELATED
    if extra and named.number and _is_model(named, lexicon):
        return Kin.RELATED
    if named.modes - used.modes or (named.pin and named.pin != used.pin):
        return Kin.RELATED
    return Kin.SAME


def _narrower(used: ModelName, lexicon: Lexicon) -> Kin:
    """The text says more words than ours: one member of the family or the line that is used, or another model."""
    if not used.number:
        return Kin.SAME
    return Kin.DIFFERENT if _is_model(used, lexicon) else Kin.RELATED


def _is_model(name: ModelName, lexicon: Lexicon) -> bool:
    """Whether the catalogue has a model of exactly this name, so that longer names are other models."""
    return ModelName(name.family, name.version, None, name.tier).canonical in lexicon.known

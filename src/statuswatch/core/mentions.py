"""Models named in a clause: single names, joined lists ("Opus and Sonnet 4.6"), glued ids, slips of the keyboard, unknown families by shape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from statuswatch.core.lexicon import ORDINARY, Lexicon
from statuswatch.core.modelnames import VERSION_LAST, ModelName, parse_model
from statuswatch.core.sentences import Clause

_VERSION = re.compile(r"v?\d{1,2}(?:\.\d{1,2})?[a-z]?")
_LETTERED = re.compile(r"[a-z]\d{1,2}(?:\.\d{1,2})?")
_GLUED = re.compile(r"([a-z]{3,})(\d{1,2}(?:\.\d{1,2})?[a-z]?)")
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}")
_SIZE = re.compile(r"\d+(?:\.\d+)?b")
_CONTEXT = re.compile(r"\d+[km]")
_MODES = frozenset({"fast", "thinking", "preview", "previews", "instant", "experimental"})
_QUALIFIERS = frozenset(
    {
        "new",
        "old",
        "latest",
        "legacy",
        "june",
        "october",
        "oct",
        "jun",
        "january",
        "february",
        "march",
        "april",
        "may",
        "july",
        "august",
        "september",
        "november",
        "december",
    }
)
_JOINTS = frozenset({",", "and", "&", "or", "/", "plus", "both", "+"})
_SIZES = frozenset({"pro", "flash", "mini", "nano", "turbo", "lite", "ultra", "large", "small", "medium", "max", "plus", "micro"})
_BUYERS = (("users",), ("plan",), ("plans",), ("subscribers",), ("subscriptions",), ("accounts",), ("customers",), ("tier",), ("teams",))
_AFTER_NUMBER = frozenset({"models", "model", "versions", "on", "for", "via", "in", "are", "is", "have", "has", "with", "families", "family"})
_BEFORE_NAME = frozenset({"on", "to", "for", "with", "affecting", "impacting", "across", "using", "model"})
_TROUBLE = frozenset(
    {
        "errors",
        "error",
        "latency",
        "requests",
        "issues",
        "issue",
        "degradation",
        "degraded",
        "outage",
        "failures",
        "rates",
        "rate",
        "performance",
        "affecting",
        "impacting",
    }
)
_FALLS = ("down", "unavailable", "service", "fail", "slow", "unreachable", "timing", "times", "timeout", "returning", "returns", "offline", "stall", "throttl")
_AHEAD = frozenset({"only", "both", "currently", "now", "and", "also", "just", "new"})
_NOT_NAMES_WORDS = (
    "phase tier step day part version update http error status issue case windows ios macos android chrome python node level stage wave region zone "
    "attempt round plan team sev priority"
)
_NOT_NAMES = frozenset(_NOT_NAMES_WORDS.split())
_DIGIT = re.compile(r"\d")
_REGION = re.compile(r"[a-z]{2,9}-(?:north|south|east|west|central)[a-z]*-?\d?[a-z]?(?:-[a-z0-9])?|[a-z]+-(?:east|west|north|south|central)\S*")
# Ids of numbered engines (`code-cushman-001`) are like no other word.
_NUMBERED = re.compile(r"[a-z]+(?:-[a-z]+)+-\d{3}")
_LONGEST_LIST = 60


@dataclass(slots=True)
class _Item:
    """One name of a list while it is read. `version_first` is the order it was written in."""

    stem: str = ""
    tiers: list[str] = field(default_factory=list)
    version: str = ""
    modes: list[str] = field(default_factory=list)
    version_first: bool = False
    whole: ModelName | None = None
    end: int = 0


@dataclass(frozen=True, slots=True)
class Mention:
    """A model or a family that a clause names. `start` and `end` are word indices; `after`: the two words that follow, perhaps part of a longer name."""

    name: ModelName
    start: int
    end: int
    after: tuple[str, ...] = ()


def mentions(clause: Clause, lexicon: Lexicon) -> tuple[Mention, ...]:
    """The models that the clause names, in order."""
    found: list[Mention] = []
    at = 0
    while at < len(clause.words):
        if not _may_begin(clause.words, at, lexicon):
            at += 1
            continue
        items, end = _list(clause, at, lexicon)
        if not items:
            at += 1
            continue
        names = _resolved(items, lexicon)
        after = tuple(word for word in clause.words[end : end + 2] if word.isalnum())
        ahead = _modes_ahead(clause.words, at)
        for number, name in enumerate(names):
            if ahead and number == 0:
                name = replace(name, variant=ahead)  # noqa: PLW2901 - the mode before the list belongs to its first name
            found.append(Mention(name, at, end, after if number == len(names) - 1 else ()))
        at = end
    return tuple(found)


def _may_begin(words: Sequence[str], at: int, lexicon: Lexicon) -> bool:
    """Whether a name can begin with this word: it is a known one, is glued or holds a digit, or a number follows it. Most words of a page fail here."""
    word = words[at]
    if word in lexicon.stems or word in lexicon.alone or "-" in word or word == "chatgpt":
        return True
    following = words[at + 1][:2] if at + 1 < len(words) else ""
    return _DIGIT.search(following) is not None or _DIGIT.search(word) is not None


def _modes_ahead(words: Sequence[str], at: int) -> str | None:
    """`fast` of "Fast Mode for Opus 4.6"."""
    if at >= 3 and words[at - 1] in ("for", "on", "of", "in") and words[at - 2] == "mode" and words[at - 3] in _MODES:  # noqa: PLR2004
        return words[at - 3]
    return None


def _list(clause: Clause, start: int, lexicon: Lexicon) -> tuple[list[_Item], int]:
    """The list of names that starts at `start`, and the index after it; no items where none starts there."""
    first = _item(clause, start, lexicon)
    if first is None:
        return [], start
    items, end = [first], first.end
    while len(items) < _LONGEST_LIST:
        at = _over_joints(clause.words, end)
        if at == end or at >= len(clause.words):
            break
        item = (
            _item(clause, at, lexicon)
            or _numbered(clause, at, items[-1], lexicon)
            or _number(clause.words, at, lexicon)
            or _sibling(clause, at, items[-1], lexicon)
        )
        if item is None:
            break
        items.append(item)
        end = item.end
    return items, end


def _over_joints(words: Sequence[str], at: int) -> int:
    begin = at
    while at < len(words) and at - begin < 3 and words[at] in _JOINTS:  # noqa: PLR2004 - ", and both"
        at += 1
    if at == begin and tuple(words[at : at + 3]) == ("as", "well", "as"):
        return at + 3
    return at


def _number(words: Sequence[str], at: int, lexicon: Lexicon) -> _Item | None:
    """A version alone, as in "Sonnet 4, 4.5 and Opus": only where what follows cannot be counted."""
    word = words[at]
    if not _VERSION.fullmatch(word):
        return None
    following = words[at + 1] if at + 1 < len(words) else ""
    if (
        _DOTTED.fullmatch(word)
        or not following
        or not following[0].isalnum()
        or following in _JOINTS
        or following in _AFTER_NUMBER
        or following in lexicon.alone
    ):
        return _Item(version=word, end=at + 1)
    return None


def _numbered(clause: Clause, at: int, before: _Item, lexicon: Lexicon) -> _Item | None:
    """A version and a tier, as in "Gemini 2.0 Flash and 1.5 Pro": of the stem before them."""
    word, tier = clause.words[at], clause.words[at + 1 : at + 2]
    if (
        not before.stem
        or not tier
        or not _VERSION.fullmatch(word)
        or tier[0] not in lexicon.tiers.get(before.stem, ())
        or (tier[0] in ORDINARY and tier[0] not in _SIZES)
    ):
        return None
    return _Item(stem=before.stem, tiers=[tier[0]], version=word, version_first=True, end=at + 2)


def _sibling(clause: Clause, at: int, before: _Item, lexicon: Lexicon) -> _Item | None:
    """A tier alone, as in "Gemini 2.5 Pro and Flash": of the stem before it, and of its version where it has none of its own."""
    word = clause.words[at]
    version = before.version or (before.whole.version if before.whole else None)
    if not version or word not in lexicon.tiers.get(before.stem, ()) or (word in ORDINARY and word not in _SIZES):
        return None
    if not (clause.raw[at][:1].isupper() or word in _SIZES) or clause.words[at + 1 : at + 2] in _BUYERS:
        return None
    if _version_at(clause.words, at + 1):
        return _Item(stem=before.stem, tiers=[word], version=clause.words[at + 1], end=at + 2)
    return _Item(stem=before.stem, tiers=[word], version=version, version_first=True, end=at + 1)


def _item(clause: Clause, start: int, lexicon: Lexicon) -> _Item | None:
    """The one name that starts at `start`."""
    words = clause.words
    whole = _glued(words[start], lexicon)
    if whole is not None:
        return _with_tail(words, whole, start + 1, lexicon)
    item = _Item()
    at = start
    while at < len(words) and at - start < 12:  # noqa: PLR2004 - no name is longer
        step = _take(item, clause, at, lexicon)
        if not step:
            break
        at += step
    if not (item.tiers or (item.stem and item.version)) and not _family(item, clause, at, lexicon):
        return _unknown(clause, start, lexicon)
    item.end = at
    return item


def _take(item: _Item, clause: Clause, at: int, lexicon: Lexicon) -> int:
    """How many words from `at` belong to the name; they are added to `item`."""
    word = clause.words[at]
    if _take_name(item, clause, at, lexicon) or _take_number(item, clause, at, lexicon):
        return 1
    if item.version and (word in _MODES or _CONTEXT.fullmatch(word)):
        item.modes.append(word.removesuffix("s"))
        return 2 if clause.words[at + 1 : at + 2] in (("mode",), ("context",)) else 1
    started = bool(item.stem or item.tiers or item.version)
    if started and word in ("(", "[") and _aside(clause.words, at, item):
        return clause.words.index(")" if word == "(" else "]", at) - at + 1
    if started and (word in _QUALIFIERS or (item.version and re.fullmatch(r"v\d", word))) and _goes_on(clause.words, at, lexicon):
        return 1
    return 0


def _take_name(item: _Item, clause: Clause, at: int, lexicon: Lexicon) -> bool:
    words, word = clause.words, clause.words[at]
    if word in lexicon.alone and not any(tier in lexicon.alone for tier in item.tiers) and item.stem in ("", lexicon.alone[word]):
        item.tiers.append(word)
        return True
    if not item.tiers and not item.stem and word in lexicon.stems | {"chatgpt"}:
        item.stem = word
        return not item.version
    tiers = lexicon.tiers.get(item.stem, frozenset())
    if item.stem and (word in tiers or (_SIZE.fullmatch(word) and item.version)) and not (word in _MODES and not item.version):
        if (item.stem, word) in lexicon.products and not item.version:
            return False
        item.tiers.append(word)
        item.version_first = bool(item.version)
        return True
    if item.stem and not item.tiers and not item.version and word == "instant":
        item.tiers.append(word)
        return True
    slip = _slip(word, lexicon) if item.stem or (item.version and _DOTTED.fullmatch(item.version)) or _version_at(words, at + 1) else None
    if slip and not item.tiers:
        item.tiers.append(slip)
        return True
    unknown = item.stem and not item.version and not item.tiers and clause.raw[at][:1].isupper() and word.isalpha() and _version_at(words, at + 1)
    if unknown and (item.stem, word) not in lexicon.products:
        item.tiers.append(word)
        return True
    return False


def _take_number(item: _Item, clause: Clause, at: int, lexicon: Lexicon) -> bool:
    word = clause.words[at]
    if item.version or not (_VERSION.fullmatch(word) or (item.stem and _LETTERED.fullmatch(word))):
        return False
    if not item.stem and not item.tiers:
        if not _goes_on(clause.words, at, lexicon):
            return False
        item.version_first = True
    elif item.stem and not item.tiers and _goes_on(clause.words, at, lexicon):
        item.version_first = True
    item.version = word.removeprefix("v")
    return True


def _goes_on(words: Sequence[str], at: int, lexicon: Lexicon) -> bool:
    """Whether a name goes on after `at`: the next word that is no qualifier is a tier, a stem or a version after one."""
    at += 1
    while at < len(words) and (words[at] in _QUALIFIERS or words[at] == "("):
        at += 1
    return at < len(words) and (words[at] in lexicon.alone or words[at] in lexicon.stems or _slip(words[at], lexicon) is not None)


def _aside(words: Sequence[str], at: int, item: _Item) -> bool:
    """Whether the brackets that open at `at` hold a mode or a qualifier: "(Fast Mode)", "(new)", "[schnell]"."""
    close = ")" if words[at] == "(" else "]"
    inner = words[at + 1 : at + 5]
    if close not in inner:
        return False
    inner = inner[: inner.index(close)]
    modes = [word for word in inner if word in _MODES or _CONTEXT.fullmatch(word)]
    item.modes += modes
    if close == "]" and not modes:
        item.tiers += [word for word in inner if word.isalpha()]
        item.version_first = bool(item.version)
    return bool(modes) or close == "]" or all(word in _QUALIFIERS or word.isdigit() for word in inner)


def _version_at(words: Sequence[str], at: int) -> bool:
    return at < len(words) and _VERSION.fullmatch(words[at]) is not None


def _family(item: _Item, clause: Clause, at: int, lexicon: Lexicon) -> bool:
    """Whether a stem without version and tier names its whole family: "Gemini models", "the GPT family"; a product's name does not."""
    following = clause.words[at : at + 1]
    if item.stem in lexicon.single and clause.raw[at - 1][:1].isupper():
        return True
    return bool(item.stem) and following in (("models",), ("model",), ("family",)) and (item.stem, following[0]) not in lexicon.products


def _glued(word: str, lexicon: Lexicon) -> ModelName | None:
    """An id in one word: `claude-3-5-sonnet-20241022`, `opus-48`, `gpt5.5`, `o4-mini`."""
    if "-" not in word:
        match = _GLUED.fullmatch(word)
        if match and (match[1] in lexicon.stems or match[1] in lexicon.alone or match[1] == "chatgpt"):
            return parse_model(word)
        known = word[:1].isalpha() and any(char.isdigit() for char in word) and (_of_letter(word, lexicon) or parse_model(word).canonical in lexicon.known)
        return parse_model(word) if known else None
    if _REGION.fullmatch(word):
        return None
    name = parse_model(word)
    parts = name.family.split("-")
    known = parts[0] in lexicon.stems or _of_letter(word, lexicon) or any(part in lexicon.alone for part in parts) or name.canonical in lexicon.known
    named = bool(name.version) or any(part in lexicon.alone or part in _MODES or part in lexicon.tiers.get(parts[0], ()) for part in parts[1:])
    if _NUMBERED.fullmatch(word):
        return name
    return name if known and (named or name.canonical in lexicon.known) else None


def _of_letter(word: str, lexicon: Lexicon) -> bool:
    """Whether the word is of a family whose name is one letter (`o3`, `o5-mini`), be the number known or not."""
    return word[:1] in lexicon.letters and word[1:2].isdigit() and not word[2:3].isalnum()


def _with_tail(words: Sequence[str], name: ModelName, start: int, lexicon: Lexicon) -> _Item:
    """A glued id with what follows it: "GPT-4 Turbo", "opus-4.8 fast mode", "DALL-E 2"."""
    stem, at = name.family.split("-")[0], start
    if not name.version and _version_at(words, at):
        name = parse_model(f"{name.canonical}-{words[at]}")
        at += 1
    while at < len(words) and at - start < 4:  # noqa: PLR2004 - no tail is longer
        word = words[at]
        tier = name.version and word in lexicon.tiers.get(stem, ()) and word not in name.words
        if tier or word in _MODES or _CONTEXT.fullmatch(word):
            name = parse_model(f"{name.canonical}-{word}")
        elif word != "mode":
            break
        at += 1
    return _Item(whole=name, stem=stem, end=at)


def _slip(word: str, lexicon: Lexicon) -> str | None:
    """The distinctive word that `word` misspells: one letter missing, doubled, wrong or swapped. Words under five letters are left alone."""
    if len(word) < 5 or not word.isalpha() or word in lexicon.alone or word in lexicon.stems or word in ORDINARY:  # noqa: PLR2004
        return None
    return next((known for known in lexicon.alone if abs(len(known) - len(word)) <= 1 and len(known) > 4 and _one_off(word, known)), None)  # noqa: PLR2004


def _one_off(word: str, known: str) -> bool:
    if word[0] != known[0]:
        return False
    if len(word) == len(known):
        wrong = [index for index, (one, two) in enumerate(zip(word, known, strict=True)) if one != two]
        return len(wrong) == 2 and wrong[1] == wrong[0] + 1 and word[wrong[0]] == known[wrong[1]] and word[wrong[1]] == known[wrong[0]]  # noqa: PLR2004
    short, long = sorted((word, known), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))


def _unknown(clause: Clause, start: int, lexicon: Lexicon) -> _Item | None:
    """A name that nothing knows, by its shape: trouble, a preposition, a capitalised word and a version ("errors on Zephyr 6.1")."""
    words, raw = clause.words, clause.raw
    word = words[start]
    if not (raw[start][:1].isupper() and word.isalpha() and word not in _NOT_NAMES and word not in _QUALIFIERS):
        return None
    if word in lexicon.weak and (_version_at(words, start + 1) or (start + 1 < len(words) and _LETTERED.fullmatch(words[start + 1]))):
        return _Item(stem=word, version=words[start + 1], end=start + 2)
    if word in ORDINARY or not _version_at(words, start + 1):
        return None
    before = words[max(0, start - 5) : start]
    if start and before[-1] in _BEFORE_NAME | _JOINTS and any(each in _TROUBLE for each in before):
        return _Item(stem=word, version=words[start + 1], end=start + 2)
    if all(each in _AHEAD for each in words[:start]) and any(each in _TROUBLE or each.startswith(_FALLS) for each in words[start + 2 : start + 6]):
        return _Item(stem=word, version=words[start + 1], end=start + 2)
    return None


def _resolved(items: list[_Item], lexicon: Lexicon) -> list[ModelName]:
    """The names of a list, each completed from its neighbours."""
    for index, item in enumerate(items):
        if item.whole is not None:
            continue
        before = items[index - 1] if index else None
        following = items[index + 1] if index + 1 < len(items) else None
        if not item.version:
            _lend_version(item, before, items[index + 1 :])
        elif not item.tiers:
            _lend_tier(item, before, following, items[index + 1 :])
        if not item.stem and before is not None and not any(tier in lexicon.alone for tier in item.tiers):
            item.stem = before.stem
    return [_named(item, lexicon) for item in items]


def _lend_version(item: _Item, before: _Item | None, rest: list[_Item]) -> None:
    """Both are 4.6 in "Opus and Sonnet 4.6", both 4 in "Claude 4 Opus and Sonnet"; in "Haiku and 3.5 Sonnet" the first is the family."""
    following = next((each for each in rest if each.version or each.whole), None)
    if following is not None and following.version and not following.version_first and following.tiers:
        item.version = following.version
    elif before is not None and before.version and before.version_first and following is None:
        item.version, item.version_first = before.version, True


def _lend_tier(item: _Item, before: _Item | None, following: _Item | None, rest: list[_Item]) -> None:
    """The second is a Sonnet in "Sonnet 4, 4.5 and Opus 4.5", the first in "Claude 3.7 and 3.5 Sonnet"."""
    later = next((each for each in rest if each.tiers), None)
    if before is not None and not item.stem and before.tiers and not before.version_first:
        item.tiers = list(before.tiers)
    elif following is not None and later is not None and later.version_first and not later.stem:
        item.tiers, item.version_first = list(later.tiers), True
    elif before is not None and not item.stem:
        item.tiers = list(before.tiers)


def _named(item: _Item, lexicon: Lexicon) -> ModelName:
    if item.whole is not None:
        return _mended(item.whole, lexicon)
    stem = item.stem or next((lexicon.alone[tier] for tier in item.tiers if tier in lexicon.alone), "")
    parts = (stem, item.version, *item.tiers) if item.version_first and stem not in VERSION_LAST else (stem, *item.tiers, item.version)
    name = parse_model("-".join(part for part in (*parts, *item.modes) if part))
    return _mended(name, lexicon)


def _mended(name: ModelName, lexicon: Lexicon) -> ModelName:
    """`Opus 48` is Opus 4.8: two digits without a dot that no known model has as its version."""
    version = name.version
    if version is None or len(version) != 2 or not version.isdigit() or version < "20" or name.canonical in lexicon.known:  # noqa: PLR2004
        return name
    return replace(name, version=f"{version[0]}.{version[1]}")

"""Model names by their shape: any vendor's id becomes family, version, tier and variant without a list of known models.

Shapes read: `claude-opus-4-5-20251101` (hyphens for the dot, a date), `claude-3-5-sonnet-20241022` (version before the tier),
`gpt-4o-mini` (letters glued to the number), `us.anthropic.claude-opus-4-5-v1:0` (cloud prefix and revision), `anthropic/claude-opus-4.5` (router path),
`models/gemini-2.5-pro`, `claude-opus-4-8[1m]` (mode in brackets), `llama-3.3-70b-instruct` (size), `deepseek-r1:free` (tag), and the same spelled with spaces.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 200
_DATE = re.compile(r"[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2}|latest|default)$")
_REVISION = re.compile(r"-v?\d+:\d+$")
_BARE_REVISION = re.compile(r"-v\d$")
_CLOUD_PREFIX = re.compile(r"^(?:[a-z][a-z-]*\.)+(?=[a-z])")
_BRACKET = re.compile(r"[\[(]([a-z0-9 -]{1,20})[\])]$")
_GLUED = re.compile(r"([a-z]{2,})(\d{1,2}(?:\.\d{1,2})?)")
_LETTERED = re.compile(r"([a-z])(\d{1,2}(?:[.p]\d{1,2})?)")
_NUMBER = re.compile(r"\d+(?:\.\d+)*[a-z]?")
_CONTEXT = re.compile(r"\d+[km]")
_SIZE = re.compile(r"a?\d+(?:\.\d+)?(?:x\d+)?b|e\d+b")
_MODES = frozenset({"fast", "thinking", "preview", "instant", "exp", "experimental", "beta"})
_NOISE = frozenset({"mode", "model", "models", "latest", "context"})

# Families whose ids put the version after the tier today and before it in earlier ids: one canonical order for both.
VERSION_LAST = frozenset({"claude"})
# Tiers that people and configuration name without the family's stem. Others work too: `fable` equals `claude-fable` wherever names are compared.
_SAID_ALONE = {"opus": "claude", "sonnet": "claude", "haiku": "claude", "fable": "claude", "mythos": "claude"}
_STEMS = {"chatgpt": "gpt"}
# Families that glue the number to the name in every official spelling.
_WRITTEN_GLUED = frozenset({"qwen"})


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model's name in parts: `claude-opus-4-5-20251101` is family `claude-opus`, version `4.5`; `gpt-4o-mini` is family `gpt`, version `4o`, tier `mini`.

    `version` is None for a bare family; `variant` is a mode of the same model (`fast`, `1m`), not another model;
    `tier` are the words after the version; `pin` is a numbered snapshot (`gpt-4-0314`).
    """

    family: str
    version: str | None = None
    variant: str | None = None
    tier: str | None = None
    pin: str | None = None

    @property
    def canonical(self) -> str:
        """The parts joined by hyphens, the version dotted: `claude-opus-4.5`, `gpt-4o-mini`, `o3`, `qwen3-coder`."""
        glue = "" if self.family in _WRITTEN_GLUED or len(self.family) == 1 else "-"
        head = f"{self.family}{glue}{self.version}" if self.version else self.family
        return "-".join(part for part in (head, self.tier, self.pin, self.variant) if part)

    @property
    def words(self) -> frozenset[str]:
        """The words that tell models apart, without their order: family and tier."""
        return frozenset((*self.family.split("-"), *(self.tier or "").split("-"))) - {""}

    @property
    def number(self) -> tuple[str, ...]:
        """The version for comparison: `4.0` equals `4`, `v3.1` equals `3.1`. Empty for a bare family."""
        parts = (self.version or "").removeprefix("v").split(".")
        while len(parts) > 1 and parts[-1].strip("0") == "":
            parts.pop()
        return tuple(parts) if parts[0] else ()

    @property
    def modes(self) -> frozenset[str]:
        """The variant's words."""
        return frozenset((self.variant or "").split("-")) - {""}


@lru_cache(maxsize=8192)
def parse_model(text: str) -> ModelName:
    """Split a model id of any spelling into its parts. Total: an unknown shape is a family of that name."""
    name, modes = _bare(text[:_LONGEST])
    tokens = [token for token in re.split(r"[-_\s]+", name) if token]
    words, version, tiers, pin = _sorted_out(_unglued(tokens), modes)
    if not words:
        words, tiers = tiers, []
    if words and words[0] in _STEMS:
        words[0] = _STEMS[words[0]]
    if words and words[0] in _SAID_ALONE:
        words.insert(0, _SAID_ALONE[words[0]])
    if words and words[0] in VERSION_LAST:
        words, tiers = words + tiers, []
        version = version.removesuffix(".0") if version else None
    if not words:
        return ModelName(name.strip("-") or text[:_LONGEST].strip().lower())
    return ModelName("-".join(words), version, "-".join(modes) or None, "-".join(tiers) or None, pin)


def _bare(text: str) -> tuple[str, list[str]]:
    """The id without path, cloud prefix, tag, date and revision; and the modes that stood in brackets or in the tag."""
    name = re.sub(r"[\s_]+", "-", text.strip().lower()).rsplit("/", 1)[-1]
    modes: list[str] = []
    bracket = _BRACKET.search(name)
    if bracket:
        name, modes = name[: bracket.start()].rstrip("-"), _modes(bracket[1].split("-"))
    without = _CLOUD_PREFIX.sub("", name)
    name = without if _has_word(without) else name.replace(".", "-", 1) if without != name else name
    for _ in range(3):
        name = _DATE.sub("", _REVISION.sub("", name))
    if ":" in name:
        name, tag = name.split(":", 1)
        if _SIZE.fullmatch(tag):
            name += "-" + tag
        modes += _modes([tag])
    if _BARE_REVISION.search(name) and any(char.isdigit() for char in name[:-2]):
        name = name[:-3]
    return name, modes


def _modes(words: Iterable[str]) -> list[str]:
    return [word for word in words if word in _MODES or _CONTEXT.fullmatch(word)]


def _has_word(name: str) -> bool:
    return re.match(r"[a-z]{2,}", name) is not None


def _unglued(tokens: list[str]) -> list[str]:
    """`gpt5.5` to `gpt`, `5.5`; `o3` to `o`, `3` where a name starts with it; `llama-v3p1` to `llama`, `v3.1`."""
    out: list[str] = []
    for token in tokens:
        glued, lettered = _GLUED.fullmatch(token), _LETTERED.fullmatch(token)
        if glued and not out:
            out += [glued[1], glued[2]]
        elif lettered and not out:
            out += [lettered[1], lettered[2]]
        elif lettered:
            out.append(lettered[1] + lettered[2].replace("p", "."))
        else:
            out.append(token)
    return out


def _sorted_out(tokens: list[str], modes: list[str]) -> tuple[list[str], str | None, list[str], str | None]:
    """Words before the version, the version, words after it, the pin; modes are added to `modes`."""
    words: list[str] = []
    tiers: list[str] = []
    version: str | None = None
    pin: str | None = None
    open_version = False
    for token in tokens:
        number = _NUMBER.fullmatch(token) is not None and not _SIZE.fullmatch(token)
        if version is not None and (token in _MODES or _CONTEXT.fullmatch(token)):
            modes.append(token)
        elif token in _NOISE:
            continue
        elif version is None and (words or number) and (number or _LETTERED.fullmatch(token)):
            version, open_version = token, token.isdigit() and len(token) <= 2  # noqa: PLR2004 - two digits are a version, four a date
            continue
        elif open_version and token.isdigit() and len(token) <= 2:  # noqa: PLR2004
            version = f"{version}.{token}"
        elif version is not None and token.isdigit():
            pin = token
        else:
            (words if version is None else tiers).append(token)
        open_version = False
    return words, version, tiers, pin

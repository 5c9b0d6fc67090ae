"""Model names by their shape: any vendor's id becomes family, version and variant without a list of known models."""

import re
from dataclasses import dataclass

# Marks that say where or when a model is served, never which model it is: dates, Bedrock revisions, Vertex pins, "latest".
_DATE = re.compile(r"[-@](?:20\d{6}|20\d{2}-\d{2}-\d{2}|latest|default)$")
_REVISION = re.compile(r"-v\d+(?::\d+)?$")
_NUMBER = re.compile(r"\d+(?:\.\d+)*[a-z]?")
_VARIANTS = ("fast", "1m", "thinking", "preview", "instant", "exp", "beta")


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model's name in parts: `claude-opus-4-5-20251101` is family `claude-opus`, version `4.5`.

    `version` is None for a bare family; `variant` is a mode of the same model (`fast`, `1m`), not another model.
    """

    family: str
    version: str | None = None
    variant: str | None = None

    @property
    def canonical(self) -> str:
        """Family, dotted version and variant joined by hyphens."""
        return "-".join(part for part in (self.family, self.version, self.variant) if part)


def parse_model(text: str) -> ModelName:
    """Split a model id of any spelling into its parts. Total: an unknown shape is a family of that name."""
    name = text.strip().lower().replace("_", "-").replace(" ", "-")
    name = name.rsplit("/", 1)[-1]
    variant = None
    bracket = re.search(r"\[([a-z0-9]+)\]$", name)
    if bracket:
        name, variant = name[: bracket.start()], bracket[1]
    name = re.sub(r"^(?:[a-z]{2,6}\.)?(?:anthropic|openai|meta|mistral|amazon|google|deepseek|qwen|cohere)\.", "", name)
    for _ in range(3):
        name = _DATE.sub("", _REVISION.sub("", name))
    for word in _VARIANTS:
        if name.endswith("-" + word):
            name, variant = name[: -len(word) - 1], variant or word
            break
    words, numbers = [], []
    for part in name.split("-"):
        if part and _NUMBER.fullmatch(part) and words:
            numbers.append(part)
        elif part:
            words.append(part)
    return ModelName("-".join(words) or name, ".".join(numbers) or None, variant)

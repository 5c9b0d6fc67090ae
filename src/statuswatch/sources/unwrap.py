"""What an error body says, layer by layer: envelopes of gateways, nested JSON, strings that hold JSON. Only fields that servers fill are looked at.

Fields that may carry a prompt or an answer (`messages`, `input`, `content`, …) are never entered: an error quoted in them is no error.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from statuswatch.core.signatures import spaced, tokens_of
from statuswatch.sources.envelope import (
    CHILDREN,
    CODES,
    CONTENT,
    FILLER_CODES,
    MESSAGES,
    MOST_NODES,
    NAMED_UNION,
    UPSTREAMS,
    WAITS,
    error_status,
    key_of,
    listed,
)
from statuswatch.sources.headers import seconds
from statuswatch.sources.literal import NotDataError, first, whole

_DEEPEST = 12
_LONGEST_CODE = 100
_LONGEST_MESSAGE = 2000
_LONGEST_EMBEDDED = 262_144
_MOST_NUMBER = 10**7
_CODE = re.compile(r"[A-Za-z_@][\w.\-:#/@?=&%]*|\d{1,7}")
_SENTENCE_CODE = re.compile(r"[A-Za-z][A-Za-z ,'.()-]*")
_CLASS = re.compile(r"[A-Za-z]\w*(?:Error|Exception|Fault)")
# What stands before an error that another program passed on, and what shows that it is rather a request being quoted.
_PASSED_ON = re.compile(r"(?:error|exception|fail(?:ed|ure)|status|code|http|return(?:ed|s)|respon(?:se|ded)|upstream|provider|\b[45]\d\d)\b", re.IGNORECASE)
_QUOTED_REQUEST = re.compile(r"prompt|input|content|messages?\b|pars(?:e|ing)|json|argument|param|unexpected|value|tool|schema|field", re.IGNORECASE)
_LONGEST_PREFIX = 240
_LABEL = re.compile(r"\s*(?:(?:[a-z_]\w*\.){0,6}([A-Z]\w{2,60}(?:Error|Exception))\b|An error occurred \((\w{3,60})\))")
_CALLED = re.compile(r"\ban error occurred \((\w{3,60})\)", re.IGNORECASE)
_QUIET_STATUSES = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a body: as written, in the spelling that listed codes are compared by, and as words that meanings are found in."""

    text: str
    squashed: str
    words: str


@dataclass(slots=True)
class Layer:
    """One error inside a body. `depth` counts from the outside; `told` marks one that was found in a sentence, not in the structure."""

    depth: int
    told: bool = False
    codes: list[Code] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    status: int | None = None
    param: str | None = None
    upstream: str | None = None
    model: str | None = None
    request_id: str | None = None
    retry_after_s: float | None = None

    def add_code(self, text: str) -> None:
        """Keep a code that has words of its own, once."""
        tokens = tokens_of(text)
        words = spaced(tokens)
        if tokens and all(code.words != words for code in self.codes):
            self.codes.append(Code(text, "".join(tokens), words))


def layers_of(value: object, status: int | None) -> list[Layer]:
    """The errors inside a parsed body, innermost first; the same for any order of keys. `status` is the response's own."""
    walk = _Walk(labels=status not in _QUIET_STATUSES)
    walk.enter([value] if isinstance(value, dict) else [item for item in listed(value) if isinstance(item, dict)], 0, told=False)
    return _innermost_first(walk.found)


def layers_in_text(text: str, *, labels: bool) -> list[Layer]:
    """The errors that a text holds as objects, or names by class (`RateLimitError: …`) where `labels` are asked for; innermost first."""
    walk = _Walk(labels=labels)
    outer = Layer(0, told=True)
    try:
        value = first(text[:_LONGEST_EMBEDDED])
    except NotDataError:
        outer.messages.append(text[:_LONGEST_MESSAGE])
    else:
        walk.enter([value], 1, told=True)
    if labels:
        found = (_CALLED.search(text[:_LONGEST_MESSAGE]), _LABEL.match(text))
        for code in [group for label in found if label for group in label.groups() if group]:
            outer.add_code(code)
    walk.found.append(outer)
    return _innermost_first(walk.found)


def _innermost_first(found: list[Layer]) -> list[Layer]:
    empty = Layer(0)
    said = [layer for layer in found if replace(layer, depth=0, told=False) != empty]
    return sorted(said, key=lambda layer: (-layer.depth, layer.told))


@dataclass(slots=True)
class _Walk:
    """One way through a body, outside in, with a limit on depth and on objects visited."""

    labels: bool
    found: list[Layer] = field(default_factory=list)
    left: int = MOST_NODES

    def enter(self, nodes: list[Any], depth: int, *, told: bool) -> None:
        """Read sibling objects as one layer, then what is inside them."""
        layer = Layer(depth, told)
        inside: list[tuple[list[Any], bool]] = []
        for node in nodes:
            self.left -= 1
            if self.left < 0 or depth > _DEEPEST:
                return
            inside += self._read(node, layer)
        self.found.append(layer)
        for children, in_sentence in inside:
            self.enter(children, depth + 1, told=told or in_sentence)

    def _read(self, node: Mapping[Any, Any], layer: Layer) -> Iterator[tuple[list[Any], bool]]:
        if len(node) > MOST_NODES:
            return
        fields = sorted(((key_of(name), str(name), value) for name, value in node.items()), key=lambda entry: entry[:2])
        if any(key in CONTENT and value for key, _, value in fields):
            fields = [entry for entry in fields if entry[0] in ("error", "errors", "err", "choices")]
        for key, name, value in fields:
            if key == "choices":
                yield [choice["error"] for choice in listed(value) if isinstance(choice, dict) and isinstance(choice.get("error"), dict)], False
            elif isinstance(value, str):
                yield from self._string(key, name, value, layer)
            elif isinstance(value, dict | list):
                yield from _inside(key, name, value, layer)
            else:
                _plain(key, value, layer)

    def _string(self, key: str, name: str, value: str, layer: Layer) -> Iterator[tuple[list[Any], bool]]:
        if key in CODES and _as_code(value, layer):
            return
        if key == "name" and _CLASS.fullmatch(value[:_LONGEST_CODE]):
            layer.add_code(value)
        elif key == "error" and len(value) <= _LONGEST_CODE and _CODE.fullmatch(value):
            layer.add_code(value)
            layer.messages.append(value)
        elif key in MESSAGES:
            yield from self._message(key, value, layer)
        elif name:
            _plain(key, value, layer)

    def _message(self, key: str, value: str, layer: Layer) -> Iterator[tuple[list[Any], bool]]:
        """A sentence; where it passes on another error as an object, that one."""
        if "{" in value and (inner := _passed_on(value)) is not None:
            yield inner, key not in ("raw", "body", "responsebody", "data", "error")
            value = value.split("{", 1)[0]
        if self.labels and key in ("message", "error", "detail", "msg") and (label := _LABEL.match(value)):
            told = Layer(layer.depth, told=True, messages=[value[:_LONGEST_MESSAGE]])
            told.add_code(label[1] or label[2])
            self.found.append(told)
        if value.strip():
            layer.messages.append(value[:_LONGEST_MESSAGE])


def _as_code(value: str, layer: Layer) -> bool:
    """Take a string that stands where codes stand; whether it was one."""
    if (status := error_status(value)) is not None:
        layer.status = layer.status or status
        return True
    if value.lower() in FILLER_CODES:
        return True
    if len(value) <= _LONGEST_CODE and (_CODE.fullmatch(value) or _SENTENCE_CODE.fullmatch(value)):
        layer.add_code(value)
        return True
    if "://" in value[:12] and not value.isspace():
        layer.add_code(value)
        return True
    if value.startswith("/") and (last := value.rstrip("/").rpartition("/")[2]) and _CODE.fullmatch(last[:_LONGEST_CODE]):
        layer.add_code(last)  # a problem type relative to the answer's address (RFC 9457, section 3.1.1)
        return True
    return False


def _inside(key: str, name: str, value: Any, layer: Layer) -> Iterator[tuple[list[Any], bool]]:
    """The objects below a field. A field named like an exception, and a code written as an object with one key, are codes themselves."""
    if isinstance(value, dict) and NAMED_UNION.fullmatch(name):
        layer.add_code(name)
        yield [value], False
    elif key in CHILDREN:
        if isinstance(value, dict) and len(value) == 1 and key in ("codexerrorinfo", "reason", "errorinfo"):
            ((only, content),) = value.items()
            layer.add_code(str(only)[:_LONGEST_CODE])
            value = content
        items = [value] if isinstance(value, dict) else [item for item in listed(value) if isinstance(item, dict)]
        layer.messages += [item[:_LONGEST_MESSAGE] for item in listed(value) if isinstance(item, str)]
        if items:
            yield items, False


def _plain(key: str, value: Any, layer: Layer) -> None:
    """Numbers, and the few names that are kept beside codes."""
    if key in WAITS and layer.retry_after_s is None and not isinstance(value, bool):
        layer.retry_after_s = seconds(str(value))
    elif isinstance(value, str):
        _name(key, value[:_LONGEST_CODE], layer)
    elif key in CODES and isinstance(value, int) and not isinstance(value, bool):
        if (status := error_status(value)) is not None:
            layer.status = layer.status or status
        elif 0 < value < _MOST_NUMBER:
            layer.add_code(str(value))


def _name(key: str, value: str, layer: Layer) -> None:
    if key in UPSTREAMS:
        layer.upstream = value
    elif not _CODE.fullmatch(value):
        return
    elif key == "param":
        layer.param = value
    elif key == "model":
        layer.model = value
    elif key == "requestid":
        layer.request_id = value


def _passed_on(value: str) -> list[Any] | None:
    """The error that a sentence passes on: an object at its very start, or behind words that announce an error and quote nothing."""
    if len(value) > _LONGEST_EMBEDDED:
        return None
    try:
        if value.lstrip()[:1] in ("{", "["):
            found = whole(value)
        else:
            prefix = re.sub(r"b?['\"]?$", "", value[: value.find("{")].rstrip())
            if len(prefix) > _LONGEST_PREFIX or any(quote in prefix for quote in "'\"`") or not _PASSED_ON.search(prefix) or _QUOTED_REQUEST.search(prefix):
                return None
            found = first(value)
    except NotDataError:
        return None
    return [found] if isinstance(found, dict) else [item for item in listed(found) if isinstance(item, dict)] or None

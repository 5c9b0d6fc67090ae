"""The decision table for failed calls as a value: rows with their conditions, in order. Where the rows come from is the catalogue's business."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from statuswatch.core.health import Confidence, Fault

# Words that a code may begin with (a namespace) or end with (that it is an error) without meaning anything by them.
_NAMESPACES = frozenset({"error", "errors", "err", "com", "google", "rpc", "type", "googleapis", "the"})
_ENDINGS = frozenset({"error", "errors", "exception"})
_TOKEN = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_LONGEST_CODE = 160


def tokens_of(code: str) -> tuple[str, ...]:
    """The words of an error code in any spelling: `insufficientQuota`, `INSUFFICIENT_QUOTA` and `InsufficientQuotaError` are the same two.

    A qualified name (`com.x#ThrottlingException`, `ThrottlingException:http://…`, a problem type's address) counts by its last part alone.
    """
    code = code[:_LONGEST_CODE]
    if "://" in code:
        head, _, tail = code.partition("://")
        # `Name:http://namespace` (AWS) carries the name in front, an address carries it at its end.
        code = head.rpartition(":")[0] or tail.rstrip("/#").rpartition("#")[2].rpartition("/")[2]
    code = code.rpartition("#")[2] or code
    words = [part.lower() for part in _TOKEN.findall(code)]
    while words and words[0] in _NAMESPACES:
        del words[0]
    return tuple(words[:-1] if words and words[-1] in _ENDINGS else words)


def squash(code: str) -> str:
    """The one spelling under which codes are listed and compared: its words, joined."""
    return "".join(tokens_of(code))


class Stage(StrEnum):
    """When a row is asked. Stages follow each other in this order; within a stage, rows are asked in the order of the data."""

    INTERCEPTED = "intercepted"
    NAMED = "named"
    GENERIC = "generic"
    HEADER = "header"
    STATUS = "status"
    WORDING = "wording"
    TRANSPORT = "transport"


class Place(StrEnum):
    """Where the answering host stands: on this machine or its private network, or elsewhere. Unknown hosts are neither."""

    LOCAL = "local"
    REMOTE = "remote"


class Shape(StrEnum):
    """What kind of body came."""

    JSON = "json"
    HTML = "html"
    TEXT = "text"
    STREAM = "stream"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A meaning inside one code: all `stems` begin some word of it, no stem of `never` does; `rate limit` reads `user_rate_limited`.

    Each stem comes with a space before it, so that it is found only where a word begins.
    """

    stems: tuple[str, ...]
    never: tuple[str, ...] = ()

    def found_in(self, words: str) -> bool:
        """Whether the code means this; `words` are its words as `spaced` gives them."""
        for stem in self.stems:  # asked thousands of times: no generator
            if stem not in words:
                return False
        return not (self.never and any(stem in words for stem in self.never))


def spaced(tokens: tuple[str, ...]) -> str:
    """A code's words, each after a space."""
    return "".join(f" {token}" for token in tokens)


@dataclass(frozen=True, slots=True)
class HeaderTest:
    """One header must be there with one of these values. `name` may hold `*`; values are patterns without regard to case, none means any value."""

    name: str
    pattern: re.Pattern[str] | None
    values: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a row: all that are given must hold. An empty one holds always.

    `codes` are squashed; `statuses` inclusive ranges, `no_status` where none is known; `wording` searched in messages with everything quoted blanked out;
    `paths` searched in the path of the address; header names with `@` are facts that the reader derives (see `sources.case`).
    """

    codes: frozenset[str] = frozenset()
    means: tuple[Phrase, ...] = ()
    statuses: tuple[tuple[int, int], ...] = ()
    no_status: bool = False
    providers: frozenset[str] = frozenset()
    headers: tuple[HeaderTest, ...] = ()
    without: tuple[HeaderTest, ...] = ()
    shapes: frozenset[Shape] = frozenset()
    wording: re.Pattern[str] | None = None
    paths: re.Pattern[str] | None = None
    place: Place | None = None
    params: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the decision table. `explicit`: the match is a stable code or a standard header that names the cause."""

    id: str
    stage: Stage
    when: When
    fault: Fault
    confidence: Confidence
    reason: str
    explicit: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who answered, by the shape of the answer: a header only this provider sends, or the form of its request ids."""

    provider: str
    headers: tuple[HeaderTest, ...] = ()
    request_id: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Signatures:
    """The whole table, rows by stage.

    `gateway_headers` mark a proxy that its user runs, `request_ids` name headers that prove the provider's application answered, `code_headers` name
    headers whose value is an error code, `wrapped_prefixes` begin headers that a gateway passes on from its upstream, `quota_headers` hold the units left.
    """

    rows: Mapping[Stage, tuple[Row, ...]] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()
    gateway_headers: tuple[HeaderTest, ...] = ()
    request_ids: frozenset[str] = frozenset()
    code_headers: frozenset[str] = frozenset()
    wrapped_prefixes: tuple[str, ...] = ()
    quota_headers: tuple[HeaderTest, ...] = ()

"""What a verb takes, as data: from it come `--help`, the reading of its words, the completions of the shells and the manual page, so that they agree.

`verbs` holds the table. Nothing heavy is imported here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What stands for a value, where it is not one of a few words: a shell completes it by asking `statuswatch completions values KIND`, or itself."""

    TEXT = "text"
    ROUTE = "route"
    INCIDENT = "incident"
    PROVIDER = "provider"
    TARGET = "target"
    CALL = "call"
    OUTAGE = "outage"
    SOURCE = "source"
    CLIENT = "client"
    FORMAT = "format"
    FILE = "file"
    FOLDER = "folder"


ASKED = frozenset({Kind.ROUTE, Kind.INCIDENT, Kind.PROVIDER, Kind.TARGET, Kind.CALL, Kind.OUTAGE, Kind.SOURCE, Kind.CLIENT, Kind.FORMAT})
"""The kinds whose values the program itself tells."""


class Count(StrEnum):
    """How many values an argument takes, in argparse's letters."""

    ONE = "1"
    MAYBE = "?"
    ANY = "*"
    SOME = "+"


_SHAPES = {Count.ONE: "{}", Count.MAYBE: "[{}]", Count.ANY: "[{} ...]", Count.SOME: "{} ..."}


@dataclass(frozen=True, slots=True)
class Option:
    """`--name` with a value where `metavar` is not empty. `choices`: the only words that are taken. `rival`: options of one rival exclude each other."""

    name: str
    help: str
    metavar: str = ""
    kind: Kind = Kind.TEXT
    choices: tuple[str, ...] = ()
    many: bool = False
    required: bool = False
    rival: str = ""
    optional: bool = False
    """Whether its value may be left out."""

    @property
    def key(self) -> str:
        """The attribute under which its value is found."""
        return self.name.removeprefix("--").replace("-", "_")


@dataclass(frozen=True, slots=True)
class Argument:
    """A word without dashes. `key` is the attribute under which it is found, `metavar` how it is shown."""

    key: str
    metavar: str
    help: str
    kind: Kind = Kind.TEXT
    count: Count = Count.ONE
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb. `verbs`: verbs below it; `exits`: what its exit statuses mean (empty: those of the verb above); `examples`: whole command lines."""

    name: str
    about: str
    options: tuple[Option, ...] = ()
    arguments: tuple[Argument, ...] = ()
    exits: Mapping[int, str] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    verbs: tuple["Verb", ...] = ()
    notes: str = ""
    required: bool = True
    """Whether one of `verbs` must be named."""


JSON = Option("--json", "one JSON object a line")
HELP = Option("--help", "this text")


def each(verbs: Mapping[str, Verb]) -> Iterator[tuple[tuple[str, ...], Verb]]:
    """Every verb with the words that lead to it, those below another after it."""
    for verb in verbs.values():
        yield (verb.name,), verb
        for below in verb.verbs:
            yield (verb.name, below.name), below


def usage(path: tuple[str, ...], verb: Verb) -> str:
    """The usage in one line: `statuswatch wait [--timeout S | --notify] [--json] ROUTE`."""
    words = ["statuswatch", *path]
    rivals: dict[str, list[str]] = {}
    for option in verb.options:
        shown = f"{option.name} {f'[{option.metavar}]' if option.optional else option.metavar}".strip()
        rivals.setdefault(option.rival or option.name, []).append(shown)
    for option in verb.options:
        group = rivals.pop(option.rival or option.name, None)
        if group is not None:
            shown = " | ".join(group)
            words.append(f"{shown if option.required else f'[{shown}]'}{' ...' if option.many else ''}")
    words += [_SHAPES[argument.count].format(argument.metavar) for argument in verb.arguments]
    if verb.verbs:
        names = "|".join(below.name for below in verb.verbs)
        words.append(f"{names} ..." if verb.required else f"[{names}] ...")
    return " ".join(words)

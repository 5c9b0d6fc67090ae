"""Reads the words behind a verb by the table: `--help`, values, what is missing, and what a mistyped option comes nearest to."""

import argparse
import difflib
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from statuswatch.surfaces.cli.grammar import Argument, Count, Kind, Option, Verb, usage
from statuswatch.surfaces.cli.verbs import TABLE
from statuswatch.surfaces.plain import plain

FINE, USAGE = 0, 2
Convert = Callable[[str], Any]
"""Makes a value of a word; raises argparse.ArgumentTypeError with what was expected."""

_ODD = re.compile(r"unrecognized arguments: (.*)", re.DOTALL)
_WRONG = re.compile(r"argument [^:]+: invalid choice: '(.*)' \(choose from (.*)\)", re.DOTALL)
_WORD_MOST = 60


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with the nearest that is known, and ends with 2."""

    def __init__(self, path: tuple[str, ...], verb: Verb) -> None:
        super().__init__(prog=f"statuswatch {' '.join(path)}", add_help=False, allow_abbrev=False)
        self.path = path
        self.verb = verb

    def format_help(self) -> str:
        return help_text(self.path, self.verb)

    def print_help(self, file: Any = None) -> None:
        """Written as any answer is: argparse says nothing where its help cannot be written, and ends with 0."""
        (file or sys.stdout).write(self.format_help())

    def error(self, message: str) -> NoReturn:
        odd, wrong = _ODD.fullmatch(message), _WRONG.match(message)
        sentence = self._unknown(odd[1].split(" ")[0]) if odd else self._not_a_choice(wrong[1], wrong[2]) if wrong else message
        if message.endswith("required: VERB"):
            sentence = f"which? one of {', '.join(below.name for below in self.verb.verbs)}"
        sys.stderr.write(f"{self.prog}: {plain(sentence)} ({self.prog} --help tells more)\n")
        raise SystemExit(USAGE)

    def _not_a_choice(self, word: str, listed: str) -> str:
        known = re.findall(r"[\w-]+", listed)
        near = difflib.get_close_matches(word, known, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; did you mean {self.prog} {known[0]} {word[:_WORD_MOST]}?" if self._one_way(known) else ""
        return f"{word[:_WORD_MOST]!r} is none of {', '.join(known)}{hint}"

    def _one_way(self, known: list[str]) -> bool:
        """Whether there is but one verb below, which takes a word: then that is the one that was left out."""
        return known == [below.name for below in self.verb.verbs] and len(known) == 1 and bool(self.verb.verbs[0].arguments)

    def _unknown(self, word: str) -> str:
        shown = word[:_WORD_MOST]
        if not word.startswith("-"):
            return f"{shown!r} is one word too many; usage: {usage(self.path, self.verb)}"
        options = ["--help", *(option.name for option in self.verb.options)]
        near = difflib.get_close_matches(word.partition("=")[0], options, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; it knows {', '.join(options)}"
        return f"unknown option {shown!r}{hint}"


def read(verb: str, argv: list[str], convert: Mapping[str, Convert] | None = None, defaults: Mapping[str, Any] | None = None) -> argparse.Namespace | int:
    """What was asked for, each option and argument under its key (and the verb below under `verb`), or the exit status where nothing is left to do.

    `verb` may be one below another: `providers add`. `convert`: what makes a value of a word; `defaults`: what stands where none was given, else None; by key.
    """
    path = tuple(verb.split())
    try:
        return _parser(path, _found(path), _Making(convert or {}, defaults or {})).parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)


@dataclass(frozen=True, slots=True)
class _Making:
    """How words become values."""

    convert: Mapping[str, Convert]
    defaults: Mapping[str, Any]


def _found(path: tuple[str, ...]) -> Verb:
    verb = TABLE[path[0]]
    below = next((other for other in verb.verbs if other.name == "".join(path[1:])), None)
    return _heir(verb, below) if below else verb


def _parser(path: tuple[str, ...], verb: Verb, making: _Making) -> _Parser:
    parser = _Parser(path, verb)
    _fill(parser, verb, making)
    above = frozenset(option.name for option in verb.options)
    if verb.verbs:
        below = parser.add_subparsers(dest="verb", required=verb.required, metavar="VERB", parser_class=_Below)
        for other in verb.verbs:
            _fill(below.add_parser(other.name, path=(*path, other.name), verb=_heir(verb, other)), other, making, above)
    return parser


class _Below(_Parser):
    """The parser of a verb below another: argparse makes it with arguments of its own."""

    def __init__(self, *, path: tuple[str, ...], verb: Verb, **_more: Any) -> None:
        super().__init__(path, verb)


def _heir(above: Verb, verb: Verb) -> Verb:
    """A verb below another with what it has from above: exit statuses, and the examples that show it."""
    examples = verb.examples or tuple(example for example in above.examples if f" {above.name} {verb.name}" in example)
    return Verb(verb.name, verb.about, verb.options, verb.arguments, verb.exits or above.exits, examples, notes=verb.notes)


def _fill(parser: argparse.ArgumentParser, verb: Verb, making: _Making, above: frozenset[str] = frozenset()) -> None:
    parser.add_argument("-h", "--help", action="help")
    rivals: dict[str, Any] = {}
    for option in verb.options:
        place = rivals.setdefault(option.rival, parser.add_mutually_exclusive_group()) if option.rival else parser
        place.add_argument(option.name, dest=option.key, **_option(option, making, above))
    for argument in verb.arguments:
        parser.add_argument(argument.key, **_argument(argument, making))


def _option(option: Option, making: _Making, above: frozenset[str]) -> dict[str, Any]:
    if not option.metavar:
        # What was said before the verb below holds behind it too.
        return {"action": "store_true", "default": argparse.SUPPRESS if option.name in above else False}
    told: dict[str, Any] = {"metavar": option.metavar, "type": making.convert.get(option.key, str), "required": option.required}
    if option.choices:
        told["choices"] = option.choices
    action, default = ("append", []) if option.many else ("store", making.defaults.get(option.key))
    return {**told, "action": action, **({} if option.required else {"default": default})}


def _argument(argument: Argument, making: _Making) -> dict[str, Any]:
    told: dict[str, Any] = {"metavar": argument.metavar, "type": making.convert.get(argument.key, str)}
    if argument.choices and argument.count is not Count.ANY:  # argparse takes no word at all for a wrong one; the verb looks at them itself
        told["choices"] = argument.choices
    if argument.count is Count.MAYBE:
        told["default"] = making.defaults.get(argument.key)
    return told if argument.count is Count.ONE else {**told, "nargs": argument.count.value}


def helped(*path: str) -> str:
    """The help of a verb, for those that read their words themselves."""
    return help_text(path, _found(path))


def help_text(path: tuple[str, ...], verb: Verb) -> str:
    """Usage, what it is for, what it takes, exit statuses, an example, for the width of this terminal."""
    from statuswatch.surfaces.cli.printing import page_width
    from statuswatch.surfaces.present_text import plain as unpainted
    from statuswatch.surfaces.present_text import say, wrap

    width = page_width()
    lines = [*wrap(say(f"usage: {usage(path, verb)}"), width, 7), (), *wrap(say(verb.about), width)]
    rows = [(argument.metavar, _told(argument.help, argument.kind)) for argument in verb.arguments]
    rows += [(below.name, below.about) for below in verb.verbs]
    rows += [(f"{option.name} {option.metavar}".strip(), _told(option.help, option.kind)) for option in verb.options]
    rows.append(("-h, --help", "this text"))
    lines += [(), *_rows(rows, width)]
    if verb.exits:
        lines += [(), say("exit status:"), *_rows([(str(status), told) for status, told in sorted(verb.exits.items())], width)]
    if verb.examples:
        lines += [(), say("example:" if len(verb.examples) == 1 else "examples:"), *(say(f"  {example}") for example in verb.examples)]
    return "".join(f"{unpainted(line)}\n" for line in lines)


def _rows(rows: list[tuple[str, str]], width: int) -> list[Any]:
    from statuswatch.surfaces.present_text import say, wrap

    size = min(max(len(name) for name, _ in rows), 22, max(8, width // 3))
    lines: list[Any] = []
    for name, told in rows:
        if len(name) > size:
            lines += [say(f"  {name}"), *wrap(say(f"{'':<{size + 4}}{told}"), width, size + 4)]
        else:
            lines += wrap(say(f"  {name:<{size}}  {told}"), width, size + 4)
    return lines


def _told(text: str, kind: Kind) -> str:
    """The help with the values that are always the same."""
    if kind is Kind.CLIENT:
        from statuswatch.sources.clients import CLIENTS

        return f"{text}: {', '.join(CLIENTS)}"
    if kind is Kind.FORMAT:
        from statuswatch.sources.formats import FORMATS

        return f"{text}: {', '.join(FORMATS)}"
    return text

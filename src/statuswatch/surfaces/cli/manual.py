"""`statuswatch manual`: the manual page statuswatch(1), made from the table of verbs. In man(7)'s macros, for groff and mandoc."""

import sys
from collections.abc import Iterable, Mapping

from statuswatch.surfaces.cli.asked import read
from statuswatch.surfaces.cli.grammar import Argument, Kind, Option, Verb, usage
from statuswatch.surfaces.cli.verbs import TABLE

FINE = 0
_STATUSES = {
    0: "Fine, or back; verbs that only tell end with 0 whatever they tell.",
    1: "Trouble on their side; for some verbs: something is not in order.",
    2: "Wrong usage, or input that could not be read.",
    3: "Trouble on your side.",
    4: "Cannot tell: unknown, out of date, no engine, timed out.",
    130: "Interrupted by Ctrl-C.",
}
_ENVIRONMENT = {
    "STATUSWATCH_HOME": "A folder in which settings, store, socket and picture lie, in place of the usual ones below.",
    "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR": "Where the usual places lie.",
    "COLUMNS": "How many cells a line may take; else the terminal's own width, and 100 where there is none.",
    "NO_COLOR": "Not empty: no colours, whatever else is set.",
    "CLICOLOR_FORCE, FORCE_COLOR": "Not empty and not 0: colours also where standard output is no terminal.",
    "CLICOLOR": "0: no colours.",
    "TERM": "dumb: no colours, and signs of ASCII alone; linux: signs of ASCII alone.",
    "TZ": "The zone of the times that people are shown; what programs are told is UTC.",
}
_FILES = {
    "$XDG_CONFIG_HOME/statuswatch/config.toml": "The settings.",
    "$XDG_CONFIG_HOME/statuswatch/providers/*.toml": "Providers of your own.",
    "$XDG_STATE_HOME/statuswatch/store.db": "What the engine knows and has told: SQLite, yours alone.",
    "$XDG_RUNTIME_DIR/statuswatch/": "The engine's socket, its newest picture, the line of prompts.",
}
_WHAT_IT_DOES = (
    "A coding tool says that a call failed. statuswatch tells whose fault it is, how sure that is and why, since when, and what to do; and when it is over. "
    "It stands on the status pages of the providers that you use and on your own calls, and it is silent about all else."
)
_HOW = (
    "A background process, the engine, reads the pages; every verb shows the picture that it keeps. Without a verb the dashboard is shown. "
    "No verb but the dashboard, run and engine start starts anything, none opens a pager, and colours are for terminals alone."
)


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    given = read("manual", argv)
    if isinstance(given, int):
        return given
    sys.stdout.write(page(TABLE))
    return FINE


def page(table: Mapping[str, Verb]) -> str:
    """The manual page. The same table gives the same bytes: no version and no date goes in."""
    lines = ['.TH STATUSWATCH 1 "" "statuswatch" "User Commands"', ".nh", ".SH NAME", r"statuswatch \- is it them or me?", ".SH SYNOPSIS"]
    lines += [".B statuswatch", r".RI [ VERB ]\~[ ARGUMENTS ]", ".SH DESCRIPTION", *_paragraphs((_WHAT_IT_DOES, _HOW)), ".SH VERBS"]
    for verb in table.values():
        lines += _verb((verb.name,), verb)
        for below in verb.verbs:
            lines += _verb((verb.name, below.name), below)
    lines += [".SH EXIT STATUS", *_tagged((str(status), told) for status, told in _STATUSES.items())]
    lines += [".SH ENVIRONMENT", *_tagged(_ENVIRONMENT.items())]
    lines += [".SH FILES", *_tagged(_FILES.items()), ".SH EXAMPLES"]
    for verb in table.values():
        for example in verb.examples:
            lines += [".PP", ".EX", _text(f"    {example}"), ".EE"]
    lines += [".SH SEE ALSO", r".BR curl (1),", r".BR jq (1)"]
    return "\n".join(lines) + "\n"


def _verb(path: tuple[str, ...], verb: Verb) -> list[str]:
    lines = [f".SS {_text(' '.join(path))}", f".B {_text(usage(path, verb))}", ".PP", *_paragraphs((verb.about,))]
    takes: list[Argument | Option] = [*verb.arguments, *verb.options]
    lines += _tagged((_name(item), _help(item)) for item in takes)
    if verb.exits:
        told = "; ".join(f"{status} {said}" for status, said in sorted(verb.exits.items()))
        lines += [".PP", _text(f"Exit status: {told}.")]
    return lines


def _name(item: Argument | Option) -> str:
    return item.metavar if isinstance(item, Argument) else f"{item.name} {item.metavar}".strip()


def _help(item: Argument | Option) -> str:
    words = ", ".join(item.choices)
    told = item.help + (f": {words}" if words and not all(word in item.help for word in item.choices) else "")
    return f"{told} (statuswatch completions values {item.kind} lists them)" if item.kind in {Kind.CLIENT, Kind.FORMAT, Kind.OUTAGE} else told


def _paragraphs(texts: Iterable[str]) -> list[str]:
    lines: list[str] = []
    for text in texts:
        lines += [*([".PP"] if lines else []), _text(text)]
    return lines


def _tagged(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [line for name, told in rows for line in (".TP", f".B {_text(name)}", _text(told))]


def _text(text: str) -> str:
    """Text that roff prints as it is: backslashes and dashes spelled out, no line that could be taken for a request (groff_char(7))."""
    spelled = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga").replace("~", r"\(ti").replace("^", r"\(ha")
    spelled = spelled.replace('"', r"\(dq")
    return rf"\&{spelled}" if spelled.startswith(".") else spelled

"""How the verbs for people print: as wide as the terminal, in its colours where it has them and they are wanted."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from statuswatch.config import paths
from statuswatch.surfaces.cli.readyfile import coloured, on_terminal, printable, wanted_look
from statuswatch.surfaces.glyphs import speaks_ascii
from statuswatch.surfaces.present import Look, terminal
from statuswatch.surfaces.present_text import Line, clean, plain, say, wrap

_WIDTH = 100
_WIDEST = 250
_NARROWEST = 20


def page_width() -> int:
    """How many cells a line may take: what COLUMNS says, else the terminal's own width, else 100."""
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if on_terminal() or os.environ.get("COLUMNS") else _WIDTH
    return max(_NARROWEST, min(width, _WIDEST))


def look_here() -> Look:
    """How standard output is looked at."""
    plain_set = wanted_look()[0] or speaks_ascii(sys.stdout.encoding, os.environ.get("TERM") if on_terminal() else None)
    return Look(page_width(), plain_set, settings=_settings())


def _settings() -> str:
    try:
        return paths.config_file()
    except OSError:  # the home of all files is not usable, which verbs that need one say; the others go on
        return "config.toml"


def tell(sentence: str, stream: TextIO, lead: str = "") -> None:
    """Write one sentence of anybody's words, made inert: on a terminal in lines that fit, elsewhere as one line. `lead`: the spaces that it begins with."""
    whole = lead + clean(sentence)
    lines = [plain(line) for line in wrap(say(whole), page_width(), 2 * len(lead))] if stream.isatty() else [whole]
    stream.write("".join(printable(line) + "\n" for line in lines))


def put(lines: Iterable[Line]) -> None:
    """Print lines of the presenters."""
    colour = coloured()
    sys.stdout.write("".join(printable(terminal(line, colour=colour).rstrip()) + "\n" for line in lines))


def put_json(value: Mapping[str, Any]) -> None:
    """Print one object on one line. What is not ASCII is escaped: a feed's characters must not drive the terminal that it is shown on."""
    sys.stdout.write(json.dumps(value, separators=(",", ":")) + "\n")

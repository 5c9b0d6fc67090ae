"""How the verbs for people print: as wide as the terminal, in its colours where it has them and they are wanted."""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from statuswatch.surfaces.cli.readyfile import coloured, on_terminal, printable
from statuswatch.surfaces.glyphs import speaks_ascii
from statuswatch.surfaces.present import Look, terminal
from statuswatch.surfaces.present_text import Line

_WIDTH = 100
_WIDEST = 140
_NARROWEST = 20


def look_here() -> Look:
    """How standard output is looked at: a terminal has its own width, anything else 100 columns."""
    width = shutil.get_terminal_size((_WIDTH, 24)).columns if on_terminal() else _WIDTH
    return Look(max(_NARROWEST, min(width, _WIDEST)), speaks_ascii(sys.stdout.encoding, os.environ.get("TERM") if on_terminal() else None))


def put(lines: Iterable[Line]) -> None:
    """Print lines of the presenters."""
    colour = coloured()
    sys.stdout.write("".join(printable(terminal(line, colour=colour).rstrip()) + "\n" for line in lines))


def put_json(value: Mapping[str, Any]) -> None:
    """Print one object on one line. What is not ASCII is escaped: a feed's characters must not drive the terminal that it is shown on."""
    sys.stdout.write(json.dumps(value, separators=(",", ":")) + "\n")

"""`statuswatch completions`: the verb with what only other parts know, the names of outages, clients and formats. What a key press asks for comes first."""

import os
import sys

from statuswatch.config import paths
from statuswatch.surfaces.cli.completing import own_files, picture, safe, values

FINE, USAGE = 0, 2
KINDS = frozenset({"call", "client", "format", "incident", "outage", "provider", "route", "source", "target"})
"""What `completions values` knows: those of `grammar.ASKED`."""


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    if len(argv) == 2 and argv[0] == "values" and argv[1] in KINDS:  # noqa: PLR2004 - what to do and the kind
        sys.stdout.write("".join(f"{word}\n" for word in known(argv[1])))
        return FINE
    from statuswatch.surfaces.cli.asked import helped, read
    from statuswatch.surfaces.cli.completions import SHELLS, script
    from statuswatch.surfaces.cli.verbs import TABLE

    if not argv:
        sys.stderr.write(helped("completions"))
        return USAGE
    given = read("completions", argv)
    if isinstance(given, int):
        return given
    if given.verb in SHELLS:
        sys.stdout.write(script(given.verb, TABLE))
    return FINE


def known(kind: str) -> tuple[str, ...]:
    """What stands for a kind of value on this machine."""
    match kind:
        case "outage":
            from statuswatch.simulate.reading import outages

            return outages()
        case "client":
            from statuswatch.sources.clients import CLIENTS

            return tuple(CLIENTS)
        case "format":
            from statuswatch.sources.formats import FORMATS

            return tuple(FORMATS)
        case "provider":
            shipped = os.path.join(os.path.dirname(os.path.dirname(__file__)), "catalog", "providers")  # noqa: PTH118, PTH120 - pathlib costs a key press
            return safe((*own_files(paths.providers_dir()), *own_files(shipped), *values(kind, picture())))
    return values(kind, picture())

"""`statuswatch completions`: the verb with what only other parts know, the names of outages, clients and formats. What a key press asks for comes first."""

import sys
from pathlib import Path

from statuswatch.config import paths
from statuswatch.surfaces.cli.completions import SHELLS, own_files, picture, safe, script, values
from statuswatch.surfaces.cli.grammar import ASKED, Kind

FINE, USAGE = 0, 2


def run(argv: list[str]) -> int:
    """Run the verb; returns its exit status."""
    if len(argv) == 2 and argv[0] == "values" and argv[1] in ASKED:  # noqa: PLR2004 - what to do and the kind
        sys.stdout.write("".join(f"{word}\n" for word in known(Kind(argv[1]))))
        return FINE
    from statuswatch.surfaces.cli.asked import helped, read
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


def known(kind: Kind) -> tuple[str, ...]:
    """What stands for a kind of value on this machine."""
    match kind:
        case Kind.OUTAGE:
            from statuswatch.simulate.reading import outages

            return outages()
        case Kind.CLIENT:
            from statuswatch.sources.clients import CLIENTS

            return tuple(CLIENTS)
        case Kind.FORMAT:
            from statuswatch.sources.formats import FORMATS

            return tuple(FORMATS)
        case Kind.PROVIDER:
            shipped = Path(__file__).parent.parent / "catalog" / "providers"
            return safe((*own_files(paths.providers_dir()), *own_files(str(shipped)), *values(kind, picture())))
    return values(kind, picture())

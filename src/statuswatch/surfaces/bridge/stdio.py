"""`statuswatch bridge`: the editor protocol, JSON lines on stdin and stdout, relayed to the engine's socket. One page about it: extensions/README.md."""

import sys

from statuswatch.surfaces.bridging import Bridge
from statuswatch.surfaces.client import FINE, USAGE

_HELP = """usage: statuswatch bridge [--http [PORT] [--origin URL ...]]

For editors: the engine's messages as JSON lines on stdout, commands as JSON lines on stdin. Ends when stdin ends.
With --http: the same for web clients, on 127.0.0.1 (`statuswatch bridge --http --help`).

exit status: 0 stdin ended, 2 wrong usage
example: echo '{"type":"ping"}' | statuswatch bridge
"""


def run(argv: list[str]) -> int:
    """Relay until stdin ends; returns 0, or 2 for an argument. With `--http`: see `web`."""
    if argv and argv[0].partition("=")[0] in {"--http", "--origin"}:
        from statuswatch.surfaces.bridge import web

        return web.run(argv)
    if argv:
        asked = argv[0] in {"-h", "--help"}
        (sys.stdout if asked else sys.stderr).write(_HELP)
        return FINE if asked else USAGE
    Bridge(sys.stdin, sys.stdout).run()
    return FINE

"""`statuswatch lsp`: the language server, on stdin and stdout, for editors without a plugin of ours."""

import logging
import os
import sys

from statuswatch.surfaces.client import FINE, USAGE

_HELP = """usage: statuswatch lsp

A language server on stdin and stdout: messages when something that you use breaks and when it is back, progress while it lasts, and the commands
statuswatch.status, .why, .incidents, .refresh, .mute and .open. It reads no document. Set up per editor: docs/how-to/editors.md.

exit status: 0 the editor ended it, 2 wrong usage, or the library is missing
example: statuswatch lsp
"""
MISSING = "statuswatch lsp: the language server needs pygls; install it in the folder of statuswatch with: .venv/bin/pip install -e '.[lsp]'\n"


def run(argv: list[str]) -> int:
    """Serve until the editor ends it; returns 0, or 2 for an argument and where the library is missing."""
    if argv and argv != ["--stdio"]:
        asked = argv[0] in {"-h", "--help"}
        (sys.stdout if asked else sys.stderr).write(_HELP)
        return FINE if asked else USAGE
    try:
        from statuswatch.surfaces.lsp.server import make
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol", "cattrs", "attrs", "attr"}:
            raise
        sys.stderr.write(MISSING)
        return USAGE
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # what it logs of messages may quote them
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as editor:  # the library closes what it writes to
        make().start_io(stdout=editor)
    return FINE

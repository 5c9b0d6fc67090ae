"""`statuswatch mcp`: tools for coding agents, by the Model Context Protocol on stdin and stdout."""

import logging
import sys

from statuswatch.surfaces.client import FINE, USAGE

_HELP = """usage: statuswatch mcp

A server of the Model Context Protocol on stdin and stdout, with four tools for coding agents: status, why, incidents and wait. It reads what the engine
publishes, starts nothing and sends nothing. Set up per agent: docs/how-to/mcp.md.

exit status: 0 the agent ended it, 2 wrong usage, or the library is missing
example: claude mcp add statuswatch -- statuswatch mcp
"""
MISSING = "statuswatch mcp: this needs the SDK of the protocol; install it in the folder of statuswatch with: .venv/bin/pip install -e '.[mcp]'\n"


def run(argv: list[str]) -> int:
    """Serve until the agent ends it; returns 0, or 2 for an argument and where the library is missing."""
    if argv:
        asked = argv[0] in {"-h", "--help"}
        (sys.stdout if asked else sys.stderr).write(_HELP)
        return FINE if asked else USAGE
    try:
        from statuswatch.surfaces.mcp.server import make
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types", "pydantic"}:
            raise
        sys.stderr.write(MISSING)
        return USAGE
    logging.disable(logging.CRITICAL)  # what the library logs of messages may quote them
    make().run("stdio")
    return FINE

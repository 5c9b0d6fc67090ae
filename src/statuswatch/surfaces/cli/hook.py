"""`statuswatch hook CLIENT`: what a coding client's hook runs when a call failed. It tells the engine where the client's own record is, and nothing else.

A hook's label is no evidence (a dead network is called a server error there), so none of it is passed on: only the place of the record, which the engine
reads if it lies where that client's records lie and the person agreed to them. Nothing is printed, the status is always 0, and after 0.7 s at most it is over:
a hook must not stand in its client's way.
"""

import json
import os
import re
import signal
import socket
import sys

from statuswatch.config import paths

HARD_LIMIT_S = 0.7
_INPUT_MAX = 1 << 20
_PIECE = 1 << 16
_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")


def run(argv: list[str]) -> int:
    """Run the verb; always 0."""
    if argv and argv[0] in {"-h", "--help"}:
        from statuswatch.surfaces.cli.asked import helped

        sys.stdout.write(helped("hook"))
        return 0
    signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, HARD_LIMIT_S)
    try:
        message = _message(argv[0] if argv else "", _input())
        if message is not None:
            tell(message, paths.observe_file())
    except (OSError, ValueError, RecursionError):
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return 0


def _give_up(*_signal: object) -> None:
    # Not sys.exit: nothing that waits for a slow stdin may keep the client waiting.
    os._exit(0)


def _input() -> object:
    """The JSON on stdin; raises ValueError where it is none or too long."""
    data = bytearray()
    while piece := os.read(0, _PIECE):
        data += piece
        if len(data) > _INPUT_MAX:
            raise ValueError
    return json.loads(bytes(data))


def _message(client: str, said: object) -> dict[str, object] | None:
    """The pointer to the record that the hook's input names; None where it names none."""
    if not isinstance(said, dict):
        return None
    if client == "claude-code":
        return _pointer(client, said.get("transcript_path"))
    if client in {"copilot", "copilot-cli"}:
        session = said.get("sessionId")
        if isinstance(session, str) and _SESSION.fullmatch(session):
            home = os.environ.get("COPILOT_HOME") or os.path.join(os.path.expanduser("~"), ".copilot")  # noqa: PTH111, PTH118 - pathlib costs a hook more than its work
            return _pointer("copilot-cli", f"{home}/session-state/{session}/events.jsonl")
    return None


def _pointer(client: str, path: object) -> dict[str, object] | None:
    if not isinstance(path, str) or not path.endswith(".jsonl"):
        return None
    return {"type": "observe", "record": {"client": client, "path": os.path.expanduser(path)}}  # noqa: PTH111 - see above


def tell(message: dict[str, object], place: str) -> None:
    """Send one message to the engine, if one listens at `place`. Raises OSError at once where none does or it has no room."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        out.sendto(json.dumps(message).encode(), place)

"""Claude Code, started by `statuswatch run` while the outage of 2025-12-14 is played: what it prints by itself, and its screen in tmux.

`python outage.py '{}'`, started in namespaces of its own (see cell.py); prints one JSON object. Everything is as a person would do it: a simulation in one
terminal, the client in another. `once`: it tries again once, not ten times; `screen`: look at its screen as well, `keep`: a file for that, with its colours.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from cell import Names, raise_loopback, route_nowhere

from support.outage import Played, output, playing
from support.realclients import CLIENTS, Ground, environment, settle_in

OPUS, HAIKU = "anthropic/code:claude-opus-4-5", "anthropic/code:claude-haiku-4-5"
SPEED = "30"
LEAVE_S = 400.0
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")


def told(played: Played) -> bool:
    """Whether the verdict on Opus is sure and has the incident, and something is known that works."""
    last = played.verdicts(OPUS)[-1:]
    if not last or last[0]["confidence"] != "high" or not last[0]["incident"]:
        return False
    verdict = next(view["verdict"] for view in played.snapshot()["routes"] if view["route"] == OPUS)
    return any(advice["kind"] == "switch" for advice in verdict["advice"])


async def printed(env: dict[str, str], folder: Path) -> tuple[int, str]:
    """`statuswatch run -- claude -p hi`."""
    argv = (sys.executable, "-m", "statuswatch", "run", "--", "claude", "-p", "hi", "--model", "claude-opus-4-5")
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*argv, env=env, cwd=folder, stdin=nothing, stdout=pipe, stderr=pipe)
    out, err = await asyncio.wait_for(process.communicate(), LEAVE_S)
    return process.returncode or 0, (out + err).decode("utf-8", "replace")


async def screened(env: dict[str, str], folder: Path, place: Path) -> str:
    """The interactive client in tmux after `hi` has failed, with its colours."""
    tmux = ("tmux", "-S", str(place / "tmux"), "-f", "/dev/null")
    given = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
    start = ("new-session", "-d", "-x", "100", "-y", "18", "-c", str(folder), *given)
    await output(*tmux, *start, sys.executable, "-m", "statuswatch", "run", "--", "claude", "--model", "claude-opus-4-5", env=env)
    try:
        await _until(tmux, env, "for shortcuts")
        await output(*tmux, "send-keys", "-l", "hi", env=env)
        await asyncio.sleep(0.5)  # what is typed and Enter in one go is taken for something pasted
        await output(*tmux, "send-keys", "Enter", env=env)
        return await _until(tmux, env, "Works now")
    finally:
        await output(*tmux, "kill-server", env=env)


async def _until(tmux: tuple[str, ...], env: dict[str, str], *texts: str) -> str:
    screen = ""
    for _ in range(int(LEAVE_S * 2)):
        _, screen = await output(*tmux, "capture-pane", "-p", "-e", env=env)
        if any(text in " ".join(_COLOUR.sub("", screen).split()) for text in texts):
            return screen
        await asyncio.sleep(0.5)
    return screen


async def play(wanted: dict[str, Any], folder: Path) -> dict[str, Any]:
    client = CLIENTS["claude-code"]
    ground = Ground("", folder / "home")
    settle_in(client, ground)
    known = ground.home / ".claude.json"
    known.write_text(json.dumps({**json.loads(known.read_text()), "theme": "dark"}))
    env = environment(client, ground)
    del env["ANTHROPIC_BASE_URL"]
    env = {**env, "STATUSWATCH_HOME": str(folder / "sw"), "TERM": "xterm-256color", "TZ": "UTC"}
    # After a third 529 in a row it has words of its own for some models, whatever the provider said (see docs/how-to/gateway.md).
    env = {name: value for name, value in env.items() if name != "CLAUDE_CODE_MAX_RETRIES"} | ({"CLAUDE_CODE_MAX_RETRIES": "1"} if wanted.get("once") else {})
    env = {name: value for name, value in env.items() if name != "NO_COLOR"} | {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
    async with playing(folder / "sw", "--speed", SPEED, "--no-desktop", "--using", OPUS, "--using", HAIKU) as played:
        await played.until(lambda: told(played), 400.0)
        status, said = await printed(env, ground.home / "project")
        screen = await screened(env, ground.home / "project", folder) if wanted.get("screen") else ""
        played.process.terminate()
        if wanted.get("keep"):
            Path(wanted["keep"]).write_text(screen)
        return {"exit": status, "said": said, "screen": _COLOUR.sub("", screen), "notices": played.notices()}


def main() -> None:
    wanted = json.loads(sys.argv[1])
    raise_loopback()
    route_nowhere()
    with tempfile.TemporaryDirectory(prefix="swo", dir="/tmp", ignore_cleanup_errors=True) as folder:
        names = Names(Path(folder))
        names.start()
        result = asyncio.run(play(wanted, Path(folder)))
        sys.stdout.write(json.dumps({**result, "names": sorted(set(names.asked))}) + "\n")


if __name__ == "__main__":
    main()

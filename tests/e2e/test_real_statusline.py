"""Claude Code itself with a status line of the person's own that `statuswatch setup` has wrapped: theirs is shown as before, ours below it."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from statuswatch.surfaces.cli import setup
from support import realclients
from support.injections import line
from support.recordings import missing
from support.terminals import tmux

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("real-clients")]


async def test_claude_code_shows_the_persons_own_line_first_and_ours_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if lacking := realclients.ready():
        missing("clients", lacking)
    home = tmp_path / "claude"
    (home / "project").mkdir(parents=True)
    (home / ".claude").mkdir()
    known = {
        "hasCompletedOnboarding": True,
        "theme": "dark",
        "customApiKeyResponses": {"approved": [realclients.KEY[-20:]], "rejected": []},
        "projects": {str(home / "project"): {"hasTrustDialogAccepted": True}},
    }
    (home / ".claude.json").write_text(json.dumps(known))
    settings = home / ".claude" / "settings.json"
    mine = '{"statusLine": {"type":"command",  "command": "printf \'MINE%s\' \\"$(tr -cd A-Z | wc -c)\\"", "refreshInterval": 1}}'
    settings.write_text(mine)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(settings.parent))
    assert setup.run(["claude-code", "--yes"]) == 0
    watched = home / "sw" / "run" / "prompt"
    watched.parent.mkdir(parents=True)
    watched.write_text(line("ok", ""))

    bins = (realclients.place() / "bin", realclients.place() / "node_modules" / ".bin")
    environ = {
        "HOME": str(home),
        "PATH": os.pathsep.join((*map(str, bins), os.environ["PATH"])),
        "STATUSWATCH_HOME": str(home / "sw"),
        "ANTHROPIC_API_KEY": realclients.KEY,
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
    }
    given = [word for name, value in environ.items() for word in ("-e", f"{name}={value}")]
    assert shutil.which("unshare")
    async with tmux() as server:
        await server.run("set", "-g", "remain-on-exit", "on")
        # a network that leads nowhere
        await server.run("new-window", "-c", str(home / "project"), *given, "unshare", "--net", "--map-root-user", "env", f"PATH={environ['PATH']}", "claude")
        screen = ""

        async def shown(text: str) -> str:
            nonlocal screen
            for _ in range(120):
                screen = await server.run("capture-pane", "-p")
                if text in screen:
                    return screen
                await asyncio.sleep(0.5)
            raise AssertionError(f"{text!r} did not appear:\n{screen}")

        await shown("MINE")
        assert "▲" not in screen.partition("MINE")[2]
        watched.write_text(line())
        rows = (await shown("▲ opus failing 23m")).splitlines()
        at = next(number for number, row in enumerate(rows) if "▲ opus failing 23m" in row)

        assert "MINE" in rows[at - 1]
        await server.run("kill-window")
    assert setup.run(["--undo", "claude-code", "--yes"]) == 0
    assert settings.read_text() == mine

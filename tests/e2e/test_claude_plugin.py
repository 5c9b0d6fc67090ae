"""The plugins for Claude Code in the real one: installed from this repository, through a failing provider, and taken out again."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from support import realclients
from support.recordings import missing

# A network that leads nowhere, and a list of processes that ends with the first (util-linux).
_APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--map-root-user")
# What Claude Code keeps of whatever it has ever run, for a while: its own caches, logs and counts. Nothing in them is read once a plugin is gone.
_ITS_OWN = (".claude/plugins/cache/", ".cache/claude-cli-nodejs/", ".claude.json", ".claude/mcp-needs-auth-cache.json")


@pytest.mark.timeout(900)
@pytest.mark.xdist_group("real-clients")
async def test_claude_code_with_the_plugins_tells_of_failed_calls_answers_without_a_model_and_gives_them_up_again() -> None:
    if lacking := realclients.ready():
        missing("clients", lacking)
    script = Path(__file__).with_name("clients") / "plugin.py"
    modules = os.pathsep.join(name for name in (realclients._PYTHONPATH, str(script.parents[2])) if name)
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "STATUSWATCH_CLIENTS": str(realclients.place()), "PYTHONPATH": modules}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*_APART, sys.executable, str(script), env=env, stdout=pipe, stderr=pipe, limit=1 << 24)
    out, err = await asyncio.wait_for(process.communicate(), 840)
    assert process.returncode == 0, err.decode("utf-8", "replace")[-3000:]
    seen = json.loads(out.splitlines()[-1])

    for step in ("valid", "added", "removed"):
        assert [run["exit"] for run in seen[step]] == [0, 0, 0], seen[step]
    assert all("Validation passed" in run["out"] for run in seen["valid"]), seen["valid"]
    assert "statuswatch@statuswatch" in seen["listed"]["out"]
    assert "Connected" in seen["servers"]["out"], "the tools' server answers"
    _assert_told(seen)
    _assert_answered(seen)
    _assert_gone(seen)
    assert seen["names"] == [], "nobody else was asked for"


def _assert_told(seen: dict[str, Any]) -> None:
    """The failing call came to the engine: by the hook, as a pointer to the record; and the person was told."""
    heard = seen["knock"]["heard"]
    assert (heard["type"], set(heard["record"])) == ("observe", {"client", "path"})
    assert heard["record"]["client"] == "claude-code"
    assert "/.claude/projects/" in heard["record"]["path"]
    assert seen["failed"]["exit"] == 1
    assert seen["asked"].count("hook claude-code") == seen["prompts"] + 1, "one for each prompt that failed"
    assert any("failing" in title or "down" in title for title in seen["picture"]["told"]), seen["picture"]
    assert seen["picture"]["clients"] == ["claude-code"]


def _assert_answered(seen: dict[str, Any]) -> None:
    """The commands answer while the model does not, and no call is made for it."""
    assert [seen[name]["calls"] for name in ("no_engine", "status", "why", "uninstalled_program")] == [0, 0, 0, 0]
    assert "no engine runs" in seen["no_engine"]["out"]
    assert "It's them. Anthropic" in seen["status"]["out"]
    assert "529 overloaded_error" in seen["why"]["out"]
    assert ".venv/bin/statuswatch" in seen["uninstalled_program"]["out"]


def _assert_gone(seen: dict[str, Any]) -> None:
    """After the plugins were taken out nothing of ours is listed, set or run."""
    assert seen["clean"] == []
    assert json.loads(seen["listed_after"]["out"]) == []
    assert "statuswatch" not in (seen["settings"] or "")
    assert seen["failed_after"]["exit"] == 1
    assert seen["asked_after"] == []
    assert [place for place in seen["left"] if not f"{place}/".startswith(_ITS_OWN) and place not in _ITS_OWN] == []

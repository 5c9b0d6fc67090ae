"""Claude Code itself with the tools of `statuswatch mcp`, against a played model: it asks whose fault it is and waits, and what it hands on is what it got."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from support import realclients, snapshots
from support.recordings import missing

# A network that leads nowhere, and a list of processes that ends with the first (util-linux).
_APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--map-root-user")
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("real-clients")]


async def test_claude_code_asks_whose_fault_it_is_and_pauses_until_it_is_back() -> None:
    if lacking := realclients.ready():
        missing("clients", lacking)
    script = Path(__file__).with_name("clients") / "agent.py"
    modules = os.pathsep.join(name for name in (realclients._PYTHONPATH, str(script.parents[2])) if name)
    kept = {name: os.environ[name] for name in ("PATH", "XDG_RUNTIME_DIR", "XDG_STATE_HOME") if name in os.environ}
    env = {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", "STATUSWATCH_CLIENTS": str(realclients.place()), "PYTHONPATH": modules}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*_APART, sys.executable, str(script), env=env, stdout=pipe, stderr=pipe, limit=1 << 24)
    out, err = await asyncio.wait_for(process.communicate(), 800)
    assert process.returncode == 0, err.decode("utf-8", "replace")[-3000:]
    seen = json.loads(out.splitlines()[-1])

    assert (seen["exit"], "It was them, and it is back." in seen["said"]) == (0, True), seen
    assert set(seen["tools"]) == {f"mcp__statuswatch__{name}" for name in ("status", "why", "incidents", "wait")}
    assert "before retrying" in seen["tools"]["mcp__statuswatch__why"]["description"]
    why, waited = (json.JSONDecoder().raw_decode(_text(result))[0] for result in seen["results"])  # a reminder of the client's own may follow
    assert (why["route"], why["whose"], why["waiting_may_help"]) == (snapshots.OPUS, "theirs", True)
    assert why["quotes"][0]["untrusted_text"] == "Several models answer with errors"
    assert (waited["outcome"], waited["message"]) == ("back", "Claude Opus 4.5 is back.")
    assert seen["commands"] == 1, "the engine was asked to look more often while somebody waits"
    assert seen["names"] == [], "nobody else was asked for"


def _text(result: dict[str, object]) -> str:
    content = result["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)  # type: ignore[attr-defined,index]  # either form is allowed

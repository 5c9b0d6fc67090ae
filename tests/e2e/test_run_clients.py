"""The coding clients and the JavaScript SDKs themselves, started by `statuswatch run`: in a played outage, and beside the same start without it."""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from support import realclients
from support.recordings import missing
from support.runkit import Person, rows, same_but_for_what_is_added
from support.scriptedapi import ScriptedApi

_APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--map-root-user")
_FOLDER = Path(__file__).with_name("clients")
pytestmark = [pytest.mark.timeout(1500), pytest.mark.xdist_group("real-clients")]
# What Claude Code's own screen asks for although every switch that it documents is off; nobody answers here.
SCREEN_ASKS = {"downloads.claude.ai", "github.com"}


async def played(script: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """What a script of `e2e/clients` prints, in a network that leads nowhere."""
    if lacking := realclients.ready():
        missing("clients", lacking)
    modules = os.pathsep.join(name for name in (realclients._PYTHONPATH, str(_FOLDER.parents[1])) if name)
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "STATUSWATCH_CLIENTS": str(realclients.place()),
        "PYTHONPATH": modules,
    }
    argv = (*_APART, sys.executable, str(_FOLDER / script), json.dumps(wanted))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*argv, env=env, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe, limit=1 << 24)
    try:
        out, err = await asyncio.wait_for(process.communicate(), 1400)
    finally:
        if process.returncode is None:
            process.kill()  # all others end with it
            await process.wait()
    assert process.returncode == 0, err.decode("utf-8", "replace")[-3000:]
    result: dict[str, Any] = json.loads(out.splitlines()[-1])
    return result


def sentence(text: str) -> str:
    """What stands behind the provider's own words, without the marks that a screen puts around it."""
    found = re.search(r"API Error: 529 Overloaded\. (statuswatch: .*?Works now: [^.]*\d\.\d\.)", " ".join(text.split()))
    return found[1] if found else text


async def test_in_the_played_outage_claude_codes_own_error_line_says_whose_fault_it_is_with_the_title_and_what_works() -> None:
    seen = await played("outage.py", {"screen": True, "once": True})

    for text in (seen["said"], seen["screen"]):
        assert sentence(text).startswith("statuswatch: It's them. Anthropic is down for Claude Opus 4.5 since 21:25"), seen
        assert 'Incident: "High error rates on many models".' in sentence(text)
        assert sentence(text).endswith("Works now: Claude Haiku 4.5.")
    assert seen["exit"] == 1
    assert set(seen["names"]) <= SCREEN_ASKS


SCENES = ("none", "overloaded", "overloaded_stream", "slow", "dropped")
CELLS = [(client, scene) for client in ("claude-code", "codex", "gemini-cli", "opencode", "copilot-cli") for scene in SCENES]
CELLS.remove(("opencode", "overloaded_stream"))  # it tries on for as long as anybody looks
CELLS += [("claude-code", "settings"), ("claude-code", "tools")]


@pytest.mark.parametrize(("client", "scene"), CELLS)
async def test_a_coding_client_does_and_says_what_it_does_without(client: str, scene: str) -> None:
    """The same calls with the same answers, the same exit status, and the same words but for the sentence that is added to an error of the provider's."""
    seen = await played("beside.py", {"client": client, "scene": scene, "times": 1 if client == "opencode" else None})
    straight, through = seen["straight"], seen["through"]

    # opencode asks for a title and for the answer side by side: which comes first is chance.
    assert (through["exit"], sorted(through["served"])) == (straight["exit"], sorted(straight["served"])), seen
    assert straight["exit"] == 0 or scene not in {"none", "slow", "settings", "tools"}, seen
    assert "made-by-42" in through["out"] or scene != "tools", seen
    assert through["calls"], "its calls did go through the gateway"
    without = re.sub(r"\.? ?statuswatch: [^\n]*", "", _said(through))  # a message without a full stop gets one before the sentence
    assert re.sub(r"\.$", "", without, flags=re.MULTILINE) == re.sub(r"\.$", "", _said(straight), flags=re.MULTILINE), seen
    assert set(seen["names"]) <= realclients.CLIENTS[client].asks | {"api.chatgpt.com"}, "nobody else was asked for"
    if (client, scene) in {("gemini-cli", "overloaded"), ("copilot-cli", "overloaded")}:
        assert "statuswatch: " in through["err"]


def _said(run: dict[str, Any]) -> str:
    """What it printed, without what Gemini CLI says of an exporter that nobody listens to."""
    return re.sub(r"Export retry[^\n]*\n", "", str(run["out"]))


async def test_the_javascript_sdks_get_through_it_what_they_get_straight(tmp_path: Path) -> None:
    sdks = realclients.place().parent / "sdks"
    if not (sdks / "ready").exists():
        missing("clients", f"the SDKs are not installed below {sdks}: make clients")
    node, script = str(realclients.place() / "bin" / "node"), str(_FOLDER.parent / "sdks" / "calls.mjs")
    async with ScriptedApi() as api:
        person = Person(tmp_path / "person").settle({"anthropic": api.url, "openai": api.url})
        try:
            straight = await person.does(node, script, SDKS=str(sdks), ANTHROPIC_BASE_URL=api.url, OPENAI_BASE_URL=f"{api.url}/v1")
            sent, _ = api.seen(), api.forget()
            through = await person.runs(node, script, SDKS=str(sdks))

            assert (straight[0], through[0]) == (0, 0), straight[2] + through[2]
            assert api.seen() == sent
            same_but_for_what_is_added(rows(straight[1]), rows(through[1]))
        finally:
            await person.leave()

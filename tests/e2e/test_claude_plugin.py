"""The plugins for Claude Code in the real one: installed from this repository, through a failing provider, and taken out again."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import realclients
from support.recordings import missing

_ROOT = Path(__file__).resolve().parents[2]
_PLUGINS = _ROOT / "extensions" / "claude-code"
_HOOKS = _PLUGINS / "statuswatch" / "hooks"
# A network that leads nowhere, and a list of processes that ends with the first (util-linux).
_APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--map-root-user")
# What Claude Code keeps of whatever it has ever run, for a while: its own caches, logs and counts. Nothing in them is read once a plugin is gone.
_ITS_OWN = (".claude/plugins/cache/", ".cache/claude-cli-nodejs/", ".claude.json", ".claude/mcp-needs-auth-cache.json")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _answered(folder: Path, program: str, verb: str = "status", given: str = '{"prompt":"a secret"}') -> tuple[str, dict[str, Any]]:
    """What the hook that answers a command says where `program` is the text of statuswatch (none: it is not installed), and how that program was called."""
    bins = folder / "bin"
    bins.mkdir()
    if program:
        (bins / "statuswatch").write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        (bins / "statuswatch").chmod(0o755)
    env = {"PATH": f"{bins}:/usr/bin:/bin", "LOG": str(folder / "log")}
    done = subprocess.run(["sh", str(_HOOKS / "answer.sh"), verb], env=env, input=given, capture_output=True, text=True, timeout=60, check=True)
    log = folder / "log"
    return log.read_text(encoding="utf-8") if log.exists() else "", json.loads(done.stdout)


def test_the_plugins_are_listed_with_their_own_names_and_the_products_version() -> None:
    listed = _read(_ROOT / ".claude-plugin" / "marketplace.json")["plugins"]

    assert [plugin["name"] for plugin in listed] == ["statuswatch", "statuswatch-tools"]
    for plugin in listed:
        manifest = _read(_ROOT / plugin["source"] / ".claude-plugin" / "plugin.json")
        assert (manifest["name"], manifest["version"]) == (plugin["name"], _version())


def _version() -> str:
    return next(line for line in (_ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines() if line.startswith("version")).split('"')[1]


def test_every_hook_names_a_script_that_is_there_and_every_command_has_its_hook() -> None:
    hooks = _read(_HOOKS / "hooks.json")["hooks"]
    scripts = {name.name for name in _HOOKS.glob("*.sh")}
    commands = [hook["command"] for rows in hooks.values() for row in rows for hook in row["hooks"]]

    assert set(hooks) == {"StopFailure", "UserPromptExpansion"}, "no hook that hears prompts or sees tools"
    assert {command.split("/hooks/")[1].split('"')[0] for command in commands} == scripts
    assert {row["matcher"].partition(":")[2] for row in hooks["UserPromptExpansion"]} == {
        path.stem for path in (_PLUGINS / "statuswatch" / "commands").glob("*.md")
    }


def test_the_answer_is_json_whatever_the_text_and_the_prompt_is_not_handed_on(tmp_path: Path) -> None:
    text = r'printf "back\\\\slash \"quoted\" \033]0;x\007\033[31m\ttab é ▲\nsecond %%s \$(touch pwned)\n"; echo "$@" >>"$LOG"; cat >>"$LOG"'
    log, said = _answered(tmp_path, text)

    assert (said["decision"], said["reason"]) == ("block", 'back\\slash "quoted" ]0;x[31mtab é ▲\nsecond %s $(touch pwned)')
    assert log == "status\n"
    assert not list(tmp_path.rglob("pwned"))


def test_the_answer_is_given_too_where_the_program_fails_or_is_not_there(tmp_path: Path) -> None:
    for number, (program, words) in enumerate((("echo broken >&2; exit 2", "broken"), ("", "python -m pip install statuswatch"), ("exit 1", ""))):
        folder = tmp_path / str(number)
        folder.mkdir()
        said = _answered(folder, program)[1]
        assert said["decision"] == "block"
        assert words in said["reason"]


@pytest.mark.parametrize("program", ["", "exit 3", 'echo noise; echo noise >&2; cat >"$LOG"; sleep 30'])
def test_the_hook_of_a_failed_call_says_nothing_and_keeps_nobody_waiting(tmp_path: Path, program: str) -> None:
    bins = tmp_path / "bin"
    bins.mkdir()
    if program:
        (bins / "statuswatch").write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        (bins / "statuswatch").chmod(0o755)
    env = {"PATH": f"{bins}:/usr/bin:/bin", "LOG": str(tmp_path / "log")}
    done = subprocess.run(["sh", str(_HOOKS / "failed.sh")], env=env, input="{}", capture_output=True, text=True, timeout=25, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


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
    assert "pip install statuswatch" in seen["uninstalled_program"]["out"]


def _assert_gone(seen: dict[str, Any]) -> None:
    """After the plugins were taken out nothing of ours is listed, set or run."""
    assert seen["clean"] == []
    assert json.loads(seen["listed_after"]["out"]) == []
    assert "statuswatch" not in (seen["settings"] or "")
    assert seen["failed_after"]["exit"] == 1
    assert seen["asked_after"] == []
    assert [place for place in seen["left"] if not f"{place}/".startswith(_ITS_OWN) and place not in _ITS_OWN] == []

"""The files of the plugins for Claude Code: what they list, and what their hooks say and do not say."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_PLUGINS = _ROOT / "extensions" / "claude-code"
_HOOKS = _PLUGINS / "statuswatch" / "hooks"


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
    for number, (program, words) in enumerate((("echo broken >&2; exit 2", "broken"), ("", "make run"), ("exit 1", ""))):
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

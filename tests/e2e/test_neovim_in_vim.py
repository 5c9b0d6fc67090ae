"""The same folder in Vim 9: the status line's part alone, read from the line that the engine keeps for prompts."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from support.neovim import PLUGIN
from support.recordings import missing
from support.terminals import tmux

pytestmark = [pytest.mark.surface("vim"), pytest.mark.timeout(300)]


@pytest.fixture
def vim() -> str:
    found = shutil.which("vim")
    if found is None or "+eval" not in subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout:
        missing("vim", "no Vim with its own language is installed (vim-nox)")
    return str(found)


def ran(vim: str, folder: Path, *lines: str, **environ: str) -> Any:
    """What a script in a Vim without a terminal leaves in `results`."""
    out, script = folder / "out.json", folder / "t.vim"
    script.write_text("\n".join([f"set encoding=utf-8 rtp^={PLUGIN}", "let results = {}", *lines, f"call writefile([json_encode(results)], '{out}')", "qa!"]))
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8", "TERM": "xterm", **environ}
    done = subprocess.run([vim, "-es", "-Nu", "NONE", "-S", str(script)], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert out.exists(), done
    return json.loads(out.read_text(encoding="utf-8"))


def line(level: str = "failing", label: str = "opus failing 23m", seconds: float = 150) -> str:
    return f"1\t{int(time.time() + seconds)}\t{level}\t{label}\n"


@pytest.fixture
def prompt(tmp_path: Path) -> Path:
    place = tmp_path / "sw" / "run" / "prompt"
    place.parent.mkdir(parents=True)
    return place


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (line, "▲ opus failing 23m"),
        (lambda: line("down", "opus down 2h"), "● opus down 2h"),
        (lambda: line("later", "x"), "◌ x"),
        (lambda: line("failing", ""), "▲ failing"),
        (lambda: line("ok", ""), ""),
        (lambda: line("unknown", ""), ""),
        (lambda: line(seconds=-5), "?"),
        (lambda: line(seconds=-13 * 3600), ""),
        (lambda: line()[:-1], ""),
        (lambda: line() + "more\n", ""),
        (lambda: line(label="%{system('touch pwned')}"), ""),
        (lambda: line(label="\x1b[31mred"), ""),
        (lambda: line(level="ok\tx"), ""),
        (lambda: "2" + line()[1:], ""),
        (lambda: "1\t99999999999999\tdown\tx\n", ""),
        (lambda: line(label="x" * 300), ""),
        (lambda: "\x00\xff\n", ""),
        (lambda: "", ""),
    ],
)
def test_the_line_is_shown_as_shells_show_it_and_anything_else_is_nothing(vim: str, tmp_path: Path, prompt: Path, text: Any, shown: str) -> None:
    prompt.write_text(text(), encoding="latin-1" if "\xff" in text() else "utf-8")
    found = ran(vim, tmp_path, "let results.shown = statuswatch#Statusline()", STATUSWATCH_HOME=str(tmp_path / "sw"))

    assert found["shown"] == shown
    assert not (tmp_path / "pwned").exists()


def test_what_is_no_plain_file_is_not_read(vim: str, tmp_path: Path, prompt: Path) -> None:
    os.mkfifo(prompt)
    assert ran(vim, tmp_path, "let results.shown = statuswatch#Statusline()", STATUSWATCH_HOME=str(tmp_path / "sw"))["shown"] == ""


def test_the_places_are_the_programs_own_and_a_foreign_folder_in_tmp_is_not_trusted(vim: str, tmp_path: Path) -> None:
    runtime = tmp_path / "xdg"
    (runtime / "statuswatch").mkdir(parents=True)
    (runtime / "statuswatch" / "prompt").write_text(line(), encoding="utf-8")
    shown = "let results.shown = statuswatch#Statusline()"

    assert ran(vim, tmp_path, shown, XDG_RUNTIME_DIR=str(runtime))["shown"] == "▲ opus failing 23m"
    assert ran(vim, tmp_path, f"let g:statuswatch_file = '{runtime}/statuswatch/prompt'", shown)["shown"] == "▲ opus failing 23m"
    open_to_all = Path("/tmp") / f"statuswatch-{10**9 + os.getpid()}"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    try:
        (open_to_all / "prompt").write_text(line(), encoding="utf-8")
        setting = f"let g:statuswatch_file = '{open_to_all}/prompt'"
        assert ran(vim, tmp_path, setting, shown)["shown"] == ""
        open_to_all.chmod(0o700)
        assert ran(vim, tmp_path, setting, shown)["shown"] == "▲ opus failing 23m"
    finally:
        shutil.rmtree(open_to_all)


def test_nothing_runs_before_the_first_use_and_no_process_ever_does(vim: str, tmp_path: Path, prompt: Path) -> None:
    prompt.write_text(line(), encoding="utf-8")
    script = ("runtime! plugin/*.vim", "let results.before = len(timer_info())", "call statuswatch#Statusline()", "call statuswatch#Statusline()")
    found = ran(vim, tmp_path, *script, "let results.after = len(timer_info())", "let results.jobs = len(job_info())", STATUSWATCH_HOME=str(tmp_path / "sw"))

    assert (found["before"], found["after"], found["jobs"]) == (0, 1, 0)


def test_plain_signs_where_they_are_wanted(vim: str, tmp_path: Path, prompt: Path) -> None:
    prompt.write_text(line("down", "opus down 2m"), encoding="utf-8")
    found = ran(vim, tmp_path, "let g:statuswatch_ascii = 1", "let results.shown = statuswatch#Statusline()", STATUSWATCH_HOME=str(tmp_path / "sw"))

    assert found["shown"] == "X opus down 2m"


async def test_an_idle_vim_draws_a_change_by_itself(vim: str, tmp_path: Path, prompt: Path) -> None:
    prompt.write_text(line("ok", ""), encoding="utf-8")
    script = tmp_path / "vimrc"
    lines = (
        f"set nocompatible encoding=utf-8 rtp^={PLUGIN} laststatus=2",
        "set statusline=%f\\ [%{statuswatch#Statusline()}]",
        "let g:statuswatch_look_ms = 100",
    )
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    async with tmux() as server:
        await server.run("new-window", "-n", "vim", "-e", f"STATUSWATCH_HOME={tmp_path / 'sw'}", vim, "-Nu", str(script), "-i", "NONE", "-n")

        async def shows(text: str) -> None:
            for _ in range(600):
                screen = await server.run("capture-pane", "-p", "-t", "main:vim")
                if text in screen:
                    return
                await asyncio.sleep(0.1)
            raise AssertionError(screen)

        await shows("[]")
        prompt.write_text(line(), encoding="utf-8")
        await shows("[▲ opus failing 23m]")
        prompt.unlink()
        await shows("[]")

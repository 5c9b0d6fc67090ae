"""Neovim as a person starts it with our plugin: the versions that are here, headless or on a terminal."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.recordings import missing

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "extensions" / "neovim"
PATIENCE_SECONDS = 60
# More versions than that on PATH, as absolute paths with colons between them. Read when the module is: tests run in a cleaned environment.
_MORE = [name for name in os.environ.get("STATUSWATCH_NVIM", "").split(":") if name]
EDITORS = ("nvim", *_MORE)
STATUSWATCH = f"{{{json.dumps(sys.executable)}, '-m', 'statuswatch'}}"
"""The program, as a Lua list."""


def editor(name: str) -> str:
    """The program of that name; skips or fails the test where it is absent."""
    found = shutil.which(name)
    if found is None:
        missing("neovim", f"{name} is not installed")
    return str(found)


def with_plugin(name: str, *words: str) -> list[str]:
    """The words that start an editor which has the plugin and nothing of the person's own."""
    return [editor(name), "--clean", "--cmd", f"set rtp^={PLUGIN}", *words]


def setup(command: str = STATUSWATCH, more: str = "") -> str:
    """The line of an init.lua."""
    return f"require('statuswatch').setup({{ command = {command}, ascii = false, {more} }})"


PRELUDE = """
local results = {}
local function need(what, holds)
  if not vim.wait(40000, holds, 20) then
    results.missing = what
    local running = require('statuswatch').running()
    results.last = running and { line = require('statuswatch').statusline(), standing = running.state.standing, why = running.state.why }
    finish()
  end
end
function finish()
  local file = assert(io.open(OUT, 'w'))
  file:write(vim.json.encode(results))
  file:close()
  vim.cmd('qa!')
end
function step(name)
  local file = assert(io.open(OUT .. '.' .. name, 'w'))
  file:close()
end
function line()
  return require('statuswatch').statusline()
end
function level()
  local item = require('statuswatch').status()
  return item and item.level
end
function page()
  local words = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buffer].filetype == 'statuswatch' then
      vim.list_extend(words, vim.api.nvim_buf_get_lines(buffer, 0, -1, false))
    end
  end
  return table.concat(words, '\\n')
end
"""


class Session:
    """A headless editor that runs a script. `finish()` in it writes `results` and ends; `step(name)` lets `reached` return here."""

    def __init__(self, name: str, folder: Path, script: str, **environ: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.out = folder / "results.json"
        file = folder / "script.lua"
        file.write_text(PRELUDE.replace("OUT", json.dumps(str(self.out))) + script, encoding="utf-8")
        argv = with_plugin(name, "--headless", "-c", f"luafile {file}", "-c", "cq")
        env = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **environ}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(argv, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT)

    def reached(self, name: str) -> None:
        """Wait for that step of the script."""
        mark = self.out.with_name(f"{self.out.name}.{name}")
        for _ in range(PATIENCE_SECONDS * 20):
            if mark.exists():
                return
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            break
        raise AssertionError((name, self.end()))

    def end(self) -> dict[str, Any]:
        """What the script found out, when it has ended."""
        try:
            printed, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.communicate()
        assert self.process.returncode == 0, printed.decode("utf-8", "replace")
        assert self.out.exists(), printed.decode("utf-8", "replace")
        found: dict[str, Any] = json.loads(self.out.read_text(encoding="utf-8") or "{}") or {}
        assert "missing" not in found, (found, printed.decode("utf-8", "replace"))
        return found

"""The language server in Neovim, through the editor's own LSP client: no plugin of ours, only what Neovim brings."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from support import snapshots
from support.published import Engine
from support.recordings import missing

pytestmark = pytest.mark.surface("neovim")

NOTICE = Notice(
    "n1",
    "t1",
    NoticeKind.OPENED,
    snapshots.NOW,
    NoticeReason.OWN_FAILURES,
    (snapshots.OPUS,),
    "Anthropic is failing for Claude Opus 4.5 [x](command:y) %{system('touch pwned')}",
    "7 of 9 calls got 529.",
    "anthropic",
    "anthropic:9g6qpr72ttbr",
    "https://status.example/i1",
)

SCRIPT = """
local heard = {asked = {}, told = {}, progress = {}}
local ready, answered = false, nil
vim.fn.inputlist = function(lines)  -- Neovim's own handler of the request asks so: choose the second
  heard.menu = lines
  return 2
end
vim.fn.confirm = function(message, choices)  -- later versions ask so
  heard.menu = vim.split(message .. '\\n' .. choices, '\\n')
  return 2
end
local original = vim.lsp.handlers['window/showMessageRequest']
local id = vim.lsp.start_client({
  name = 'statuswatch',
  cmd = CMD,
  root_dir = vim.fn.getcwd(),
  handlers = {
    ['window/showMessageRequest'] = function(err, result, ctx, config)
      table.insert(heard.asked, result.message)
      local chosen = original(err, result, ctx, config)
      heard.chosen = type(chosen) == 'table' and chosen.title or tostring(chosen)
      return chosen
    end,
    ['window/showMessage'] = function(_, result) table.insert(heard.told, result.message) end,
    ['window/logMessage'] = function() end,
  },
  on_init = function() ready = true end,
})
vim.api.nvim_create_autocmd('User', {pattern = 'LspProgressUpdate', callback = function()
  local client = vim.lsp.get_client_by_id(id)
  for _, progress in pairs(client.messages.progress) do
    table.insert(heard.progress, {title = progress.title, message = progress.message, done = progress.done or false})
  end
end})
vim.lsp.buf_attach_client(0, id)
local function finish(status)
  local file = io.open(OUT, 'w')
  file:write(vim.json.encode(heard))
  file:close()
  vim.lsp.stop_client(id)
  vim.cmd(status == 0 and 'qa!' or 'cq')
end
local function need(what, holds)
  if not vim.wait(40000, holds, 50) then heard.missing = what; finish(1) end
end
need('ready', function() return ready end)
need('connected', function()
  local reply = vim.lsp.get_client_by_id(id).request_sync('workspace/executeCommand', {command = 'statuswatch.status', arguments = {}}, 5000, 0)
  heard.status = reply and reply.result
  return heard.status and #heard.status.routes > 0
end)
local file = io.open(OUT .. '.ready', 'w'); file:close()
need('asked', function() return #heard.asked > 0 end)
need('done', function() return #heard.told > 0 and string.find(heard.told[#heard.told], 'told when') ~= nil end)
need('progress', function() return #heard.progress > 0 end)
local reply = vim.lsp.get_client_by_id(id).request_sync('workspace/executeCommand', {command = 'statuswatch.why', arguments = {'opus'}}, 5000, 0)
heard.why = reply and reply.result
finish(0)
"""


def test_neovims_own_client_shows_the_message_takes_the_choice_and_shows_progress(tmp_path: Path) -> None:
    if shutil.which("nvim") is None:
        missing("neovim", "nvim is not installed")
    command = "{" + ", ".join(json.dumps(word) for word in (sys.executable, "-m", "statuswatch", "lsp")) + "}"
    out = tmp_path / "heard.json"
    (tmp_path / "t.lua").write_text(SCRIPT.replace("CMD", command).replace("OUT", json.dumps(str(out))))
    with Engine() as engine:
        engine.show(snapshots.calm())
        argv = ["nvim", "--headless", "--clean", "-c", f"luafile {tmp_path / 't.lua'}", "-c", "cq"]
        process = subprocess.Popen(argv, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            while not out.with_name("heard.json.ready").exists():
                assert process.poll() is None, process.stdout and process.stdout.read()
                with pytest.raises(subprocess.TimeoutExpired):
                    process.wait(0.05)
            engine.show(snapshots.trouble())
            engine.tell(NOTICE)
            printed, _ = process.communicate(timeout=100)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    heard = json.loads(out.read_text())
    assert (process.returncode, heard.get("missing")) == (0, None), (heard, printed)
    (asked,) = heard["asked"]
    assert asked.startswith("Anthropic is failing for Claude Opus 4.5 (x)(command:y) % {system('touch pwned')}")
    assert heard["chosen"] == "Tell me when back"
    assert any("Tell me when back" in line for line in heard["menu"])
    assert [(command.kind.value, command.target) for command in engine.commands] == [("wait", snapshots.OPUS)]
    assert heard["progress"][0]["title"] == "statuswatch"
    assert heard["why"]["headline"].startswith("It's them")
    assert not (tmp_path / "pwned").exists()

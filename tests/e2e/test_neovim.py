"""The plugin in real Neovims without a screen: its own tests, the bridge and an engine, set-ups that are good and bad, and what it must not do."""

import json
import os
import re
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from statuswatch.config import paths
from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from support import snapshots
from support.neovim import EDITORS, PLUGIN, Session, setup, with_plugin
from support.published import Engine

pytestmark = [pytest.mark.surface("neovim"), pytest.mark.timeout(300)]

HOSTILE = "Opus [x](command:y) %{system('touch pwned')} %!x \x1b]0;TITLE\x07\x1b[31m \u202egnp\u202c two\nlines"
_TEST = re.compile(r"^\s*test\((['\"])(.+?)\1(?: \.\. name)?, function", re.MULTILINE)


def notice(name: str = "n1", kind: NoticeKind = NoticeKind.OPENED, title: str = "Anthropic is failing for Claude Opus 4.5") -> Notice:
    text = "7 of 9 calls got 529."
    routes, incident = (snapshots.OPUS,), "anthropic:9g6qpr72ttbr"
    return Notice(name, "t1", kind, snapshots.NOW, NoticeReason.OWN_FAILURES, routes, title, text, "anthropic", incident, "https://status.example/i1")


@pytest.fixture(params=EDITORS, ids=lambda name: Path(name).parent.name or name)
def nvim(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def own_tests() -> list[str]:
    return [name for file in sorted((PLUGIN / "test").glob("*_test.lua")) for _, name in _TEST.findall(file.read_text(encoding="utf-8"))]


_RESULTS: dict[str, list[dict[str, Any]]] = {}


def results_of(nvim: str, folder: Path) -> list[dict[str, Any]]:
    """The plugin's own tests take a second together and are run once in an editor."""
    if nvim not in _RESULTS:
        out = folder / "results.json"
        environ = {**os.environ, "LC_ALL": "C.UTF-8", "STATUSWATCH_RESULTS": str(out)}
        argv = with_plugin(nvim, "--headless", "-c", f"luafile {PLUGIN / 'test' / 'run.lua'}", "-c", "cq")
        done = subprocess.run(argv, cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=100, check=False)
        assert done.returncode == 0, done.stderr
        _RESULTS[nvim] = json.loads(out.read_text(encoding="utf-8"))
    return _RESULTS[nvim]


@pytest.mark.parametrize("name", own_tests())
def test_of_the_plugin(nvim: str, name: str, tmp_path: Path) -> None:
    found = [result for result in results_of(nvim, tmp_path) if result["name"].startswith(name)]

    assert found
    assert [result["message"] for result in found if not result["ok"]] == []


def test_no_test_of_the_plugin_is_left_out(nvim: str, tmp_path: Path) -> None:
    assert {result["name"] for result in results_of(nvim, tmp_path) if not result["name"].startswith(tuple(own_tests()))} == set()


def test_a_notice_is_shown_once_and_commands_reach_the_engine_which_may_end_and_come_back(nvim: str, tmp_path: Path) -> None:
    script = f"""
    local said = {{}}
    vim.notify = function(words, level, about) table.insert(said, {{ words, level, about.title }}) end
    {setup()}
    require('statuswatch').running().attention.on = true
    need('calm', function() return level() == 'ok' end)
    results.calm = line()
    step('calm')
    need('trouble', function() return line():find('opus failing', 1, true) end)
    results.trouble = line()
    vim.cmd('Statuswatch')
    need('why', function() return page():find("It's them: Anthropic", 1, true) end)
    results.page = page()
    step('trouble')
    need('told', function() return #said > 0 end)
    vim.cmd('Statuswatch wait')
    vim.cmd('Statuswatch mute {snapshots.OPUS} 30m')
    vim.cmd('Statuswatch refresh')
    step('told')
    need('no engine', function() return require('statuswatch').running().state.standing == 'alone' end)
    results.alone = line()
    results.alone_page = page()
    step('alone')
    need('back', function() return require('statuswatch').running().state.standing == 'live' end)
    need('well again', function() return line() == '' end)
    results.said = said
    finish()
    """
    with Engine() as engine:
        engine.show(snapshots.calm())
        session = Session(nvim, tmp_path / "nvim", script)
        session.reached("calm")
        engine.show(snapshots.trouble())
        session.reached("trouble")
        engine.tell(notice())
        session.reached("told")
        deadline = time.monotonic() + 100
        while len(engine.commands) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        commands = [(command.kind.value, command.target) for command in engine.commands]
    session.reached("alone")
    with Engine() as engine:
        engine.show(snapshots.calm())
        found = session.end()

    assert found["calm"] == ""
    assert found["trouble"] == "▲ opus failing 23m"
    assert "▲ Claude Opus 4.5" in found["page"]
    assert '"Several models answer with errors"' in found["page"]
    assert found["said"] == [["Anthropic is failing for Claude Opus 4.5. 7 of 9 calls got 529.", 3, "statuswatch"]]
    assert commands == [("wait", snapshots.OPUS), ("mute", snapshots.OPUS), ("refresh", "*")]
    assert found["alone"].startswith("▲ opus failing 23m (")
    assert "No engine is running" in found["alone_page"]


def test_the_windows_keys_act_on_the_line_under_the_cursor(nvim: str, tmp_path: Path) -> None:
    script = f"""
    vim.env.DISPLAY, vim.env.WAYLAND_DISPLAY = nil, nil
    {setup()}
    need('picture', function() return level() == 'failing' end)
    vim.cmd('Statuswatch')
    need('why', function() return page():find("It's them: Anthropic", 1, true) end)
    local function press(pattern, key)
      vim.fn.cursor(1, 1)
      if pattern then
        assert(vim.fn.search(pattern, 'cW') > 0, pattern)
      end
      vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(key, true, false, true), 'xt', false)
    end
    local bridge = require('statuswatch').running().bridge
    local function settled(what)
      need(what, function() return vim.tbl_isempty(bridge.asked) end)
    end
    press('Claude Opus 4.5', 'w')
    settled('wait')
    press('Several models answer', 'm')
    settled('mute')
    press(nil, 'r')
    settled('refresh')
    press('Several models answer', 'y')
    results.copied = vim.fn.getreg('"')
    vim.fn.setreg('"', '')
    press('Several models answer', 'o')
    settled('open')
    results.not_opened = vim.fn.getreg('"')
    press('gpt-5.5', '<CR>')
    need('another why', function() return page():find('OpenAI', 1, true) and not page():find("It's them: Anthropic", 1, true) end)
    results.modifiable = vim.bo.modifiable
    press(nil, '?')
    results.help = vim.fn.expand('%:t')
    vim.cmd('close')
    press(nil, 'q')
    results.windows = #vim.api.nvim_list_wins()
    vim.cmd('Statuswatch')
    vim.cmd('only')
    press(nil, 'q')
    results.type = vim.bo.filetype
    finish()
    """
    with Engine() as engine:
        engine.show(snapshots.trouble())
        found = Session(nvim, tmp_path / "nvim", script).end()
        commands = [(command.kind.value, command.target) for command in engine.commands]

    assert commands == [("wait", snapshots.OPUS), ("mute", "anthropic:9g6qpr72ttbr"), ("refresh", "*")]
    assert found["copied"] == found["not_opened"] == "https://status.example/incidents/9g6qpr72ttbr"
    assert found["modifiable"] is False
    assert (found["windows"], found["type"]) == (1, "")
    assert found["help"] in {"statuswatch.txt", "status"}, "the help, where its tags were made"


def test_two_editors_never_show_the_same_notice_and_what_another_shows_is_not_repeated(nvim: str, tmp_path: Path) -> None:
    script = f"""
    local said = {{}}
    vim.notify = function(words) table.insert(said, words) end
    {setup()}
    need('live', function() return level() == 'ok' end)
    step('live')
    local running = require('statuswatch').running()
    need('both', function() return vim.tbl_count(running.teller.seen) == 2 and vim.tbl_isempty(running.bridge.asked) end)
    results.said = said
    finish()
    """
    with Engine() as engine:
        engine.show(snapshots.calm())
        sessions = [Session(nvim, tmp_path / name, script) for name in ("one", "two")]
        for session in sessions:
            session.reached("live")
        engine.tell(notice("n1", title="First"))
        engine.tell(notice("n2", title="Second"))
        said = [words for session in sessions for words in session.end()["said"]]

    assert sorted(said) == ["First. 7 of 9 calls got 529.", "Second. 7 of 9 calls got 529."]


def test_what_the_desktop_shows_or_another_window_acknowledged_is_taken_away(nvim: str, tmp_path: Path) -> None:
    script = f"""
    local said, hidden = {{}}, {{}}
    vim.notify = function(words, _, about) table.insert(said, {{ words, about.id }}) end
    package.loaded['snacks.notifier'] = {{ hide = function(name) table.insert(hidden, name) end }}
    {setup()}
    need('trouble', function() return level() == 'failing' end)
    step('live')
    need('first', function() return #said == 1 end)
    step('first')
    need('taken away', function() return #hidden == 1 end)
    step('taken away')
    need('third', function() return #said == 2 end)
    step('third')
    need('acknowledged', function() return #hidden == 2 end)
    results.said, results.hidden = said, hidden
    finish()
    """
    second = notice("n2", title="Second")
    picture = snapshots.trouble()
    known = tuple(replace(route, acknowledged=route.route == snapshots.OPUS) for route in picture.routes)
    with Engine() as engine:
        engine.show(picture)
        session = Session(nvim, tmp_path / "nvim", script)
        session.reached("live")
        engine.tell(notice("n1", title="First"))
        session.reached("first")
        engine.screen(shows=True)
        engine.tell(second)
        engine.screen(shows=False, notice=second, shown=True)
        session.reached("taken away")
        engine.tell(notice("n3", title="Third"))
        session.reached("third")
        engine.show(replace(picture, routes=known))
        found = session.end()

    assert [words.partition(".")[0] for words, _ in found["said"]] == ["First", "Third"]
    assert found["hidden"] == ["statuswatch t1"] * 2


def test_hostile_texts_run_nothing_and_stay_on_one_line_wherever_they_are_shown(nvim: str, tmp_path: Path) -> None:
    script = f"""
    vim.o.columns = 80
    {setup()}
    vim.o.statusline = "%f %{{%v:lua.require'statuswatch'.statusline(v:true)%}} %{{v:lua.require'statuswatch'.statusline()}}"
    vim.o.tabline = "%!v:lua.require'statuswatch'.statusline()"
    need('picture', function() return line() ~= '' end)
    vim.cmd('redrawstatus! | redrawtabline')
    vim.cmd('Statuswatch')
    need('why', function() return page():find('Why', 1, true) end)
    step('ready')
    need('told', function() return vim.fn.execute('messages'):find('statuswatch: Opus', 1, true) end)
    vim.cmd('Statuswatch status')
    results.messages = vim.fn.execute('messages')
    results.page = page()
    results.mode = vim.api.nvim_get_mode()
    results.line = vim.api.nvim_eval_statusline(vim.o.statusline, {{}}).str
    finish()
    """
    with Engine() as engine:
        engine.show(snapshots.hostile())
        session = Session(nvim, tmp_path / "nvim", script)
        session.reached("ready")
        engine.tell(notice(title=HOSTILE))
        found = session.end()

    assert not list(tmp_path.rglob("pwned"))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\u2060\ufeff]", found["page"] + found["messages"] + found["line"])
    (told,) = [line for line in found["messages"].splitlines() if "statuswatch: Opus" in line]
    assert told.startswith("statuswatch: Opus [x](command:y) %{system('touch pwned')}")
    assert len(told) < 80
    assert found["mode"] == {"mode": "n", "blocking": False}


def test_without_setup_nothing_runs_and_after_stop_nothing_is_left(nvim: str, tmp_path: Path) -> None:
    script = f"""
    local uv = vim.uv or vim.loop
    local made = {{}}
    for _, name in ipairs({{ 'new_timer', 'new_pipe', 'spawn' }}) do
      local original = uv[name]
      uv[name] = function(...)
        local handle, more = original(...)
        table.insert(made, handle)
        return handle, more
      end
    end
    local keys = 0
    local on_key = vim.on_key
    vim.on_key = function(watch, space)
      keys = keys + (watch and 1 or -1)
      return on_key(watch, space)
    end
    local function alive()
      return keys + #vim.tbl_filter(function(handle) return not handle:is_closing() end, made)
    end
    vim.cmd('runtime! plugin/statuswatch.lua plugin/statuswatch.vim')
    results.loaded = package.loaded['statuswatch'] ~= nil
    results.group = pcall(vim.api.nvim_get_autocmds, {{ group = 'statuswatch' }})
    results.command = vim.fn.exists(':Statuswatch')
    results.before = alive()
    {setup()}
    need('live', function() return require('statuswatch').running().state.standing == 'alone' end)
    results.while_it_runs = alive()
    vim.cmd('Statuswatch')
    require('statuswatch').stop()
    need('all gone', function() return alive() == 0 end)
    results.group_after = pcall(vim.api.nvim_get_autocmds, {{ group = 'statuswatch' }})
    results.page = page()
    results.line = line()
    finish()
    """
    found = Session(nvim, tmp_path / "nvim", script).end()

    assert found["loaded"] is False
    assert found["group"] is False
    assert (found["command"], found["before"]) == (2, 0)
    assert found["while_it_runs"] == 6, "a process, its three pipes, a timer, and one who watches for keys"
    assert found["group_after"] is False
    assert (found["page"], found["line"]) == ("", "")


def fake(folder: Path, text: str) -> str:
    """A program that only says it were ours; as a Lua list."""
    file = folder / "fake-statuswatch"
    file.write_text(f"#!{sys.executable}\n{text}\n", encoding="utf-8")
    file.chmod(stat.S_IRWXU)
    return f"{{ {json.dumps(str(file))} }}"


@pytest.mark.parametrize(
    "program",
    [
        "import os, time\nparent = os.getppid()\nwhile os.getppid() == parent: time.sleep(0.1)",
        "import sys\nwhile True:\n    try: sys.stdout.write('x' * 65536)\n    except BrokenPipeError: raise SystemExit",
        'import sys\nwhile True:\n    try: print(\'{"type":"dance"}\', flush=True)\n    except BrokenPipeError: raise SystemExit',
        "raise SystemExit(3)",
    ],
    ids=["says nothing", "a line without an end", "a flood of lines", "ends at once"],
)
def test_whatever_the_program_does_the_editor_neither_waits_nor_fails(nvim: str, tmp_path: Path, program: str) -> None:
    script = f"""
    {setup(fake(tmp_path, program))}
    for count = 1, 50 do
      vim.cmd('Statuswatch why')
      vim.cmd('normal! ihello')
      vim.wait(10)
    end
    require('statuswatch.command').run('refresh')
    results.line = line()
    results.errors = vim.v.errmsg
    finish()
    """
    found = Session(nvim, tmp_path / "nvim", script.replace("vim.cmd('normal! ihello')", "vim.cmd('wincmd p')")).end()

    assert found["line"] == "" or found["line"].endswith(" no engine")
    assert found["errors"] == ""


def checked(nvim: str, folder: Path, script: str, **environ: str) -> list[str]:
    """What :checkhealth says after that script, a line each, without the marks that differ between versions."""
    more = "vim.cmd('checkhealth statuswatch')\nresults.lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)\nfinish()"
    lines = Session(nvim, folder / "nvim", f"{script}\n{more}", **environ).end()["lines"]
    return [re.sub(r"^\s*- (?:[✅❌⚠️]+ )?(OK|WARNING|ERROR|INFO):? ", r"\1 ", line).strip() for line in lines]


def said(lines: list[str], *levels: str) -> list[str]:
    return [line for line in lines if line.startswith(levels)]


def test_checkhealth_in_a_good_set_up(nvim: str, tmp_path: Path) -> None:
    with Engine() as engine:
        engine.show(snapshots.calm())
        lines = checked(nvim, tmp_path, f"{setup()}\nvim.o.statusline = \"%{{v:lua.require'statuswatch'.statusline()}}\"")

    fine = "\n".join(said(lines, "OK"))
    for part in (
        "setup() was called, and its options are in order",
        "the status line has it",
        "version 0.1.0",
        "the bridge speaks version 1",
        "an engine answers",
    ):
        assert part in fine, lines
    assert said(lines, "ERROR") == []
    assert [line for line in said(lines, "WARNING") if "notices:" not in line] == []


def test_checkhealth_without_setup_and_without_an_engine(nvim: str, tmp_path: Path) -> None:
    lines = checked(nvim, tmp_path, "", PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}")

    assert any("setup() was not called" in line for line in said(lines, "WARNING")), lines
    assert any("no engine" in line for line in said(lines, "WARNING")), lines
    assert any(":Statuswatch start" in line for line in lines)


def test_checkhealth_without_the_program(nvim: str, tmp_path: Path) -> None:
    lines = checked(nvim, tmp_path, setup("'/nowhere/statuswatch'"))

    assert said(lines, "ERROR") == ["ERROR /nowhere/statuswatch is no program that can be run"]
    assert not any("the bridge" in line for line in said(lines, "OK"))


@pytest.mark.parametrize(
    ("program", "complaint"),
    [
        ("print('statuswatch 0.0.9')", "is version 0.0.9; this plugin needs 0.1.0 or newer"),
        ("print('something else 9.9.9')", "it is another program, or broken"),
        ("raise SystemExit(1)", "it is another program, or broken"),
        ("import sys\nprint('statuswatch 0.2.0') if '--version' in sys.argv else sys.exit(2)", "`statuswatch bridge` does not answer: status 2"),
    ],
)
def test_checkhealth_with_an_old_or_a_wrong_program(nvim: str, tmp_path: Path, program: str, complaint: str) -> None:
    lines = checked(nvim, tmp_path, setup(fake(tmp_path, program)))

    (error,) = said(lines, "ERROR")
    assert complaint in error


def test_checkhealth_with_an_older_engine_says_what_it_lacks(nvim: str, tmp_path: Path) -> None:
    known = ["snapshot", "changes", "notice", "command"]
    hello = {"type": "hello", "v": 1, "version": "0.1.0", "capabilities": known, "engine": True, "missing": ["claim"], "reason": "renew it"}
    answer = "\n".join(json.dumps(message) for message in (hello, {"type": "pong", "id": "health"}))
    text = f"import sys\nif '--version' in sys.argv: print('statuswatch 0.2.0')\nelif 'bridge' in sys.argv: print({answer!r})"
    lines = checked(nvim, tmp_path, setup(fake(tmp_path, text)))

    assert "WARNING the engine is older than this plugin and lacks: open, why, claim" in lines
    assert "- renew it" in lines


def test_checkhealth_with_wrong_options_and_a_wrong_configuration(nvim: str, tmp_path: Path) -> None:
    config = Path(paths.config_file())
    config.parent.mkdir(parents=True)
    config.write_text("x = [\n", encoding="utf-8")
    lines = checked(nvim, tmp_path, setup(more="statusline = 'loud', colour = 1"))

    assert [line for line in said(lines, "ERROR") if "statusline must be" in line or 'no option "colour"' in line] == said(lines, "ERROR")
    assert len(said(lines, "ERROR")) == 2
    assert any("the settings have a mistake" in line for line in said(lines, "WARNING")), lines


def test_checkhealth_where_there_is_no_place_for_a_socket(nvim: str, tmp_path: Path) -> None:
    lines = checked(nvim, tmp_path, setup(), STATUSWATCH_HOME="relative/folder")

    assert any("does not answer" in line or "no engine" in line for line in said(lines, "ERROR", "WARNING")), lines


def test_the_help_has_its_tags_and_names_every_option_command_and_key(nvim: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    (copy / "doc").mkdir(parents=True)
    text = (PLUGIN / "doc" / "statuswatch.txt").read_text(encoding="utf-8")
    (copy / "doc" / "statuswatch.txt").write_text(text, encoding="utf-8")
    script = f"""
    vim.opt.rtp:prepend({json.dumps(str(copy))})
    vim.cmd('helptags ' .. {json.dumps(str(copy / "doc"))})
    results.shown = {{}}
    for _, tag in ipairs({{ '', 'options', 'statusline', 'window', 'lualine', 'health', 'vim' }}) do
      tag = tag == '' and ':Statuswatch' or 'statuswatch-' .. tag
      vim.cmd('help ' .. tag)
      table.insert(results.shown, vim.fn.expand('%:t') .. ' ' .. vim.fn.expand('<cWORD>'))
    end
    results.options = vim.tbl_keys(require('statuswatch.options').defaults)
    results.verbs = vim.tbl_keys(require('statuswatch.command').VERBS)
    finish()
    """
    found = Session(nvim, tmp_path / "nvim", script).end()

    assert all(shown.startswith("statuswatch.txt ") for shown in found["shown"]), found["shown"]
    for name in (*found["options"], "command", "ascii"):
        assert re.search(rf"^{name}\s", text, re.MULTILINE), name
    for verb in found["verbs"]:
        assert re.search(rf":Statuswatch {verb}\b", text), verb
    assert max(len(line) for line in text.splitlines()) <= 79
    assert set(re.findall(r"\|(statuswatch[\w-]*|:Statuswatch)\|", text)) <= set(re.findall(r"\*(\S+)\*", text))

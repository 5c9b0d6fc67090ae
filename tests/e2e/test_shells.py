"""The prompt segments in real shells: nothing of what a file may hold is run or drives the terminal, no process is started, and the last status stays."""

import contextlib
import fcntl
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.surfaces.client import monotonic, wall_clock
from support.injections import hostile_lines
from support.recordings import missing

pytestmark = pytest.mark.surface("shells")

SHELLS = ("zsh", "bash", "fish")
LATER = 4_000_000_000
_CODE = Path(paths.__file__).parents[1] / "surfaces" / "prompt"
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;]*m|\(B)|\x0f")  # what the terminals' own descriptions give for colours

# Loads the code, then for each file named on stdin: reads it as a prompt would and prints the prompt, and what `$?` is worth after `false`, between marks.
_ROUNDS = {
    "zsh": """
PROMPT="end> "
source "$CODE"
while IFS= read -r f; do
  __statuswatch_file=$f
  (exit 3); __statuswatch_precmd
  print -n -- "<<"; print -nP -- "$PROMPT"; print -r -- ">>"
done""",
    "bash": r"""
PS1="end> "
source "$CODE"
while IFS= read -r f; do
  __statuswatch_file=$f
  (exit 3); eval "$PROMPT_COMMAND"
  printf "<<%s>>\n" "${PS1@P}"
done""",
    "fish": """
function fish_prompt; echo -n "end> "; end
source "$CODE"
while read -l f
  set -g __statuswatch_file $f
  emit fish_prompt
  echo -n "<<"; fish_prompt; echo ">>"
end""",
}
_START = {"zsh": ["zsh", "-f", "-c"], "bash": ["bash", "--norc", "--noprofile", "-c"], "fish": ["fish", "--no-config", "-i", "-c"]}


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        missing("shells", f"{name} is not installed")
    return str(found)


@pytest.fixture(params=SHELLS)
def shell(request):
    program(request.param)
    return request.param


@pytest.fixture
def place(monkeypatch, tmp_path):
    home = tmp_path / "sw"
    (home / "run").mkdir(parents=True)
    monkeypatch.setenv("STATUSWATCH_HOME", str(home))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.chdir(tmp_path)
    return home / "run" / "prompt"


def line(level="failing", label="opus failing 23m", expires=LATER):
    return f"1\t{expires}\t{level}\t{label}\n"


def prompts(shell, files, **environ):
    """The prompt that `shell` would draw for each file, one after the other in one shell."""
    done = subprocess.run(
        [*_START[shell], _ROUNDS[shell]],
        input="".join(f"{file}\n" for file in files).encode(),
        env={**os.environ, "CODE": str(_CODE / f"statuswatch.{shell}"), **environ},
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert done.stderr == b""
    text = done.stdout.decode("utf-8", "replace")
    found = re.findall(r"<<(.*?)>>", text, re.DOTALL)
    assert len(found) == len(files), text[-2000:]
    return found


def plain(prompt):
    return _ESCAPES.sub("", prompt)


def draw(shell, place, content, **environ):
    place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return prompts(shell, [place], **environ)[0]


@pytest.mark.parametrize(
    ("level", "label", "shown"),
    [
        ("failing", "opus failing 23m", "▲ opus failing 23m end> "),
        ("down", "opus down 12m", "● opus down 12m end> "),
        ("yours", "opus your quota 1m", "▲ opus your quota 1m end> "),
        ("unsure", "gpt-5.5 not sure 1m", "◌ gpt-5.5 not sure 1m end> "),
        ("recovering", "opus coming back 1m", "↑ opus coming back 1m end> "),
        ("brandnew", "something 1m", "◌ something 1m end> "),
        ("ok", "", "end> "),
        ("unknown", "", "end> "),
    ],
)
def test_trouble_shows_before_the_prompt_and_all_well_shows_nothing(shell, place, level, label, shown):
    assert plain(draw(shell, place, line(level, label))) == shown


def test_the_segment_has_the_colour_of_its_level_and_none_where_colours_are_not_wanted(shell, place):
    assert "\x1b[31m" in draw(shell, place, line("down", "opus down 1m"))
    assert "\x1b[33m" in draw(shell, place, line("failing", "opus failing 1m"))
    assert "\x1b" not in draw(shell, place, line("down", "opus down 1m"), NO_COLOR="1")


def test_an_engine_that_died_in_trouble_leaves_a_mark_for_half_a_day(shell, place):
    now = int(wall_clock().timestamp())

    assert plain(draw(shell, place, line(expires=now - 10))) == "? end> "
    assert plain(draw(shell, place, line(expires=now - 43_000))) == "? end> "
    assert plain(draw(shell, place, line(expires=now - 44_000))) == "end> "
    assert plain(draw(shell, place, line("ok", "", expires=now - 10))) == "end> "


def test_width_plain_signs_and_unknown_can_be_chosen(shell, place):
    assert plain(draw(shell, place, line(), STATUSWATCH_WIDTH="8")) == "▲ opus f end> "
    assert plain(draw(shell, place, line(), STATUSWATCH_WIDTH="$(touch pwned)")) == "▲ opus failing 23m end> "
    assert plain(draw(shell, place, line(), STATUSWATCH_ASCII="1")) == "! opus failing 23m end> "
    assert plain(draw(shell, place, line(), TERM="linux")) == "! opus failing 23m end> "
    assert plain(draw(shell, place, line("unknown", ""), STATUSWATCH_UNKNOWN="1")) == "– unknown end> "  # noqa: RUF001 - the sign


def test_a_locale_without_our_signs_gets_plain_ones(shell, place):
    assert plain(draw(shell, place, line(), LC_ALL="C")) == "! opus failing 23m end> "


@pytest.mark.usefixtures("place")
def test_files_that_are_none_show_nothing_and_cost_nothing(shell, tmp_path):
    files = {name: tmp_path / name for name in ("missing", "empty", "half", "huge", "binary", "folder", "pipe", "newer", "fields", "number")}
    files["empty"].write_bytes(b"")
    files["half"].write_bytes(line().rstrip("\n").encode())
    files["huge"].write_bytes(b"1\t4000000000\tfailing\t" + b"x" * 10_000_000)
    files["binary"].write_bytes(bytes(range(256)) * 20)
    files["folder"].mkdir()
    os.mkfifo(files["pipe"])
    files["newer"].write_text(line().replace("1\t", "2\t", 1))
    files["fields"].write_text("1\t4000000000\tfailing\n")
    files["number"].write_text(line(expires="0x7fffffff"))

    began = monotonic()
    shown = prompts(shell, list(files.values()))

    assert [plain(prompt) for prompt in shown] == ["end> "] * len(files)
    assert monotonic() - began < 20  # a pipe or ten megabytes read to their end would take for ever, or nearly


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_says_nothing(shell, place):
    place.write_text(line())
    os.chown(place, 65534, 65534)

    assert [plain(prompt) for prompt in prompts(shell, [place])] == ["end> "]


@pytest.mark.usefixtures("place")
def test_two_hundred_hostile_lines_run_nothing_and_leave_the_prompt_as_it_is(shell, tmp_path):
    files = []
    for number, content in enumerate(hostile_lines()):
        files.append(tmp_path / f"evil{number}")
        files[-1].write_bytes(content.encode("utf-8", "surrogateescape"))
    assert len(files) >= 200

    shown = prompts(shell, files, NO_COLOR="1", x="y")

    for file, prompt in zip(files, shown, strict=True):
        assert re.fullmatch(r"(?:[◌▲] [A-Za-z0-9 .:+_-]{0,38} )?end> ", prompt), (file.read_bytes(), prompt)
    assert sum(prompt == "end> " for prompt in shown) > 180  # the rest are of the form: a word as level, or a harmless text
    assert not list(tmp_path.rglob("pwned"))


def test_the_last_status_is_still_there_for_the_prompt(shell, place):
    place.write_text(line())
    code = _CODE / f"statuswatch.{shell}"
    probe = {
        "zsh": 'later() { print -r -- "hook $?" }; PROMPT="%? end> "; source "$CODE"; add-zsh-hook precmd later',
        "bash": 'PS1=\'$? end> \'; PROMPT_COMMAND="true;"; source "$CODE"; PROMPT_COMMAND="$PROMPT_COMMAND; echo hook \\$?"',
        "fish": 'function fish_prompt; echo -n "$status $pipestatus end> "; end; source "$CODE"',
    }[shell]
    start = {
        "zsh": ["zsh", "-f", "-i"],
        "bash": ["bash", "--norc", "--noprofile", "-i"],
        "fish": ["fish", "--no-config", "-i"],
    }[shell]
    with Terminal(start, CODE=str(code), NO_COLOR="1") as terminal:
        terminal.type(probe)
        terminal.wait_for("opus failing 23m")
        terminal.type("(exit 7)" if shell != "fish" else "sh -c 'exit 7'")

        screen = terminal.wait_for("▲ opus failing 23m 7 ")

    assert shell in {"fish", "bash"} or "hook 7" in screen


@pytest.mark.parametrize("state", ["absent", "corrupt", "locked", "no room", "huge"])
def test_whatever_state_the_file_is_in_the_prompt_is_whole_and_nothing_is_said(shell, place, state):
    """`no room`: the shell may not write a byte to any file, as on a full disk."""
    content = {"corrupt": bytes(range(256)), "huge": b"x" * 10_000_000}.get(state, line().encode())
    if state != "absent":
        place.write_bytes(content)
    with contextlib.ExitStack() as stack:
        if state == "locked":
            fcntl.flock(stack.enter_context(place.open("rb")), fcntl.LOCK_EX)
            fcntl.lockf(stack.enter_context(place.open("r+b")), fcntl.LOCK_EX)
        limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))) if state == "no room" else None
        done = subprocess.run(
            [*_START[shell], _ROUNDS[shell]],
            input=f"{place}\n{place}\n",
            env={**os.environ, "CODE": str(_CODE / f"statuswatch.{shell}"), "NO_COLOR": "1", "STATUSWATCH_COLORS": "down=blue"},
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
            preexec_fn=limit,
        )

    shown = "▲ opus failing 23m end> " if state in {"locked", "no room"} else "end> "
    assert re.findall(r"<<(.*?)>>", done.stdout) == [shown, shown]
    assert done.stderr == ""


def test_fish_keeps_the_status_of_each_command_of_a_pipeline(place):
    program("fish")
    place.write_text(line())
    code = (
        'function fish_prompt; echo "$status / $pipestatus end"; end; source "$CODE"; emit fish_prompt\n'
        "true; fish_prompt\nfalse | true | sh -c 'exit 3'; fish_prompt\nsh -c 'exit 4' | true; fish_prompt\nnot true; fish_prompt\n"
        "set -g __statuswatch_text\nfalse | true | sh -c 'exit 3'; fish_prompt\n"
    )
    done = subprocess.run(
        [*_START["fish"], code],
        env={**os.environ, "CODE": str(_CODE / "statuswatch.fish"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )

    shown = "▲ opus failing 23m "
    assert done.stdout.splitlines() == [
        f"{shown}0 / 0 end",
        f"{shown}3 / 1 0 3 end",
        f"{shown}0 / 4 0 end",
        f"{shown}1 / 1 end",  # `not` turns the status over and leaves the pipeline's as it is; where something is shown both are the one that counts
        "3 / 1 0 3 end",
    ]


@pytest.mark.parametrize(
    ("setting", "drawn"),
    [
        ({"STATUSWATCH_COLORS": "failing=magenta down=red nonsense=red failing"}, "\x1b[35m"),
        ({"STATUSWATCH_COLORS": "failing=208"}, "\x1b[38;5;208m"),
        ({"STATUSWATCH_SYMBOLS": "failing=AI x= =y nonsense"}, "AI opus failing 23m"),
        ({"STATUSWATCH_PREFIX": "[", "STATUSWATCH_SUFFIX": "] "}, "[▲ opus failing 23m"),
        ({"STATUSWATCH_SYMBOLS": "failing=\x1b]0;T\x07", "STATUSWATCH_PREFIX": "\x1b[2J"}, "opus failing 23m"),
        ({"STATUSWATCH_COLORS": "failing=$(touch${IFS}pwned) down=`touch${IFS}pwned`"}, "\x1b[33m"),
    ],
)
def test_colours_signs_and_text_around_can_be_chosen(shell, place, tmp_path, setting, drawn):
    shown = draw(shell, place, line(), **setting)

    assert drawn in shown.replace("\x1b[38;5;13m", "\x1b[35m")
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
    assert not list(tmp_path.rglob("pwned"))


def test_a_colour_can_be_none(shell, place):
    assert "\x1b[3" not in draw(shell, place, line(), STATUSWATCH_COLORS="failing=none")


class Terminal:
    """A real terminal (tmux on a socket of its own) with a program in it."""

    def __init__(self, argv, **environ):
        self._tmux = [program("tmux"), "-L", f"sw{os.getpid()}-{int(monotonic() * 1e6)}", "-f", "/dev/null"]
        self._argv = argv
        self._environ = {**os.environ, **environ}

    def __enter__(self):
        subprocess.run([*self._tmux, "-u", "new-session", "-d", "-x", "120", "-y", "12", *self._argv], env=self._environ, check=True, timeout=60)
        time.sleep(0.3)
        return self

    def __exit__(self, *_):
        subprocess.run([*self._tmux, "kill-server"], check=False, timeout=60, capture_output=True)

    def type(self, text):
        subprocess.run([*self._tmux, "send-keys", "-l", text], check=True, timeout=60)
        subprocess.run([*self._tmux, "send-keys", "Enter"], check=True, timeout=60)

    def keys(self, text):
        subprocess.run([*self._tmux, "send-keys", "-l", text], check=True, timeout=60)

    def screen(self):
        return subprocess.run([*self._tmux, "capture-pane", "-p", "-J"], check=True, timeout=60, capture_output=True, text=True).stdout

    def title(self):
        return subprocess.run([*self._tmux, "display-message", "-p", "#{pane_title}"], check=True, timeout=60, capture_output=True, text=True).stdout

    def wait_for(self, text, seconds=60):
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            screen = self.screen()
            if text in screen:
                return screen
            time.sleep(0.1)
        pytest.fail(f"{text!r} did not appear:\n{self.screen()}")

    def after(self, text, seconds=60):
        """The last row, once there is one below that of `text`."""
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            rows = [row.rstrip() for row in self.screen().splitlines() if row.strip()]
            if text in rows[:-1]:
                return rows[-1]
            time.sleep(0.1)
        pytest.fail(f"nothing came after {text!r}:\n{self.screen()}")


def start_with(shell, tmp_path):
    """An interactive shell whose own start-up file holds the one line of the installation."""
    command = f"{sys.executable} -m statuswatch"
    if shell == "zsh":
        (tmp_path / ".zshrc").write_text(f'PROMPT="%~ end> "\neval "$({command} prompt init zsh)"\nprint after-the-line\n')
        return ["zsh", "-d", "-i"], {"ZDOTDIR": str(tmp_path)}
    if shell == "bash":
        (tmp_path / "rc").write_text(f'set -u\nPS1="\\w end> "\neval "$({command} prompt init bash)"\necho after-the-line\n')
        return ["bash", "--noprofile", "--rcfile", str(tmp_path / "rc"), "-i"], {}
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "fish"
    folder.mkdir(parents=True)
    (folder / "config.fish").write_text(f'function fish_prompt; echo -n "here end> "; end\n{command} prompt init fish | source\necho after-the-line\n')
    return ["fish"], {}


def test_one_line_installs_it_and_the_prompt_follows_the_engine(shell, place, tmp_path):
    argv, environ = start_with(shell, tmp_path)
    place.write_text(line("ok", ""))
    with Terminal(argv, **environ) as terminal:
        screen = terminal.wait_for("end>")
        assert "after-the-line" in screen
        assert "▲" not in screen
        title = terminal.title()

        place.write_text(line())
        terminal.type("")
        terminal.wait_for("▲ opus failing 23m ")

        place.write_text(line(label="$(touch pwned)`touch pwned`\x1b]0;TITLE-HACK\x07%n\\u"))
        terminal.type("echo mark")
        terminal.wait_for("\nmark\n")
        last = terminal.after("mark")

        assert "▲" not in last
        assert "end>" in last
        assert terminal.title() == title or "TITLE-HACK" not in terminal.title()
        assert not list(tmp_path.rglob("pwned"))


def test_installed_twice_it_shows_once(shell, place):
    place.write_text(line())
    source = _ROUNDS[shell].replace('source "$CODE"', 'source "$CODE"; source "$CODE"')
    done = subprocess.run(
        [*_START[shell], source],
        input=f"{place}\n{place}\n",
        env={**os.environ, "CODE": str(_CODE / f"statuswatch.{shell}"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )

    assert re.findall(r"<<(.*?)>>", done.stdout) == ["▲ opus failing 23m end> "] * 2


def test_an_idle_zsh_prompt_is_drawn_anew_and_keeps_what_was_typed(place):
    program("zsh")
    place.write_text(line("ok", ""))
    with Terminal(["zsh", "-f", "-i"], CODE=str(_CODE / "statuswatch.zsh"), STATUSWATCH_REDRAW="5", NO_COLOR="1") as terminal:
        terminal.type('PROMPT="end> "; source "$CODE"')
        terminal.wait_for("end>")
        terminal.type("")
        terminal.keys("git comm")
        terminal.wait_for("end> git comm")

        place.write_text(line())

        terminal.wait_for("▲ opus failing 23m end> git comm")


@pytest.mark.parametrize("redrawing", ["zsh", "fish"])
def test_an_idle_prompt_is_drawn_anew_when_the_engine_knocks_and_keeps_what_was_typed(redrawing, place, tmp_path):
    program(redrawing)
    place.write_text(line("ok", ""))
    shim = tmp_path / "bin" / "statuswatch"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} -m statuswatch "$@"\n')
    shim.chmod(0o755)
    environ = {"CODE": str(_CODE / f"statuswatch.{redrawing}"), "STATUSWATCH_REDRAW": "1", "NO_COLOR": "1", "PATH": f"{shim.parent}:{os.environ['PATH']}"}
    start = {"zsh": ["zsh", "-f", "-i"], "fish": ["fish", "--no-config", "-i"]}[redrawing]
    load = {"zsh": 'PROMPT="end> "; source "$CODE"', "fish": 'function fish_prompt; echo -n "end> "; end; source "$CODE"'}[redrawing]
    with socket.socket(socket.AF_UNIX) as engine, Terminal(start, **environ) as terminal:
        engine.bind(str(place.with_name("prompt.sock")))
        engine.listen()
        engine.settimeout(60)
        terminal.type(load)
        terminal.wait_for("end> ")
        terminal.type("")
        shell_at_work, _ = engine.accept()
        terminal.keys("git comm")
        terminal.wait_for("end> git comm")

        place.write_text(line())
        shell_at_work.send(b"1\n")
        terminal.wait_for("▲ opus failing 23m end> git comm")

        # the engine goes: its last word expires at once
        place.write_text(line(expires=int(wall_clock().timestamp()) - 1))
        shell_at_work.close()
        terminal.wait_for("? end> git comm")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "__statuswatch_prompt"),
        ("one;", "one;\n__statuswatch_prompt"),
        ("one # a comment", "one # a comment\n__statuswatch_prompt"),
    ],
)
@pytest.mark.usefixtures("place")
def test_bash_keeps_the_commands_that_run_before_a_prompt(before, after):
    program("bash")
    done = subprocess.run(
        ["bash", "--norc", "-c", 'source "$CODE"; printf %s "$PROMPT_COMMAND"'],
        env={**os.environ, "CODE": str(_CODE / "statuswatch.bash"), "PROMPT_COMMAND": before},
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )

    assert done.stdout == after


@pytest.mark.usefixtures("place")
def test_bash_appends_to_an_array_of_commands():
    program("bash")
    source = 'PROMPT_COMMAND=(one two); source "$CODE"; source "$CODE"; declare -p PROMPT_COMMAND'
    done = subprocess.run(
        ["bash", "--norc", "-c", source], env={**os.environ, "CODE": str(_CODE / "statuswatch.bash")}, capture_output=True, text=True, timeout=100, check=True
    )

    assert done.stdout == 'declare -a PROMPT_COMMAND=([0]="one" [1]="two" [2]="__statuswatch_prompt")\n'


@pytest.mark.usefixtures("place")
def test_a_hundred_prompts_start_no_process(shell, tmp_path):
    strace = program("strace")
    for number, content in enumerate((line(), line(expires=5), line("ok", ""), line(label="$(true)"), "")):
        (tmp_path / f"file{number}").write_text(content)
    counts = []
    for rounds in (1, 21):
        trace = tmp_path / f"trace{rounds}"
        subprocess.run(
            [strace, "-f", "-qq", "-e", "trace=process", "-o", str(trace), *_START[shell], _ROUNDS[shell].replace("(exit 3); ", "")],
            input="".join(f"{tmp_path}/file{number}\n" for number in range(5)) * rounds,
            env={**os.environ, "CODE": str(_CODE / f"statuswatch.{shell}")},
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )
        # fish keeps a few threads of its own, more or less of them: a thread is no process
        counts.append(sum("CLONE_THREAD" not in row for row in re.findall(r"\b(?:clone3?|v?fork|execve)\(.*", trace.read_text())))

    assert counts[1] == counts[0] >= 1


@pytest.mark.parametrize("variables", [("STATUSWATCH_HOME", "XDG_RUNTIME_DIR"), ("XDG_RUNTIME_DIR",), ()])
def test_the_shells_look_where_the_program_writes(shell, tmp_path, monkeypatch, variables):
    for name in ("STATUSWATCH_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in variables:
        (tmp_path / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / name))
    show = 'source "$CODE"; echo $__statuswatch_file' if shell == "fish" else 'source "$CODE"; printf "%s\\n" "$__statuswatch_file"'
    done = subprocess.run(
        [*_START[shell], show], env={**os.environ, "CODE": str(_CODE / f"statuswatch.{shell}")}, capture_output=True, text=True, timeout=100, check=True
    )

    assert done.stdout.strip() == paths.prompt_file()


def test_what_init_prints_is_what_can_be_sourced(shell, capfd):
    from statuswatch.surfaces.cli.prompt import run

    assert run(["init", shell]) == 0
    assert capfd.readouterr().out == (_CODE / f"statuswatch.{shell}").read_text()


def test_shellcheck_has_nothing_to_say_about_the_bash_code():
    done = subprocess.run([program("shellcheck"), "-s", "bash", str(_CODE / "statuswatch.bash")], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout == ""

"""The segment for tools that run a program, and Claude Code's status line: what a person's own one prints stays byte for byte, and nothing in a file is run."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.surfaces.client import wall_clock
from statuswatch.surfaces.setup.target import Ground
from statuswatch.surfaces.setup.targets import TARGETS
from support.injections import hostile_lines, line
from support.recordings import missing

pytestmark = pytest.mark.surface("shells")

_CODE = Path(paths.__file__).parents[1] / "surfaces" / "prompt"
_SHELLS = Path(__file__).parents[2] / ".venv" / "shells"
_SCRIPT = _CODE / "statuswatch.sh"
SHELLS = {"sh": ["sh"], "bash": ["bash", "--posix"], "zsh": ["zsh", "--emulate", "sh"], "busybox": ["busybox", "sh"]}
SESSION = json.dumps({"session_id": "x", "model": {"id": "claude-opus-4-8[1m]", "display_name": "Opus"}, "cwd": "/"})


@pytest.fixture(params=[name for name, argv in SHELLS.items() if shutil.which(argv[0])])
def shell(request):
    return SHELLS[request.param]


@pytest.fixture
def place(monkeypatch, tmp_path):
    home = tmp_path / "sw"
    (home / "run").mkdir(parents=True)
    monkeypatch.setenv("STATUSWATCH_HOME", str(home))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.chdir(tmp_path)
    return home / "run" / "prompt"


def said(shell, *argv, given=b"", **environ):
    done = subprocess.run([*shell, str(_SCRIPT), *argv], input=given, capture_output=True, timeout=60, check=False, env={**os.environ, **environ})
    assert done.stderr == b""
    assert done.returncode == 0
    return done.stdout.decode()


def test_it_shows_what_the_other_segments_show(shell, place):
    assert said(shell) == ""
    for content, shown in {
        line(): "▲ opus failing 23m\n",
        line("down", "opus down 1m"): "● opus down 1m\n",
        line("recovering", "opus back 1m"): "↑ opus back 1m\n",
        line("brandnew", ""): "◌ brandnew\n",
        line(expires="000000000008"): "",
        line("ok", ""): "",
        line("unknown", ""): "",
        line().rstrip("\n"): "",
        line().replace("1\t", "2\t", 1): "",
        line(label="x" * 300): "",
        "1\t4000000000\tfailing\n": "",
    }.items():
        place.write_text(content)
        assert said(shell) == shown, content
    place.write_text(line())
    assert said(shell, STATUSWATCH_WIDTH="8") == "▲ opus f\n"
    assert said(shell, STATUSWATCH_WIDTH="$(touch pwned)") == "▲ opus failing 23m\n"
    assert said(shell, TERM="linux") == said(shell, STATUSWATCH_ASCII="1") == "! opus failing 23m\n"
    now = int(wall_clock().timestamp())
    place.write_text(line(expires=now - 10))
    assert said(shell) == "?\n"
    place.write_text(line(expires=now - 50_000))
    assert said(shell) == ""


def test_files_that_are_none_show_nothing(shell, place):
    for make in (lambda: os.mkfifo(place), place.mkdir, lambda: place.write_bytes(b"x" * 10_000_000), lambda: place.write_bytes(bytes(range(256)) * 20)):
        make()
        assert said(shell) == ""
        place.rmdir() if place.is_dir() else place.unlink()


def test_two_hundred_hostile_lines_run_nothing_and_reach_no_terminal(place, tmp_path):
    lines = list(hostile_lines())
    assert len(lines) >= 200
    for number, content in enumerate(lines):
        place.write_bytes(content.encode("utf-8", "surrogateescape"))
        shown = said(SHELLS["sh"], *(["claude-code", "cat"] if number % 2 else []), given=b"{}" if number % 2 else b"", NO_COLOR="1", x="y")

        assert re.fullmatch(r"(?:\{\})?(?:\n?[◌▲] [A-Za-z0-9 .:+_-]{0,38}\n)?", shown), (content, shown)
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    ("theirs", "output"),
    [
        ("cat", SESSION.encode()),
        ("printf 'mine'", b"mine"),
        ("printf 'one\\ntwo\\n\\n'", b"one\ntwo\n\n"),
        ("printf '\\033[31mred\\033[0m \\377\\n'", b"\x1b[31mred\x1b[0m \xff\n"),
        ("true", b""),
        ("sh -c 'echo \"it'\\''s\" $# # done'", b"it's 0\n"),
        ("printf 'x%s' 12; exit 7", b"x12"),
    ],
)
def test_a_status_line_of_the_persons_own_runs_first_and_stays_byte_for_byte(theirs, output, shell, place):
    def shown():
        return subprocess.run([*shell, str(_SCRIPT), "claude-code", theirs], input=SESSION.encode(), capture_output=True, timeout=60, check=False)

    for content in (None, line("ok", "")):
        if content is not None:
            place.write_text(content)
        assert (shown().stdout, shown().returncode) == (output, 7 if "exit 7" in theirs else 0)
    place.write_text(line())
    done = shown()
    assert done.stdout.startswith(output)
    ours = done.stdout[len(output) :].decode()
    assert ours == ("" if not output or output.endswith(b"\n") else "\n") + "\x1b[33m▲ opus failing 23m\x1b[0m\n"
    assert done.returncode == (7 if "exit 7" in theirs else 0)


@pytest.mark.parametrize(
    ("model", "level", "colour"),
    [("claude-opus-4-8", "failing", "33"), ("claude-haiku-4-5", "failing", "2"), ("claude-haiku-4-5", "yours", "33"), ("$(touch pwned)", "failing", "2")],
)
def test_trouble_with_another_model_than_the_sessions_is_said_less_loudly(model, level, colour, place, tmp_path):
    place.write_text(line(level))

    shown = said(SHELLS["sh"], "claude-code", given=json.dumps({"model": {"id": model}}).encode())

    assert shown == f"\x1b[{colour}m▲ opus failing 23m\x1b[0m\n"
    assert not list(tmp_path.rglob("pwned"))


def _command(settings: str, code: Path) -> str:
    return str(json.loads(TARGETS["claude-code"].put(settings, Ground({}, Path("/home/you"), code)))["statusLine"]["command"])


@pytest.mark.parametrize("theirs", ["printf 'mine %s' \"it's\"", "cat | tr a-z A-Z # loud", "echo one\necho two", ""])
def test_what_setup_writes_runs_theirs_also_where_ours_is_gone(theirs, place):
    place.write_text(line())
    alone = subprocess.run(["sh", "-c", theirs], input=SESSION.encode(), capture_output=True, timeout=60, check=True).stdout
    for code, more in ((_CODE, True), (Path("/nowhere/at all"), False)):
        command = _command(json.dumps({"statusLine": {"type": "command", "command": theirs}}), code)
        done = subprocess.run(["sh", "-c", command], input=SESSION.encode(), capture_output=True, timeout=60, check=True)

        assert done.stdout.startswith(alone)
        assert (b"opus failing" in done.stdout) is more
        assert done.stderr == b""
    done = subprocess.run(["sh", "-c", _command("{}", Path("/nowhere"))], input=b"{}", capture_output=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_a_folder_with_an_odd_name_is_no_command(place, tmp_path):
    place.write_text(line())
    code = tmp_path / "it's $(touch pwned); `x`"
    code.mkdir()
    shutil.copy(_SCRIPT, code)

    done = subprocess.run(["sh", "-c", _command("{}", code)], input=b"{}", capture_output=True, timeout=60, check=True)

    assert b"opus failing" in done.stdout
    assert not (tmp_path / "pwned").exists()


def test_shellcheck_has_nothing_to_say_about_it():
    found = shutil.which("shellcheck")
    if found is None:
        missing("shells", "shellcheck is not installed")
    done = subprocess.run([found, "-s", "sh", "-S", "warning", str(_SCRIPT)], capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout == ""


@pytest.fixture
def nu():
    found = shutil.which("nu") or next((str(path) for path in _SHELLS.glob("node_modules/@nushell/*/bin/nu")), None)
    if found is None:
        missing("shells", "nushell is not installed (make shells)")
    return found


def said_by(nu, script):
    """What nushell prints that knows our code."""
    argv = [nu, "--no-config-file", "--commands", f"source {_CODE / 'statuswatch.nu'}\n{script}"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=100, check=True, env={**os.environ, "NO_COLOR": "1"})
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("variables", [("STATUSWATCH_HOME", "XDG_RUNTIME_DIR"), ("XDG_RUNTIME_DIR",), ()])
def test_nushell_looks_where_the_program_writes(nu, tmp_path, monkeypatch, variables):
    for name in ("STATUSWATCH_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in variables:
        (tmp_path / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / name))
    paths.ensure_private(paths.runtime_dir())

    assert said_by(nu, "print (statuswatch_file (statuswatch_me))").strip() == paths.prompt_file()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_another_user_says_nothing_in_nushell(nu, place, tmp_path, monkeypatch):
    place.write_text(line())
    assert said_by(nu, "print $'<<(statuswatch_segment)>>'") == "<<▲ opus failing 23m >>\n"
    os.chown(place, 65534, 65534)
    assert said_by(nu, "print $'<<(statuswatch_segment)>>'") == "<<>>\n"

    monkeypatch.delenv("STATUSWATCH_HOME")
    others = tmp_path / "runtime"
    (others / "statuswatch").mkdir(parents=True)
    (others / "statuswatch" / "prompt").write_text(line())
    os.chown(others, 65534, 65534)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(others))
    paths.ensure_private(paths.runtime_dir())
    assert said_by(nu, "print (statuswatch_file (statuswatch_me))").strip() == paths.prompt_file() == f"/tmp/statuswatch-{os.geteuid()}/prompt"


@pytest.mark.usefixtures("place")
def test_nushell_shows_the_same_and_runs_nothing(nu, tmp_path):
    lines = [line(), line("ok", ""), *hostile_lines()]
    for number, content in enumerate(lines):
        (tmp_path / f"evil{number}").mkdir()
        (tmp_path / f"evil{number}" / "run").mkdir()
        (tmp_path / f"evil{number}" / "run" / "prompt").write_bytes(content.encode("utf-8", "surrogateescape"))
    script = tmp_path / "show.nu"
    script.write_text(
        "$env.PROMPT_COMMAND = {|| 'before> ' }\n"
        f"source {_CODE / 'statuswatch.nu'}\n"
        f"for n in 0..{len(lines) - 1} {{ $env.STATUSWATCH_HOME = $'{tmp_path}/evil($n)'; print $'<<(do $env.PROMPT_COMMAND)>>' }}\n"
    )
    done = subprocess.run([nu, "--no-config-file", str(script)], capture_output=True, text=True, timeout=100, check=True, env={**os.environ, "NO_COLOR": "1"})

    shown = re.findall(r"<<(.*?)>>", done.stdout, re.DOTALL)
    assert shown[:2] == ["▲ opus failing 23m before> ", "before> "]
    assert len(shown) == len(lines)
    for content, prompt in zip(lines, shown, strict=True):
        assert re.fullmatch(r"(?:[◌▲] [A-Za-z0-9 .:+_-]{0,38} )?before> ", prompt), (content, prompt)
    assert not list(tmp_path.rglob("pwned"))

"""`statuswatch setup` on real files: asked first, changed in one move, undone to the last byte, whatever kind of file it is."""

import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.surfaces.cli import setup
from support.otheruser import NOBODY
from support.recordings import missing

BYTES = {
    "plain": b"export A=1\nalias x='y'\n",
    "no end": b"export A=1",
    "windows": b"export A=1\r\nalias x=y\r\n",
    "bom": b"\xef\xbb\xbfexport A=1\n",
    "latin-1": b"# caf\xe9\nexport A=\xff\n",
    "empty": b"",
    "backslash": b"alias x='a \\",
}


@pytest.fixture
def home():
    return Path(os.environ["HOME"])


@pytest.fixture
def bashrc(home):
    return home / ".bashrc"


def done(*argv):
    return setup.run([*argv, "--yes"])


@pytest.mark.parametrize("name", BYTES)
def test_a_file_is_changed_and_comes_back_to_the_last_byte(name, bashrc, capsys):
    bashrc.write_bytes(BYTES[name])
    bashrc.chmod(0o640)

    assert done("bash") == 0
    changed = bashrc.read_bytes()
    assert changed.startswith(BYTES[name])
    assert b"statuswatch.bash" in changed
    assert done("bash") == 0
    assert "set up already" in capsys.readouterr().out
    assert bashrc.read_bytes() == changed
    assert done("--undo", "bash") == 0
    assert bashrc.read_bytes() == BYTES[name]
    assert bashrc.stat().st_mode & 0o777 == 0o640
    assert done("--undo", "bash") == 0


@pytest.mark.parametrize("target", ["zsh", "bash", "fish", "starship", "tmux", "claude-code", "nushell", "powershell", "powerlevel10k"])
def test_what_was_not_there_is_made_and_goes_again_with_its_folders(target, home):
    before = sorted(home.rglob("*"))

    assert done(target) == 0
    assert sorted(home.rglob("*")) != before
    assert done("--undo", target) == 0

    assert [path for path in sorted(home.rglob("*")) if ".local" not in path.parts] == before


@pytest.mark.parametrize("target", ["bash", "claude-code"])
def test_what_the_person_writes_meanwhile_stays_when_it_is_undone(target, home):
    file = {"bash": home / ".bashrc", "claude-code": home / ".claude/settings.json"}[target]
    file.parent.mkdir(exist_ok=True)
    mine = {"bash": ("alias a=b", "alias a=b\nalias c=d\n"), "claude-code": ('{"a": 1}', '{"a": 2}')}[target]
    file.write_text(mine[0])
    assert done(target) == 0
    text = file.read_text()
    file.write_text(text + "alias c=d\n" if target == "bash" else text.replace('"a": 1', '"a": 2'))

    assert done(target) == 0
    assert done("--undo", target) == 0

    assert file.read_text() == mine[1]


def test_a_file_that_was_made_stays_where_the_person_has_written_into_it(bashrc):
    assert done("bash") == 0
    bashrc.write_text(bashrc.read_text() + "mine\n")

    assert done("--undo", "bash") == 0

    assert bashrc.read_text() == "mine\n"


def test_a_link_to_a_file_stays_a_link(bashrc, home):
    kept = home / "dotfiles" / "rc"
    kept.parent.mkdir()
    kept.write_text("a\n")
    bashrc.symlink_to("dotfiles/rc")

    assert done("bash") == 0
    assert bashrc.is_symlink()
    assert "statuswatch" in kept.read_text()
    assert done("--undo", "bash") == 0

    assert bashrc.readlink() == Path("dotfiles/rc")
    assert kept.read_text() == "a\n"


def test_a_file_with_two_names_keeps_both(bashrc, home):
    bashrc.write_text("a\n")
    (home / "other").hardlink_to(bashrc)

    assert done("bash") == 0
    assert (home / "other").read_text() == bashrc.read_text()
    assert done("--undo", "bash") == 0

    assert (home / "other").read_text() == "a\n"
    assert bashrc.stat().st_nlink == 2


@pytest.fixture
def two_names(bashrc, home):
    """A file with two names, and larger than all that is kept of a change."""
    bashrc.write_text("# a comment\n" * 1000)
    (home / "other").hardlink_to(bashrc)
    return bashrc.read_bytes()


def within(limit):
    """No file of this process may grow beyond `limit` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    return soft, hard


def test_a_file_with_two_names_is_as_it_was_where_there_is_no_room_for_the_change(bashrc, home, two_names):
    before = within(len(two_names) + 5)
    try:
        assert done("bash") != 0
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert bashrc.read_bytes() == (home / "other").read_bytes() == two_names
    assert [path.name for path in home.glob(".*statuswatch*")] == []


def test_what_a_file_with_two_names_held_is_beside_it_after_a_crash_and_that_is_said(bashrc, home, two_names, capsys):
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # the system ends it in the midst of the write
        within(len(two_names) + 5)
        done("bash")
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGXFSZ
    torn, beside = bashrc.read_bytes(), home / "..bashrc.statuswatch-before"

    assert torn != two_names
    assert beside.read_bytes() == two_names
    assert beside.stat().st_mode & 0o777 == 0o600
    assert done("bash") != 0
    assert str(beside) in capsys.readouterr().err
    assert bashrc.read_bytes() == torn

    bashrc.write_bytes(beside.read_bytes())
    beside.unlink()
    assert done("bash") == 0
    assert done("--undo", "bash") == 0
    assert bashrc.read_bytes() == two_names


def test_a_read_only_file_is_left_alone_and_what_to_add_is_shown(bashrc, capsys):
    bashrc.write_text("a\n")
    bashrc.chmod(0o444)

    assert done("bash") == 2

    said = capsys.readouterr()
    assert "read-only" in said.err
    assert "+# >>> statuswatch bash >>>" in said.out
    assert bashrc.read_text() == "a\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_left_alone(bashrc, capsys):
    bashrc.write_text("a\n")
    os.chown(bashrc, NOBODY, NOBODY)

    assert done("bash") == 2
    assert "another user" in capsys.readouterr().err
    assert bashrc.read_text() == "a\n"


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "utf-16", "huge"])
def test_what_is_no_text_file_is_left_alone(kind, bashrc, capsys):
    match kind:
        case "folder":
            bashrc.mkdir()
        case "pipe":
            os.mkfifo(bashrc)
        case "loop":
            bashrc.symlink_to(bashrc)
        case "utf-16":
            bashrc.write_bytes("Set-Alias".encode("utf-16"))
        case _:
            bashrc.write_bytes(b"x" * 5_000_000)

    assert done("bash") == 2
    assert done("--undo", "bash") in {0, 2}
    assert capsys.readouterr().err.startswith("statuswatch setup bash: ")


def test_settings_that_are_no_json_are_left_alone_and_the_line_is_named(home, capsys):
    file = home / ".claude" / "settings.json"
    file.parent.mkdir()
    file.write_text('{\n  "a": 1,,\n}')

    assert done("claude-code") == 2
    assert "settings.json: line 2, column 10: expected" in capsys.readouterr().err
    assert file.read_text() == '{\n  "a": 1,,\n}'


def test_a_program_is_told_what_to_do_and_nothing_changes(bashrc, capsys):
    bashrc.write_text("a\n")

    assert setup.run(["bash"]) == 2

    said = capsys.readouterr()
    assert "+# >>> statuswatch bash >>>" in said.out
    assert said.err.endswith("statuswatch setup --yes bash\n")
    assert bashrc.read_text() == "a\n"


@pytest.mark.parametrize(("answer", "changed"), [("y", True), ("yes", True), ("n", False), ("", False), ("what", False)])
def test_a_person_is_shown_the_difference_and_asked(answer, changed, bashrc):
    bashrc.write_text("a\n")
    own, other = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "statuswatch", "setup", "bash"], stdin=other, stdout=other, stderr=other, close_fds=True)
    os.close(other)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(own, 4096)
    os.write(own, answer.encode() + b"\n")

    assert process.wait(60) == 0

    os.close(own)
    assert b"+# >>> statuswatch bash >>>" in said
    assert (bashrc.read_text() != "a\n") is changed


def test_a_difference_cannot_drive_the_terminal(bashrc, capsys):
    bashrc.write_bytes(b"alias x='\x1b]0;T\x07\xe2\x80\xae'\n")

    assert done("bash") == 0

    assert "\x1b" not in (said := capsys.readouterr().out)
    assert "\\u001b]0;T\\u0007\\u202e" in said


def test_a_file_that_changes_between_the_question_and_the_answer_is_left_alone(bashrc, capsys, monkeypatch):
    bashrc.write_text("a\n")

    def answer(_plan):
        bashrc.write_text("b\n")
        return True

    monkeypatch.setattr(setup, "_ask", answer)

    assert setup.run(["bash"]) == 2
    assert "changed meanwhile" in capsys.readouterr().err
    assert bashrc.read_text() == "b\n"


def test_a_disk_without_room_leaves_the_file_as_it_was(bashrc, capsys, monkeypatch):
    bashrc.write_text("a\n")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    assert done("bash") == 2
    assert "No space left on device" in capsys.readouterr().err
    assert bashrc.read_text() == "a\n"
    assert [path.name for path in bashrc.parent.iterdir() if "statuswatch" in path.name] == []


def test_what_was_there_is_kept_for_this_user_alone_until_it_is_undone(bashrc, capsys):
    bashrc.write_text("TOKEN=x\n")
    assert done("bash") == 0
    kept = Path(capsys.readouterr().out.partition("As it was before: ")[2].splitlines()[0])

    assert kept.read_text() == "TOKEN=x\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert done("--undo", "bash") == 0
    assert not kept.parent.exists()


def test_without_what_was_kept_ours_alone_is_taken_out(bashrc, home):
    bashrc.write_text("a\n")
    assert done("bash") == 0
    shutil.rmtree(home / ".local")

    assert done("--undo", "bash") == 0
    assert bashrc.read_text() == "a\n"


def test_the_list_says_how_things_stand(home, capsys):
    done("bash")
    (home / ".zshrc").write_text("# >>> statuswatch zsh >>>\n")
    capsys.readouterr()

    assert setup.run([]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert "set up" in rows["bash"]
    assert "~/.bashrc" in rows["bash"]
    assert "not set up" in rows["fish"]
    assert "line 1 is part of a block" in rows["zsh"]
    assert "untested" in rows["powershell"]
    assert setup.run(["--json"]) == 0
    states = {(row := json.loads(line))["target"]: row["state"] for line in capsys.readouterr().out.splitlines()}
    assert states["bash"] == "ready"
    assert states["fish"] == "absent"
    assert states["zsh"] == "unclear"


@pytest.mark.parametrize("argv", [["bsh"], ["--undo"], ["--nonsense"], ["bash", "oh-no"]])
def test_what_is_not_known_is_usage_and_changes_nothing(argv, bashrc, capsys):
    assert setup.run([*argv, "--yes"]) == 2
    assert "statuswatch setup" in capsys.readouterr().err
    assert not bashrc.exists()


def test_a_shell_that_was_set_up_loads_the_segment_and_says_nothing(home):
    for shell, show in {
        "bash": ["bash", "--rcfile", str(home / ".bashrc"), "-i", "-c", "echo $__statuswatch_file"],
        "zsh": ["zsh", "-i", "-c", "echo $__statuswatch_file"],
        "fish": ["fish", "-i", "-c", "echo $__statuswatch_file"],
    }.items():
        if shutil.which(shell) is None:
            missing("shells", f"{shell} is not installed")
        assert done(shell) == 0
        said = subprocess.run(show, capture_output=True, text=True, timeout=60, check=True, stdin=subprocess.DEVNULL)

        assert said.stdout.splitlines()[-1].endswith("/statuswatch/prompt"), said

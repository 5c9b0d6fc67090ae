"""Where nobody can get the answer, no verb ends as if it had given one: one line says why, and the exit status is that of wrong usage."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VERBS = ["status", "why", "doctor", "setup", "sources", "prompt init zsh", "providers list", "rules lint", "manual", "completions zsh", "models show opus"]
HELP = ["--help", "--version", "status --help", "providers add --help"]


def program(*words: str, shell: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The program as its own script starts it, within a shell that gives it `shell` for its streams."""
    code = "from statuswatch.cli import entry; entry()"
    begun = ["sh", "-c", f'exec "$@" {shell}', "sh", sys.executable, "-c", code, *words]
    return subprocess.run(begun, capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL, check=False, env={**os.environ, **environ})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(("verb", "unbuffered"), [*((verb, "") for verb in (*VERBS, *HELP)), ("status", "1"), ("manual", "1"), ("status --help", "1")])
def test_an_output_that_takes_nothing_is_told_in_one_line(verb, unbuffered):
    ended = program(*verb.split(), shell=">/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert (ended.returncode, ended.stderr) == (2, "statuswatch: standard output could not be written: No space left on device\n")


@pytest.mark.parametrize("verb", [*VERBS, *HELP])
def test_so_is_one_that_is_closed(verb):
    ended = program(*verb.split(), shell=">&-")
    assert (ended.returncode, ended.stderr) == (2, "statuswatch: standard output could not be written: Bad file descriptor\n")


def test_a_file_that_has_no_room_is_told_as_well(tmp_path):
    limited = f'>"{tmp_path}/page"'
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); from statuswatch.cli import entry; entry()"
    begun = ["sh", "-c", f'exec "$@" {limited}', "sh", sys.executable, "-c", code, "providers", "list"]
    ended = subprocess.run(begun, capture_output=True, text=True, timeout=100, check=False)
    assert (ended.returncode, ended.stderr) == (2, "statuswatch: standard output could not be written: File too large\n")


def test_closed_errors_and_a_closed_input_are_nothing_to_fall_over():
    assert program("status", shell="2>&-").returncode == 4
    assert program("nonsense", shell="2>&-").returncode == 2
    assert program("classify", shell="<&-").returncode == 2


def test_a_prompt_stays_silent_whatever_its_output_is():
    for shell in (">/dev/full", ">&-"):
        ended = program("prompt", shell=shell)
        assert (ended.returncode, ended.stderr) == (0, "")


def test_a_reader_that_went_away_is_still_no_failure():
    code = "from statuswatch.cli import entry; entry()"
    with subprocess.Popen([sys.executable, "-c", code, "providers", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(100) == 0


def test_an_error_of_another_kind_stays_one():
    code = (
        "import sys, types; from statuswatch import cli; made = types.ModuleType('statuswatch.odd')\n"
        "def run(argv): raise ConnectionResetError(104, 'of something else')\n"
        "made.run = run; sys.modules['statuswatch.odd'] = made; cli.VERBS['status'] = ('statuswatch.odd', ''); cli.main(['status'])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False)
    assert "of something else" in ended.stderr
    assert "standard output" not in ended.stderr

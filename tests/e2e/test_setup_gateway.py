"""`statuswatch setup gateway` in real shells: a client then starts through the gateway, and as before where statuswatch or its engine cannot be had."""

import shlex
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.recordings import missing
from support.runkit import STATUSWATCH, Person

pytestmark = [pytest.mark.timeout(600)]
FILES = {"zsh": ".zshrc", "bash": ".bashrc", "fish": ".config/fish/config.fish"}
BEFORE = {"zsh": "alias ll='ls -l'\n", "bash": "# mine\nset -o vi", "fish": "set -g mine 1\n"}
CLIENT = '#!/bin/sh\necho "address=${ANTHROPIC_BASE_URL:-none}"\nfor word; do echo "word=$word"; done\nexit 3\n'


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    made = Person(tmp_path / "person").settle({"anthropic": "http://127.0.0.1:9"})
    for name, text in {"claude": CLIENT, "statuswatch": f'#!/bin/sh\nexec {shlex.join(STATUSWATCH)} "$@"\n'}.items():
        program = made.home / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(text)
        program.chmod(0o755)
    try:
        yield made
    finally:
        await made.leave()


@pytest.mark.parametrize("shell", FILES)
async def test_a_client_starts_through_the_gateway_always_and_as_before_where_it_cannot_and_undo_is_exact(person: Person, shell: str) -> None:
    where = shutil.which(shell)
    if where is None:
        missing(shell, f"{shell} is not installed")
    file = person.home / FILES[shell]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(BEFORE[shell])
    mine = {"SHELL": str(where), "PATH": f"{person.home / 'bin'}:/usr/bin:/bin", "TERM": "dumb"}
    direct = ["address=none", "word=-p", "word=a b"]

    async def typed(words: str = "claude -p 'a b'") -> tuple[int, list[str], str]:
        status, out, err = await person.does(str(where), "-i", "-c", words, **mine)
        return status, [line for line in out.splitlines() if "=" in line], err

    assert (await typed())[:2] == (3, direct)
    status, out, err = await person.does(*STATUSWATCH, "setup", "gateway", "--yes", **mine)
    assert status == 0, err
    assert "+  statuswatch_gateway" in out or 'statuswatch_gateway claude "$@"' in out or "statuswatch_gateway claude $argv" in out

    status, said, err = await typed()
    assert (status, said[1:]) == (3, direct[1:]), err
    assert said[0].endswith("/anthropic;annotate")
    assert (await typed("command claude -p 'a b'"))[:2] == (3, direct)

    # The engine cannot start: as before, and a line says so.
    await person.does(*STATUSWATCH, "engine", "stop")
    config = person.own / "config" / "config.toml"
    kept = config.read_text()
    config.write_text("[gateway]\nprot = 1\n")
    status, said, err = await typed()
    assert (status, said) == (3, direct)
    assert "runs without the gateway" in err
    config.write_text(kept)

    # statuswatch is broken, then gone: as before.
    (person.home / "bin" / "statuswatch").write_text("#!/no/such/interpreter\n")
    status, said, err = await typed()
    assert (status, said) == (3, direct)
    assert "statuswatch run" not in err
    (person.home / "bin" / "statuswatch").unlink()
    assert (await typed())[:2] == (3, direct)

    status, _, err = await person.does(*STATUSWATCH, "setup", "--undo", "gateway", "--yes", **mine)
    assert status == 0, err
    assert file.read_text() == BEFORE[shell]


async def test_another_shell_is_told_so_and_nothing_is_changed(person: Person) -> None:
    status, _, err = await person.does(*STATUSWATCH, "setup", "gateway", "--yes", SHELL="/usr/bin/tcsh")

    assert status == 2
    assert "your shell ($SHELL) is tcsh" in err
    assert not (person.home / ".bashrc").exists()


async def test_the_list_shows_it_beside_the_others(person: Person) -> None:
    status, out, _ = await person.does(*STATUSWATCH, "setup", SHELL=shutil.which("bash") or sys.executable)

    assert status == 0
    assert "gateway" in out

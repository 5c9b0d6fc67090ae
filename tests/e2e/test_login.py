"""The engine among what starts at login: the unit as systemd reads it, its command as a service of a session runs it, and the agent of a Mac."""

import asyncio
import plistlib
import re
import shlex
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from statuswatch.app import login
from statuswatch.surfaces.setup.target import Ground, SetupError
from support.recordings import missing
from support.runkit import STATUSWATCH, Person

pytestmark = pytest.mark.timeout(300)
UNIT = Path(".config/systemd/user/statuswatch.service")


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    made = Person(tmp_path / "a person").settle({})
    try:
        yield made
    finally:
        await made.leave()


def ground(**environ: str) -> Ground:
    return Ground(environ, Path("/home/you"), Path("/code"))


async def verified(unit: Path) -> str:
    """What systemd has to complain of."""
    program = shutil.which("systemd-analyze")
    if program is None:
        missing("systemd", "systemd-analyze is not installed")
    assert program
    runtime = unit.parent / "run"
    runtime.mkdir(mode=0o700)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(unit.parent), "XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(program, "--user", "verify", str(unit), env=env, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    said = out.decode("utf-8", "replace")
    if "Failed to initialize manager" in said:
        pytest.skip(f"systemd cannot read units here: {said}")
    return said


async def test_the_unit_runs_the_engine_with_nothing_but_what_a_service_gets_and_undoing_is_exact(person: Person) -> None:
    status, out, err = await person.does(*STATUSWATCH, "engine", "install", "--yes")
    assert status == 0, err
    assert "It is not switched on yet: systemctl --user daemon-reload && systemctl --user enable --now statuswatch.service" in out
    text = (person.home / UNIT).read_text()
    (command,) = re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE)
    given = dict(shlex.split(line)[0].split("=", 1) for line in re.findall(r"^Environment=(.+)$", text, re.MULTILINE))
    assert given == {"STATUSWATCH_HOME": str(person.own)}

    env = {"PATH": "/usr/bin:/bin", "HOME": str(person.home), **given}
    process = await asyncio.create_subprocess_exec(*shlex.split(command), env=env, stderr=asyncio.subprocess.DEVNULL)
    try:
        for _ in range(1200):
            if (await person.does(*STATUSWATCH, "engine", "status"))[0] == 0:
                break
            await asyncio.sleep(0.1)
        assert await person.engine() == process.pid
        await person.does(*STATUSWATCH, "engine", "stop")
        assert await asyncio.wait_for(process.wait(), 120) == 0, "one that was stopped on purpose is not started again"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    status, out, err = await person.does(*STATUSWATCH, "engine", "uninstall", "--yes")
    assert status == 0, err
    assert "systemctl --user disable --now statuswatch.service" in out
    assert not (person.home / ".config").exists()


@pytest.mark.parametrize("before", ["", "[Unit]\nDescription=mine\n[Service]\nExecStart=/bin/true\n"])
async def test_systemd_finds_nothing_wrong_with_the_unit_alone_or_below_one_that_was_there(tmp_path: Path, before: str) -> None:
    unit = tmp_path / "statuswatch.service"
    unit.write_text(login.make("linux").put(before, ground(XDG_STATE_HOME='/a b/%h/"c\\d')))

    assert await verified(unit) == ""


async def test_systemd_would_have_said_so_if_something_were_wrong(tmp_path: Path) -> None:
    unit = tmp_path / "statuswatch.service"
    unit.write_text(login.make("linux").put("", ground()).replace("on-failure", "sometimes"))

    assert "sometimes" in await verified(unit)


def test_what_systemd_would_put_something_in_for_stands_as_it_is_or_is_refused() -> None:
    text = login.make("linux", "/programs/100%/python").put(
        "", ground(XDG_CONFIG_HOME="/x y%h", XDG_STATE_HOME="relative", XDG_DATA_HOME="/a\nExecStart=/bin/b")
    )

    assert 'ExecStart="/programs/100%%/python" -m statuswatch engine run\n' in text
    assert re.findall("^Environment=.*$", text, re.MULTILINE) == ['Environment="XDG_CONFIG_HOME=/x y%%h"']
    for path in ("/programs/$HOME/python", "/programs/a\nb", "/programs/'q/python"):
        with pytest.raises(SetupError, match="cannot be written into a unit"):
            login.make("linux", path).put("", ground())


def test_the_agent_of_a_mac_is_a_whole_file_that_is_ours_or_left_alone() -> None:
    agent = login.make("darwin", "/programs/<py>&/python")
    text = agent.put("", ground(STATUSWATCH_HOME="/x & y"))
    found = plistlib.loads(text.encode())

    assert found["ProgramArguments"] == ["/programs/<py>&/python", "-m", "statuswatch", "engine", "run"]
    assert (found["RunAtLoad"], found["EnvironmentVariables"]) == (True, {"STATUSWATCH_HOME": "/x & y"})
    assert str(agent.file(ground())) == f"/home/you/Library/LaunchAgents/{found['Label']}.plist"
    assert agent.put(text, ground(STATUSWATCH_HOME="/x & y")) == text
    assert agent.take(text, None) == ""
    assert agent.untested
    with pytest.raises(SetupError, match="not ours"):
        agent.put("<plist/>", ground())
    assert agent.take("<plist/>", None) == "<plist/>"

"""Where files lie, and that nobody else can put theirs there."""

# The module under test speaks in plain strings, so its tests do.
# ruff: noqa: PTH101, PTH102, PTH106, PTH108, PTH116, PTH120, PTH211

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from statuswatch.config import paths
from statuswatch.config.errors import PlaceError
from statuswatch.core.errors import StatuswatchError

EVERY = [
    (paths.config_file, "config/config.toml"),
    (paths.sources_file, "config/sources.toml"),
    (paths.providers_dir, "config/providers"),
    (paths.store_file, "state/store.db"),
    (paths.lock_file, "state/engine.lock"),
    (paths.log_file, "state/engine.log"),
    (paths.snapshot_file, "run/snapshot.json"),
    (paths.status_file, "run/status.txt"),
    (paths.prompt_file, "run/prompt"),
    (paths.socket_file, "run/bridge.sock"),
]


@pytest.fixture
def tmp_user(monkeypatch: pytest.MonkeyPatch) -> str:
    """A user id whose folder in /tmp no one has: the fall-back can be tried without touching a real one."""
    user = 4_000_000_000 + os.getpid()
    monkeypatch.setattr(os, "geteuid", lambda: user)
    return f"/tmp/statuswatch-{user}"


@pytest.mark.parametrize(("place", "below"), EVERY)
def test_one_variable_moves_every_place(monkeypatch: pytest.MonkeyPatch, place, below: str) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", "/drill")
    assert place() == f"/drill/{below}"


def test_the_base_directories_decide_otherwise(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert paths.config_file() == f"{tmp_path}/home/.config/statuswatch/config.toml"
    assert paths.store_file() == f"{tmp_path}/home/.local/state/statuswatch/store.db"
    assert paths.prompt_file() == f"{os.environ['XDG_RUNTIME_DIR']}/statuswatch/prompt"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/is/ignored")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert paths.config_file() == f"{tmp_path}/home/.config/statuswatch/config.toml"
    assert paths.store_file() == f"{tmp_path}/home/.local/state/statuswatch/store.db"


def test_a_relative_home_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", "drill")
    with pytest.raises(PlaceError, match="must be an absolute path"):
        paths.config_file()


@pytest.mark.parametrize("home", ["", "relative", "."])
def test_a_home_folder_that_is_none_is_refused_with_a_sentence_where_it_decides(monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    monkeypatch.setenv("HOME", home)
    assert paths.config_file().startswith("/")  # the base directories of the test decide still
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("XDG_STATE_HOME")
    for place in (paths.config_file, paths.store_file):
        with pytest.raises(PlaceError, match=r"HOME is .*; it must be the absolute path of your home folder"):
            place()
    monkeypatch.setenv("STATUSWATCH_HOME", "/drill")
    assert paths.config_file() == "/drill/config/config.toml"


@pytest.mark.parametrize("base", ["", "relative", "/nowhere/at/all"])
def test_without_a_usable_runtime_directory_a_private_one_is_named_and_not_made(monkeypatch: pytest.MonkeyPatch, tmp_user: str, base: str) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", base)
    assert paths.runtime_dir() == tmp_user
    assert not os.path.lexists(tmp_user)


def test_a_runtime_directory_of_someone_else_is_not_used(tmp_user: str) -> None:
    assert paths.runtime_dir() == tmp_user


def test_a_folder_in_tmp_of_someone_else_is_refused(tmp_user: str) -> None:
    os.mkdir(tmp_user, 0o700)
    try:
        with pytest.raises(PlaceError, match="is not a folder of this user") as caught:
            paths.prompt_file()
    finally:
        os.rmdir(tmp_user)
    assert isinstance(caught.value, OSError)
    assert isinstance(caught.value, StatuswatchError)


def fake_owner(monkeypatch: pytest.MonkeyPatch, user: int) -> None:
    """Files that this process makes look like those of `user`."""
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        found = list(real(path))
        found[4] = user
        return os.stat_result(found)

    monkeypatch.setattr(os, "lstat", lstat)


def test_an_own_folder_in_tmp_is_used_when_closed_and_refused_when_open_or_a_link(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_user: str) -> None:
    fake_owner(monkeypatch, os.geteuid())
    os.mkdir(tmp_user, 0o700)
    try:
        assert paths._private_tmp() == tmp_user
        os.chmod(tmp_user, 0o750)
        with pytest.raises(PlaceError, match=f"chmod 700 {tmp_user}"):
            paths._private_tmp()
    finally:
        os.rmdir(tmp_user)
    os.symlink(tmp_path, tmp_user)
    try:
        with pytest.raises(PlaceError, match="is not a folder of this user"):
            paths._private_tmp()
    finally:
        os.unlink(tmp_user)


def test_a_system_without_user_ids_keeps_runtime_files_beside_its_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(os, "geteuid")
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert paths.runtime_dir() == f"{tmp_path}/home/.local/state/statuswatch/run"


def test_a_socket_path_that_is_too_long_becomes_a_short_one_that_stays_the_same(monkeypatch: pytest.MonkeyPatch, tmp_user: str) -> None:
    monkeypatch.setenv("STATUSWATCH_HOME", "/" + "x" * 120)
    first = paths.socket_file()
    monkeypatch.setenv("STATUSWATCH_HOME", "/" + "y" * 120)
    assert first.startswith(f"{tmp_user}/")
    assert len(first) <= 103
    assert paths.socket_file() != first
    monkeypatch.setenv("STATUSWATCH_HOME", "/" + "x" * 120)
    assert paths.socket_file() == first
    assert paths.prompt_file() == "/" + "x" * 120 + "/run/prompt"


def test_the_longest_path_that_is_kept_can_be_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    room = 103 - len(os.fsencode(tmp_path)) - len("/" + "/run/bridge.sock")
    if room < 1:
        pytest.skip(f"the temporary folder's own path is too long: {tmp_path}")
    monkeypatch.setenv("STATUSWATCH_HOME", f"{tmp_path}/{'h' * room}")
    place = paths.socket_file()
    assert len(place) == 103
    paths.ensure_private(os.path.dirname(place))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place)


def test_no_place_for_a_socket_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid")
    monkeypatch.setenv("STATUSWATCH_HOME", "/" + "x" * 120)
    with pytest.raises(PlaceError, match="set STATUSWATCH_HOME to a folder with a shorter path"):
        paths.socket_file()


def test_a_private_folder_is_made_with_what_is_missing_above_it(tmp_path: Path) -> None:
    place = f"{tmp_path}/a/b/c"
    assert paths.ensure_private(place) == place
    assert [stat.S_IMODE(os.stat(part).st_mode) for part in (place, f"{tmp_path}/a/b")] == [0o700, 0o700]
    assert paths.ensure_private(place) == place


def test_an_own_folder_that_is_open_is_closed(tmp_path: Path) -> None:
    place = tmp_path / "open"
    place.mkdir()
    place.chmod(0o775)
    paths.ensure_private(str(place))
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_private_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(PlaceError, match="is not a folder"):
        paths.ensure_private(f"{tmp_path}/file")
    with pytest.raises(PlaceError, match="cannot be made: File exists"):
        paths.ensure_private(f"{tmp_path}/file/below")
    os.symlink("nowhere", tmp_path / "dangling")
    with pytest.raises(PlaceError, match="is not a folder"):
        paths.ensure_private(f"{tmp_path}/dangling")
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000_000)
    with pytest.raises(PlaceError, match="belongs to another user"):
        paths.ensure_private(str(tmp_path))


def test_asking_for_a_place_loads_nothing_that_python_has_not_loaded() -> None:
    code = "import sys; before = set(sys.modules); from statuswatch.config import paths; paths.prompt_file(); print(sorted(set(sys.modules) - before))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "STATUSWATCH_HOME": "/drill"}).stdout
    assert shown == "['statuswatch', 'statuswatch.config', 'statuswatch.config.paths']\n"

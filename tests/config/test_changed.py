"""That the engine says when the settings on disk are no longer those that it began with."""

import os
from pathlib import Path

import pytest

from statuswatch.app.changed import SettingFiles

RENEW = "statuswatch engine stop, then statuswatch engine start"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "providers").mkdir()
    (tmp_path / "config.toml").write_text("[watch]\n")
    (tmp_path / "providers" / "acme.toml").write_text('id = "acme"\n')
    return tmp_path


def test_settings_that_are_as_they_were_are_not_spoken_of(folder: Path) -> None:
    files = SettingFiles(folder)

    assert files.changes() == ()
    (folder / "config.toml").write_text("[watch]\n")
    os.utime(folder / "config.toml", (1, 1))
    assert files.changes() == ()


def test_a_changed_file_is_named_with_what_to_do_until_it_is_as_it_was(folder: Path) -> None:
    files, path = SettingFiles(folder), folder / "config.toml"
    path.write_text('[watch]\nroutes = ["openai/api:*"]\n')

    assert files.changes() == (f"{path} was changed after the engine had read it. To read it again: {RENEW}",)
    assert files.changes() != ()
    path.write_text("[watch]\n")
    assert files.changes() == ()


@pytest.mark.parametrize("name", ["config.toml", "providers/acme.toml"])
def test_a_file_that_is_gone_is_a_change(folder: Path, name: str) -> None:
    files = SettingFiles(folder)
    (folder / name).unlink()

    (told,) = files.changes()
    assert told.startswith(str(folder / name))


@pytest.mark.parametrize("name", ["sources.toml", "providers/new.toml", "rules/own.toml"])
def test_a_file_that_came_is_a_change(folder: Path, name: str) -> None:
    files = SettingFiles(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("new = 1\n")

    (told,) = files.changes()
    assert told.startswith(str(folder / name))


@pytest.mark.parametrize("name", ["config.toml~", ".config.toml.swp", ".hidden.toml", "notes.md", ".git/config.toml"])
def test_what_the_engine_does_not_read_is_none(folder: Path, name: str) -> None:
    files = SettingFiles(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("new = 1\n")

    assert files.changes() == ()


def test_of_many_files_two_are_named(folder: Path) -> None:
    files = SettingFiles(folder)
    for number in range(4):
        (folder / "providers" / f"p{number}.toml").write_text("")

    (told,) = files.changes()
    assert told == f"{folder}/providers/p0.toml, {folder}/providers/p1.toml and 2 more were changed after the engine had read them. To read them again: {RENEW}"


def test_a_folder_that_is_not_there_holds_nothing_and_may_come_later(tmp_path: Path) -> None:
    files = SettingFiles(tmp_path / "config")

    assert files.changes() == ()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[watch]\n")
    assert len(files.changes()) == 1

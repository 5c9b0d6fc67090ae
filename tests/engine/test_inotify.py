"""What the kernel tells of folders: files at once, new folders with all below them, moved and lost ones, limits."""

import asyncio
import ctypes
import os
import select
import shutil
import struct
import sys
from pathlib import Path

import pytest

from statuswatch.engine import inotify
from statuswatch.engine.follow import Watcher
from statuswatch.engine.inotify import Tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def tree(tmp_path: Path):
    (tmp_path / "root" / "a" / "b").mkdir(parents=True)
    made = Tree()
    made.add([str(tmp_path / "root")])
    yield made
    made.close()


def told(tree: Tree, root: Path) -> set[str]:
    """What the tree gives now, relative to `root`; the kernel has told it before the call that changed it came back."""
    return {os.path.relpath(path, root) for path in tree.changes()}


def test_a_file_is_told_by_its_path_however_deep_it_lies(tree: Tree, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a" / "b" / "s.jsonl").write_text("x")
    assert told(tree, root) == {"a/b/s.jsonl"}
    with (root / "a" / "b" / "s.jsonl").open("a") as file:
        file.write("y")
    assert told(tree, root) == {"a/b/s.jsonl"}
    (root / "a" / "b" / "s.jsonl").rename(root / "a" / "t.jsonl")
    assert told(tree, root) == {"a/b/s.jsonl", "a/t.jsonl"}
    (root / "a" / "t.jsonl").unlink()
    assert told(tree, root) == {"a/t.jsonl"}
    assert told(tree, root) == set()


def test_the_descriptor_is_readable_only_when_there_is_something(tree: Tree, tmp_path: Path) -> None:
    assert select.select([tree.fd], [], [], 0)[0] == []
    (tmp_path / "root" / "x").touch()
    assert select.select([tree.fd], [], [], 0)[0] == [tree.fd]


def test_a_new_folder_is_told_and_watched_with_all_that_is_in_it_already(tree: Tree, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "new" / "deep" / "er").mkdir(parents=True)
    assert "new" in told(tree, root)
    (root / "new" / "deep" / "er" / "s").write_text("x")
    assert told(tree, root) == {"new/deep/er/s"}


def test_a_moved_folder_is_heard_of_under_its_new_name_only(tree: Tree, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").rename(root / "z")
    assert told(tree, root) == {"a", "z"}
    (root / "z" / "b" / "s").write_text("x")
    assert told(tree, root) == {"z/b/s"}


def test_a_folder_that_left_is_heard_of_no_more(tree: Tree, tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "a").rename(tmp_path / "elsewhere")
    assert told(tree, root) == {"a"}
    (tmp_path / "elsewhere" / "b" / "s").write_text("x")
    assert told(tree, root) == set()


def test_a_root_that_goes_is_told_itself(tree: Tree, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "root")
    assert "." in told(tree, tmp_path / "root")


def test_links_below_are_not_followed_and_very_deep_folders_are_left_out(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    deepest = root.joinpath(*"12345678")
    deepest.joinpath("9").mkdir(parents=True)
    outside.mkdir()
    (root / "link").symlink_to(outside)
    tree = Tree()
    tree.add([str(root)])
    (outside / "s").write_text("x")
    (deepest / "9" / "s").write_text("x")
    (deepest / "s").write_text("x")
    assert told(tree, root) == {"1/2/3/4/5/6/7/8/s"}
    (deepest / "10").mkdir()
    (root / "later").symlink_to(outside)
    told(tree, root)
    (deepest / "10" / "s").write_text("x")
    (outside / "t").write_text("x")
    assert told(tree, root) == set()
    tree.close()
    assert tree.changes() == set()


def test_a_root_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    tree = Tree()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        tree.add([str(tmp_path / "nowhere")])
    tree.close()


def test_a_folder_that_may_not_be_entered_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    (root / "open").mkdir(parents=True)
    (root / "shut").mkdir()
    real = Tree._watch

    def refusing(self: Tree, path: str, mask: int) -> None:
        if path.endswith("shut"):
            raise PermissionError(13, "no", path)
        real(self, path, mask)

    monkeypatch.setattr(Tree, "_watch", refusing)
    (tmp_path / "shut").mkdir()
    tree = Tree()
    tree.add([str(tmp_path / "shut"), str(root)])
    (root / "open" / "s").write_text("x")
    (root / "shut" / "s").write_text("x")
    assert told(tree, root) == {"open/s"}
    tree.close()


def test_where_too_much_happened_to_be_told_every_root_is_looked_through(tree: Tree, tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    os.write(theirs, struct.pack("iIII", -1, inotify._OVERFLOW, 0, 0) + struct.pack("iIII", 12345, inotify._MODIFY, 0, 0) + b"cut")
    kept, tree.fd = tree.fd, ours
    try:
        assert told(tree, tmp_path / "root") == {"."}
    finally:
        tree.fd = kept
        os.close(ours)
        os.close(theirs)


async def test_a_new_folder_that_is_one_too_many_ends_the_watch_and_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "root"
    root.mkdir()
    heard: list[set[str]] = []
    watcher = Watcher(lambda: (str(root),), lambda paths: heard.append(set(paths)), poll_s=2.0, again_s=3600.0)
    real = Tree._watch
    added: list[str] = []

    def counted(self: Tree, path: str, mask: int) -> None:
        if added:
            raise OSError(28, "No space left on device", path)
        real(self, path, mask)
        added.append(path)

    monkeypatch.setattr(Tree, "_watch", counted)
    running = asyncio.create_task(watcher.run())
    async with asyncio.timeout(60):
        number = 0
        while watcher.notified:
            (root / f"new{number}").mkdir()
            number += 1
            await asyncio.sleep(0.02)
    assert "max_user_watches" in watcher.note
    assert heard[-1] == set()
    watcher.stop()
    await running


def test_the_c_library_says_why_it_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def inotify_init1(self, _flags: int) -> int:
            ctypes.set_errno(24)
            return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda *_args, **_more: Refusing())
    with pytest.raises(OSError, match="Too many open files"):
        Tree()


def test_of_a_folder_in_which_something_is_awaited_nothing_else_is_told(tmp_path: Path) -> None:
    home = tmp_path / "person"
    home.mkdir()
    tree = Tree()
    try:
        tree.add([], frozenset({str(home / ".client")}))
        (home / "private").mkdir()
        (home / "private" / "letter").write_text("x")
        (home / "notes").write_text("x")
        assert tree.changes() == set()
        (home / ".client").mkdir()
        (home / ".client" / "log").write_text("x")
        assert tree.changes() == {str(home / ".client")} <= tree.signs
        shutil.rmtree(home)
        assert str(home) in tree.changes() & tree.signs
    finally:
        tree.close()

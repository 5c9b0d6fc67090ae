"""Hears from the system which files changed (inotify, FSEvents), and says so where the system tells nothing."""

import asyncio
import contextlib
import errno
import sys
from collections.abc import Callable, Iterable

POLL_S = 2.0
AGAIN_S = 600.0
_SETTLE_S = 1.0
KERNEL = sys.platform == "linux"
"""Whether the kernel is asked directly; elsewhere a library is."""
# The library looks every step whether the system has told it something; a change is handed on after one quiet step.
_STEP_MS = 200
_DEBOUNCE_MS = 400


class Watcher:
    """Watches the folders that `wanted` names; `changed` is called with the paths of what changed, and with none when the system stops telling.

    `awaited` names what has to come before further folders can: only whether it comes is heard, on Linux; elsewhere it is found by the next look.
    `notified` says whether the system is relied on, `note` why not, for a person (empty where it is), `folders` what is watched.
    """

    def __init__(
        self,
        wanted: Callable[[], tuple[str, ...]],
        changed: Callable[[Iterable[str]], None],
        awaited: Callable[[], frozenset[str]] = frozenset,
        *,
        poll_s: float,
        again_s: float,
    ) -> None:
        self._wanted = wanted
        self._changed = changed
        self._awaited = awaited
        self._heard_before: frozenset[str] | None = None
        self._poll_s = poll_s
        self._again_s = again_s
        self._stop = asyncio.Event()
        self._rewatch = asyncio.Event()
        self.notified = True
        self.note = ""
        self.folders: tuple[str, ...] = ()

    def stop(self) -> None:
        """End `run`."""
        self._stop.set()
        self._rewatch.set()

    def look_again(self) -> None:
        """Watch anew if the folders that are wanted are no longer those that are watched."""
        if self._wanted() != self.folders:
            self._rewatch.set()

    async def run(self) -> None:
        """Watch until `stop`. Where the system refuses (a limit reached, a file system without), it is asked again every ten minutes."""
        while not self._stop.is_set():
            try:
                await self._listen()
            except FileNotFoundError:  # a folder went while it was looked at: those that are left are watched
                await asyncio.sleep(_SETTLE_S)
            except (OSError, RuntimeError) as error:
                self.notified, self.note = False, f"looked at every {self._poll_s:g} s, as {refusal_in(error)}"
                self._changed(())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._again_s):
                        await self._stop.wait()
                    return
                self.notified, self.note = True, ""

    async def _listen(self) -> None:
        while not self._stop.is_set():
            self._rewatch.clear()
            self.folders, awaited = self._wanted(), self._awaited() if KERNEL else frozenset()
            if not self.folders and not awaited:
                await self._rewatch.wait()
            elif KERNEL:
                await self._hear_kernel(awaited)
            else:
                try:
                    await self._hear_library(blind=False)
                except PermissionError:
                    # A folder that may not be entered is left out. Not from the start: the library then keeps quiet about limits, too.
                    await self._hear_library(blind=True)

    async def _hear_kernel(self, awaited: frozenset[str]) -> None:
        """Hand changes on as the kernel tells them, until it is time to watch anew. Raises OSError where it refuses."""
        from statuswatch.engine.inotify import Tree

        tree, loop = Tree(), asyncio.get_running_loop()
        refused: list[OSError] = []

        def told() -> None:
            try:
                changes = tree.changes()
                self._tell(changes)
                if changes & tree.signs:
                    self._rewatch.set()
            except OSError as error:  # a new folder is one too many
                refused.append(error)
                self._rewatch.set()

        try:
            await asyncio.to_thread(tree.add, self.folders, awaited)
            loop.add_reader(tree.fd, told)
            self._tell_new()
            if self._wanted() != self.folders or self._awaited() != awaited:  # something came before it was awaited
                self._rewatch.set()
            await self._rewatch.wait()
        finally:
            loop.remove_reader(tree.fd)
            tree.close()
        if refused:
            raise refused[0]

    async def _hear_library(self, *, blind: bool) -> None:
        from watchfiles import awatch

        changes = awatch(*self.folders, watch_filter=None, debounce=_DEBOUNCE_MS, step=_STEP_MS, stop_event=self._rewatch, ignore_permission_denied=blind)
        async for some in changes:
            self._tell({path for _, path in some})

    def _tell_new(self) -> None:
        """Folders that are watched since now only may have files by now; at the start all is looked through anyway."""
        new = frozenset(self.folders) - (self._heard_before if self._heard_before is not None else frozenset(self.folders))
        self._heard_before = frozenset(self.folders)
        if new:
            self._changed(new)

    def _tell(self, paths: set[str]) -> None:
        self._changed(paths)
        if paths.intersection(self.folders):  # a folder itself came or went: a watch does not outlive it
            self._rewatch.set()


def refusal_in(error: Exception) -> str:
    """What a refused watch says, for a person: the limits have names that they can raise."""
    # The library names the cause in its text; a number is there only where Python itself was refused.
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EMFILE or "Too many open files" in str(error):
        return "the system's limit of watchers is reached (fs.inotify.max_user_instances)"
    if number == errno.ENOSPC or "watch limit" in str(error):
        return "the system's limit of watched folders is reached (fs.inotify.max_user_watches)"
    return f"the system tells of no changes there ({type(error).__name__})"

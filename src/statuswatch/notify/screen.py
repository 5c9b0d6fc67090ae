"""What a person sees on a screen: pop-ups of the desktop, and where there are none, their terminal."""

from statuswatch.core.notice import Notice
from statuswatch.notify.base import Delivery, Notifier

Works = tuple[bool, str]
"""Whether a way works now, and one sentence."""


class ScreenNotifier:
    """The desktop, else the terminal: never both for one notice."""

    def __init__(self, desktop: Notifier, terminal: Notifier) -> None:
        self._desktop = desktop
        self._terminal = terminal

    @property
    def name(self) -> str:
        """The kind."""
        return "screen"

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """By the desktop; where it did not take the notice, by the terminal. `replaces` stays what it is then: the old pop-up may still be there."""
        shown = await self._desktop.deliver(notice, replaces)
        if shown.ok:
            return shown
        told = await self._terminal.deliver(notice, replaces)
        if told.ok:
            return Delivery(ok=True, handle=replaces, detail=f"{told.detail} (no pop-up: {shown.detail})")
        return Delivery(ok=False, handle=None, detail=_neither(shown.detail, told.detail), nowhere=shown.nowhere)

    async def available(self) -> Works:
        """Whether either works."""
        (desktop, on_desktop), (terminal, in_terminal) = await self._desktop.available(), await self._terminal.available()
        if not desktop and not terminal:
            return False, _neither(on_desktop, in_terminal)
        return True, on_desktop if desktop else in_terminal

    async def warm(self) -> None:
        """Connect to the desktop, so that the first notice is as quick as the later ones. Nothing is started for it."""
        warm = getattr(self._desktop, "warm", None)
        if warm is not None:
            await warm()

    async def rows(self) -> tuple[tuple[str, bool, str], ...]:
        """A row for each of the two, for `doctor`. A service that is not running is not started for it."""
        look = getattr(self._desktop, "look", self._desktop.available)
        return sides(await look(), await self._terminal.available())

    async def close(self) -> None:
        """Let go of both."""
        await self._desktop.close()
        await self._terminal.close()


def _neither(desktop: str, terminal: str) -> str:
    """Both reasons, then what to do about the first."""
    (why, _, remedy), (nor, _, _) = desktop.partition("; "), terminal.partition("; ")
    return f"{why}, and {nor}; {remedy}"


def sides(desktop: Works, terminal: Works) -> tuple[tuple[str, bool, str], ...]:
    """What becomes of a notice, by what works: name, whether that is as it should be, a sentence.

    | desktop | terminal | told by | desktop is | terminal is |
    |---|---|---|---|---|
    | yes | yes | desktop | fine | fine, in reserve |
    | yes | no | desktop | fine | fine, not needed |
    | no | yes | terminal | fine: told otherwise | fine |
    | no | no | nobody | a problem | a problem |
    """
    (desktop_works, on_desktop), (terminal_works, in_terminal) = desktop, terminal
    if desktop_works:
        reserve = f"in reserve: {in_terminal}" if terminal_works else f"not needed while the desktop shows pop-ups (now: {in_terminal.partition(';')[0]})"
        return ("desktop", True, on_desktop), ("terminal", True, reserve)
    if terminal_works:
        return ("desktop", True, f"no pop-ups, so notices go to the terminal: {on_desktop}"), ("terminal", True, in_terminal)
    return ("desktop", False, on_desktop), ("terminal", False, in_terminal)

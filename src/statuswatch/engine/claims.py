"""Who shows a notice on this person's screen: one window of an editor, or the engine's own pop-up. Never both, never two windows.

The rule, for each notice:

1. While a window attends (has the person's eyes and can show a notice), the pop-up waits for `HEAD_START_SECONDS`; the first attending window to claim wins.
2. Otherwise, or when that time is over, the pop-up goes out. Claims that come meanwhile wait for its outcome: shown, they are refused.
3. Where there is no pop-up (switched off, or this machine cannot show one), the first claim wins, whether its window attends or not.
4. A trouble whose pop-up is on the desktop stays there: what follows replaces it in place and is nobody else's to show.

Where no window attends, nothing waits for anything.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Protocol

from statuswatch.core.notice import Notice, NoticeKind

HEAD_START_SECONDS = 0.3
"""Real time: an editor in front of the person answers in a few milliseconds, and nobody sees a third of a second."""

NOTICES_KEPT = 64
_TROUBLES_KEPT = 64

Window = object
"""Whatever stands for one window; compared by identity."""


class Shower(StrEnum):
    """Who shows a notice."""

    WINDOW = "window"
    DESKTOP = "desktop"


Answer = Callable[[Shower | None], None]
"""Called once with who else shows the notice; None: it is the asker's to show."""
Announce = Callable[[Notice, Shower, Window | None], None]
"""Called when it is settled who shows a notice, with the window that does (None: the desktop)."""


class _Stage(Enum):
    HEAD_START = auto()
    TRYING = auto()
    FREE = auto()
    SETTLED = auto()


@dataclass(eq=False, slots=True)
class _Entry:
    notice: Notice
    stage: _Stage
    by: Shower | None = None
    window: Window | None = None
    waiting: dict[int, tuple[Window, Answer]] = field(default_factory=dict)
    moved: asyncio.Event = field(default_factory=asyncio.Event)  # set when the head start is over, one way or the other
    timer: asyncio.TimerHandle | None = None


class Claims:
    """The claims of all windows. Every method is called inside the engine's loop."""

    def __init__(self, announce: Announce) -> None:
        self._announce = announce
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._attending: dict[int, Window] = {}
        self._on_desktop: OrderedDict[str, None] = OrderedDict()
        self.screen = False
        """Whether the engine has a pop-up of its own to show."""

    def attend(self, window: Window, *, on: bool) -> None:
        """`window` has the person's eyes now and can show a notice, or no longer."""
        if on:
            self._attending[id(window)] = window
            return
        self._attending.pop(id(window), None)
        if not self._attending:
            for entry in tuple(self._entries.values()):
                self._head_start_over(entry)

    def leave(self, window: Window) -> None:
        """`window` has hung up; what it waits for is nobody's."""
        for entry in self._entries.values():
            entry.waiting.pop(id(window), None)
        self.attend(window, on=False)

    def told(self, notice: Notice) -> None:
        """`notice` is about to be told to all windows. A correction of one already shown is nobody's to show anew."""
        if notice.kind is NoticeKind.AMENDED:
            return
        entry = _Entry(notice, self._first_stage(notice))
        self._entries[notice.id] = entry
        if len(self._entries) > NOTICES_KEPT:
            self._forget(self._entries.popitem(last=False)[1])
        if entry.stage is _Stage.HEAD_START:
            entry.timer = asyncio.get_running_loop().call_later(HEAD_START_SECONDS, self._head_start_over, entry)
        else:
            entry.moved.set()

    def claim(self, notice: str, window: Window, answer: Answer) -> bool:
        """`window` wants to show the notice of that id; `answer` is called when that is settled. False: it is not known, or asked for already."""
        entry = self._entries.get(notice)
        if entry is None or id(window) in entry.waiting:
            return False
        if entry.stage is _Stage.SETTLED:
            answer(None if entry.window is window else entry.by)
        elif entry.stage is _Stage.FREE or (entry.stage is _Stage.HEAD_START and id(window) in self._attending):
            self._grant(entry, window, answer)
        else:
            entry.waiting[id(window)] = (window, answer)
        return True

    async def left_to_window(self, notice: Notice) -> bool:
        """Wait for the head start of `notice`, if it has one. True: a window shows it; false: the pop-up is to be tried now."""
        entry = self._entries.get(notice.id)
        if entry is None:
            return False
        await entry.moved.wait()
        if entry.by is Shower.WINDOW:
            return True
        if entry.stage is _Stage.FREE:
            entry.stage = _Stage.TRYING
        return False

    def tried(self, notice: Notice, *, shown: bool, stays: bool = False) -> None:
        """How the pop-up of `notice` ended, and whether it stays on screen. Not shown: the claims that waited for it are looked at in their order."""
        if stays:
            self._on_desktop[notice.trouble] = None
            if len(self._on_desktop) > _TROUBLES_KEPT:
                self._on_desktop.popitem(last=False)
        entry = self._entries.get(notice.id)
        if entry is None or entry.stage is not _Stage.TRYING:
            return
        if shown:
            self._settle(entry, Shower.DESKTOP, None)
        else:
            self._set_free(entry)

    def _first_stage(self, notice: Notice) -> _Stage:
        if self.screen and notice.trouble in self._on_desktop:
            return _Stage.TRYING
        if self._attending:
            return _Stage.HEAD_START
        return _Stage.TRYING if self.screen else _Stage.FREE

    def _head_start_over(self, entry: _Entry) -> None:
        if entry.stage is not _Stage.HEAD_START:
            return
        if entry.timer:
            entry.timer.cancel()
        if self.screen:
            entry.stage = _Stage.TRYING
        else:
            self._set_free(entry)
        entry.moved.set()

    def _set_free(self, entry: _Entry) -> None:
        """The first that waits gets it; one that attends comes before."""
        entry.stage = _Stage.FREE
        first = next((one for key, one in entry.waiting.items() if key in self._attending), next(iter(entry.waiting.values()), None))
        if first is not None:
            del entry.waiting[id(first[0])]
            self._grant(entry, *first)

    def _grant(self, entry: _Entry, window: Window, answer: Answer) -> None:
        answer(None)
        self._on_desktop.pop(entry.notice.trouble, None)
        self._settle(entry, Shower.WINDOW, window)

    def _settle(self, entry: _Entry, by: Shower, window: Window | None) -> None:
        entry.stage, entry.by, entry.window = _Stage.SETTLED, by, window
        if entry.timer:
            entry.timer.cancel()
        entry.moved.set()
        waiting, entry.waiting = entry.waiting, {}
        for _, answer in waiting.values():
            answer(by)
        self._announce(entry.notice, by, window)

    def _forget(self, entry: _Entry) -> None:
        """A notice of long ago: whoever still waits is told that the desktop has it, and nothing is lost."""
        if entry.timer:
            entry.timer.cancel()
        entry.moved.set()
        for _, answer in entry.waiting.values():
            answer(Shower.DESKTOP)


class _Delivered(Protocol):
    @property
    def ok(self) -> bool: ...
    @property
    def handle(self) -> str | None: ...
    @property
    def detail(self) -> str: ...


class _Way(Protocol):
    async def deliver(self, notice: Notice, replaces: str | None) -> _Delivered: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """How a delivery ended that a window took over."""

    ok: bool = True
    handle: str | None = None
    detail: str = "shown by a window of an editor"


class Screen:
    """A way of telling that ends on this person's screen, and so gives way to a window that has claimed the notice."""

    def __init__(self, way: _Way, claims: Claims) -> None:
        self._way = way
        self._claims = claims
        claims.screen = True

    async def warm(self) -> None:
        """Have the way connect before there is anything to tell, if it can."""
        warm: Callable[[], Awaitable[None]] | None = getattr(self._way, "warm", None)
        if warm is not None:
            await warm()

    async def deliver(self, notice: Notice, replaces: str | None) -> _Delivered:
        """Deliver `notice`, unless a window shows it."""
        if await self._claims.left_to_window(notice):
            return Shown()
        shown = stays = False
        try:
            delivery = await self._way.deliver(notice, replaces)
            shown, stays = delivery.ok, delivery.ok and delivery.handle is not None
        finally:
            self._claims.tried(notice, shown=shown, stays=stays)
        return delivery

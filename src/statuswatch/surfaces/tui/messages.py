"""What workers tell the app. Handlers on the app and its screens own every change of what is shown."""

from typing import TYPE_CHECKING

from textual.message import Message

from statuswatch.core.notice import Notice
from statuswatch.core.snapshot import Snapshot
from statuswatch.surfaces.tui.source import Linked

if TYPE_CHECKING:  # see scenery
    from statuswatch.core.history import History


class PictureArrived(Message):
    """A newer snapshot. A flood of them collapses to the newest."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        super().__init__()

    def can_replace(self, message: Message) -> bool:
        """An unhandled older picture gives way to this one."""
        return isinstance(message, PictureArrived)


class LinkChanged(Message):
    """The connection to the engine changed."""

    def __init__(self, linked: Linked) -> None:
        self.linked = linked
        super().__init__()


class NoticeArrived(Message):
    """The engine told a notice."""

    def __init__(self, notice: Notice) -> None:
        self.notice = notice
        super().__init__()


class PastArrived(Message):
    """The past was read."""

    def __init__(self, history: "History") -> None:
        self.history = history
        super().__init__()

"""What every way of telling a person has in common: one call that delivers one notice and says honestly whether it arrived."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from statuswatch.core.notice import Notice


class Action(StrEnum):
    """What a person may press on a notice.

    `OPEN`: the incident or the status page; `WAIT`: tell me when it is back; `MUTE`: an hour without a word; `SNOOZE`: what still lasts in an hour is
    told then.
    """

    OPEN = "open"
    WAIT = "wait"
    MUTE = "mute"
    SNOOZE = "snooze"


OnAction = Callable[[str, Action], None]
"""Called with the notice's id and what was pressed. The id may belong to an earlier run: ids that are not known are the receiver's to ignore."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one delivery ended.

    `ok`: the service took it (or there was rightly nothing to show). `handle`: names what is on screen now, to be handed to the next delivery of
    the same trouble as `replaces`, also after a restart; None when nothing is on screen. `detail`: one sentence, with what to do when not ok.
    `nowhere`: not ok because this machine has nothing that could show a notice, which is how many are meant to be and no fault.
    """

    ok: bool
    handle: str | None
    detail: str
    nowhere: bool = False


class Notifier(Protocol):
    """One way of telling a person. Neither method raises; each ends within a few seconds whatever the service does."""

    @property
    def name(self) -> str:
        """The kind, as the configuration calls it."""

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """Show `notice`, in place of what `replaces` names if that is still there."""

    async def available(self) -> tuple[bool, str]:
        """Whether a delivery would work now, and one sentence that says so or says what to do. Connects, so that a later delivery is quick."""

    async def close(self) -> None:
        """Let go of the connection; what is on screen stays."""

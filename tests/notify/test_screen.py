"""Pop-ups first, the terminal in reserve: who gets a notice, and what is told of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify.base import Delivery
from statuswatch.notify.desktop.freedesktop import FreedesktopNotifier
from statuswatch.notify.screen import ScreenNotifier, sides

OPENED = Notice("n1", "t1", NoticeKind.OPENED, datetime(2025, 12, 14, tzinfo=UTC), NoticeReason.OWN_FAILURES, ("a/b:c",), "Acme is failing", "Not you.", "acme")


@dataclass
class Side:
    """One of the two ways, as it happens to be today."""

    name: str
    works: bool
    told: list[str] = field(default_factory=list)
    closed: bool = False

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        self.told.append(notice.id)
        return Delivery(self.works, f"{self.name}/{replaces}" if self.works else None, "shown" if self.works else f"no {self.name}; start it")

    async def available(self) -> tuple[bool, str]:
        return self.works, f"{self.name} works" if self.works else f"no {self.name}; start it"

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("desktop", "terminal", "told", "ok"),
    [
        (True, True, ("desktop",), True),
        (True, False, ("desktop",), True),
        (False, True, ("desktop", "terminal"), True),
        (False, False, ("desktop", "terminal"), False),
    ],
)
async def test_the_terminal_is_asked_only_where_the_desktop_did_not_take_it(*, desktop: bool, terminal: bool, told: tuple[str, ...], ok: bool) -> None:
    one, other = Side("desktop", desktop), Side("terminal", terminal)
    delivery = await ScreenNotifier(one, other).deliver(OPENED, "old")
    assert tuple(side.name for side in (one, other) if side.told) == told
    assert delivery.ok is ok


async def test_the_old_pop_up_is_remembered_while_the_terminal_steps_in() -> None:
    screen = ScreenNotifier(Side("desktop", works=False), Side("terminal", works=True))
    delivery = await screen.deliver(OPENED, "old")
    assert delivery.handle == "old"
    assert delivery.detail == "shown (no pop-up: no desktop; start it)"


async def test_where_neither_works_both_are_named_and_one_thing_to_do() -> None:
    screen = ScreenNotifier(Side("desktop", works=False), Side("terminal", works=False))
    assert (await screen.deliver(OPENED, None)).detail == "no desktop, and no terminal; start it"
    assert await screen.available() == (False, "no desktop, and no terminal; start it")
    assert await ScreenNotifier(Side("desktop", works=True), Side("terminal", works=False)).available() == (True, "desktop works")
    assert await ScreenNotifier(Side("desktop", works=False), Side("terminal", works=True)).available() == (True, "terminal works")


@pytest.mark.parametrize(
    ("desktop", "terminal", "fine"),
    [(True, True, (True, True)), (True, False, (True, True)), (False, True, (True, True)), (False, False, (False, False))],
)
def test_doctor_calls_it_a_problem_only_where_nobody_is_told(*, desktop: bool, terminal: bool, fine: tuple[bool, bool]) -> None:
    rows = sides((desktop, "on the desktop"), (terminal, "in tmux"))
    assert [name for name, _, _ in rows] == ["desktop", "terminal"]
    assert tuple(works for _, works, _ in rows) == fine
    assert "on the desktop" in rows[0][2]
    assert "in tmux" in rows[1][2]


async def test_doctor_hears_of_both_and_both_are_let_go() -> None:
    one, other = Side("desktop", works=False), Side("terminal", works=True)
    screen = ScreenNotifier(one, other)
    assert (await screen.rows())[0] == ("desktop", True, "no pop-ups, so notices go to the terminal: no desktop; start it")
    await screen.close()
    assert one.closed
    assert other.closed


async def test_a_machine_without_a_desktop_and_without_a_terminal_has_nowhere_to_tell(tmp_path: Path) -> None:
    without = FreedesktopNotifier(lambda *_: None, {})
    assert (await ScreenNotifier(without, Side("terminal", works=False)).deliver(OPENED, None)).nowhere
    assert (await ScreenNotifier(without, Side("terminal", works=True)).deliver(OPENED, None)).nowhere is False
    dead = FreedesktopNotifier(lambda *_: None, {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/gone"})
    assert (await ScreenNotifier(dead, Side("terminal", works=False)).deliver(OPENED, None)).nowhere is False, "a desktop that should be there is a fault"

"""Against a notification service of our own on a private bus."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dbus_fast.aio import MessageBus

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify.base import Action
from statuswatch.notify.desktop.freedesktop import FreedesktopNotifier
from statuswatch.notify.screen import ScreenNotifier
from statuswatch.notify.terminal import TerminalNotifier
from support.notifications import Bus, FakeService, emit, private_bus

OPENED = Notice(
    id="n7",
    trouble="t7",
    kind=NoticeKind.OPENED,
    at=datetime(2025, 12, 14, 21, 27, tzinfo=UTC),
    reason=NoticeReason.OWN_FAILURES,
    routes=("anthropic/code:claude-opus-4.5",),
    title="Anthropic is failing for Claude Opus 4.5",
    body="Not you: 3 of 4 calls got 529. Page says nothing yet.",
    provider="anthropic",
    url="https://status.claude.com",
)


def _later(kind: NoticeKind, number: str = "n8", **changes: str) -> Notice:
    return replace(OPENED, id=number, kind=kind, **changes)


@dataclass
class Desk:
    """A bus, a service and our notifier on it, with what was pressed."""

    bus: Bus
    service: FakeService
    notifier: FreedesktopNotifier
    pressed: list[tuple[str, Action]] = field(default_factory=list)

    async def settle(self) -> None:
        """Return when everything sent so far has reached the notifier: its own call to the bus comes back after them."""
        assert (await self.notifier.available())[0]

    def notifier_of_a_new_engine(self) -> FreedesktopNotifier:
        return FreedesktopNotifier(lambda notice, action: self.pressed.append((notice, action)), _environ(self.bus))


def _environ(bus: Bus) -> Mapping[str, str]:
    return {"DBUS_SESSION_BUS_ADDRESS": bus.address}


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with private_bus() as bus:
        service = await FakeService().start(bus)
        pressed: list[tuple[str, Action]] = []
        notifier = FreedesktopNotifier(lambda notice, action: pressed.append((notice, action)), _environ(bus), timeout_s=60.0)
        yield Desk(bus, service, notifier, pressed)
        await notifier.close()
        await service.stop()


async def test_a_notice_arrives_with_words_icon_urgency_and_buttons(desk: Desk) -> None:
    delivery = await desk.notifier.deliver(OPENED, None)
    assert delivery.ok
    assert delivery.handle
    assert "fake" in delivery.detail
    [shown] = desk.service.shown
    assert (shown.app, shown.replaces, shown.icon, shown.timeout) == ("statuswatch", 0, "dialog-warning", -1)
    assert shown.title == OPENED.title
    assert shown.body == OPENED.body
    buttons = {"open:n7": "Status page", "wait:n7": "Tell me when back", "mute:n7": "Mute 1 h"}  # three, as GNOME draws no more
    assert shown.labels == {"default": "Status page", **buttons}
    assert shown.hints == {"urgency": 1, "category": "network", "desktop-entry": "statuswatch", "suppress-sound": True}


async def test_a_sound_is_played_for_who_asked_for_it_and_never_for_what_comes_quietly(desk: Desk) -> None:
    loud = FreedesktopNotifier(lambda *_: None, _environ(desk.bus), sound=True)
    for notice in (OPENED, _later(NoticeKind.RESOLVED), replace(OPENED, quiet=True)):
        assert (await loud.deliver(notice, None)).ok
    await loud.close()
    assert [(shown.hints["urgency"], "suppress-sound" in shown.hints) for shown in desk.service.shown] == [(1, False), (0, True), (0, True)]


async def test_the_next_notice_of_the_trouble_replaces_the_first_in_place(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    second = await desk.notifier.deliver(_later(NoticeKind.RESOLVED, title="Claude Opus 4.5 is back", incident="anthropic:x"), first.handle)
    assert second.ok
    assert second.handle == first.handle
    back = desk.service.shown[1]
    assert back.replaces == desk.service.shown[0].number
    assert back.hints["urgency"] == 0
    assert back.hints["suppress-sound"] is True
    assert back.icon == "dialog-information"
    assert back.labels == {"default": "Open incident", "open:n8": "Open incident"}


async def test_a_way_that_is_warm_needs_two_calls_for_its_first_notice(desk: Desk) -> None:
    screen = ScreenNotifier(desk.notifier, TerminalNotifier({}))
    await screen.warm()
    before = list(desk.service.calls)
    assert "GetCapabilities" in before
    assert (await screen.deliver(OPENED, None)).ok
    assert desk.service.calls[len(before) :] == ["GetCapabilities", "Notify"]


async def test_two_troubles_are_two_pop_ups(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    second = await desk.notifier.deliver(replace(OPENED, id="m1", trouble="t8"), None)
    assert first.handle != second.handle
    assert [shown.replaces for shown in desk.service.shown] == [0, 0]


async def test_a_handle_outlives_the_engine_and_its_buttons_still_work(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    await desk.notifier.close()
    desk.notifier = desk.notifier_of_a_new_engine()
    await desk.settle()
    await desk.service.press(desk.service.shown[0].number, "mute:n7")
    await desk.settle()
    assert desk.pressed == [("n7", Action.MUTE)]
    second = await desk.notifier.deliver(_later(NoticeKind.GREW), first.handle)
    assert second.handle == first.handle
    assert desk.service.shown[1].replaces == desk.service.shown[0].number


@pytest.mark.parametrize(
    ("key", "action"),
    [("wait:n7", Action.WAIT), ("mute:n7", Action.MUTE), ("snooze:n7", Action.SNOOZE), ("open:n7", Action.OPEN), ("default", Action.OPEN)],
)
async def test_what_is_pressed_reaches_the_engine(desk: Desk, key: str, action: Action) -> None:
    await desk.notifier.deliver(OPENED, None)
    await desk.service.press(desk.service.shown[0].number, key)
    await desk.settle()
    assert desk.pressed == [("n7", action)]


async def test_presses_that_are_not_ours_or_not_from_the_service_do_nothing(desk: Desk) -> None:
    await desk.notifier.deliver(OPENED, None)
    number = desk.service.shown[0].number
    for key in ("", "erase:n7", "mute:", "wait", ":n7"):
        await desk.service.press(number, key)
    await desk.service.press(number + 40, "default")
    await desk.service.signal("ActionInvoked", "ss", ["1", "mute:n7"])
    await desk.service.signal("ActionInvoked", "u", [number])
    stranger = await MessageBus(bus_address=desk.bus.address).connect()
    await emit(stranger, "ActionInvoked", "us", [number, "mute:n7"])
    await emit(stranger, "NotificationClosed", "uu", [number, 2])
    stranger.disconnect()
    await stranger.wait_for_disconnect()
    await desk.settle()
    assert desk.pressed == []
    assert (await desk.notifier.deliver(_later(NoticeKind.AMENDED), _handle_of(desk))).detail.startswith("shown")


def _handle_of(desk: Desk) -> str:
    [handle] = desk.notifier._shown
    return handle


async def test_a_correction_replaces_silently_while_the_pop_up_is_there(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    second = await desk.notifier.deliver(_later(NoticeKind.AMENDED, body="Page: posted 21:31."), first.handle)
    assert second.handle == first.handle
    amended = desk.service.shown[1]
    assert amended.replaces == desk.service.shown[0].number
    assert amended.hints["suppress-sound"] is True
    assert amended.hints["urgency"] == desk.service.shown[0].hints["urgency"] == 1
    assert amended.body == "Page: posted 21:31."


async def test_a_correction_never_brings_a_closed_pop_up_back(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    await desk.service.close(desk.service.shown[0].number)
    await desk.settle()
    second = await desk.notifier.deliver(_later(NoticeKind.AMENDED), first.handle)
    assert second.ok
    assert second.handle is None
    assert len(desk.service.shown) == 1


async def test_a_correction_after_a_restart_of_the_engine_shows_nothing_and_keeps_the_handle(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    await desk.notifier.close()
    desk.notifier = desk.notifier_of_a_new_engine()
    second = await desk.notifier.deliver(_later(NoticeKind.AMENDED), first.handle)
    assert second.ok
    assert second.handle == first.handle
    assert len(desk.service.shown) == 1


async def test_news_after_the_pop_up_was_closed_comes_as_a_new_one(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    await desk.service.close(desk.service.shown[0].number)
    await desk.settle()
    second = await desk.notifier.deliver(_later(NoticeKind.RESOLVED), first.handle)
    assert second.handle != first.handle
    assert desk.service.shown[1].replaces == 0


async def test_a_pop_up_closed_before_the_answer_was_read_counts_as_closed(desk: Desk) -> None:
    desk.service.close_at_once = True
    first = await desk.notifier.deliver(OPENED, None)
    await desk.settle()
    second = await desk.notifier.deliver(_later(NoticeKind.AMENDED), first.handle)
    assert second.handle is None
    assert len(desk.service.shown) == 1


async def test_after_a_restart_of_the_service_old_numbers_are_never_replaced(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    await desk.service.restart(desk.bus)
    second = await desk.notifier.deliver(_later(NoticeKind.WORSENED), first.handle)
    assert second.ok
    assert second.handle != first.handle
    assert desk.service.shown[1].replaces == 0
    third = await desk.notifier.deliver(_later(NoticeKind.AMENDED), first.handle)
    assert third.detail.startswith("the pop-up is no longer there")


async def test_a_restart_of_the_bus_is_survived(desk: Desk) -> None:
    first = await desk.notifier.deliver(OPENED, None)
    await desk.service.stop()
    await desk.bus.stop()
    without = await desk.notifier.deliver(_later(NoticeKind.GREW), first.handle)
    assert not without.ok
    assert "session bus cannot be reached" in without.detail
    await desk.bus.start()
    await desk.service.start(desk.bus)
    second = await desk.notifier.deliver(_later(NoticeKind.GREW), first.handle)
    assert second.ok, second.detail
    assert desk.service.shown[-1].replaces == 0


async def test_without_a_service_the_delivery_fails_at_once_and_says_what_to_do(desk: Desk) -> None:
    await desk.service.stop()
    delivery = await desk.notifier.deliver(OPENED, None)
    assert (delivery.ok, delivery.handle) == (False, None)
    assert "start your desktop's notification service" in delivery.detail
    await desk.service.start(desk.bus)
    assert (await desk.notifier.deliver(OPENED, None)).ok


async def test_a_service_that_hangs_costs_one_timeout_and_nobody_else(desk: Desk) -> None:
    desk.notifier._timeout_s = 5.0
    assert (await desk.notifier.available())[0]
    desk.service.silent = True
    started = time.perf_counter()
    deliveries = await asyncio.gather(*(desk.notifier.deliver(replace(OPENED, id=str(index)), None) for index in range(6)))
    assert time.perf_counter() - started < 6 * 5
    assert not any(delivery.ok for delivery in deliveries)
    assert "did not answer" in deliveries[0].detail
    desk.service.silent = False
    assert (await desk.notifier.deliver(OPENED, None)).ok
    assert len(desk.service.asked_to_show) == 1, "what a service that hangs was asked for it would show later, beside the next"


async def test_a_refusal_is_reported_in_the_services_words(desk: Desk) -> None:
    desk.service.refuse = "too many"
    delivery = await desk.notifier.deliver(OPENED, None)
    assert not delivery.ok
    assert "too many" in delivery.detail


@pytest.mark.parametrize(
    ("environ", "detail"),
    [
        ({}, "no session bus"),
        ({"XDG_RUNTIME_DIR": "/nonexistent"}, "no session bus"),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"}, "cannot be reached"),
        ({"DBUS_SESSION_BUS_ADDRESS": "nonsense"}, "names no socket of this machine"),
        ({"DBUS_SESSION_BUS_ADDRESS": "tcp:host=192.0.2.1,port=1"}, "names no socket of this machine"),
        ({"DBUS_SESSION_BUS_ADDRESS": "unix:gibberish"}, "cannot be reached"),
    ],
)
async def test_without_a_bus_the_delivery_fails_at_once_and_says_so(environ: dict[str, str], detail: str) -> None:
    notifier = FreedesktopNotifier(lambda *_: None, environ, timeout_s=100.0)
    started = time.perf_counter()
    delivery = await notifier.deliver(OPENED, None)
    assert time.perf_counter() - started < 100
    assert not delivery.ok
    assert detail in delivery.detail
    assert (await notifier.available())[0] is False
    await notifier.close()


async def test_the_socket_in_the_runtime_folder_is_used_where_the_variable_is_missing() -> None:
    async with private_bus() as bus:
        service = await FakeService().start(bus)
        notifier = FreedesktopNotifier(lambda *_: None, {"XDG_RUNTIME_DIR": str(bus.folder)})
        assert (await notifier.deliver(OPENED, None)).ok
        await notifier.close()
        await service.stop()


async def test_an_odd_path_of_the_runtime_folder_is_quoted(tmp_path: Path) -> None:
    async with private_bus() as bus:
        service = await FakeService().start(bus)
        odd = tmp_path / "a b,c;d=é"
        odd.symlink_to(bus.folder)
        notifier = FreedesktopNotifier(lambda *_: None, {"XDG_RUNTIME_DIR": str(odd)})
        assert (await notifier.deliver(OPENED, None)).ok
        await notifier.close()
        await service.stop()


@pytest.mark.parametrize("capabilities", [("body", "actions", "body-markup", "body-hyperlinks"), ("body",), ()])
async def test_hostile_words_of_a_feed_arrive_inert(desk: Desk, capabilities: tuple[str, ...]) -> None:
    desk.service.capabilities = capabilities
    hostile = "<b>x</b> <a href='https://evil.example/'>official</a> &amp; \u202eevil\u202c \x1b]0;t\x07 https://evil.example/login " + "A" * 100_000
    delivery = await desk.notifier.deliver(replace(OPENED, title=hostile, body=hostile, simulated=True), None)
    assert delivery.ok, delivery.detail
    [shown] = desk.service.shown
    assert shown.title.startswith("[simulated] ")
    assert len(shown.title) <= 100
    for text in (shown.title, shown.body):
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert "https:" not in text
        assert "\x07" not in text
    assert ("<" in shown.body) == ("body-markup" not in capabilities)
    assert bool(shown.actions) == ("actions" in capabilities)


async def test_a_service_that_draws_the_default_action_gets_each_button_once(desk: Desk) -> None:
    desk.service.name = "Xfce Notify Daemon"
    await desk.notifier.deliver(OPENED, None)
    assert list(desk.service.shown[0].labels.values()) == ["Status page", "Tell me when back", "Mute 1 h", "Snooze 1 h"]


async def test_an_address_that_is_not_the_webs_is_never_offered(desk: Desk) -> None:
    await desk.notifier.deliver(replace(OPENED, url="file:///etc/passwd"), None)
    assert [key for key in desk.service.shown[0].labels if key.startswith(("open", "default"))] == []


@pytest.mark.parametrize("handle", ["", "x", "a/b/c", "a/:1.2/99999999999999999999", "a/:1.2/-1", "/".join("abcdef"), "a/:1.2/²"])
async def test_a_handle_that_means_nothing_here_is_a_new_pop_up(desk: Desk, handle: str) -> None:
    assert (await desk.notifier.deliver(OPENED, handle)).ok
    assert desk.service.shown[0].replaces == 0

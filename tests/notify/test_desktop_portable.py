"""The notifier for other systems, run against a service on Linux: it shows that its calls are right, and nothing about macOS or Windows."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from statuswatch.core.notice import Notice, NoticeKind, NoticeReason
from statuswatch.notify.base import Action
from statuswatch.notify.desktop.portable import PortableNotifier
from support.notifications import FakeService, private_bus

OPENED = Notice(
    id="n7",
    trouble="t7",
    kind=NoticeKind.OPENED,
    at=datetime(2025, 12, 14, 21, 27, tzinfo=UTC),
    reason=NoticeReason.OWN_FAILURES,
    routes=("anthropic/code:claude-opus-4.5",),
    title="Anthropic is failing",
    body="3 of 4 calls got 529.",
    provider="anthropic",
    url="https://status.claude.com",
)
Pressed = asyncio.Queue[tuple[str, Action]]


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[PortableNotifier, FakeService, Pressed]]:
    async with private_bus() as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        service = await FakeService().start(bus)
        pressed: Pressed = asyncio.Queue()
        notifier = PortableNotifier(lambda notice, action: pressed.put_nowait((notice, action)))
        yield notifier, service, pressed
        await notifier.close()
        backend = notifier._notifier._backend
        if getattr(backend, "bus", None):
            backend.bus.disconnect()
            await backend.bus.wait_for_disconnect()
        await service.stop()


async def test_a_notice_is_shown_and_the_next_takes_its_place(desk: tuple[PortableNotifier, FakeService, Pressed]) -> None:
    notifier, service, _ = desk
    first = await notifier.deliver(OPENED, None)
    assert first.ok, first.detail
    second = await notifier.deliver(replace(OPENED, id="n8", kind=NoticeKind.RESOLVED), first.handle)
    assert second.ok
    assert second.handle != first.handle
    assert [shown.title for shown in service.shown] == ["Anthropic is failing"] * 2
    assert service.cleared == [service.shown[0].number]


async def test_what_is_pressed_reaches_the_engine(desk: tuple[PortableNotifier, FakeService, Pressed]) -> None:
    notifier, service, pressed = desk
    await notifier.deliver(OPENED, None)
    [shown] = service.shown
    key = next(key for key, label in shown.labels.items() if label == "Mute 1 h")
    await service.press(shown.number, key)
    assert await asyncio.wait_for(pressed.get(), 60) == ("n7", Action.MUTE)


async def test_a_correction_of_what_is_gone_shows_nothing(desk: tuple[PortableNotifier, FakeService, Pressed]) -> None:
    notifier, service, _ = desk
    delivery = await notifier.deliver(replace(OPENED, kind=NoticeKind.AMENDED), "long gone")
    assert delivery.ok
    assert service.shown == []


async def test_a_desktop_that_shows_nothing_is_not_taken_for_a_delivery(desk: tuple[PortableNotifier, FakeService, Pressed]) -> None:
    notifier, service, _ = desk
    await service.stop()
    delivery = await notifier.deliver(OPENED, None)
    assert not delivery.ok
    assert "allow them in its settings" in delivery.detail

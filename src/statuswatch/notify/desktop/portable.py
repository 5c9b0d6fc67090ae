"""Pop-ups where there is no freedesktop.org service, through desktop-notifier. Untested on macOS and Windows; tried only against a service on Linux."""

import asyncio

from desktop_notifier import Button, DesktopNotifier, Icon, Urgency

from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.notify.base import Action, Delivery, OnAction
from statuswatch.notify.desktop.look import APP_NAME, buttons_of, icon_of, low
from statuswatch.notify.text import body_of, title_of

_TIMEOUT_S = 5.0
_REFUSED = "this desktop does not let statuswatch show notifications; allow them in its settings (on macOS the Python that runs it must be signed)"


class PortableNotifier:
    """Clear and send: desktop-notifier cannot replace in place. Its `send` never fails, so only `on_dispatched` counts as delivered."""

    def __init__(self, on_action: OnAction) -> None:
        self._on_action = on_action
        self._notifier = DesktopNotifier(app_name=APP_NAME, app_icon=Icon(name="dialog-warning"))
        self._shown: set[str] = set()

    @property
    def name(self) -> str:
        """The kind."""
        return "desktop"

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """Show `notice` after taking `replaces` off the screen. A correction of a pop-up that is gone shows nothing."""
        if notice.kind is NoticeKind.AMENDED and replaces not in self._shown:
            return Delivery(ok=True, handle=None, detail="the pop-up is no longer there; nothing shown")
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await self._deliver(notice, replaces)
        except Exception as error:  # noqa: BLE001 - the boundary of one delivery: the platform's bridge may raise anything
            return Delivery(ok=False, handle=None, detail=f"the desktop did not take the notice ({type(error).__name__}); {_REFUSED}")

    async def available(self) -> tuple[bool, str]:
        """Whether the desktop lets us."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                allowed = await self._notifier.has_authorisation()
        except Exception as error:  # noqa: BLE001 - as in deliver
            return False, f"{_REFUSED} ({type(error).__name__})"
        return allowed, "the desktop shows pop-ups" if allowed else _REFUSED

    async def close(self) -> None:
        """Nothing to let go of."""

    async def _deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        if replaces in self._shown:
            self._shown.discard(replaces)
            await self._notifier.clear(replaces)
        sent = asyncio.Event()
        handle = await self._notifier.send(
            title=title_of(notice),
            # Only the D-Bus backend of desktop-notifier hands the body to something that may read markup.
            message=body_of(notice, markup=False),
            urgency=Urgency.Low if low(notice) else Urgency.Normal,
            icon=Icon(name=icon_of(notice)),
            buttons=[Button(title=label, on_pressed=self._presser(notice.id, action)) for action, label in buttons_of(notice)],
            on_clicked=self._presser(notice.id, Action.OPEN),
            on_dismissed=lambda: self._shown.discard(handle),
            on_dispatched=sent.set,
        )
        if not sent.is_set():
            return Delivery(ok=False, handle=None, detail=_REFUSED)
        self._shown.add(handle)
        return Delivery(ok=True, handle=handle, detail="shown by the desktop")

    def _presser(self, notice: str, action: Action) -> "_Press":
        return _Press(self._on_action, notice, action)


class _Press:
    """What a button calls."""

    def __init__(self, on_action: OnAction, notice: str, action: Action) -> None:
        self._call = (on_action, notice, action)

    def __call__(self) -> None:
        on_action, notice, action = self._call
        on_action(notice, action)

"""Notices elsewhere (Slack, Discord, Telegram, e-mail, ntfy and some hundred more) through Apprise, which the extra `push` installs."""

import asyncio
import logging

from apprise import Apprise, NotifyType

from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.notify.base import Delivery
from statuswatch.notify.secret import PUSH_URLS as URLS
from statuswatch.notify.secret import missing, secret
from statuswatch.notify.text import body_of, title_of

_GOOD = frozenset({NoticeKind.RESOLVED, NoticeKind.RECOVERING})
# Apprise logs addresses, which hold keys.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class PushNotifier:
    """Sends each notice to every address of `$STATUSWATCH_PUSH_URLS` (separated by blanks; https://github.com/caronc/apprise names their forms)."""

    @property
    def name(self) -> str:
        """The kind."""
        return "push"

    async def deliver(self, notice: Notice, replaces: str | None) -> Delivery:
        """Send it. A correction is not: what was sent cannot be changed, and a second message would be a second alarm."""
        del replaces
        if notice.kind is NoticeKind.AMENDED:
            return Delivery(ok=True, handle=None, detail="corrections are not sent")
        services, problem = await _services()
        if services is None:
            return Delivery(ok=False, handle=None, detail=problem)
        kind = NotifyType.SUCCESS if notice.kind in _GOOD else NotifyType.INFO if notice.quiet else NotifyType.WARNING
        body = body_of(notice, markup=False)
        sent = await asyncio.to_thread(
            services.notify, body=f"{body}\n{notice.url}" if notice.url else body, title=title_of(notice), notify_type=kind, body_format="text"
        )
        return Delivery(bool(sent), None, f"sent to {len(services)}" if sent else f"of {len(services)} addresses in {URLS} at least one did not take it")

    async def available(self) -> tuple[bool, str]:
        """Whether there are addresses that Apprise understands. Nothing is sent."""
        services, problem = await _services()
        return services is not None, f"sends to {len(services)} address{'es' if len(services) > 1 else ''}" if services is not None else problem

    async def close(self) -> None:
        """Nothing to let go of."""


async def _services() -> tuple[Apprise | None, str]:
    """The addresses as Apprise reads them, else why there are none. They are never part of a sentence: they hold keys."""
    given = await secret(URLS)
    if given is None:
        return None, missing(URLS)
    services = Apprise()
    wrong = [number for number, url in enumerate(given.split(), 1) if not services.add(url)]
    if wrong:
        return None, f"{URLS}: address number {', '.join(map(str, wrong))} is none that Apprise understands"
    return (services, "") if len(services) else (None, missing(URLS))

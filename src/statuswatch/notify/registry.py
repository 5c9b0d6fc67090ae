"""The ways of telling a person, by name. A way's module is imported when it is first asked for: nobody pays for a library they do not use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from statuswatch.core.errors import StatuswatchError
from statuswatch.core.notice import NoticeKind
from statuswatch.notify.base import Notifier, OnAction


@dataclass(frozen=True, slots=True)
class Options:
    """What the settings say of the ways.

    The person's own program, for which kinds it runs (all where empty), the address of their webhook, and whether pop-ups may be heard.
    """

    command: tuple[str, ...] = ()
    command_kinds: frozenset[NoticeKind] = frozenset()
    webhook: str = ""
    sound: bool = False


def _desktop(on_action: OnAction, options: Options) -> Notifier:
    from statuswatch.notify.desktop import open_desktop

    return open_desktop(on_action, sound=options.sound)


def _terminal(_on_action: OnAction, _options: Options) -> Notifier:
    from statuswatch.notify.terminal import TerminalNotifier

    return TerminalNotifier()


def _screen(on_action: OnAction, options: Options) -> Notifier:
    from statuswatch.notify.screen import ScreenNotifier

    return ScreenNotifier(_desktop(on_action, options), _terminal(on_action, options))


def _command(_on_action: OnAction, options: Options) -> Notifier:
    from statuswatch.notify.command import CommandNotifier

    return CommandNotifier(options.command, options.command_kinds)


def _webhook(_on_action: OnAction, options: Options) -> Notifier:
    from statuswatch.notify.webhook import WebhookNotifier

    return WebhookNotifier(options.webhook)


def _push(_on_action: OnAction, _options: Options) -> Notifier:
    from statuswatch.notify.push import PushNotifier

    return PushNotifier()


KINDS: Mapping[str, Callable[[OnAction, Options], Notifier]] = {
    "desktop": _desktop,
    "terminal": _terminal,
    "screen": _screen,
    "command": _command,
    "webhook": _webhook,
    "push": _push,
}


def create(kind: str, on_action: OnAction, options: Options | None = None) -> Notifier:
    """The notifier of that kind; raises StatuswatchError where there is none of that name or its library is not installed."""
    make = KINDS.get(kind)
    if make is None:
        raise StatuswatchError(f"no way of telling is called {kind!r}; there is {', '.join(sorted(KINDS))}")
    try:
        return make(on_action, options or Options())
    except ImportError as error:
        extra = "; install it beside statuswatch with: python -m pip install apprise (docs/how-to/be-told-elsewhere.md)" if kind == "push" else ""
        raise StatuswatchError(f"notices by {kind} need a library that is missing here: {error.name or error}{extra}") from error


async def available(kinds: tuple[str, ...] = ("desktop",), options: Options | None = None) -> tuple[tuple[str, bool, str], ...]:
    """For each kind its name, whether a delivery would work now, and one sentence."""
    return tuple([row for kind in kinds for row in await _asked(kind, options, waking=True)])


async def look(kinds: tuple[str, ...] = ("desktop",), options: Options | None = None) -> tuple[tuple[str, bool, str], ...]:
    """As `available`, for whoever must not start anything: a way that can be looked at without waking its service is. One that has sides tells of each."""
    return tuple([row for kind in kinds for row in await _asked(kind, options, waking=False)])


async def _asked(kind: str, options: Options | None, *, waking: bool) -> tuple[tuple[str, bool, str], ...]:
    try:
        notifier = create(kind, lambda _notice, _action: None, options)
    except StatuswatchError as error:
        return ((kind, False, str(error)),)
    try:
        rows = getattr(notifier, "rows", None)
        if rows is not None and not waking:
            return tuple(await rows())
        return ((kind, *await (notifier.available() if waking else getattr(notifier, "look", notifier.available)())),)
    finally:
        await notifier.close()

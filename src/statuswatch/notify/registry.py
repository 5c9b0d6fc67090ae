"""The ways of telling a person, by name. A way's module is imported when it is first asked for: nobody pays for a library they do not use."""

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from statuswatch.core.errors import StatuswatchError
from statuswatch.notify.base import Notifier, OnAction

KINDS: Mapping[str, str] = {
    "desktop": "statuswatch.notify.desktop:open_desktop",
}


def create(kind: str, on_action: OnAction) -> Notifier:
    """The notifier of that kind; raises StatuswatchError where there is none of that name or its library is not installed."""
    where = KINDS.get(kind)
    if where is None:
        raise StatuswatchError(f"no way of telling is called {kind!r}; there is {', '.join(sorted(KINDS))}")
    module, _, factory = where.partition(":")
    try:
        return cast("Notifier", getattr(import_module(module), factory)(on_action))
    except ImportError as error:
        raise StatuswatchError(f"notices by {kind} need a library that is missing here: {error.name or error}") from error


async def available(kinds: tuple[str, ...] = tuple(KINDS)) -> tuple[tuple[str, bool, str], ...]:
    """For each kind its name, whether a delivery would work now, and one sentence."""
    lines = []
    for kind in kinds:
        try:
            notifier = create(kind, lambda _notice, _action: None)
        except StatuswatchError as error:
            lines.append((kind, False, str(error)))
            continue
        works, sentence = await notifier.available()
        await notifier.close()
        lines.append((kind, works, sentence))
    return tuple(lines)


async def look(kinds: tuple[str, ...] = tuple(KINDS)) -> tuple[tuple[str, bool, str], ...]:
    """As `available`, for whoever must not start anything: a way that can be looked at without waking its service is."""
    lines = []
    for kind in kinds:
        try:
            notifier = create(kind, lambda _notice, _action: None)
        except StatuswatchError as error:
            lines.append((kind, False, str(error)))
            continue
        works, sentence = await getattr(notifier, "look", notifier.available)()
        await notifier.close()
        lines.append((kind, works, sentence))
    return tuple(lines)

"""How a notice looks and what can be pressed on it; the same on every desktop."""

from collections.abc import Mapping
from types import MappingProxyType

from statuswatch.core.notice import Notice, NoticeKind
from statuswatch.notify.base import Action

APP_NAME = "statuswatch"

# Names of the freedesktop.org icon naming specification, so that the person's own theme draws them.
_TROUBLE_ICON = "dialog-warning"
_BACK_ICON = "dialog-information"

_OVER = frozenset({NoticeKind.RESOLVED, NoticeKind.RECOVERING})
_LESSER = _OVER | {NoticeKind.MAINTENANCE}

LABELS: Mapping[Action, str] = MappingProxyType(
    {Action.OPEN: "Status page", Action.WAIT: "Tell me when back", Action.MUTE: "Mute 1 h", Action.SNOOZE: "Snooze 1 h"}
)
_OPEN_INCIDENT = "Open incident"


def icon_of(notice: Notice) -> str:
    """The name of the icon."""
    return _BACK_ICON if notice.kind in _OVER else _TROUBLE_ICON


def low(notice: Notice) -> bool:
    """Whether it is of low urgency: good news, what was planned, and what comes in quiet hours.

    A correction keeps the urgency, and so the colour, of what it corrects.
    """
    return notice.kind in _LESSER or notice.quiet


def silent(notice: Notice, *, sound: bool) -> bool:
    """Whether it comes without a sound: unless the person asked for sounds (`sound`), all do."""
    return not sound or low(notice) or notice.kind is NoticeKind.AMENDED


def buttons_of(notice: Notice) -> tuple[tuple[Action, str], ...]:
    """What can be pressed, with its label: nothing to wait for or to mute once it is over, nothing to open without a web address.

    Some desktops have room for three, so what can be done without most comes last.
    """
    buttons = []
    if notice.url and notice.url.startswith(("https://", "http://")):
        buttons.append((Action.OPEN, _OPEN_INCIDENT if notice.incident else LABELS[Action.OPEN]))
    if notice.kind is not NoticeKind.RESOLVED:
        buttons += [(action, LABELS[action]) for action in (Action.WAIT, Action.MUTE, Action.SNOOZE)]
    return tuple(buttons)

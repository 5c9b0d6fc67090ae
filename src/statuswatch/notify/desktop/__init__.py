"""Pop-ups of the desktop: over D-Bus where there is the freedesktop.org service (Linux, BSD), through desktop-notifier elsewhere."""

import sys

from statuswatch.notify.base import Notifier, OnAction


def open_desktop(on_action: OnAction, *, sound: bool = False) -> Notifier:
    """The pop-ups of this machine's desktop. Nothing is connected before the first delivery. `sound`: the person wants to hear them too."""
    if sys.platform in ("darwin", "win32"):
        from statuswatch.notify.desktop.portable import PortableNotifier

        return PortableNotifier(on_action)
    from statuswatch.notify.desktop.freedesktop import FreedesktopNotifier

    return FreedesktopNotifier(on_action, sound=sound)

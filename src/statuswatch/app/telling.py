"""Which ways of telling a person are asked for, from the settings."""

from statuswatch.config.model import Config
from statuswatch.core.notice import NoticeKind
from statuswatch.notify.registry import Options


def wanted(config: Config, *, desktop: bool = True, simulated: bool = False) -> tuple[str, ...]:
    """The names of the ways that are on; `screen` is the desktop with the terminal in reserve. A simulation alarms nobody but who looks at this screen.

    `desktop` false: nothing on any screen.
    """
    said = config.notices
    both = said.desktop and said.terminal
    asked = {"screen": both and desktop, "desktop": said.desktop and not both and desktop, "terminal": said.terminal and not both and desktop}
    if not simulated:
        asked |= {"command": bool(said.command), "webhook": bool(said.webhook), "push": said.push}
    return tuple(name for name, on in asked.items() if on)


def options(config: Config) -> Options:
    """What the settings say of them."""
    said = config.notices
    return Options(said.command, frozenset(NoticeKind(kind) for kind in said.command_kinds), said.webhook, said.sound)

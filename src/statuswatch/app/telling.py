"""Which ways of telling a person are asked for, from the settings."""

from statuswatch.config.model import Config
from statuswatch.core.notice import NoticeKind
from statuswatch.notify.registry import Options


def wanted(config: Config, *, desktop: bool = True, simulated: bool = False) -> tuple[str, ...]:
    """The names of the ways that are on. A simulation alarms nobody but who looks at this desktop."""
    said = config.notices
    asked = {"desktop": said.desktop and desktop}
    if not simulated:
        asked |= {"command": bool(said.command), "webhook": bool(said.webhook), "push": said.push}
    return tuple(name for name, on in asked.items() if on)


def options(config: Config) -> Options:
    """What the settings say of them."""
    said = config.notices
    return Options(said.command, frozenset(NoticeKind(kind) for kind in said.command_kinds), said.webhook)

"""`statuswatch snooze`; see `mute`."""

from statuswatch.core.observation import CommandKind
from statuswatch.surfaces.cli.mute import carry_out


def run(argv: list[str]) -> int:
    """Run the verb; returns 0 done, 2 usage, 4 no engine."""
    return carry_out(CommandKind.SNOOZE, argv)

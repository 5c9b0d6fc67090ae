"""What a person sees of a dashboard that a test drives."""

from textual.pilot import Pilot

from statuswatch.surfaces.present_text import plain
from statuswatch.surfaces.tui.app import Dashboard
from statuswatch.surfaces.tui.lines import Lines


def text_of(app: Dashboard, name: str = "") -> str:
    """What the top screen shows, or one of its parts."""
    parts = [app.screen.query_one(f"#{name}", Lines)] if name else list(app.screen.query(Lines))
    return "\n".join(plain(line) for part in parts if part.display for line in part.lines)


def toasts(app: Dashboard) -> list[str]:
    """The sentences that it has told."""
    return [note.message for note in app._notifications]


async def settled(pilot: Pilot[int]) -> None:
    """Wait until what was asked for is drawn."""
    for _ in range(3):
        await pilot.pause()

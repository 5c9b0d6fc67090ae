"""What nothing is told about now, and until when: mutes, snoozes and quiet hours, so that nobody wonders at the silence."""

from collections.abc import Iterable

from statuswatch.core.snapshot import HushView
from statuswatch.surfaces.present_text import Line, Tone, clean, say, wrap
from statuswatch.surfaces.present_words import Scene

EVERYTHING = "*"
_SHOWN = 4
_TITLE = 60


def hushed_lines(look: Scene) -> tuple[Line, ...]:
    """A line or two for each thing that is kept back at `look.now`, in a form that fits the width; none where nothing is.

    What the person asked for comes first, each with how to undo it; then quiet hours; what the settings keep back for good is named together.
    """
    active = [view for view in look.snapshot.hushed if view.until is None or view.until > look.now]
    asked = [view for view in active if view.wanted_by == "person"]
    words = [_asked(view, look) for view in asked[:_SHOWN]]
    if len(asked) > _SHOWN:
        words.append(f"{len(asked) - _SHOWN} more are kept back: statuswatch status --json lists them, statuswatch unmute all ends them.")
    quiet = next((view for view in active if view.by == "quiet_hours"), None)
    if quiet is not None and quiet.until is not None:
        words.append(f"Your quiet hours last until {look.clock(quiet.until)}; what begins now is told then if it still lasts.")
    settings = [view for view in active if view.wanted_by != "person" and view is not quiet]
    if settings:
        words.append(f"No notices about {_names(settings)}: config.toml says so.")
    return tuple(line for text in words for line in wrap(say(text, Tone.DIM), look.look.width, 2))


def _asked(view: HushView, look: Scene) -> str:
    """One mute or snooze, with how to end it."""
    until = f" until {look.clock(view.until)}" if view.until else ""
    undo = f"statuswatch unmute {'all' if view.target == EVERYTHING else clean(view.target, 120)}"
    if view.by == "snooze":
        return f"Notices about {_name(view)} wait{until}, snoozed by you; to undo: {undo}"
    return f"No notices about {_name(view)}{until}, muted by you; to undo: {undo}"


def _name(view: HushView) -> str:
    """The name of what is kept back; an incident's is the page's own words."""
    return f'"{clean(view.title, _TITLE)}"' if view.what == "incident" else clean(view.title, _TITLE)


def _names(views: Iterable[HushView]) -> str:
    names = list(dict.fromkeys(_name(view) for view in views))
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")

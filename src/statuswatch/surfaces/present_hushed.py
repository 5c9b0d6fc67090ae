"""What nothing is told about now, and until when: mutes, snoozes and quiet hours, so that nobody wonders at the silence."""

import re
from collections.abc import Iterable

from statuswatch.core.errors import RouteError
from statuswatch.core.ids import parse_route
from statuswatch.core.snapshot import HushView, Snapshot
from statuswatch.surfaces.present_text import Line, Tone, clean, say, wrap
from statuswatch.surfaces.present_words import Scene

EVERYTHING = "*"
_SHOWN = 4
_TITLE = 60


def hushed_lines(look: Scene) -> tuple[Line, ...]:
    """A line or two for each thing that is kept back at `look.now`, in a form that fits the width; none where nothing is.

    What the person asked for comes first, each with how to undo it; then quiet hours; what the settings keep back for good is named together.
    """
    return tuple(line for text in _sentences(_active(look), look) for line in wrap(say(text, Tone.DIM), look.look.width, 2))


def kept_as(target: str, snapshot: Snapshot) -> str:
    """The spelling in which the person's wish about this route is kept, so that taking it back reaches it; `target` itself where there is no other."""
    asked = [view.target for view in snapshot.hushed if view.wanted_by == "person"]
    return next((kept for kept in asked if kept != target and _same_route(kept, target)), target) if target not in asked else target


def unmuted_words(target: str, name: str, look: Scene) -> str:
    """What is so once the wish to mute or snooze `target`, which people call `name`, has been taken back: that there was none, and what still keeps it back.

    `look` is the picture from before.
    """
    active, everything = _active(look), target == EVERYTHING
    own = [view for view in active if view.wanted_by == "person" and (everything or view.target == target)]
    left = [view for view in active if view not in own and (everything or _covers(view, target))]
    still = " ".join(_sentences(left, look))
    if everything:
        done = "Nothing is muted by you any more." if own else "Nothing was muted by you."
        return f"{done} {still}" if still else f"{'' if own else 'Nothing was muted: '}{'N' if own else 'n'}otices about anything are on."
    if still:
        return f"{name} {'is not muted by itself any more' if own else 'was not muted by itself'}. {still}"
    return f"Notices about {name} are on." if own else f"Nothing about {name} was muted: notices about it are on."


def _active(look: Scene) -> list[HushView]:
    return [view for view in look.snapshot.hushed if view.until is None or view.until > look.now]


def _covers(view: HushView, target: str) -> bool:
    """Whether a wish keeps back what is told of a narrower target: everything, its provider, or the same route in another spelling."""
    return view.target in {EVERYTHING, target, re.split("[/:]", target, maxsplit=1)[0]} or _same_route(view.target, target)


def _same_route(one: str, other: str) -> bool:
    try:
        return parse_route(one) == parse_route(other)
    except RouteError:
        return False


def _sentences(active: list[HushView], look: Scene) -> list[str]:
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
    return words


def _asked(view: HushView, look: Scene) -> str:
    """One mute or snooze, with how to end it."""
    until = f" until {look.clock(view.until)}" if view.until else ""
    undo = f"statuswatch unmute {'all' if view.target == EVERYTHING else look.spelled(view.target)}"
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

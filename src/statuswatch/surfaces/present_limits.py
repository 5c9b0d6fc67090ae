"""What little is left of a provider's limits, before it runs out."""

from statuswatch.surfaces.present_text import Line, Tone, clean, say, wrap
from statuswatch.surfaces.present_words import Scene

LITTLE = 0.1
"""The share of a limit that is worth telling of."""


def limit_lines(look: Scene) -> tuple[Line, ...]:
    """One sentence for each limit that is nearly used up: of which provider, how much is left, until when."""
    told: dict[tuple[str, str], Line] = {}
    for view in look.snapshot.routes:
        room = view.headroom
        if room is None or room.left >= LITTLE or (room.resets_at is not None and room.resets_at <= look.now):
            continue
        until = f", until {look.clock(room.resets_at)}" if room.resets_at is not None else ""
        limit = clean(room.limit, 40).replace("-", " ")
        told.setdefault((view.provider, limit), say(f"{clean(view.provider_name, 40)}: {room.left:.0%} of your {limit} left{until}.", Tone.UNSURE))
    return tuple(part for line in told.values() for part in wrap(line, look.look.width, 2))
